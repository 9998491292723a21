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
