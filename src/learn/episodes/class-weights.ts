/**
 * Weights that shift the loss from how often a class was recorded to how much it should be learned
 * from: w(c) = P*(c) / P(c) (Sirius, Liu et al. 2023, eq. 3).
 */
import { assert } from "#core/assert.ts";
import { type ClassCounts, FRAME_CLASSES, type FrameClass } from "./frame-classes.ts";

export interface ClassTarget {
  /** P* of a person's steps; 1/2 as published. */
  readonly intervention: number;
  /** P* of the steps just before a take-over: 0 in the paper, 0.002 in the authors' code. */
  readonly preIntervention: number;
}

export const CLASS_TARGET: ClassTarget = { intervention: 0.5, preIntervention: 0 };

type ByClass = Readonly<Record<FrameClass, number>>;

export interface ClassWeights {
  /** P: share of the steps recorded. */
  readonly shares: ByClass;
  /** P*: share of the loss after weighting. */
  readonly targets: ByClass;
  /** P* / P; 1 for a class without steps, which weighs nothing. Their mean over steps is 1. */
  readonly weights: ByClass;
  /** The policy's own steps were left a negative share; it was set to 0 and the rest scaled to 1. */
  readonly clipped: boolean;
  /** No take-over, or nothing but take-overs: plain cloning, every weight 1. */
  readonly plain: boolean;
}

const byClass = (of: (one: FrameClass) => number): ByClass => ({
  demo: of("demo"),
  robot: of("robot"),
  "pre-intervention": of("pre-intervention"),
  intervention: of("intervention"),
});

/**
 * Demonstrations keep their own share; the policy's steps get what is left. With more demonstrations
 * than that leaves room for, the policy's share would turn negative: it is clipped at 0 and the rest
 * rescaled. The share of a class without steps goes to the policy's steps, or where there are none
 * of those to all classes in proportion.
 */
export function classWeights(
  counts: ClassCounts,
  target: ClassTarget = CLASS_TARGET,
): ClassWeights {
  const { intervention, preIntervention } = target;
  assert(
    intervention >= 0 && preIntervention >= 0 && intervention + preIntervention <= 1,
    "shares of interventions and the steps before them of 0 or more, 1 at most together",
  );
  const total = FRAME_CLASSES.reduce((sum, one) => sum + counts[one], 0);
  assert(total > 0, "at least one step to weight");
  const shares = byClass((one) => counts[one] / total);
  if (counts.intervention === 0 || counts.intervention === total)
    return { shares, targets: shares, weights: byClass(() => 1), clipped: false, plain: true };
  const before = counts["pre-intervention"] === 0 ? 0 : preIntervention;
  const left = 1 - intervention - shares.demo - before;
  const wanted = byClass((one) => {
    if (one === "intervention") return intervention;
    if (one === "pre-intervention") return before;
    if (one === "demo") return shares.demo;
    return counts.robot === 0 ? 0 : Math.max(0, left);
  });
  const sum = FRAME_CLASSES.reduce((total, one) => total + wanted[one], 0);
  assert(sum > 0, "a target that leaves some class a share");
  const targets = byClass((one) => wanted[one] / sum);
  return {
    shares,
    targets,
    weights: byClass((one) => (counts[one] === 0 ? 1 : targets[one] / shares[one])),
    clipped: left < 0,
    plain: false,
  };
}
