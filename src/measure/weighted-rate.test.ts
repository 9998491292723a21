import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { missesAllowed } from "./coverage.fixture.ts";
import { wilson } from "./proportion.ts";
import { rateDifference, type WeightedOutcome, weightedRate } from "./weighted-rate.ts";

const outcomes = (hits: number, n: number, more: Partial<WeightedOutcome> = {}) =>
  Array.from(
    { length: n },
    (_, k): WeightedOutcome => ({ hit: k < hits, weight: 1, cluster: `user ${k}`, ...more }),
  );

test("of equal weights and as many people as outcomes it is Wilson's", () => {
  const rate = weightedRate(outcomes(30, 100));
  expect(rate).toMatchObject({ value: 0.3, n: 100 });
  // One degree of freedom goes into the mean: 99 of 100.
  expect(rate?.effective).toBeCloseTo(99, 9);
  const { low, high } = wilson(30, 100);
  expect(rate?.interval.low).toBeCloseTo(low, 2);
  expect(rate?.interval.high).toBeCloseTo(high, 2);
});

test("a weight of two counts for two, and tells less", () => {
  const half = weightedRate([...outcomes(10, 10), ...outcomes(0, 5, { weight: 2 })]);
  expect(half?.value).toBe(0.5);
  expect(half?.effective).toBeLessThanOrEqual(400 / 30);
});

test("ten outcomes of one person who is always let down are one", () => {
  const alone = weightedRate(outcomes(10, 10, { cluster: "ann" }));
  expect(alone).toMatchObject({ value: 1, effective: 1 });
  const many = weightedRate(outcomes(10, 10));
  expect(alone?.interval.low).toBeLessThan(many?.interval.low ?? 0);
});

test("nothing observed gives nothing, weights of nothing are refused", () => {
  expect(weightedRate([])).toBeUndefined();
  expect(() => weightedRate(outcomes(1, 2, { weight: 0 }))).toThrow(/positive/);
});

test("a difference covers what it should, drawn with weights and in clusters", () => {
  const rng = rngOf("weighted-rate");
  const [draws, rates] = [400, { a: 0.2, b: 0.35 }];
  const sample = (of: string, p: number) =>
    weightedRate(
      Array.from({ length: 60 }, (_, person) => {
        const own = rng.split(of).split(person);
        // Half of the people are let down twice as often as the others.
        const chance = own.bernoulli(0.5) ? (4 * p) / 3 : (2 * p) / 3;
        return Array.from(
          { length: 3 },
          (): WeightedOutcome => ({
            hit: own.bernoulli(chance),
            weight: person % 3 === 0 ? 3 : 1,
            cluster: `${person}`,
          }),
        );
      }).flat(),
    );
  let misses = 0;
  for (let draw = 0; draw < draws; draw++) {
    const [a, b] = [sample(`a${draw}`, rates.a), sample(`b${draw}`, rates.b)];
    if (a === undefined || b === undefined) throw new Error("there are outcomes");
    const { value, interval } = rateDifference(a, b);
    expect(interval.low).toBeLessThanOrEqual(value);
    expect(interval.high).toBeGreaterThanOrEqual(value);
    const truth = rates.a - rates.b;
    if (interval.low > truth || interval.high < truth) misses += 1;
  }
  expect(misses).toBeLessThanOrEqual(missesAllowed(draws, 0.05));
});
