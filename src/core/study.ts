import { z } from "zod";
import type { Ctx } from "./contracts.ts";
import { Interval } from "./measurement.ts";

/** One metric of one arm on one seed. `replicates`: the metric on bootstrap resamples of the items, shared across arms. */
export const ArmMetric = z.strictObject({
  value: z.number(),
  replicates: z.array(z.number()).optional(),
});
export type ArmMetric = z.infer<typeof ArmMetric>;

export const Curve = z.strictObject({
  id: z.string(),
  arm: z.string(),
  xLabel: z.string(),
  yLabel: z.string(),
  x: z.array(z.number()),
  y: z.array(z.number()),
});
export type Curve = z.infer<typeof Curve>;

/** What one seed of a study gives back from its worker. */
export interface SeedResult {
  readonly seed: number;
  readonly arms: Readonly<Record<string, Readonly<Record<string, ArmMetric>>>>;
  readonly curves: readonly Curve[];
  /** Facts to print with the report: sizes, budgets, rates. */
  readonly facts: Readonly<Record<string, number | string>>;
}

export const ClaimResult = z.strictObject({
  id: z.string(),
  /** The paper's sentence made checkable. */
  text: z.string(),
  holds: z.boolean(),
  /** The figure the claim is judged by, mostly a paired difference. */
  value: z.number(),
  interval: Interval,
  /** How it is judged: "lower bound above 0". */
  rule: z.string(),
});
export type ClaimResult = z.infer<typeof ClaimResult>;

export const ArmSummary = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** `method` is the paper's, `baseline` what it must beat, `control` where the effect must vanish, `ablation` a part left out. */
  role: z.enum(["method", "baseline", "control", "ablation", "bound"]),
  metrics: z.record(
    z.string(),
    z.strictObject({
      value: z.number(),
      interval: Interval.nullable(),
      perSeed: z.array(z.number()),
    }),
  ),
});
export type ArmSummary = z.infer<typeof ArmSummary>;

export const PaperFigure = z.strictObject({ text: z.string(), source: z.string() });
export type PaperFigure = z.infer<typeof PaperFigure>;

export const StudyReport = z.strictObject({
  study: z.string(),
  title: z.string(),
  commit: z.string(),
  command: z.string(),
  seeds: z.array(z.number()),
  fast: z.boolean(),
  options: z.record(z.string(), z.unknown()),
  arms: z.array(ArmSummary),
  curves: z.array(Curve),
  claims: z.array(ClaimResult),
  facts: z.record(z.string(), z.union([z.number(), z.string()])),
  paper: z.array(PaperFigure),
  cpuSeconds: z.number(),
});
export type StudyReport = z.infer<typeof StudyReport>;

/** The paired comparison a claim is judged by, over seeds and the bootstrap within each. */
export interface Comparison {
  readonly text: string;
  readonly id: string;
  readonly metric: string;
  readonly arm: string;
  /** Subtracted from `arm`, pair by pair. Absent: the arm's own value. */
  readonly against?: string;
  /** What the interval must show. */
  readonly expect: { readonly above: number } | { readonly below: number };
}

export interface ArmInfo {
  readonly id: string;
  readonly title: string;
  readonly role: ArmSummary["role"];
}

export interface StudySize {
  /** The smallest run that still exercises every arm. */
  readonly fast: boolean;
  /** With the arms of `full` too. */
  readonly full?: boolean;
}

/** A seeded experiment with a simulated corrector: arms, baselines, ablations, claims. */
export interface Study {
  readonly id: string;
  readonly title: string;
  readonly seedsDefault: number;
  readonly arms: readonly ArmInfo[];
  readonly claims: readonly Comparison[];
  readonly paper: readonly PaperFigure[];
  readonly options: Readonly<Record<string, unknown>>;
  /** What a full run has beyond these: grids too long for every run. Judged only there. */
  readonly full?: { readonly arms: readonly ArmInfo[]; readonly claims: readonly Comparison[] };
  /** One seed, start to end, with no state left behind. */
  runSeed(seed: number, ctx: Ctx, how: StudySize): Promise<SeedResult>;
}
