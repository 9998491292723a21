import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { klReading } from "./kl-meter.ts";
import reference from "./language.reference.json" with { type: "json" };
import { lengthControlledWinRate } from "./length-controlled.ts";
import { kendall, midranks, rankCorrelation, spearman } from "./rank-correlation.ts";
import { distinct, meteor, selfSimilarity, tokenEntropy } from "./similarity.ts";
import { debiasedWinRate } from "./win-rate.ts";

const { cases, rtol } = reference;

const close = (value: number | null, expected: number, relative = rtol) =>
  expect(Math.abs((value ?? Number.NaN) - expected)).toBeLessThanOrEqual(
    relative * Math.max(1e-3, Math.abs(expected)),
  );

test("rank correlations are SciPy's, ties and all", () => {
  expect(cases.ranks.length).toBeGreaterThan(10);
  for (const { x, y, ...expected } of cases.ranks) {
    close(spearman(x, y), expected.spearman);
    close(kendall(x, y), expected.kendall);
  }
});

test("rank correlations by hand, and none of a constant", () => {
  expect([...midranks([3, 1, 3, 2])]).toEqual([3.5, 1, 3.5, 2]);
  expect(spearman([1, 2, 3], [10, 30, 20])).toBeCloseTo(0.5, 12);
  expect(kendall([1, 2, 3], [10, 30, 20])).toBeCloseTo(1 / 3, 12);
  for (const of of [spearman, kendall]) {
    expect(of([1, 1], [1, 2])).toBeNull();
    expect(of([], [])).toBeNull();
    expect(() => of([1, Number.NaN], [1, 2])).toThrow("NaN");
    expect(() => of([1], [1, 2])).toThrow("one length");
  }
});

test("an order turned round has the other sign, one stretched the same", () => {
  const list = fc.array(fc.tuple(fc.integer(), fc.integer({ min: 0, max: 9 })), { minLength: 3 });
  fc.assert(
    fc.property(list, (pairs) => {
      const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
      for (const of of [spearman, kendall]) {
        const value = of(x, y);
        if (value === null) return;
        expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-12);
        expect(
          of(
            x,
            y.map((b) => -b),
          ),
        ).toBeCloseTo(-value, 12);
        expect(
          of(
            x,
            y.map((b) => b ** 3),
          ),
        ).toBeCloseTo(value, 12);
      }
    }),
    { seed: 1 },
  );
});

test("the interval of a rank correlation holds it, and none is given for a constant", () => {
  const rng = rngOf("ranks");
  const x = Array.from({ length: 30 }, () => rng.normal());
  const y = x.map((value) => value + rng.normal());
  for (const kind of ["spearman", "kendall"] as const) {
    const found = rankCorrelation(x, y, { kind, rng, resamples: 500 });
    expect(found?.interval.low).toBeLessThan(found?.value ?? Number.NaN);
    expect(found?.interval.high).toBeGreaterThan(found?.value ?? Number.NaN);
    expect(found?.interval.low).toBeGreaterThan(0);
  }
  expect(rankCorrelation([1, 1], [1, 2], { kind: "kendall", rng })).toBeNull();
});

test("METEOR by equal words is NLTK's", () => {
  for (const { output, reference: other, ...expected } of cases.texts)
    close(meteor(output, other), expected.meteor);
});

test("METEOR by hand: the same, nothing shared, two halves swapped, ids", () => {
  // One chunk of four: 1 - 0.5 (1/4)³.
  expect(meteor(["a", "b", "c", "d"], ["a", "b", "c", "d"])).toBeCloseTo(1 - 0.5 / 64, 12);
  expect(meteor(["a"], ["b"])).toBe(0);
  expect(meteor([], ["b"])).toBe(0);
  expect(meteor(["c", "d", "a", "b"], ["a", "b", "c", "d"])).toBeCloseTo(1 - 0.5 / 8, 12);
  expect(meteor(Uint8Array.of(1, 2), [2, 1])).toBeCloseTo(0.5, 12);
});

test("self-similarity is high where the same is said whatever is asked, and pairs differ in prompt", () => {
  const same = Array.from({ length: 5 }, () => [["b", "1", "thanks"]]);
  expect(selfSimilarity(same, { pairs: 50, rng: rngOf(1) })).toBeCloseTo(1 - 0.5 / 27, 12);
  const apart = [[["a"], ["a"]], [], [["b"], ["b"]]];
  expect(selfSimilarity(apart, { pairs: 50, rng: rngOf(1) })).toBe(0);
  expect(() => selfSimilarity([[["a"]], []], { pairs: 1, rng: rngOf(1) })).toThrow("two prompts");
});

test("distinct n-grams and token entropy by hand", () => {
  expect(
    distinct(
      [
        ["a", "b", "a", "b"],
        ["a", "b"],
      ],
      2,
    ),
  ).toBe(2 / 4);
  expect(distinct([["a"]], 2)).toBeNull();
  expect(
    distinct(
      [
        ["a b", "c"],
        ["a", "b c"],
      ],
      2,
    ),
  ).toBe(1); // words that hold a blank
  expect(
    tokenEntropy([
      ["a", "b"],
      ["c", "d"],
    ]),
  ).toBeCloseTo(Math.log(4), 12);
  expect(tokenEntropy([["a", "a"]])).toBeCloseTo(0, 12);
  expect(tokenEntropy([[]])).toBeNull();
});

test("the KL meter by hand: prompts are what was drawn, and it may be below 0", () => {
  const { nats, standardError, prompts, replies } = klReading([[1, 3], [0], [-1]]);
  expect(nats).toBeCloseTo(1 / 3, 12);
  // Means 2, 0, -1: variance 7/3, over 3.
  expect(standardError).toBeCloseTo(Math.sqrt(7 / 9), 12);
  expect([prompts, replies]).toEqual([3, 4]);
  expect(klReading([[-1], [-2]]).nats).toBe(-1.5);
  expect(klReading([[1]]).standardError).toBeNaN();
  expect(() => klReading([[Number.NEGATIVE_INFINITY]])).toThrow("finite");
});

test("the KL of two known distributions is met within its standard error", () => {
  const rng = rngOf("kl");
  const [p, q] = [0.8, 0.5];
  const ratios = Array.from({ length: 4000 }, () => [
    rng.bernoulli(p) ? Math.log(p / q) : Math.log((1 - p) / (1 - q)),
  ]);
  const { nats, standardError } = klReading(ratios);
  const truth = p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));
  expect(Math.abs(nats - truth)).toBeLessThan(6 * standardError);
  expect(standardError).toBeLessThan(0.02);
});

test("both orders: what the place is worth falls out", () => {
  // Ours wins either way, the first wins twice, a tie seen second.
  const rate = debiasedWinRate([
    { oursFirst: 1, oursSecond: 1 },
    { oursFirst: 1, oursSecond: 0 },
    { oursFirst: 1, oursSecond: 0 },
    { oursFirst: 0, oursSecond: 0.5 },
  ]);
  expect(rate.winRate).toBeCloseTo((1 + 0.5 + 0.5 + 0.25) / 4, 12);
  expect(rate.firstAdvantage).toBeCloseTo((2 - 0.5) / 4, 12);
  expect(rate.consistent).toBe(0.25);
  expect(() => debiasedWinRate([])).toThrow("at least one");
  expect(() => debiasedWinRate([{ oursFirst: 2, oursSecond: 0 }])).toThrow("0 to 1");
});

test("length-controlled win rates are those of the likelihood's own top", () => {
  for (const { rows, ...expected } of cases.verdicts) {
    const found = lengthControlledWinRate(
      rows.map(([verdict = 0, lengthDifference = 0]) => ({ verdict, lengthDifference })),
    );
    close(found.winRate, expected.winRate, 1e-4);
    close(found.lengthEffect, expected.lengthEffect, 1e-3);
  }
});

test("a judge who goes by length alone is even at equal lengths, equal lengths change nothing", () => {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const lengthDifference = (i % 13) - 3;
    return { verdict: lengthDifference > 0 ? 1 : lengthDifference < 0 ? 0 : 0.5, lengthDifference };
  });
  const raw = rows.reduce((sum, { verdict }) => sum + verdict, 0) / rows.length;
  expect(raw).toBeGreaterThan(0.65);
  expect(Math.abs(lengthControlledWinRate(rows).winRate - 0.5)).toBeLessThan(0.05);
  const equal = [1, 1, 0, 0.5].map((verdict) => ({ verdict, lengthDifference: 2 }));
  expect(lengthControlledWinRate(equal)).toEqual({
    winRate: 0.625,
    lengthEffect: 0,
    lengthSd: null,
  });
});
