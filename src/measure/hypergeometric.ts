/**
 * Tails of the hypergeometric distribution: drawing without replacement from a finite population.
 */
import { binomialPmf } from "#num/special.ts";

export interface Draw {
  /** Items in all, the marked ones among them, and how many are drawn. */
  readonly items: number;
  readonly marked: number;
  readonly drawn: number;
}

/**
 * P(k of the drawn are marked) when drawn without replacement (Loader 2000: three binomials of one
 * share).
 */
function hypergeometricPmf(k: number, { items, marked, drawn }: Draw): number {
  if (k < Math.max(0, drawn - (items - marked)) || k > Math.min(drawn, marked)) return 0;
  if (drawn === items) return 1;
  const share = drawn / items;
  return (
    (binomialPmf(k, marked, share) * binomialPmf(drawn - k, items - marked, share)) /
    binomialPmf(drawn, items, share)
  );
}

/** A term this much smaller than the sum so far, and falling, adds nothing. */
const NEGLIGIBLE = 1e-18;

/**
 * Sum of the terms from k downward, by the ratio of neighbours: for k below the mean, where they
 * fall.
 */
function sumDown(k: number, draw: Draw): number {
  const { items, marked, drawn } = draw;
  const least = Math.max(0, drawn - (items - marked));
  let term = hypergeometricPmf(k, draw);
  let sum = term;
  for (let x = k; x > least && term > sum * NEGLIGIBLE; x--) {
    term *= (x * (items - marked - drawn + x)) / ((marked - x + 1) * (drawn - x + 1));
    sum += term;
  }
  return Math.min(1, sum);
}

/** Sum of the terms from k upward: for k above the mean. */
function sumUp(k: number, draw: Draw): number {
  const { items, marked, drawn } = draw;
  let term = hypergeometricPmf(k, draw);
  let sum = term;
  for (let x = k; x < Math.min(drawn, marked) && term > sum * NEGLIGIBLE; x++) {
    term *= ((marked - x) * (drawn - x)) / ((x + 1) * (items - marked - drawn + x + 1));
    sum += term;
  }
  return Math.min(1, sum);
}

/** P(X ≤ k) for X the marked items among the drawn. */
export function hypergeometricCdf(k: number, draw: Draw): number {
  const { items, marked, drawn } = draw;
  if (k < Math.max(0, drawn - (items - marked))) return 0;
  if (k >= Math.min(drawn, marked)) return 1;
  return k <= (drawn * marked) / items ? sumDown(k, draw) : 1 - sumUp(k + 1, draw);
}

/** P(X ≥ k) for X the marked items among the drawn. */
export function hypergeometricUpper(k: number, draw: Draw): number {
  const { items, marked, drawn } = draw;
  if (k <= Math.max(0, drawn - (items - marked))) return 1;
  if (k > Math.min(drawn, marked)) return 0;
  return k > (drawn * marked) / items ? sumUp(k, draw) : 1 - sumDown(k - 1, draw);
}
