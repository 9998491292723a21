import fc from "fast-check";
import { expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import { bestOfN, bestOfNKl, tiedShare } from "./best-of-n.ts";

test("by hand: three candidates", () => {
  // Best of two, pairs {1,2} {1,3} {2,3} by proxy: worth of 2, 3, 3.
  const curve = bestOfN({ proxy: [0.1, 0.2, 0.3], worth: [5, 1, 4] }, [1, 2, 3]);
  expect(curve[0]).toBeCloseTo(10 / 3, 14);
  expect(curve[1]).toBeCloseTo((1 + 4 + 4) / 3, 14);
  expect(curve[2]).toBe(4);
});

test("one candidate is its own best; of equal proxies the later row wins", () => {
  expect([...bestOfN({ proxy: [3], worth: [7] }, [1])]).toEqual([7]);
  expect([...bestOfN({ proxy: [3, 3], worth: [7, 9] }, [1, 2])]).toEqual([8, 9]);
  expect(tiedShare([1, 2, 1, 3])).toBe(0.5);
  expect(tiedShare([1, 2])).toBe(0);
});

test("an n above the candidates is refused", () => {
  for (const n of [0, 3, 1.5])
    expect(() => bestOfN({ proxy: [1, 2], worth: [1, 2] }, [n])).toThrow(Problem);
});

/** Mean worth of the winner over every subset of size n. */
function enumerated(proxy: readonly number[], worth: readonly number[], n: number): number {
  let sum = 0;
  let subsets = 0;
  for (let mask = 0; mask < 1 << proxy.length; mask++) {
    const drawn = proxy.flatMap((_, i) => (mask & (1 << i) ? [i] : []));
    if (drawn.length !== n) continue;
    const best = drawn.reduce((a, b) => ((proxy[b] ?? 0) >= (proxy[a] ?? 0) ? b : a));
    sum += worth[best] ?? 0;
    subsets++;
  }
  return sum / subsets;
}

test("equals the mean over every draw, for every n", () => {
  const value = fc.integer({ min: -4, max: 4 });
  const rows = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(rows, (candidates) => {
      const proxy = candidates.map(([p]) => p);
      const worth = candidates.map(([, w]) => w);
      const ns = candidates.map((_, i) => i + 1);
      const curve = bestOfN({ proxy, worth }, ns);
      for (const n of ns) expect(curve[n - 1]).toBeCloseTo(enumerated(proxy, worth, n), 10);
    }),
    { seed: 1 },
  );
});

test("the best by its own measure never falls with n, and large n needs no big numbers", () => {
  const proxy = Array.from({ length: 5000 }, (_, i) => Math.sin(i * i));
  const curve = bestOfN({ proxy, worth: proxy }, [1, 2, 64, 2500, 4999, 5000]);
  for (let i = 1; i < curve.length; i++) expect(curve[i]).toBeGreaterThan(curve[i - 1] ?? 0);
  expect(curve[5]).toBe(Math.max(...proxy));
});

test("the divergence of best-of-n is 0 for one and ln 2 − 1/2 for two", () => {
  expect(bestOfNKl(1)).toBe(0);
  expect(bestOfNKl(2)).toBeCloseTo(Math.LN2 - 0.5, 15);
});
