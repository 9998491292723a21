import fc from "fast-check";
import { expect, test } from "vitest";
import { binomialPmf } from "#num/special.ts";
import reference from "./measure.reference.json" with { type: "json" };
import { clopperPearson, wilson } from "./proportion.ts";

test.each(reference.cases.proportion)("$k of $n at $level agrees with statsmodels", (one) => {
  const { k, n, level } = one;
  for (const [method, got] of [
    ["wilson", wilson(k, n, level)],
    ["clopperPearson", clopperPearson(k, n, level)],
  ] as const) {
    expect(got.low).toBeCloseTo(one[method][0] ?? Number.NaN, 10);
    expect(got.high).toBeCloseTo(one[method][1] ?? Number.NaN, 10);
    expect(got.level).toBe(level);
  }
});

test("nothing observed says nothing", () => {
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1, level: 0.95, method: "wilson" });
  expect(clopperPearson(0, 0)).toMatchObject({ low: 0, high: 1 });
});

test("all or none keeps that end exactly", () => {
  expect(wilson(0, 9).low).toBe(0);
  expect(wilson(9, 9).high).toBe(1);
  expect(clopperPearson(0, 9).low).toBe(0);
  expect(clopperPearson(9, 9).high).toBe(1);
});

test("counts that cannot be are refused", () => {
  expect(() => wilson(5, 4)).toThrow("got 5 of 4");
  expect(() => clopperPearson(1.5, 4)).toThrow("whole numbers");
  expect(() => wilson(1, 4, 1)).toThrow("level");
});

test("the exact interval covers at least at its level, whatever the rate", () => {
  for (const n of [1, 7, 40])
    for (const p of [0.001, 0.03, 0.2, 0.5, 0.77, 0.99]) {
      let covered = 0;
      for (let k = 0; k <= n; k++) {
        const { low, high } = clopperPearson(k, n, 0.9);
        if (low <= p && p <= high) covered += binomialPmf(k, n, p);
      }
      expect(covered).toBeGreaterThanOrEqual(0.9);
    }
});

test("intervals hold the share, grow with the level, mirror with the outcome", () =>
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (a, b) => {
      fc.pre(a + b > 0);
      const n = a + b;
      for (const interval of [wilson, clopperPearson]) {
        const narrow = interval(a, n, 0.9);
        const wide = interval(a, n, 0.99);
        expect(narrow.low).toBeLessThanOrEqual(a / n);
        expect(narrow.high).toBeGreaterThanOrEqual(a / n);
        expect(wide.low).toBeLessThanOrEqual(narrow.low);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
        expect(interval(b, n, 0.9).low).toBeCloseTo(1 - narrow.high, 12);
      }
    }),
    { seed: 1, numRuns: 200 },
  ));
