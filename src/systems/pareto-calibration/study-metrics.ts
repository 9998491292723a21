import { assert } from "#core/assert.ts";
import type { ArmMetric } from "#core/study.ts";
import { accuracy, confusion, f1 } from "#measure/classification.ts";
import { aurocOf } from "#measure/ranking.ts";
import { binnedR2, ece } from "#measure/reliability.ts";
import { riskCoverage } from "#measure/selective.ts";
import type { Judgement } from "./study-arms.ts";
import { REVIEW_SHARES, type Reviewed } from "./study-people.ts";
import { CLASSES, POSITIVE } from "./study-world.ts";

type Metrics = Record<string, ArmMetric>;

/**
 * Everything the metrics of all arms are resampled by: replicate r takes the same test mails
 * everywhere.
 */
export interface Scoring {
  /** [test] 1 where the proposer is wrong. */
  readonly wrong: Float64Array;
  /** [test] */
  readonly gold: Int16Array;
  /** Each [test], row numbers with replacement. */
  readonly resamples: readonly Uint32Array[];
}

/** Equal-width bins of an ECE, as the authors take them. */
export const ECE_BINS = 10;

/** The value on all test mails, and on each resample. */
function measured({ wrong, resamples }: Scoring, at: (rows: Uint32Array) => number): ArmMetric {
  const everything = Uint32Array.from(wrong.keys());
  return { value: at(everything), replicates: resamples.map(at) };
}

/** `values` of the given rows. A plain loop: this is where the time of a study goes. */
function take<A extends Float64Array | Int16Array | Uint32Array>(values: A, rows: Uint32Array): A {
  const taken = values.slice(0, rows.length) as A; // the same kind of array, every entry written below
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i] as number] as number;
  return taken;
}

/** Resamples with their rows by rising risk: what sorts them again has nothing left to do. */
function byRisk(scoring: Scoring, risk: Float64Array): Scoring {
  const order = Uint32Array.from(risk.keys()).sort(
    (a, b) => (risk[a] as number) - (risk[b] as number) || a - b,
  );
  const rank = new Uint32Array(order.length);
  for (const [place, row] of order.entries()) rank[row] = place;
  const sorted = (rows: Uint32Array) => take(order, take(rank, rows).sort());
  return { ...scoring, resamples: scoring.resamples.map(sorted) };
}

/** Whether the risk tells wrong proposals from right ones, and what that buys. */
export function riskMetrics(all: Scoring, { risk, labels }: Judgement): Metrics {
  const scoring = byRisk(all, risk);
  const { wrong } = scoring;
  const metrics: Metrics = {
    ece: measured(scoring, (rows) => {
      const gap = ece(take(risk, rows), take(wrong, rows), { bins: ECE_BINS });
      assert(gap.ok, "enough test mails for an ECE");
      return gap.value.value;
    }),
    // Undefined where the risk is the same everywhere: then it explains nothing.
    r2: measured(scoring, (rows) => binnedR2(take(risk, rows), take(wrong, rows)) ?? 0),
    auroc: measured(scoring, aurocOf(risk, wrong)),
    ...labelMetricsOf(scoring, labels),
  };
  const left = [scoring.wrong, ...scoring.resamples].map((_, r) =>
    errorsLeft(scoring, risk, r === 0 ? undefined : scoring.resamples[r - 1]),
  );
  for (const [s, share] of REVIEW_SHARES.entries())
    metrics[errorAfter(share)] = {
      value: left[0]?.[s] as number,
      replicates: left.slice(1).map((values) => values[s] as number),
    };
  return metrics;
}

/**
 * Error over all mails once the riskiest share of them is put right without fail, share by share.
 */
function errorsLeft(
  { wrong }: Scoring,
  risk: Float64Array,
  rows: Uint32Array | undefined,
): number[] {
  const n = wrong.length;
  const { error } =
    rows === undefined
      ? riskCoverage(risk, wrong)
      : riskCoverage(take(risk, rows), take(wrong, rows));
  return REVIEW_SHARES.map((share) => {
    const unreviewed = n - Math.floor(share * n);
    return ((error[unreviewed - 1] as number) * unreviewed) / n;
  });
}

export const errorAfter = (share: number): string => `error-after-${Math.round(100 * share)}`;

/** Accuracy and F1 of spam of labels that go out. */
export function labelMetricsOf(scoring: Scoring, labels: Int16Array): Metrics {
  const counts = (rows: Uint32Array) =>
    confusion(take(labels, rows), take(scoring.gold, rows), CLASSES.length);
  return {
    accuracy: measured(scoring, (rows) => accuracy(counts(rows)) ?? 0),
    "f1-spam": measured(scoring, (rows) => f1(counts(rows), POSITIVE) ?? 0),
  };
}

/** What a person who slips and tires leaves behind. */
export function reviewMetrics(scoring: Scoring, { wrong, minutes }: Reviewed): Metrics {
  const metrics: Metrics = {};
  for (const [s, share] of REVIEW_SHARES.entries()) {
    const left = wrong[s] as Float64Array;
    metrics[errorAfter(share)] = measured(scoring, (rows) => mean(left, rows));
    metrics[`minutes-for-${Math.round(100 * share)}`] = { value: minutes[s] as number };
  }
  return metrics;
}

function mean(values: Float64Array, rows: Uint32Array): number {
  let total = 0;
  for (const row of rows) total += values[row] as number;
  return total / rows.length;
}
