import { assert } from "#core/assert.ts";
import type { Interval, Measurement } from "#core/measurement.ts";
import type { Rng } from "#core/rng.ts";
import { clusteredBootstrap, clustersOf, meanOf, pairedBootstrap } from "#measure/bootstrap.ts";
import { pairedScoreInterval } from "#measure/learning.ts";
import { type Discordant, discordant, mcnemar } from "#measure/mcnemar.ts";
import { differenceSequence } from "#measure/sequential.ts";

/**
 * What a candidate must show against the lesson in force.
 *
 * `better`: the bound of its improvement lies above 0. `not-worse`: the bound lies above minus
 * `margin`, and it was learned from corrections the one in force has not seen: for refits that come
 * by themselves, where holding back a sound lesson forty corrections long for want of proof would
 * waste them.
 */
export interface GateRule {
  readonly promise: "better" | "not-worse";
  /**
   * Largest rise of the error, absolute, that may go unproven under `not-worse`: over the lesson in
   * force, and over the best so far, so that many small losses cannot add up.
   */
  readonly margin: number;
  /** One-sided level of the bound. */
  readonly level: number;
  /**
   * `fixed`: one look at a held-out set. `always-valid`: a confidence sequence over the items in
   * the order they were judged, so that people may look after each and stop when they like.
   */
  readonly looking: "fixed" | "always-valid";
}

export const automaticRefit: GateRule = {
  promise: "not-worse",
  margin: 0.01,
  level: 0.95,
  looking: "fixed",
};

export const provenBetter: GateRule = { ...automaticRefit, promise: "better" };

/** Both lessons on the same held-out, judged items. */
export interface GateInput {
  /** [n] loss of each item under the lesson in force, in [0, 1]: 1 wrong, 0 right for a label. */
  readonly inForce: Float64Array;
  /** [n] loss under the candidate. */
  readonly candidate: Float64Array;
  /** [n] loss under the lesson that did best so far, where it is not the one in force. */
  readonly best?: Float64Array;
  /** [n] the unit that was sampled, where several items share one (a thread, a user). */
  readonly clusters?: readonly string[];
  /** Corrections the candidate learned from and the one in force did not. */
  readonly newCorrections: number;
  readonly rng: Rng;
  readonly rule?: GateRule;
}

export interface Verdict {
  readonly promote: boolean;
  /** Why, with the figures, for a person. */
  readonly sentence: string;
  /**
   * Candidate's error minus that in force: below 0 is better. Null when there was nothing to
   * compare on.
   */
  readonly change: Measurement | null;
}

/** A candidate beside another lesson, item by item. */
interface Comparison {
  /** Error of the other minus error of the candidate; its lower end is the one-sided bound. */
  readonly improvement: Interval;
  /** Items that only one of the two got wrong, where an item is either right or wrong. */
  readonly flips: Discordant | undefined;
}

/** Whether a candidate goes live. Always says why. */
export function gate(input: GateInput): Verdict {
  const { inForce, candidate, newCorrections, best, rule = automaticRefit } = input;
  const n = inForce.length;
  assert(candidate.length === n, "both lessons are judged on the same items");
  if (n === 0)
    return {
      promote: false,
      sentence: "Held back: there are no held-out items to judge it on.",
      change: null,
    };
  const now = compare(inForce, input);
  const ever = rule.promise === "better" || best === undefined ? now : compare(best, input);
  const promote =
    rule.promise === "better"
      ? now.improvement.low > 0 && (pValue(now, rule) ?? 0) <= 1 - rule.level
      : newCorrections > 0 && Math.min(now.improvement.low, ever.improvement.low) > -rule.margin;
  const why = reasons(input, { now, ever, rule }).join("; ");
  const { low, high } = now.improvement;
  return {
    promote,
    sentence: `${promote ? "Promoted" : "Held back"}: ${why}.`,
    change: {
      metric: "error-change",
      value: mean(candidate) - mean(inForce),
      interval: { ...now.improvement, low: -high, high: -low },
      n,
    },
  };
}

const isZeroOne = (losses: Float64Array) => losses.every((loss) => loss === 0 || loss === 1);
const mean = (values: Float64Array) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function compare(other: Float64Array, input: GateInput): Comparison {
  const { candidate, clusters, rng, rule = automaticRefit } = input;
  const level = 1 - 2 * (1 - rule.level);
  const improvement = other.map((loss, i) => loss - (candidate[i] as number));
  const flips = isZeroOne(other) && isZeroOne(candidate) ? discordant(other, candidate) : undefined;
  if (rule.looking === "always-valid")
    return { improvement: differenceSequence(improvement, level), flips };
  const units = clusters === undefined ? undefined : clustersOf(clusters);
  // Where nothing differs, resamples show no spread: the score interval over the sampled units
  // still does.
  const none = improvement.every((each) => each === 0);
  if (none || (units === undefined && flips !== undefined)) {
    const pairs = none ? { firstOnly: 0, secondOnly: 0 } : (flips as Discordant);
    const { low, high, method } = pairedScoreInterval(pairs, units?.length ?? other.length, level);
    return { improvement: { low: -high, high: -low, level, method }, flips };
  }
  const options = { rng: rng.split("gate"), level };
  const { interval } =
    units === undefined
      ? pairedBootstrap(other, candidate, options)
      : clusteredBootstrap(meanOf(improvement), units, options);
  return { improvement: interval, flips };
}

/**
 * Exact one-sided McNemar p-value of "the candidate errs no less often", where that test applies.
 */
function pValue({ improvement, flips }: Comparison, { looking }: GateRule): number | undefined {
  if (flips === undefined || looking === "always-valid" || improvement.method.includes("clustered"))
    return undefined;
  return flips.firstOnly > flips.secondOnly ? mcnemar(flips).exact / 2 : 1;
}

const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;
const points = (share: number) => `${(100 * share).toFixed(2)} points`;

/** "fell by at least" or "rose by at most": a one-sided bound, said the right way round. */
const atWorst = ({ low }: Interval) =>
  low > 0 ? `fell by at least ${points(low)}` : `rose by at most ${points(-low)}`;

function reasons(
  { inForce, candidate, best, newCorrections }: GateInput,
  found: { readonly now: Comparison; readonly ever: Comparison; readonly rule: GateRule },
): string[] {
  const { now, ever, rule } = found;
  const [before, after] = [mean(inForce), mean(candidate)];
  const moved =
    before === after
      ? `stays at ${percent(after)}`
      : `goes from ${percent(before)} to ${percent(after)}`;
  const { flips } = now;
  const counts =
    flips === undefined ? "" : ` (${flips.firstOnly} put right, ${flips.secondOnly} made wrong)`;
  const p = pValue(now, rule);
  const asked =
    rule.promise === "better"
      ? `a fall was asked for${p === undefined ? "" : `; exact McNemar p ${p.toPrecision(2)}`}`
      : `${points(rule.margin)} were allowed`;
  const bound = `one-sided ${percent(rule.level)} bound, ${asked}`;
  const sentences = [
    `on ${inForce.length.toLocaleString("en")} held-out items the error ${moved}${counts}`,
    `it ${atWorst(now.improvement)} (${bound})`,
  ];
  if (rule.promise === "better") return sentences;
  if (best !== undefined)
    sentences.push(`beside the best lesson so far it ${atWorst(ever.improvement)}`);
  return [...sentences, `it learned from ${newCorrections || "no"} new corrections`];
}
