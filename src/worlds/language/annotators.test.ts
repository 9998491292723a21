import { expect, test } from "vitest";
import { fitAnnotator } from "#assess/annotator-noise.ts";
import { rngOf } from "#core/rng.ts";
import { ANNOTATOR, annotatorPool, prefersFirst, type Seen, worthTo } from "./annotators.ts";

const DRAWS = 20_000;
// Six standard errors of a share over the draws: a fixed seed stays inside unless the law is wrong.
const CLOSE = 6 * Math.sqrt(0.25 / DRAWS);

const reply = (worth: number, tokens = 4, hidden = 0): Seen => ({
  terms: { recall: worth, false: hidden },
  tokens,
});

function shareFirst(first: Seen, second: Seen, change: Partial<typeof ANNOTATOR> = {}): number {
  const rng = rngOf("draws");
  let chosen = 0;
  for (let i = 0; i < DRAWS; i++)
    if (prefersFirst({ ...ANNOTATOR, ...change }, { first, second }, { lookedUp: ["false"], rng }))
      chosen++;
  return chosen / DRAWS;
}

const sigma = (x: number) => 1 / (1 + Math.exp(-x));

test("the chance is the logistic of the difference over the temperature", () => {
  expect(Math.abs(shareFirst(reply(1), reply(0.5)) - sigma(1))).toBeLessThan(CLOSE);
  expect(Math.abs(shareFirst(reply(1), reply(1)) - 0.5)).toBeLessThan(CLOSE);
});

test("a quarter of flips leaves half of the lead", () => {
  const share = shareFirst(reply(1), reply(0.5), { flipRate: 0.25 });
  expect(Math.abs(share - (0.25 + 0.5 * sigma(1)))).toBeLessThan(CLOSE);
});

test("position and length count as stated", () => {
  const position = shareFirst(reply(1), reply(1), { positionBias: 0.25 });
  expect(Math.abs(position - sigma(0.5))).toBeLessThan(CLOSE);
  const length = shareFirst(reply(1, 9), reply(1, 4), { lengthBias: 0.1 });
  expect(Math.abs(length - sigma(1))).toBeLessThan(CLOSE);
});

test("what is not noticed does not count", () => {
  const seen = shareFirst(reply(1, 4, -1), reply(1), { noticeRate: 0 });
  expect(Math.abs(seen - 0.5)).toBeLessThan(CLOSE);
  const always = shareFirst(reply(1, 4, -1), reply(1));
  expect(Math.abs(always - sigma(-2))).toBeLessThan(CLOSE);
});

test("weights are factors on the terms", () => {
  const person = { ...ANNOTATOR, weights: { recall: 2 } };
  expect(worthTo(person, { recall: 1, filler: -0.5 })).toBe(1.5);
  expect(worthTo(person, { recall: 1, filler: -0.5 }, ["recall"])).toBe(-0.5);
});

test("a pool of thirteen tastes, spread around the gold's, the same for the same seed", () => {
  const pool = annotatorPool(["recall", "false"], rngOf(1));
  expect(pool).toHaveLength(13);
  expect(annotatorPool(["recall", "false"], rngOf(1))).toEqual(pool);
  expect(pool.every(({ flipRate }) => flipRate === 0.25)).toBe(true);
  const logs = pool.map(({ weights }) => Math.log(weights.recall ?? 0));
  expect(new Set(logs).size).toBe(13);
  const mean = logs.reduce((sum, log) => sum + log, 0) / 13;
  expect(Math.abs(mean)).toBeLessThan((5 * 0.5) / Math.sqrt(13));
});

test("a pool can lean one way together", () => {
  const like = { ...ANNOTATOR, weights: { recall: 1.2 } };
  const [leaning, plain] = [like, ANNOTATOR].map((taste) =>
    annotatorPool(["recall", "false"], rngOf(1), { like: taste }),
  );
  leaning?.forEach(({ weights }, person) => {
    expect(weights.recall).toBeCloseTo(1.2 * (plain?.[person]?.weights.recall ?? 0), 12);
    expect(weights.false).toBe(plain?.[person]?.weights.false);
  });
  const alike = annotatorPool(["recall"], rngOf(1), { like, jitter: 0, size: 2 });
  expect(alike.map(({ weights }) => weights.recall)).toEqual([1.2, 1.2]);
});

test("what an annotator is like is read off its answers again", () => {
  const rng = rngOf("answers");
  const person = {
    ...ANNOTATOR,
    ...{ temperature: 0.4, flipRate: 0.2, positionBias: 0.2, lengthBias: 0.05 },
  };
  const rows = Array.from({ length: 6000 }, () => {
    const [first, second] = [reply(rng.normal(), rng.int(12)), reply(rng.normal(), rng.int(12))];
    return {
      margin: worthTo(person, first.terms) - worthTo(person, second.terms),
      lengthDifference: first.tokens - second.tokens,
      choseFirst: prefersFirst(person, { first, second }, { lookedUp: [], rng }),
    };
  });
  const { unidentified, intervals } = fitAnnotator(rows, { level: 0.9999 });
  expect(unidentified).toEqual([]);
  for (const name of ["temperature", "flipRate", "positionBias", "lengthBias"] as const) {
    expect(intervals[name].low).toBeLessThan(person[name]);
    expect(intervals[name].high).toBeGreaterThan(person[name]);
  }
  expect(intervals.flipRate.high - intervals.flipRate.low).toBeLessThan(0.15);
});
