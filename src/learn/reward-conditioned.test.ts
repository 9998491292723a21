import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { policyOf } from "#propose/tiny-lm.ts";
import { bestPrompt, conditionedPrompt, rewardConditioned } from "./reward-conditioned.ts";
import { freshPolicy, meanThrees } from "./threes.fixture.ts";

test("the token stands before the prompt or in place of its first", () => {
  const before = { tokens: [7, 8, 9], place: "before" } as const;
  expect(conditionedPrompt([1, 2], 0, before)).toEqual([7, 1, 2]);
  expect(bestPrompt([1, 2], before)).toEqual([9, 1, 2]);
  expect(bestPrompt([1, 2], { ...before, place: "first" })).toEqual([9, 2]);
  expect(() => conditionedPrompt([1], 3, before)).toThrow("from 0 to 2");
});

test("asked for the best it replies as the best did, asked for the worst as the worst", async () => {
  const conditioning = { tokens: [1, 2], place: "before" } as const;
  const rows = [
    { prompt: [0], reply: [3, 3, 3, 5], quantile: 1 },
    { prompt: [0], reply: [4, 5], quantile: 0 },
  ];
  const options = { steps: 60, batch: 4, learningRate: 0.02, rng: rngOf(2), conditioning };
  const policy = policyOf(await rewardConditioned(freshPolicy, rows, options));
  expect(meanThrees(policy, bestPrompt([0], conditioning))).toBeGreaterThan(2);
  expect(meanThrees(policy, conditionedPrompt([0], 0, conditioning))).toBeLessThan(0.5);
});
