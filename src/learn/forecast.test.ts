import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { type ErrorPoint, forecastError } from "./forecast.ts";

const curve = (n: number) => 0.02 + 0.13 * (1 + n / 200) ** -1;
const points = (standardError: number, noise = () => 0): ErrorPoint[] =>
  [0, 40, 80, 120, 160, 200, 240].map((corrections) => ({
    corrections,
    error: curve(corrections) + standardError * noise(),
    standardError,
  }));

test("too few points, or all at one place, are no forecast", () => {
  expect(forecastError(points(0.01).slice(0, 3), { at: [300] })).toBeNull();
  const same = points(0.01).map((point) => ({ ...point, corrections: 40 }));
  expect(forecastError(same, { at: [300] })).toBeNull();
});

test("a clean curve is carried on", () => {
  for (const { corrections, error, low, high } of forecastError(points(1e-4), { at: [300, 340] }) ??
    []) {
    expect(error).toBeCloseTo(curve(corrections), 3);
    expect(low).toBeLessThan(curve(corrections));
    expect(high).toBeGreaterThan(curve(corrections));
  }
  expect(forecastError(points(1e-4), { at: [300, 340] })).toHaveLength(2);
});

test("the interval widens with the distance and with the noise", () => {
  const width = (standardError: number, at: number) => {
    const [point] = forecastError(points(standardError), { at: [at] }) ?? [];
    return (point?.high ?? 0) - (point?.low ?? 0);
  };
  expect(width(0.005, 340)).toBeGreaterThan(width(0.005, 260));
  expect(width(0.01, 340)).toBeGreaterThan(1.5 * width(0.005, 340));
});

test("points that scatter more than they claim widen the interval", () => {
  const scattered = points(0.001).map((point, i) => ({
    ...point,
    error: point.error + (i % 2 === 0 ? 0.01 : -0.01),
  }));
  const [honest] = forecastError(points(0.001), { at: [340] }) ?? [];
  const [wide] = forecastError(scattered, { at: [340] }) ?? [];
  expect((wide?.high ?? 0) - (wide?.low ?? 0)).toBeGreaterThan(
    4 * ((honest?.high ?? 0) - (honest?.low ?? 0)),
  );
});

test("the truth lies inside about as often as promised", () => {
  const rng = rngOf(8);
  const runs = 2_000;
  let inside = 0;
  for (let run = 0; run < runs; run++) {
    const noisy = points(0.008, () => rng.normal());
    const [point] = forecastError(noisy, { at: [340], level: 0.9 }) ?? [];
    if (point !== undefined && point.low <= curve(340) && curve(340) <= point.high) inside += 1;
  }
  // Six standard deviations of 2,000 draws at 0.9 are 0.04.
  expect(inside / runs).toBeGreaterThan(0.9 - 0.04);
});

test("an error is never forecast outside 0 and 1", () => {
  const falling = [0, 10, 20, 30].map((corrections, i) => ({
    corrections,
    error: 0.3 - 0.1 * i,
    standardError: 0.01,
  }));
  for (const { error, low, high } of forecastError(falling, { at: [100, 1_000] }) ?? [])
    for (const value of [error, low, high]) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
});

test("a point without a standard error is a bug", () => {
  expect(() =>
    forecastError([{ corrections: 0, error: 0.1, standardError: 0 }], { at: [1] }),
  ).toThrow("standard error above 0");
});
