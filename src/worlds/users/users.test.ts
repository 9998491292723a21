import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { normaliseUtterance } from "#correct/utterance.ts";
import {
  ASSISTANT,
  bestRewrites,
  effectOf,
  makeAssistant,
  sayingsOf,
  withBroken,
} from "./assistant.ts";
import { typosOf, worded } from "./requests.ts";
import { simulateSessions } from "./sessions.ts";

const world = makeAssistant(rngOf(3), { ...ASSISTANT, intents: 60 });
const about = { sessions: 4_000, users: 500, startMs: 0, everyMs: 60_000 };

test("forms are in order of success, the best between 0.85 and 0.98, and shares sum to one", () => {
  for (const { forms } of world.intents) {
    const success = forms.map((form) => form.success);
    expect(success).toEqual(success.toSorted((a, b) => a - b));
    expect(success.at(-1)).toBeGreaterThanOrEqual(0.85);
    expect(success.at(-1)).toBeLessThanOrEqual(0.98);
    expect(forms.reduce((sum, { first }) => sum + first, 0)).toBeCloseTo(1, 9);
  }
  expect(world.intents.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(sayingsOf(world).reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
});

test("some of the two worst wordings are another's too, and no other", () => {
  const owners = new Map<string, Set<number>>();
  world.intents.forEach(({ forms }, i) => {
    for (const { key } of forms) owners.set(key, (owners.get(key) ?? new Set()).add(i));
  });
  expect([...owners.values()].some((of) => of.size > 1)).toBe(true);
  for (const { forms } of world.intents)
    for (const { key } of forms.slice(2)) expect(owners.get(key)?.size).toBe(1);
});

test("small differences in wording keep the key, a typo does not", () => {
  const rng = rngOf(1);
  for (let i = 0; i < 50; i++)
    expect(normaliseUtterance(worded("play silver river", rng))).toBe("play silver river");
  expect(typosOf("ab cd")).toEqual(["a cd", "ab d", "ab c"]);
});

test("sessions: what happens matches what is true, and a log shows no more than a log can", () => {
  const { turns, truth } = simulateSessions(world, about, rngOf(5));
  const first = truth.filter((one) => one.first);
  const expected = effectOf(sayingsOf(world), () => undefined).defectBefore;
  const seen = first.filter(({ success }) => !success).length / first.length;
  // Five standard errors.
  expect(Math.abs(seen - expected)).toBeLessThan((5 * 0.5) / Math.sqrt(first.length));
  for (const turn of turns)
    expect(
      Object.keys(turn).every((key) =>
        ["id", "userId", "ts", "utterance", "interpretation", "signals"].includes(key),
      ),
    ).toBe(true);
  expect(simulateSessions(world, about, rngOf(5)).turns).toEqual(turns);
});

test("the exact effect is what an experiment measures", () => {
  const sayings = sayingsOf(world);
  const best = bestRewrites(sayings);
  const effect = effectOf(sayings, (key) => best.get(key));
  const { turns, truth } = simulateSessions(
    world,
    {
      ...about,
      rewriter: (utterance) => {
        const text = best.get(normaliseUtterance(utterance));
        return text === undefined
          ? undefined
          : { text, rewrite: { ruleId: "r", arm: "treated", propensity: 1 } };
      },
    },
    rngOf(6),
  );
  const first = truth.filter((one) => one.first);
  const seen = first.filter(({ success }) => !success).length / first.length;
  expect(Math.abs(seen - effect.defectAfter)).toBeLessThan((5 * 0.5) / Math.sqrt(first.length));
  const share =
    turns.filter(({ rewrite }, at) => rewrite && truth[at]?.first).length / first.length;
  expect(Math.abs(share - effect.rewritten)).toBeLessThan((5 * 0.5) / Math.sqrt(first.length));
});

test("effects by hand: a rewrite helps who wants it and fails who wants something else", () => {
  const form = (key: string, success: number, first: number) => ({
    text: key,
    key,
    interpretation: { domain: "d", intent: "i", slots: {} },
    success,
    first,
  });
  const two = {
    options: { ...ASSISTANT, typoShare: 0 },
    intents: [
      { share: 0.75, forms: [form("x", 0.2, 1), form("y", 0.9, 0)] },
      { share: 0.25, forms: [form("x", 0.4, 1), form("z", 0.8, 0)] },
    ],
  };
  const sayings = sayingsOf(two);
  const effect = effectOf(sayings, (key) => (key === "x" ? "y" : undefined));
  expect(effect.defectBefore).toBeCloseTo(0.75 * 0.8 + 0.25 * 0.6, 12);
  expect(effect.defectAfter).toBeCloseTo(0.75 * 0.1 + 0.25, 12);
  expect(effect.win).toBeCloseTo(0.75 * 0.8 * 0.9, 12);
  expect(effect.loss).toBeCloseTo(0.75 * 0.2 * 0.1 + 0.25 * 0.4, 12);
  expect(effect.better).toBeCloseTo(0.75, 12);
  expect([...bestRewrites(sayings)]).toEqual([["x", "y"]]);
  const broken = withBroken(two, new Set(["y"]), 0);
  expect(effectOf(sayingsOf(broken), (key) => (key === "x" ? "y" : undefined)).win).toBe(0);
});
