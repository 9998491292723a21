import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { missesAllowed } from "./coverage.fixture.ts";
import { wilson } from "./proportion.ts";
import { differenceSequence, meanSequence, rateSequence } from "./sequential.ts";

const RUNS = 300;
const STEPS = 200;

test.each([0.02, 0.3, 0.5])(
  "looking after every item, a rate of %d is ever missed in few runs",
  (rate) => {
    const rng = rngOf(`rate/${rate}`);
    let missed = 0;
    let wilsonMissed = 0;
    for (let run = 0; run < RUNS; run++) {
      let successes = 0;
      let ever = false;
      let everWilson = false;
      for (let n = 1; n <= STEPS; n++) {
        successes += Number(rng.bernoulli(rate));
        const { low, high } = rateSequence(successes, n);
        ever ||= rate < low || rate > high;
        const fixed = wilson(successes, n);
        everWilson ||= rate < fixed.low || rate > fixed.high;
      }
      missed += Number(ever);
      wilsonMissed += Number(everWilson);
    }
    const allowed = missesAllowed(RUNS, 0.05);
    expect(missed).toBeLessThanOrEqual(allowed);
    // An interval for one look does not survive many: the test can fail.
    expect(wilsonMissed).toBeGreaterThan(allowed);
  },
);

test("the betting sequence covers the mean of skewed and of two-valued outcomes", () => {
  const rng = rngOf("betting");
  for (const [mean, value] of [
    [1 / 3, () => rng.uniform() ** 2],
    [0.1, () => Number(rng.bernoulli(0.1))],
    [0.5, () => 0.5],
  ] as const) {
    let missed = 0;
    for (let run = 0; run < RUNS; run++) {
      // What earlier values refuted stays refuted: a miss at any time is one at the end.
      const { low, high } = meanSequence(Float64Array.from({ length: STEPS }, value));
      missed += Number(mean < low || mean > high);
    }
    expect(missed).toBeLessThanOrEqual(missesAllowed(RUNS, 0.05));
  }
});

test("a paired difference of errors: covered when there is none, found when there is", () => {
  const rng = rngOf("difference");
  const draw = (better: number, worse: number) => () => {
    const u = rng.uniform();
    return u < better ? -1 : u < better + worse ? 1 : 0;
  };
  let missed = 0;
  for (let run = 0; run < RUNS; run++) {
    const { low, high } = differenceSequence(
      Float64Array.from({ length: STEPS }, draw(0.05, 0.05)),
    );
    missed += Number(low > 0 || high < 0);
  }
  expect(missed).toBeLessThanOrEqual(missesAllowed(RUNS, 0.05));
  const { low, high } = differenceSequence(Float64Array.from({ length: 3000 }, draw(0.12, 0.03)));
  expect(high).toBeLessThan(0);
  expect(low).toBeLessThan(-0.09);
  expect(low).toBeGreaterThan(-0.3);
});

test("intervals narrow with n and hold the estimate", () => {
  const widths = [10, 100, 1000, 10_000].map((n) => {
    const { low, high } = rateSequence(0.3 * n, n);
    expect(low).toBeLessThan(0.3);
    expect(high).toBeGreaterThan(0.3);
    return high - low;
  });
  expect(widths).toEqual(widths.toSorted((a, b) => b - a));
  expect(widths[3]).toBeLessThan(0.05);
});

test("the rate sequence ends where the mixture has made 20 times its stake", () => {
  // No success in n: B(½, n + ½)/B(½, ½) = (1 − m)^n / 20; for n = 1 the left side is ½, so nothing
  // is refuted below 0.9.
  expect(rateSequence(0, 1).high).toBeCloseTo(1 - 0.5 * 0.05, 9);
  expect(rateSequence(0, 1).low).toBe(0);
  expect(rateSequence(1, 1).low).toBeCloseTo(0.025, 9);
});

test("no values say nothing, and values out of range are refused", () => {
  expect(rateSequence(0, 0)).toMatchObject({ low: 0, high: 1 });
  const nothing = meanSequence(new Float64Array(0));
  expect(nothing.low).toBe(0);
  expect(nothing.high).toBe(1);
  expect(() => meanSequence(Float64Array.of(1.5))).toThrow("got 1.5");
  expect(() => rateSequence(3, 2)).toThrow("successes");
});
