import { expect, test } from "vitest";
import { tostPaired } from "./equivalence.ts";
import reference from "./measure.reference.json" with { type: "json" };

const { differences, low, high, p, interval } = reference.cases.equivalence;
const given = Float64Array.from(differences);

test("agrees with statsmodels", () => {
  const result = tostPaired(given, { low, high });
  expect(result.p).toBeCloseTo(p, 10);
  expect(result.interval.low).toBeCloseTo(interval[0] ?? Number.NaN, 10);
  expect(result.interval.high).toBeCloseTo(interval[1] ?? Number.NaN, 10);
  expect(result.interval.level).toBeCloseTo(0.9, 12);
});

test("equivalent exactly when the interval lies inside the margin", () => {
  for (const margin of [0.05, 0.15, 0.22, 0.23, 0.3, 1]) {
    const { equivalent, interval: inner } = tostPaired(given, { low: -margin, high: margin });
    expect(equivalent).toBe(-margin < inner.low && inner.high < margin);
  }
});

test("no spread decides by the value alone", () => {
  const same = Float64Array.of(0.125, 0.125, 0.125);
  expect(tostPaired(same, { low: -0.2, high: 0.2 })).toMatchObject({ equivalent: true, p: 0 });
  expect(tostPaired(same, { low: -0.2, high: 0.05 })).toMatchObject({ equivalent: false, p: 1 });
  expect(() => tostPaired(Float64Array.of(1), { low: -1, high: 1 })).toThrow("two pairs");
  expect(() => tostPaired(same, { low: 1, high: -1 })).toThrow("low < high");
});
