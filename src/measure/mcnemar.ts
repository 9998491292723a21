/**
 * McNemar's test: did one of two answers to the same items err more often? Only items they differ
 * on count.
 */
import { assert } from "#core/assert.ts";
import { binomialCdf, binomialPmf } from "#num/special.ts";

/** Items that exactly one of the two got wrong. */
export interface Discordant {
  /** Wrong in the first, right in the second. */
  readonly firstOnly: number;
  /** Right in the first, wrong in the second. */
  readonly secondOnly: number;
}

/** Counts discordant pairs. `first`, `second`: [n] 1 where wrong, else 0. */
export function discordant(first: ArrayLike<number>, second: ArrayLike<number>): Discordant {
  assert(first.length === second.length, "the same items in both");
  let firstOnly = 0;
  let secondOnly = 0;
  for (let i = 0; i < first.length; i++) {
    firstOnly += first[i] === 1 && second[i] !== 1 ? 1 : 0;
    secondOnly += first[i] !== 1 && second[i] === 1 ? 1 : 0;
  }
  return { firstOnly, secondOnly };
}

export interface McNemar {
  /** Two-sided binomial p-value: never above its level under the null. */
  readonly exact: number;
  /**
   * Exact less half the probability of what was seen: less conservative, seldom above its level
   * (Fagerland et al. 2013).
   */
  readonly midP: number;
}

export function mcnemar({ firstOnly, secondOnly }: Discordant): McNemar {
  const n = firstOnly + secondOnly;
  if (n === 0) return { exact: 1, midP: 1 };
  const fewer = Math.min(firstOnly, secondOnly);
  const tail = binomialCdf(fewer, n, 0.5);
  const exact = Math.min(1, 2 * tail);
  // With equal counts twice the tail overshoots 1, and the mid-p is 1 less the probability of the
  // tie.
  const seen = binomialPmf(fewer, n, 0.5);
  return { exact, midP: firstOnly === secondOnly ? 1 - seen / 2 : 2 * tail - seen };
}
