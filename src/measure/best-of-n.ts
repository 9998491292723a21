import { assert } from "#core/assert.ts";
import { Problem } from "#core/errors.ts";
import { ascending } from "./reliability.ts";

/** One prompt's candidates: what they are chosen by, and what they are worth. */
export interface Candidates {
  /** [N] the score the best is chosen by; of equal ones the later is chosen. */
  readonly proxy: ArrayLike<number>;
  /** [N] what the choice is judged by. */
  readonly worth: ArrayLike<number>;
}

/**
 * Expected worth of the candidate with the highest proxy among n drawn without replacement, for
 * each n, without drawing: with candidates in ascending order of proxy, Σᵢ C(i−1, n−1)/C(N, n)
 * worthᵢ (Nakano et al. 2021). Weights come from w_N = n/N, w_{i−1} = w_i (i − n)/(i − 1), so that
 * no binomial is formed. Throws a `bad-input` problem for an n above N: no unbiased estimate exists.
 */
export function bestOfN({ proxy, worth }: Candidates, ns: readonly number[]): Float64Array {
  const count = proxy.length;
  assert(count > 0 && worth.length === count, "as much worth as proxies, at least one");
  const order = ascending(proxy);
  return Float64Array.from(ns, (n) => {
    if (!(Number.isInteger(n) && n >= 1 && n <= count))
      throw new Problem("bad-input", "The best of so many candidates cannot be estimated", {
        expected: `a whole number from 1 to the ${count} candidates of each prompt`,
        got: String(n),
      });
    let weight = n / count;
    let sum = 0;
    for (let i = count; i >= n; i--) {
      sum += weight * (worth[order[i - 1] as number] as number);
      weight *= (i - n) / (i - 1 || 1);
    }
    return sum;
  });
}

/** KL divergence of best-of-n from the policy it draws from, nats: ln n − (n − 1)/n. */
export const bestOfNKl = (n: number): number => Math.log(n) - (n - 1) / n;

/** Share of candidates whose proxy equals that of another: there the order of rows decides. */
export function tiedShare(proxy: ArrayLike<number>): number {
  const seen = new Map<number, number>();
  for (let i = 0; i < proxy.length; i++) {
    const score = proxy[i] as number;
    seen.set(score, (seen.get(score) ?? 0) + 1);
  }
  let tied = 0;
  for (const times of seen.values()) if (times > 1) tied += times;
  return tied / proxy.length;
}

/** 1, 2, 4, … up to `most`: the n a curve is drawn at. */
export function doublings(most: number): number[] {
  const ns: number[] = [];
  for (let n = 1; n <= most; n *= 2) ns.push(n);
  return ns;
}

/** How far a path ends below its highest point. */
export const turnOver = (path: Float64Array | readonly number[]): number =>
  Math.max(...path) - (path.at(-1) ?? Number.NaN);
