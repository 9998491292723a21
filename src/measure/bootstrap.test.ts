import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import {
  acceleration,
  bcaInterval,
  bootstrap,
  clusteredBootstrap,
  clustersOf,
  differenceOf,
  hierarchicalBootstrap,
  meanOf,
  pairedBootstrap,
  pairedSeeds,
  percentileInterval,
  quantileSorted,
  resampleIndices,
} from "./bootstrap.ts";
import { missesAllowed } from "./coverage.fixture.ts";
import reference from "./measure.reference.json" with { type: "json" };

const given = reference.cases.bca;
const sample = Float64Array.from(given.sample);
const replicates = Float64Array.from(given.replicates);
const leaveOneOut = sample.map((out) => {
  const total = sample.reduce((sum, value) => sum + value, 0);
  return (total - out) / (sample.length - 1);
});
const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;

test("acceleration, BCa and percentile ends agree with SciPy on the same replicates", () => {
  expect(acceleration(leaveOneOut)).toBeCloseTo(given.acceleration, 12);
  const bca = bcaInterval(mean, replicates, leaveOneOut);
  expect(bca.low).toBeCloseTo(given.interval[0] ?? Number.NaN, 10);
  expect(bca.high).toBeCloseTo(given.interval[1] ?? Number.NaN, 10);
  const percentile = percentileInterval(replicates);
  expect(percentile.low).toBeCloseTo(given.percentile[0] ?? Number.NaN, 12);
  expect(percentile.high).toBeCloseTo(given.percentile[1] ?? Number.NaN, 12);
});

test("BCa without a replicate on one side says that it is the percentile interval", () => {
  const flat = bcaInterval(0, Float64Array.of(1, 2, 3), Float64Array.of(0, 0));
  expect(flat.method).toBe("bootstrap-percentile");
  expect(bcaInterval(1, Float64Array.of(1, 1, 1), Float64Array.of(1, 1))).toMatchObject({
    low: 1,
    high: 1,
  });
});

test("the same rng gives the same bytes, and the same resamples to every statistic", () => {
  const once = bootstrap(meanOf(sample), 30, { rng: rngOf(1), resamples: 200 });
  const rng = rngOf(1);
  const first = bootstrap(meanOf(sample), 30, { rng, resamples: 200 });
  const doubled = bootstrap(meanOf(sample.map((x) => 2 * x)), 30, { rng, resamples: 200 });
  expect(first).toEqual(once);
  doubled.replicates.forEach((value, r) => {
    expect(value).toBeCloseTo(2 * (first.replicates[r] ?? Number.NaN), 12);
  });
  const shared = resampleIndices(rng, 30, 200).map(meanOf(sample));
  expect(shared).toEqual(Array.from(first.replicates));
  expect(bootstrap(meanOf(sample), 30, { rng: rngOf(2), resamples: 200 }).replicates).not.toEqual(
    first.replicates,
  );
});

test("every index is drawn about equally often", () => {
  const draws = 20_000;
  const counts = new Uint32Array(10);
  for (const indices of resampleIndices(rngOf(5), 10, draws / 10))
    for (const i of indices) counts[i] = (counts[i] ?? 0) + 1;
  expect(counts.reduce((a, b) => a + b, 0)).toBe(draws);
  for (const count of counts) {
    expect(count).toBeLessThanOrEqual(missesAllowed(draws, 0.1));
    expect(draws - count).toBeLessThanOrEqual(missesAllowed(draws, 0.9));
  }
});

test("the spread of replicates is the standard error", () => {
  const {
    value,
    replicates: drawn,
    interval,
  } = bootstrap(meanOf(sample), 30, { rng: rngOf(3), resamples: 9999, method: "bca" });
  const variance = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 30 / 30;
  const spread = drawn.reduce((sum, x) => sum + (x - value) ** 2, 0) / drawn.length;
  // Six standard errors of a variance from 9,999 near-normal draws: 6·√(2/9999) = 0.085.
  expect(Math.abs(spread / variance - 1)).toBeLessThan(0.085);
  expect(interval.method).toBe("bootstrap-bca");
  expect(interval.low).toBeLessThan(value);
  expect(interval.high).toBeGreaterThan(value);
});

test("pairs are resampled as pairs", () => {
  const shifted = sample.map((x) => x + 0.25);
  const { value, interval } = pairedBootstrap(shifted, sample, { rng: rngOf(1), resamples: 500 });
  expect(value).toBeCloseTo(0.25, 12);
  expect(interval.low).toBeCloseTo(0.25, 12);
  expect(interval.high).toBeCloseTo(0.25, 12);
  expect(interval.method).toBe("bootstrap-percentile-paired");
  const difference = differenceOf(meanOf(shifted), meanOf(sample));
  expect(difference(Uint32Array.of(3, 3, 7))).toBeCloseTo(0.25, 12);
});

test("clusters are drawn whole: copies of an item add no information", () => {
  const copies = Float64Array.from({ length: 120 }, (_, i) => sample[Math.floor(i / 4)] ?? 0);
  const clusters = clustersOf(Array.from(copies, (_, i) => `thread ${Math.floor(i / 4)}`));
  for (const method of ["percentile", "bca"] as const) {
    const options = { rng: rngOf(4), resamples: 300, method };
    const single = bootstrap(meanOf(sample), 30, options);
    const whole = clusteredBootstrap(meanOf(copies), clusters, options);
    expect(whole.interval.low).toBeCloseTo(single.interval.low, 10);
    expect(whole.interval.high).toBeCloseTo(single.interval.high, 10);
    expect(whole.interval.method).toBe(`bootstrap-${method}-clustered`);
  }
});

test("clusters may differ in size", () => {
  const clusters = clustersOf(["a", "b", "a", "c", "a"]);
  expect(clusters.map((members) => Array.from(members))).toEqual([[0, 2, 4], [1], [3]]);
  const { value, replicates: drawn } = clusteredBootstrap(
    meanOf(Float64Array.of(1, 0, 1, 0, 1)),
    clusters,
    { rng: rngOf(1), resamples: 400 },
  );
  expect(value).toBeCloseTo(0.6, 12);
  // Clusters a a a, a a x, a x y, x y z give 1, 6/7, 3/5, 0.
  const seen = [...new Set(Array.from(drawn, (x) => x.toFixed(4)))].toSorted();
  expect(seen).toEqual(["0.0000", "0.6000", "0.8571", "1.0000"]);
});

test("resamples on which a statistic is undefined are left out", () => {
  const { replicates: drawn } = bootstrap((indices) => (indices.includes(0) ? 1 : Number.NaN), 3, {
    rng: rngOf(1),
    resamples: 300,
  });
  expect(drawn.length).toBeGreaterThan(100);
  expect(drawn.length).toBeLessThan(300);
  expect(() => bootstrap(() => Number.NaN, 3, { rng: rngOf(1) })).toThrow("defined on the sample");
  expect(() => bootstrap(meanOf(sample), 0, { rng: rngOf(1) })).toThrow("at least one item");
});

test("over seeds: seeds are drawn, then a replicate of each", () => {
  const seeds = [
    { value: 1, replicates: [0.9, 1.1] },
    { value: 3, replicates: [2.9, 3.1] },
  ];
  const {
    value,
    replicates: drawn,
    interval,
  } = hierarchicalBootstrap(seeds, { rng: rngOf(1), resamples: 500 });
  expect(value).toBe(2);
  const possible = new Set(
    [0.9, 1.1, 2.9, 3.1].flatMap((a) => [0.9, 1.1, 2.9, 3.1].map((b) => ((a + b) / 2).toFixed(6))),
  );
  for (const replicate of drawn) expect(possible).toContain(replicate.toFixed(6));
  expect(interval.method).toBe("bootstrap-hierarchical");
  expect(hierarchicalBootstrap([{ value: 5 }], { rng: rngOf(1) }).interval).toMatchObject({
    low: 5,
    high: 5,
  });
});

test("arms of one seed are subtracted replicate by replicate", () => {
  const [paired] = pairedSeeds(
    [{ value: 2, replicates: [1, 3] }],
    [{ value: 1.5, replicates: [0.5, 2.5] }],
  );
  expect(paired).toEqual({ value: 0.5, replicates: [0.5, 0.5] });
  expect(pairedSeeds([{ value: 2 }], [{ value: 1 }])).toEqual([{ value: 1 }]);
  expect(() => pairedSeeds([{ value: 2 }], [])).toThrow("same seeds");
});

test("quantiles interpolate between order statistics", () => {
  const sorted = Float64Array.of(10, 20, 40);
  expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantileSorted(sorted, p))).toEqual([
    10, 15, 20, 30, 40,
  ]);
});
