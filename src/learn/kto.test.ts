import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { type KtoReport, kto } from "./kto.ts";
import { replyLogProbs } from "./reference.ts";
import { freshPolicy, PROMPT } from "./threes.fixture.ts";

const rows = [
  { prompt: PROMPT, reply: [3, 5], desirable: true },
  { prompt: PROMPT, reply: [2, 5], desirable: false },
  { prompt: [2], reply: [3, 3, 3, 5], desirable: true },
  { prompt: [1, 2, 0, 1], reply: [4, 5], desirable: false },
];
const options = { steps: 40, batch: 4, learningRate: 0.01, beta: 0.3, rng: rngOf(2) };

const gained = (model: typeof freshPolicy, reply: number[]) => {
  const row = [{ prompt: PROMPT, reply }];
  return (replyLogProbs(model, row)[0] ?? 0) - (replyLogProbs(freshPolicy, row)[0] ?? 0);
};

test("at the start the loss is ½ and the KL 0; then thumbs are learned", async () => {
  const reports: KtoReport[] = [];
  const model = await kto(freshPolicy, rows, {
    ...options,
    onStep: (report) => void reports.push(report),
  });
  expect(reports[0]?.loss).toBeCloseTo(0.5, 4);
  expect(reports[0]?.kl).toBeCloseTo(0, 4);
  expect(reports.every(({ kl }) => kl >= 0)).toBe(true);
  expect(reports.at(-1)?.loss).toBeLessThan(0.45);
  expect(gained(model, [3, 5])).toBeGreaterThan(0.5);
  expect(gained(model, [2, 5])).toBeLessThan(-0.5);
});

test("a side that weighs nothing teaches nothing of its own", async () => {
  const model = await kto(freshPolicy, rows, { ...options, undesirableWeight: 0 });
  const both = await kto(freshPolicy, rows, options);
  expect(gained(model, [2, 5])).toBeGreaterThan(gained(both, [2, 5]));
});

test("a batch of one, which has no mismatched reply, is refused", async () => {
  await expect(kto(freshPolicy, rows, { ...options, batch: 1 })).rejects.toThrow("two replies");
});
