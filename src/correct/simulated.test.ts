import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import type { Case, Ctx } from "#core/contracts.ts";
import { ActorId, ItemId, ProposalId } from "#core/ids.ts";
import { rngOf } from "#core/rng.ts";
import { correctorSuite } from "./corrector.suite.ts";
import { labelKind } from "./label.ts";
import { type CorrectorTraits, flawlessTraits, simulatedCorrector } from "./simulated.ts";

const by = { id: ActorId.parse("sim-1"), kind: "simulated" as const };
const classes = ["spam", "ham"];
const GOLD = "ham";

const openCase = (
  index: number,
  how: { output?: string | null; shown?: boolean; chars?: number } = {},
): Case<string> => {
  const itemId = ItemId.parse(`mail-${index}`);
  const proposalId = ProposalId.parse(`p-${index}`);
  const { output = "spam", shown = true, chars = 100 } = how;
  return {
    item: { id: itemId, input: { text: "x".repeat(chars), fields: {} } },
    proposal: { id: proposalId, itemId, source: { id: "m", kind: "model", version: "1" }, output },
    assessment: {
      proposalId,
      itemId,
      risk: output === null ? null : 0.4,
      reasons: [],
      route: "ask",
    },
    audit: false,
    propensity: 1,
    suggestionShown: shown,
  };
};

const review = async (cases: readonly Case<string>[], traits: Partial<CorrectorTraits>) => {
  const clock = manualClock(0);
  const ctx: Ctx = {
    rng: rngOf(11),
    clock,
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  const corrector = simulatedCorrector({ by, classes, oracle: () => GOLD, clock, traits });
  const corrections = [];
  for (const open of cases) corrections.push(await corrector.correct(open, ctx));
  return { corrections, clock };
};

correctorSuite({
  name: "simulated",
  kind: labelKind,
  make: (clock) => simulatedCorrector({ by, classes, oracle: () => GOLD, clock }),
  cases: [
    openCase(0),
    openCase(1, { output: "ham" }),
    openCase(2, { output: null }),
    openCase(3, { shown: false }),
    openCase(3, { shown: false }),
  ],
});

/**
 * Half-width around n p that a binomial count leaves with probability below 1e-9: Bernstein's
 * inequality, 2 exp(-t^2 / (2 (n p (1-p) + t/3))) <= 1e-9, solved for t.
 */
const binomialSlack = (n: number, p: number): number => {
  const logTail = Math.log(2e9);
  const third = logTail / 3;
  return third + Math.sqrt(third * third + 2 * logTail * n * p * (1 - p));
};

const N = 20_000;
const wrong = (corrections: readonly { after: string | null }[]) =>
  corrections.filter(({ after }) => after !== GOLD).length;
const many = (how: Parameters<typeof openCase>[1] = {}) =>
  Array.from({ length: N }, (_, index) => openCase(index, how));

test("slips come at the stated rate", async () => {
  const { corrections } = await review(many(), { ...flawlessTraits, slipRate: 0.03 });
  expect(Math.abs(wrong(corrections) - N * 0.03)).toBeLessThan(binomialSlack(N, 0.03));
});

test("confusions come at the stated rate of their class", async () => {
  const { corrections } = await review(many(), {
    ...flawlessTraits,
    confusion: { ham: { spam: 0.15 }, spam: { ham: 0.9 } },
  });
  expect(Math.abs(wrong(corrections) - N * 0.15)).toBeLessThan(binomialSlack(N, 0.15));
});

test("a wrong suggestion is taken over at the anchoring rate, and never when it is hidden", async () => {
  const traits = { ...flawlessTraits, anchoring: 0.2 };
  const shown = await review(many(), traits);
  expect(Math.abs(wrong(shown.corrections) - N * 0.2)).toBeLessThan(binomialSlack(N, 0.2));
  expect(wrong((await review(many({ shown: false }), traits)).corrections)).toBe(0);
});

test("fatigue multiplies slips up to its bound, and a break makes fresh", async () => {
  const traits = { ...flawlessTraits, slipRate: 0.05, fatigueMax: 3, itemsPerBreak: 100 };
  const { corrections } = await review(many(), { ...traits, fatiguePerItem: 0.1 });
  // Factors 1, 1.1, …, 2.9 over 20 items, then 3 for 80: mean 2.79.
  const mean = 0.05 * ((20 * (1 + 2.9)) / 2 / 100 + (80 * 3) / 100);
  expect(mean).toBeCloseTo(0.05 * 2.79, 12);
  expect(Math.abs(wrong(corrections) - N * mean)).toBeLessThan(binomialSlack(N, mean));
});

test("time is base plus reading plus gestures, in the record and on the clock", async () => {
  const { corrections, clock } = await review(
    [openCase(0, { output: "ham", chars: 50 }), openCase(1, { chars: 1_000 })],
    {
      ...flawlessTraits,
      baseMs: 1_000,
      readMsPerChar: 10,
      charsReadMax: 200,
      msPerGesture: 100,
      confirmGestures: 1,
      relabelGestures: 2,
    },
  );
  expect(corrections.map(({ effort }) => effort)).toEqual([
    { ms: 1_600, gestures: 1, edit: 0 },
    { ms: 3_200, gestures: 2, edit: 1 },
  ]);
  expect(corrections.map(({ decision }) => decision)).toEqual(["confirmed", "edited"]);
  expect(clock.nowMs()).toBe(4_800);
});

test("a break passes on the clock and costs no attention", async () => {
  const { corrections, clock } = await review([openCase(0), openCase(1)], {
    ...flawlessTraits,
    itemsPerBreak: 1,
    breakMs: 60_000,
  });
  const attention = corrections.reduce((sum, { effort }) => sum + effort.ms, 0);
  expect(clock.nowMs()).toBe(attention + 60_000);
});

test("answers do not depend on the order of the items", async () => {
  const cases = Array.from({ length: 200 }, (_, index) => openCase(index));
  const traits = { slipRate: 0.3, fatiguePerItem: 0 };
  const byItem = async (order: readonly Case<string>[]) =>
    new Map((await review(order, traits)).corrections.map(({ itemId, after }) => [itemId, after]));
  const forward = await byItem(cases);
  const backward = await byItem(cases.toReversed());
  for (const [itemId, after] of forward) expect(backward.get(itemId)).toBe(after);
});

test("an item the oracle does not know is a bug", async () => {
  const clock = manualClock(0);
  const ctx: Ctx = {
    rng: rngOf(1),
    clock,
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  const corrector = simulatedCorrector({ by, classes, oracle: () => undefined, clock });
  await expect(corrector.correct(openCase(0), ctx)).rejects.toThrow("the oracle knows");
});

test("confusions that sum to more than 1 are a bug", () => {
  expect(() =>
    simulatedCorrector({
      by,
      classes,
      oracle: () => GOLD,
      clock: manualClock(0),
      traits: { confusion: { ham: { spam: 1.2 } } },
    }),
  ).toThrow("sum to at most 1");
});
