import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { bestQuantile, quark } from "./quark.ts";
import { freshPolicy, meanThreesOf, threes } from "./threes.fixture.ts";
import type { RolloutReport } from "./training.ts";

const options = {
  steps: 40,
  replies: 32,
  replyTokensMax: 4,
  learningRate: 0.02,
  rng: rngOf(2),
};

test("the best quantile by hand: highest first, of equals the earlier, at least one", () => {
  const rolled = [1, 5, 5, 0, 7].map((reward, i) => ({
    prompt: [0],
    reply: Uint8Array.of(i),
    reward,
  }));
  const best = (quantiles: number) => bestQuantile(rolled, quantiles).map(({ reply }) => reply[0]);
  expect(best(2)).toEqual([4, 1]);
  expect(best(9)).toEqual([4]);
  expect(best(1)).toEqual([4, 1, 2, 0, 3]);
});

test("it climbs a reward, and the KL over the vocabulary holds it back", async () => {
  const run = async (klWeight: number) => {
    const reports: RolloutReport[] = [];
    const onStep = (report: RolloutReport) => void reports.push(report);
    const model = await quark(freshPolicy, threes, { ...options, klWeight, onStep });
    return { reward: meanThreesOf(model), first: reports[0], last: reports.at(-1) };
  };
  const free = await run(0);
  expect(free.reward).toBeGreaterThan(meanThreesOf(freshPolicy) + 1);
  expect(free.first?.kl).toBeCloseTo(0, 4);
  const held = await run(10);
  expect(held.last?.kl).toBeLessThan(0.5 * (free.last?.kl ?? 0));
});

test("fewer replies than quantiles are refused", async () => {
  await expect(quark(freshPolicy, threes, { ...options, replies: 3 })).rejects.toThrow("quantile");
});
