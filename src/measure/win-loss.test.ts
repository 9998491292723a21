import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Arms, winLoss } from "./win-loss.ts";

const reference = JSON.parse(
  readFileSync(new URL("./win-loss.reference.json", import.meta.url), "utf8"),
) as {
  rtol: number;
  cases: { strata: Arms[]; ratio: number; low: number; high: number }[];
};

const arms = (a: number, b: number, c: number, d: number): Arms => ({
  treated: { success: a, defect: b },
  holdOut: { success: c, defect: d },
});

test("one stratum: pairs that the treated wins over pairs that it loses", () => {
  // 90 × 15 pairs are won, 10 × 5 lost.
  expect(winLoss([arms(90, 10, 5, 15)])).toMatchObject({ value: 27, n: 120 });
});

test("reference values", () => {
  for (const { strata, ratio, low, high } of reference.cases) {
    const found = winLoss(strata);
    for (const [ours, theirs] of [
      [found?.value, ratio],
      [found?.interval?.low, low],
      [found?.interval?.high, high],
    ] as const)
      expect(Math.abs((ours ?? Number.NaN) / theirs - 1)).toBeLessThan(reference.rtol);
  }
});

test("strata are not held against each other", () => {
  // In each, half of either arm ends well; but the hard one is treated more often.
  const hard = arms(10, 90, 1, 9);
  const easy = arms(9, 1, 90, 10);
  expect(winLoss([hard, easy])?.value).toBeCloseTo(1, 12);
});

test("where one arm was never seen there is nothing to say, and such strata change nothing", () => {
  expect(winLoss([])).toBeNull();
  expect(winLoss([arms(5, 5, 0, 0), arms(0, 0, 3, 3)])).toBeNull();
  expect(winLoss([arms(9, 1, 2, 8), arms(50, 0, 0, 0)])).toEqual(winLoss([arms(9, 1, 2, 8)]));
});

test("while no pair was lost the ratio stays finite and says how", () => {
  // (5 + ½)(4 + ½) / ((0 + ½)(0 + ½))
  const found = winLoss([arms(5, 0, 0, 4)]);
  expect(found).toMatchObject({ value: 99, interval: { method: "log-odds-plus-half" } });
  expect(found?.note).toMatch(/half a request/);
});

test("the interval holds its value, and arms in each other's place turn the ratio over", () => {
  const count = fc.integer({ min: 0, max: 50 });
  const stratum = fc.tuple(count, count, count, count);
  fc.assert(
    fc.property(fc.array(stratum, { minLength: 1, maxLength: 6 }), (strata) => {
      const found = winLoss(strata.map(([a, b, c, d]) => arms(a, b, c, d)));
      const turned = winLoss(strata.map(([a, b, c, d]) => arms(c, d, a, b)));
      if (found === null || turned === null) return expect(turned).toBe(found);
      expect(found.interval?.low).toBeLessThanOrEqual(found.value);
      expect(found.interval?.high).toBeGreaterThanOrEqual(found.value);
      expect(found.value * turned.value).toBeCloseTo(1, 9);
    }),
    { seed: 3 },
  );
});

test("counts that are none are refused", () => {
  expect(() => winLoss([arms(1.5, 1, 1, 1)])).toThrow(/whole counts/);
});
