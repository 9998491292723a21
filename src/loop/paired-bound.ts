import { assert } from "#core/assert.ts";
import { normalQuantile } from "#num/special.ts";

/** Of `n` items: those only the first of two got right, and those only the second did. */
export interface Flips {
  readonly n: number;
  readonly firstOnly: number;
  readonly secondOnly: number;
}

const HALVINGS = 50;

/**
 * Interval for the difference (first's accuracy - second's) on the same items, by inverting the score test
 * (Tango 1998). Unlike a bootstrap it stays open when no item, or only one, tells the two apart.
 * `alpha`: probability of a miss on either side.
 */
export function flipInterval(flips: Flips, alpha: number): { low: number; high: number } {
  const { n, firstOnly, secondOnly } = flips;
  assert(n > 0 && firstOnly + secondOnly <= n, "flips are some of the items");
  assert(alpha > 0 && alpha < 0.5, "a one-sided level lies between 0 and one half");
  const z = normalQuantile(1 - alpha);
  const estimate = (firstOnly - secondOnly) / n;
  const edge = (outside: number, refuted: (score: number) => boolean) => {
    let [out, inside] = [outside, estimate];
    for (let step = 0; step < HALVINGS; step++) {
      const middle = (out + inside) / 2;
      if (refuted(scoreAt(flips, middle))) out = middle;
      else inside = middle;
    }
    return inside;
  };
  return { low: edge(-1, (score) => score > z), high: edge(1, (score) => score < -z) };
}

/** Score statistic of "the difference is `delta`", standard normal when it is. */
function scoreAt({ n, firstOnly, secondOnly }: Flips, delta: number): number {
  const q = secondOnlyRate({ n, firstOnly, secondOnly }, delta);
  const variance = n * (2 * q + delta * (1 - delta));
  const distance = firstOnly - secondOnly - n * delta;
  return variance <= 0 ? Math.sign(distance) * Infinity : distance / Math.sqrt(variance);
}

/** Likeliest rate of `secondOnly` when the difference is held at `delta`: Tango's quadratic. */
export function secondOnlyRate({ n, firstOnly, secondOnly }: Flips, delta: number): number {
  const a = 2 * n;
  const b = -firstOnly - secondOnly + (2 * n - firstOnly + secondOnly) * delta;
  const c = -secondOnly * delta * (1 - delta);
  return (Math.sqrt(Math.max(b * b - 4 * a * c, 0)) - b) / (2 * a);
}
