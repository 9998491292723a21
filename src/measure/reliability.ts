/**
 * Whether a stated probability means what it says: calibration error, Brier score, reliability
 * bins. `predicted`: [n] probabilities of the event; `happened`: [n] 1 where it did, else 0. The
 * event is mostly "the proposal is wrong", its probability the risk.
 */
import { assert } from "#core/assert.ts";
import type { Interval } from "#core/measurement.ts";
import { err, ok, type Result } from "#core/result.ts";
import { checkRange, PROBABILITY } from "./check.ts";
import { LEVEL_DEFAULT, wilson } from "./proportion.ts";

export interface ReliabilityBin {
  /**
   * Edges on the probability scale; of an equal-mass bin the least and greatest prediction in it.
   */
  readonly low: number;
  readonly high: number;
  readonly n: number;
  /** Mean prediction; of an empty bin the middle of its edges. */
  readonly predicted: number;
  /** Share of the bin's items where the event happened; null when the bin is empty. */
  readonly observed: number | null;
  /** Wilson's interval of `observed`. */
  readonly interval: Interval;
}

export type BinMode = "equal-width" | "equal-mass";

export interface BinOptions {
  readonly bins?: number;
  readonly mode?: BinMode;
  readonly level?: number;
}

/** Fewer items than bins make an ECE of mostly noise; below this many it is refused. */
export const ECE_ITEMS_MIN = 50;
const BINS_DEFAULT = 10;

/** What `ece` answers when there are too few items to mean anything. */
export interface TooFewItems {
  readonly kind: "too-few-items";
  readonly got: number;
  readonly need: number;
}

function checkPairs(predicted: ArrayLike<number>, happened: ArrayLike<number>): void {
  assert(predicted.length === happened.length, "as many predictions as outcomes");
  checkRange("predictions", predicted, PROBABILITY);
}

/** Item indices, least value first; equal values keep their order. */
export function ascending(values: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  return order.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
}

interface Tally {
  readonly n: Uint32Array;
  readonly predicted: Float64Array;
  readonly happened: Float64Array;
}

const emptyTally = (bins: number): Tally => ({
  n: new Uint32Array(bins),
  predicted: new Float64Array(bins),
  happened: new Float64Array(bins),
});

function count({ n, predicted, happened }: Tally, bin: number, p: number, y: number): void {
  n[bin] = (n[bin] as number) + 1;
  predicted[bin] = (predicted[bin] as number) + p;
  happened[bin] = (happened[bin] as number) + y;
}

/**
 * Bin k of an equal-width split is (k/bins, (k+1)/bins]; 0 falls into the first, as in
 * scikit-learn.
 */
function widthBin(p: number, bins: number): number {
  const bin = Math.max(0, Math.ceil(p * bins) - 1);
  // p · bins can round up past a whole number that p does not exceed as a fraction.
  return bin > 0 && p <= bin / bins ? bin - 1 : bin;
}

/**
 * Predictions against outcomes, bin by bin. All `bins` come back with their counts, empty ones too;
 * equal-mass bins number at most n and differ in size by at most one, ties split in item order.
 */
export function reliabilityBins(
  predicted: ArrayLike<number>,
  happened: ArrayLike<number>,
  { bins = BINS_DEFAULT, mode = "equal-width", level = LEVEL_DEFAULT }: BinOptions = {},
): ReliabilityBin[] {
  checkPairs(predicted, happened);
  assert(Number.isSafeInteger(bins) && bins > 0, "a positive number of bins");
  const n = predicted.length;
  const used = mode === "equal-width" ? bins : Math.min(bins, n);
  const tally = emptyTally(used);
  const edges: [number, number][] = [];
  if (mode === "equal-width") {
    for (let k = 0; k < used; k++) edges.push([k / used, (k + 1) / used]);
    for (let i = 0; i < n; i++)
      count(
        tally,
        widthBin(predicted[i] as number, used),
        predicted[i] as number,
        happened[i] as number,
      );
  } else {
    const order = ascending(predicted);
    for (let k = 0; k < used; k++) {
      const start = Math.floor((k * n) / used);
      const end = Math.floor(((k + 1) * n) / used);
      for (let at = start; at < end; at++) {
        const i = order[at] as number;
        count(tally, k, predicted[i] as number, happened[i] as number);
      }
      edges.push([
        predicted[order[start] as number] as number,
        predicted[order[end - 1] as number] as number,
      ]);
    }
  }
  return edges.map(([low, high], k) => {
    const size = tally.n[k] as number;
    const events = tally.happened[k] as number;
    return {
      low,
      high,
      n: size,
      predicted: size === 0 ? (low + high) / 2 : (tally.predicted[k] as number) / size,
      observed: size === 0 ? null : events / size,
      interval: wilson(events, size, level),
    };
  });
}

/** Σ n_b/n |predicted_b − observed_b|. */
function calibrationGap(bins: readonly ReliabilityBin[]): number {
  const n = bins.reduce((total, bin) => total + bin.n, 0);
  return bins.reduce(
    (total, bin) =>
      bin.observed === null ? total : total + (bin.n / n) * Math.abs(bin.predicted - bin.observed),
    0,
  );
}

/**
 * Expected calibration error (Naeini et al. 2015) with the bins it was computed from, never one
 * without the other: the figure depends on them. Refused below 50 items.
 */
export function ece(
  predicted: ArrayLike<number>,
  happened: ArrayLike<number>,
  options: BinOptions = {},
): Result<{ readonly value: number; readonly bins: readonly ReliabilityBin[] }, TooFewItems> {
  if (predicted.length < ECE_ITEMS_MIN)
    return err({ kind: "too-few-items", got: predicted.length, need: ECE_ITEMS_MIN });
  const bins = reliabilityBins(predicted, happened, options);
  return ok({ value: calibrationGap(bins), bins });
}

/**
 * Equal-width ECE as a function of item indices, for resampling: items are put in their bins once.
 * Takes any number of items: whether they are enough is for `ece` to say.
 */
export function eceOf(
  predicted: ArrayLike<number>,
  happened: ArrayLike<number>,
  bins = BINS_DEFAULT,
): (indices: Uint32Array) => number {
  checkPairs(predicted, happened);
  const binOf = Uint32Array.from(predicted, (p) => widthBin(p, bins));
  const excess = Float64Array.from(predicted, (p, i) => p - (happened[i] as number));
  const gap = new Float64Array(bins);
  return (indices) => {
    gap.fill(0);
    for (let k = 0; k < indices.length; k++) {
      const i = indices[k] as number;
      const bin = binOf[i] as number;
      gap[bin] = (gap[bin] as number) + (excess[i] as number);
    }
    return gap.reduce((total, one) => total + Math.abs(one), 0) / indices.length;
  };
}

/** Mean squared difference of prediction and outcome (Brier 1950); null without items. */
export function brier(predicted: ArrayLike<number>, happened: ArrayLike<number>): number | null {
  checkPairs(predicted, happened);
  if (predicted.length === 0) return null;
  let total = 0;
  for (let i = 0; i < predicted.length; i++)
    total += ((predicted[i] as number) - (happened[i] as number)) ** 2;
  return total / predicted.length;
}

/**
 * Squared Pearson correlation between the bin means of risk and error, after sorting by risk into
 * bins of floor(√n) items; the rest, fewer than that, makes a last bin (POLAR, Zhao et al. 2023).
 * Null when it is undefined: fewer than two bins, or one of the two constant over them.
 */
export function binnedR2(risk: ArrayLike<number>, wrong: ArrayLike<number>): number | null {
  checkPairs(risk, wrong);
  const n = risk.length;
  const size = Math.floor(Math.sqrt(n));
  const bins = size === 0 ? 0 : Math.ceil(n / size);
  if (bins < 2) return null;
  const tally = emptyTally(bins);
  ascending(risk).forEach((i, at) => {
    count(tally, Math.floor(at / size), risk[i] as number, wrong[i] as number);
  });
  const x = tally.predicted.map((total, k) => total / (tally.n[k] as number));
  const y = tally.happened.map((total, k) => total / (tally.n[k] as number));
  const r = pearson(x, y);
  return r === null ? null : r * r;
}

/** Below this share of its scale a spread is rounding of a constant. */
const SPREAD_MIN = 1e-14;

/** Pearson's correlation of two lists of one length; null when either is constant. */
export function pearson(x: Float64Array, y: Float64Array): number | null {
  assert(x.length === y.length, "lists of one length");
  const n = x.length;
  const mean = (values: Float64Array) => values.reduce((total, value) => total + value, 0) / n;
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < n; i++) {
    const dx = (x[i] as number) - meanX;
    const dy = (y[i] as number) - meanY;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  const constant = (spread: number, centre: number) =>
    Math.sqrt(spread / n) <= SPREAD_MIN * Math.max(1, Math.abs(centre));
  return n < 2 || constant(xx, meanX) || constant(yy, meanY) ? null : xy / Math.sqrt(xx * yy);
}
