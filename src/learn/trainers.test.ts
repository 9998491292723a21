import { expect, test } from "vitest";
import { type FullRewardReport, fitFullReward, fullRewards } from "#assess/reward/full-reward.ts";
import { rngOf } from "#core/rng.ts";
import { liveBuffers } from "#num/live-buffers.fixture.ts";
import { bce } from "./bce.ts";
import { dpo } from "./dpo.ts";
import { expertIteration } from "./expert-iteration.ts";
import { grpo } from "./grpo.ts";
import { kto } from "./kto.ts";
import { ppo } from "./ppo.ts";
import { quark } from "./quark.ts";
import { rewardConditioned } from "./reward-conditioned.ts";
import { sft } from "./sft.ts";
import { freshPolicy, PROMPT, threes } from "./threes.fixture.ts";

interface Common {
  readonly signal?: AbortSignal;
  readonly onStep?: () => void | Promise<void>;
}

const training = { steps: 4, batch: 2, learningRate: 0.01 };
const sampling = { steps: 4, learningRate: 0.01, replyTokensMax: 4 };
const rng = rngOf("trainers");
const pairs = [{ prompt: PROMPT, chosen: [3, 5], rejected: [2, 5] }];
const rows = [
  { prompt: PROMPT, reply: [3, 5], desirable: true, quantile: 1, weights: 1 },
  { prompt: [2], reply: [2, 2, 4, 5], desirable: false, quantile: 0, weights: 1 },
];

/** Every trainer on a task of a few steps: what holds for all of them is tested below. */
const trainers: Record<string, (common: Common) => Promise<Float32Array>> = {
  sft: async (common) => (await sft(freshPolicy, rows, { ...training, rng, ...common })).parameters,
  dpo: async (common) =>
    (await dpo(freshPolicy, pairs, { ...training, beta: 0.1, rng, ...common })).parameters,
  kto: async (common) =>
    (await kto(freshPolicy, rows, { ...training, beta: 0.1, rng, ...common })).parameters,
  bce: async (common) =>
    (
      await bce(freshPolicy, [{ prompt: PROMPT, yes: 1 }], {
        ...training,
        tokens: { yes: 1, no: 2 },
        rng,
        ...common,
      })
    ).parameters,
  "full reward": async (common) =>
    (await fitFullReward(freshPolicy, pairs, { ...training, rng, ...common })).parameters,
  "reward conditioning": async (common) =>
    (
      await rewardConditioned(freshPolicy, rows, {
        ...training,
        conditioning: { tokens: [1, 2], place: "first" },
        rng,
        ...common,
      })
    ).parameters,
  grpo: async (common) =>
    (
      await grpo(freshPolicy, threes, {
        ...sampling,
        groups: 2,
        groupSize: 2,
        innerSteps: 2,
        klWeight: 0.1,
        rng,
        ...common,
      })
    ).parameters,
  ppo: async (common) =>
    (
      await ppo(freshPolicy, threes, {
        ...sampling,
        replies: 4,
        innerEpochs: 2,
        minibatch: 2,
        clip: 0.2,
        valueCoefficient: 0.1,
        gamma: 1,
        lambda: 0.95,
        klWeight: 0.1,
        whiten: true,
        rng,
        ...common,
      })
    ).parameters,
  quark: async (common) =>
    (await quark(freshPolicy, threes, { ...sampling, replies: 8, rng, ...common })).parameters,
  "expert iteration": async (common) =>
    (
      await expertIteration(freshPolicy, threes, {
        rounds: 2,
        prompts: 2,
        bestOf: 2,
        replyTokensMax: 4,
        sft: { ...training, steps: 2 },
        rng,
        ...common,
      })
    ).parameters,
};
const all = Object.entries(trainers);

test.each(all)("%s: the same seed, the same bytes, and its start untouched", async (_, train) => {
  const before = freshPolicy.parameters.slice();
  const once = await train({});
  expect(await train({})).toEqual(once);
  expect(once).not.toEqual(before);
  expect(freshPolicy.parameters).toEqual(before);
});

test.each(all)("%s: hears a wish to stop within a step, waits when paused", async (_, train) => {
  const live = await liveBuffers();
  const before = live();
  const abort = new AbortController();
  let steps = 0;
  let waiting = false;
  const stopped = train({
    signal: abort.signal,
    onStep: async () => {
      expect(waiting).toBe(false); // no step is taken while the one before is waited for
      waiting = true;
      await new Promise(setImmediate);
      waiting = false;
      if (++steps === 2) abort.abort();
    },
  });
  await expect(stopped).rejects.toThrow("aborted");
  expect(steps).toBe(2);
  expect(live()).toBe(before);
});

test("a trunk of its own learns whom to prefer, from a policy or from nothing", async () => {
  const many = [
    ...pairs,
    { prompt: [2], chosen: [3, 3], rejected: [3] },
    { prompt: PROMPT, chosen: [3, 3, 3], rejected: [5], margin: 1 },
  ];
  const reports: FullRewardReport[] = [];
  const options = {
    steps: 60,
    batch: 3,
    learningRate: 0.01,
    rng: rngOf(4),
    onStep: (report: FullRewardReport) => void reports.push(report),
  };
  for (const start of [freshPolicy, { shape: freshPolicy.shape }]) {
    const model = await fitFullReward(start, many, options);
    for (const { prompt, chosen, rejected } of many) {
      const [better = 0, worse = 0] = fullRewards(model, [{ prompt, replies: [chosen, rejected] }]);
      expect(better - worse).toBeGreaterThan(1);
    }
  }
  expect(reports.at(-1)?.accuracy).toBe(1);
  // All rewards are 0 at first, so the loss is that of the margins alone.
  const first = (2 * Math.log(2) + Math.log1p(Math.exp(1))) / 3;
  expect(reports[0]?.loss).toBeCloseTo(first, 4);
});
