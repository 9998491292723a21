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
 * `better`: the bound of its improvement lies above 0. `not-worse`: the bound lies above minus `margin`, and
 * it was learned from corrections the one in force has not seen: for refits that come by themselves, where
 * holding back a sound lesson forty corrections long for want of proof would waste them.
 */
export interface GateRule {
  readonly promise: "better" | "not-worse";
  /** Largest rise of the error, absolute, that may go unproven under `not-worse`. */
  readonly margin: number;
  /** One-sided level of the bound. */
  readonly level: number;
  /**
   * `fixed`: one look at a held-out set. `always-valid`: a confidence sequence over the items in the order
   * they were judged, so that people may look after each and stop when they like.
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
  /** Candidate's error minus that in force: below 0 is better. Null when there was nothing to compare on. */
  readonly change: Measurement | null;
}

/** Whether a candidate goes live. Always says why. */
export function gate(input: GateInput): Verdict {
  const { inForce, candidate, newCorrections, rule = automaticRefit } = input;
  const n = inForce.length;
  assert(candidate.length === n, "both lessons are judged on the same items");
  if (n === 0)
    return {
      promote: false,
      sentence: "Held back: there are no held-out items to judge it on.",
      change: null,
    };
  const flips =
    input.clusters === undefined && isZeroOne(inForce) && isZeroOne(candidate)
      ? discordant(inForce, candidate)
      : undefined;
  const interval = improvementInterval(input, { rule, flips });
  const bar = rule.promise === "better" ? 0 : -rule.margin;
  const shown = interval.low > bar;
  const significant =
    rule.promise === "not-worse" ||
    flips === undefined ||
    rule.looking === "always-valid" ||
    oneSided(flips) <= 1 - rule.level;
  const learned = rule.promise === "better" || newCorrections > 0;
  const promote = shown && significant && learned;
  return {
    promote,
    sentence: sentenceOf(input, { promote, learned, interval, flips, rule }),
    change: {
      metric: "error-change",
      value: mean(candidate) - mean(inForce),
      interval: { ...interval, low: -interval.high, high: -interval.low },
      n,
    },
  };
}

const isZeroOne = (losses: Float64Array) => losses.every((loss) => loss === 0 || loss === 1);
const mean = (values: Float64Array) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Exact one-sided McNemar p-value of "the candidate errs no less often". */
function oneSided({ firstOnly, secondOnly }: Discordant): number {
  return firstOnly > secondOnly ? mcnemar({ firstOnly, secondOnly }).exact / 2 : 1;
}

/** Interval of (error in force - candidate's error) whose lower end is the one-sided bound. */
function improvementInterval(
  { inForce, candidate, clusters, rng }: GateInput,
  how: { readonly rule: GateRule; readonly flips: Discordant | undefined },
): Interval {
  const { rule, flips } = how;
  const alpha = 1 - rule.level;
  const level = 1 - 2 * alpha;
  const improvement = inForce.map((loss, i) => loss - (candidate[i] as number));
  if (rule.looking === "always-valid") return differenceSequence(improvement, level);
  const clustered = clusters === undefined ? undefined : clustersOf(clusters);
  const units = clustered?.length ?? inForce.length;
  // Where nothing differs, resamples show no spread: the score interval over the sampled units still does.
  const same = improvement.every((each) => each === 0)
    ? { firstOnly: 0, secondOnly: 0 }
    : undefined;
  const pairs = flips ?? same;
  if (pairs !== undefined) {
    const change = pairedScoreInterval(pairs, units, level);
    return { ...change, low: -change.high, high: -change.low };
  }
  const options = { rng: rng.split("gate"), level };
  return clustered === undefined
    ? pairedBootstrap(inForce, candidate, options).interval
    : clusteredBootstrap(meanOf(improvement), clustered, options).interval;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const points = (share: number) => (100 * share).toFixed(2);
const count = (n: number) => n.toLocaleString("en");

function sentenceOf(
  { inForce, candidate, newCorrections }: GateInput,
  found: {
    readonly promote: boolean;
    readonly learned: boolean;
    readonly interval: Interval;
    readonly flips: Discordant | undefined;
    readonly rule: GateRule;
  },
): string {
  const { promote, learned, interval, flips, rule } = found;
  const [before, after] = [mean(inForce), mean(candidate)];
  const asked =
    rule.promise === "better"
      ? "and it had to be above 0"
      : `and no more than ${points(rule.margin)} points may be lost`;
  const parts = [
    `${promote ? "Promoted" : "Held back"}: on ${count(inForce.length)} held-out items the error`,
    before === after
      ? `stays at ${percent(after)}`
      : `goes from ${percent(before)} to ${percent(after)}`,
    flips === undefined ? "" : `(${flips.firstOnly} put right, ${flips.secondOnly} made wrong)`,
    `; the improvement is at least ${points(interval.low)} points at ${percent(rule.level)} confidence,`,
    `${asked}`,
    flips === undefined || rule.promise === "not-worse"
      ? ""
      : `, exact McNemar p ${oneSided(flips).toPrecision(2)}`,
    learned ? "" : ", and it learned from nothing new",
    rule.promise === "not-worse" && learned
      ? `; it learned from ${count(newCorrections)} corrections more`
      : "",
  ];
  return `${parts
    .filter((part) => part !== "")
    .join(" ")
    .replaceAll(/ ([;,])/g, "$1")}.`;
}
