import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { bestOfEach, type ExpertReport, expertIteration } from "./expert-iteration.ts";
import { freshPolicy, meanThreesOf, threes } from "./threes.fixture.ts";

test("the best of each group, of equals the first", () => {
  const rolled = [1, 2, 2, 4, 3, 3].map((reward, i) => ({
    prompt: [0],
    reply: Uint8Array.of(i),
    reward,
  }));
  expect(bestOfEach(rolled, 3).map(({ reply }) => reply[0])).toEqual([1, 3]);
  expect(bestOfEach(rolled, 1)).toEqual(rolled);
});

test("round by round it replies as its best did", async () => {
  const reports: ExpertReport[] = [];
  const rewards: number[] = [];
  await expertIteration(freshPolicy, threes, {
    rounds: 3,
    prompts: 16,
    bestOf: 4,
    replyTokensMax: 4,
    sft: { steps: 20, batch: 8, learningRate: 0.01 },
    rng: rngOf(2),
    onStep: (report) => void reports.push(report),
    onRound: (_, model) => void rewards.push(meanThreesOf(model)),
  });
  expect(reports).toHaveLength(60);
  expect(reports[0]?.bestReward).toBeGreaterThan(reports[0]?.reward ?? 0);
  const [first = 0, , last = 0] = rewards;
  expect(first).toBeGreaterThan(meanThreesOf(freshPolicy));
  expect(last).toBeGreaterThan(first + 0.3);
});
