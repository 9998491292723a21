import { assert } from "#core/assert.ts";

/**
 * How often one side's outcome beats the other's on the same item, a tie counting half. `a`, `b`:
 * [n] worth of each; 0.5 is even.
 */
export function winRate(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert(a.length === b.length && a.length > 0, "the same items on both sides, at least one");
  let wins = 0;
  for (let i = 0; i < a.length; i++) {
    const lead = (a[i] as number) - (b[i] as number);
    assert(!Number.isNaN(lead), "worth is a number");
    wins += lead > 0 ? 1 : lead < 0 ? 0 : 0.5;
  }
  return wins / a.length;
}

/** One comparison by a judge that saw it in both orders: 1 for ours, 0 for the other, 0.5 a tie. */
export interface BothOrders {
  readonly oursFirst: number;
  readonly oursSecond: number;
}

export interface DebiasedRate {
  /** Mean of the two orders: what the place is worth falls out. */
  readonly winRate: number;
  /** Over comparisons. NaN with a single one. */
  readonly standardError: number;
  /** How much more often a reply wins when shown first, 0 for a fair judge. */
  readonly firstAdvantage: number;
  /** Share of comparisons where the two orders give the same verdict. */
  readonly consistent: number;
}

/** A win rate from verdicts in both orders. */
export function debiasedWinRate(verdicts: readonly BothOrders[]): DebiasedRate {
  const n = verdicts.length;
  assert(n > 0, "at least one comparison");
  const mean = (of: (verdict: BothOrders) => number) =>
    verdicts.reduce((sum, verdict) => sum + of(verdict), 0) / n;
  for (const { oursFirst, oursSecond } of verdicts)
    assert(
      [oursFirst, oursSecond].every((v) => v >= 0 && v <= 1),
      "verdicts from 0 to 1",
    );
  const rate = mean(({ oursFirst, oursSecond }) => (oursFirst + oursSecond) / 2);
  const squares = mean(({ oursFirst, oursSecond }) => ((oursFirst + oursSecond) / 2 - rate) ** 2);
  return {
    winRate: rate,
    standardError: Math.sqrt(squares / (n - 1)),
    firstAdvantage: mean(({ oursFirst, oursSecond }) => oursFirst - oursSecond),
    consistent: mean(({ oursFirst, oursSecond }) => (oursFirst === oursSecond ? 1 : 0)),
  };
}
