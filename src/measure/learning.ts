/**
 * What the last corrections changed: error on held-out items before and after a lesson, compared
 * item by item.
 */
import { assert } from "#core/assert.ts";
import type { Interval, Measurement } from "#core/measurement.ts";
import type { Rng } from "#core/rng.ts";
import { clusteredBootstrap, clustersOf, differenceOf, meanOf } from "./bootstrap.ts";
import { type Discordant, discordant, mcnemar } from "./mcnemar.ts";
import { LEVEL_DEFAULT, twoSidedZ, wilson } from "./proportion.ts";

/** Halvings of the search for an end of the score interval: to 1e-12. */
const HALVINGS = 42;

/**
 * z of the difference Δ under Tango's constrained maximum likelihood (Tango 1998, eqs. 11 to 14).
 */
function scoreZ({ firstOnly, secondOnly }: Discordant, n: number, delta: number): number {
  const b = secondOnly;
  const c = firstOnly;
  const linear = -b - c + (2 * n - b + c) * delta;
  const root = Math.sqrt(Math.max(0, linear ** 2 + 8 * n * c * delta * (1 - delta)));
  const q = (root - linear) / (4 * n);
  const variance = n * (2 * q + delta * (1 - delta));
  const gap = b - c - n * delta;
  if (variance <= 0) return gap === 0 ? 0 : Math.sign(gap) * Number.POSITIVE_INFINITY;
  return gap / Math.sqrt(variance);
}

/**
 * Score interval for the difference of two paired proportions, second minus first (Tango 1998).
 * Holds for few discordant pairs, where the textbook interval collapses; none at all still gives a
 * width.
 */
export function pairedScoreInterval(pairs: Discordant, n: number, level = LEVEL_DEFAULT): Interval {
  assert(n > 0 && pairs.firstOnly + pairs.secondOnly <= n, "discordant pairs among n pairs, n > 0");
  const z = twoSidedZ(level);
  const estimate = (pairs.secondOnly - pairs.firstOnly) / n;
  const end = (outside: number): number => {
    let inside = estimate;
    let out = outside;
    for (let step = 0; step < HALVINGS; step++) {
      const middle = (inside + out) / 2;
      if (Math.abs(scoreZ(pairs, n, middle)) <= z) inside = middle;
      else out = middle;
    }
    return inside;
  };
  return { low: end(-1), high: end(1), level, method: "tango-score" };
}

export interface LearningInput {
  /** Corrections the later lesson learned from that the earlier one had not seen. */
  readonly corrections: number;
  /** [n] 1 where the earlier lesson is wrong on a held-out item, else 0. */
  readonly before: ArrayLike<number>;
  /** [n] the same of the later lesson, same items in the same order. */
  readonly after: ArrayLike<number>;
  /** [n] the unit each item was sampled with, when items share one. */
  readonly clusters?: readonly string[] | undefined;
}

export interface LearningChange {
  readonly before: Measurement;
  readonly after: Measurement;
  /** After minus before: below 0 is better. */
  readonly change: Measurement;
  /** Two-sided mid-p of McNemar's test. */
  readonly p: number;
  /** Held-out items put right, and items broken. */
  readonly fixed: number;
  readonly broken: number;
  readonly sentence: string;
}

const percent = (share: number): string => {
  const text = (100 * share).toFixed(1);
  return text === "-0.0" ? "0.0" : text.replace("-", "−");
};

const errorOf = (wrong: ArrayLike<number>, level: number): Measurement => {
  const n = wrong.length;
  const count = Array.from(wrong).reduce((total, one) => total + one, 0);
  return { metric: "error", value: count / n, interval: wilson(count, n, level), n };
};

function sentenceOf(corrections: number, before: number, after: number, change: Interval): string {
  const who = corrections === 1 ? "Your last correction" : `Your last ${corrections} corrections`;
  const figures = `from ${percent(before)} to ${percent(after)} %`;
  const by = `(${percent(after - before)} [${percent(change.low)}, ${percent(change.high)}])`;
  const within = change.low <= 0 && change.high >= 0 ? ", within chance" : "";
  return `${who} moved the held-out error ${figures} ${by}${within}`;
}

/**
 * Change of the held-out error between two lessons: value, interval (Tango's score interval, or the
 * clustered paired bootstrap when items share clusters), McNemar's p, and the sentence a reviewer
 * reads.
 */
export function learningChange(
  { corrections, before, after, clusters }: LearningInput,
  { rng, level = LEVEL_DEFAULT }: { readonly rng: Rng; readonly level?: number },
): LearningChange {
  const n = before.length;
  assert(n > 0 && after.length === n, "the same held-out items before and after, at least one");
  assert(clusters === undefined || clusters.length === n, "one cluster for each item");
  const pairs = discordant(before, after);
  const units = clusters === undefined ? undefined : clustersOf(clusters);
  const none = pairs.firstOnly + pairs.secondOnly === 0;
  const wrongIn = (wrong: ArrayLike<number>) => meanOf(Float64Array.from(wrong));
  // Without a discordant pair a resample shows no spread: the score interval over the units still
  // does.
  const interval =
    units === undefined || units.length === n || none
      ? pairedScoreInterval(pairs, units?.length ?? n, level)
      : clusteredBootstrap(differenceOf(wrongIn(after), wrongIn(before)), units, {
          rng: rng.split("learning"),
          level,
        }).interval;
  const earlier = errorOf(before, level);
  const later = errorOf(after, level);
  const { firstOnly: fixed, secondOnly: broken } = pairs;
  const { midP } = mcnemar(pairs);
  return {
    before: earlier,
    after: later,
    change: {
      metric: "error-change",
      value: (broken - fixed) / n,
      interval,
      n,
      note: `${fixed} put right, ${broken} broken; McNemar mid-p ${midP.toPrecision(2)}`,
    },
    p: midP,
    fixed,
    broken,
    sentence: sentenceOf(corrections, earlier.value, later.value, interval),
  };
}
