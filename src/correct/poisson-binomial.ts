import { assert } from "#core/assert.ts";
import { normalQuantile } from "#num/special.ts";

/**
 * Up to this variance the distribution is kept exactly (about 300 masses wide); above it, 20
 * standard deviations from its nearer end, the normal quantile corrected for skewness is off by
 * less than one.
 */
const EXACT_VARIANCE_MAX = 400;
/** Masses below this are cut from the ends: with 10^6 items far less than 10^-8 is lost. */
const MASS_MIN = 1e-15;

/** The number of errors among independent items of different risks, grown one item at a time. */
export interface ErrorCount {
  readonly mean: number;
  /** An item that is wrong with probability `risk`. O(standard deviation). */
  add(risk: number): void;
  /** Whole numbers `low..high` that hold the count with probability at least `level`. */
  interval(level: number): { readonly low: number; readonly high: number };
}

/**
 * The Poisson-binomial distribution (exact by convolution while it is narrow; Hong 2013 for a
 * survey).
 */
export function errorCount(): ErrorCount {
  let mean = 0;
  let variance = 0;
  let thirdMoment = 0;
  let certain = 0;
  let items = 0;
  let offset = 0;
  let masses: number[] | null = [1];

  const convolve = (risk: number, old: number[]) => {
    old.push(0);
    for (let k = old.length - 1; k > 0; k--)
      old[k] = (old[k] as number) * (1 - risk) + (old[k - 1] as number) * risk;
    old[0] = (old[0] as number) * (1 - risk);
    while ((old.at(-1) as number) < MASS_MIN) old.pop();
    let cut = 0;
    while ((old[cut] as number) < MASS_MIN) cut++;
    offset += cut;
    return cut === 0 ? old : old.slice(cut);
  };

  return {
    get mean() {
      return mean;
    },

    add(risk) {
      assert(risk >= 0 && risk <= 1, "a risk is a probability");
      items += 1;
      mean += risk;
      if (risk === 0) return;
      if (risk === 1) {
        certain += 1;
        return;
      }
      variance += risk * (1 - risk);
      thirdMoment += risk * (1 - risk) * (1 - 2 * risk);
      if (variance > EXACT_VARIANCE_MAX) masses = null;
      if (masses !== null) masses = convolve(risk, masses);
    },

    interval(level) {
      assert(level > 0 && level < 1, "a level is strictly between 0 and 1");
      const tail = (1 - level) / 2;
      if (masses === null) return skewedNormal(tail, { mean, variance, thirdMoment, items });
      const first = certain + offset;
      return {
        low: first + quantileIndex(masses, tail),
        high: first + quantileIndex(masses, 1 - tail),
      };
    },
  };
}

/** Smallest index at which the cumulated mass reaches `p`. */
function quantileIndex(masses: readonly number[], p: number): number {
  let sum = 0;
  for (const [index, mass] of masses.entries()) {
    sum += mass;
    if (sum >= p) return index;
  }
  return masses.length - 1;
}

/** Cornish-Fisher with the skewness term, widened by the half unit a whole number can hide. */
function skewedNormal(
  tail: number,
  moments: {
    readonly mean: number;
    readonly variance: number;
    readonly thirdMoment: number;
    readonly items: number;
  },
): { low: number; high: number } {
  const { mean, variance, thirdMoment, items } = moments;
  const sd = Math.sqrt(variance);
  const skewness = thirdMoment / (variance * sd);
  const z = normalQuantile(1 - tail);
  const shift = (skewness * (z * z - 1)) / 6;
  return {
    low: Math.max(0, Math.floor(mean + sd * (shift - z) - 0.5)),
    high: Math.min(items, Math.ceil(mean + sd * (shift + z) + 0.5)),
  };
}
