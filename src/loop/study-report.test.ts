import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import type { SeedResult, Study } from "#core/study.ts";
import { summarise } from "./study-report.ts";

const study = (claims: Study["claims"]): Study => ({
  id: "toy",
  title: "Toy",
  seedsDefault: 5,
  arms: [
    { id: "method", title: "Method", role: "method" },
    { id: "baseline", title: "Baseline", role: "baseline" },
  ],
  claims,
  paper: [],
  options: {},
  runSeed: () => Promise.reject(new Error("not run here")),
});

/** Both arms share a large common swing from seed to seed and replicate to replicate; the method is 0.1 better. */
const results: SeedResult[] = [1, 2, 3, 4, 5].map((seed) => {
  const rng = rngOf(`toy/${seed}`);
  const swing = rng.normal();
  const noise = Array.from({ length: 50 }, () => rng.normal());
  const metric = (offset: number) => ({
    value: swing + offset,
    replicates: noise.map((e) => swing + e + offset),
  });
  return {
    seed,
    arms: { method: { score: metric(0.1) }, baseline: { score: metric(0) } },
    curves: [],
    facts: { items: 100 + seed, proposer: "scripted" },
  };
});

const claim = { id: "c", text: "", metric: "score", arm: "method", against: "baseline" } as const;

test("a paired difference is judged without the swing both arms share", () => {
  const { claims, arms } = summarise(
    study([
      { ...claim, expect: { above: 0 } },
      { ...claim, expect: { above: 0.2 } },
      { ...claim, expect: { below: 0.2 } },
    ]),
    results,
    rngOf(1),
  );
  expect(claims.map(({ holds }) => holds)).toEqual([true, false, true]);
  expect(claims[0]?.value).toBeCloseTo(0.1, 12);
  expect(claims[0]?.interval.low).toBeCloseTo(0.1, 12);
  const own = arms[0]?.metrics.score?.interval;
  expect((own?.high ?? 0) - (own?.low ?? 0)).toBeGreaterThan(0.5);
});

test("the same seed gives the same bytes", () => {
  const once = summarise(study([{ ...claim, expect: { above: 0 } }]), results, rngOf(7));
  const again = summarise(study([{ ...claim, expect: { above: 0 } }]), results, rngOf(7));
  expect(JSON.stringify(again)).toBe(JSON.stringify(once));
});

test("facts are averaged, texts kept", () => {
  expect(summarise(study([]), results, rngOf(1)).facts).toEqual({
    items: 103,
    proposer: "scripted",
  });
});

test("an arm that leaves a metric out on one seed is refused", () => {
  const [first, ...rest] = results as [SeedResult, ...SeedResult[]];
  const broken = [{ ...first, arms: { ...first.arms, method: {} } }, ...rest];
  expect(() => summarise(study([]), broken, rngOf(1))).toThrow('arm "method" reports "score"');
});

test("a figure lies inside its own interval, even where resampling shifts it", () => {
  const shifted = results.map((result) => {
    const { value = 0, replicates = [] } = result.arms.method?.score ?? {};
    return {
      ...result,
      arms: { method: { score: { value, replicates: replicates.map((draw) => draw - 50) } } },
    };
  });
  const only: Study = { ...study([]), arms: study([]).arms.slice(0, 1) };
  const score = summarise(only, shifted, rngOf(3)).arms[0]?.metrics.score;
  expect(score?.value).toBeGreaterThan(score?.interval?.low ?? Number.POSITIVE_INFINITY);
  expect(score?.value).toBeLessThan(score?.interval?.high ?? Number.NEGATIVE_INFINITY);
});
