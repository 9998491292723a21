import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { liveBuffers } from "#num/live-buffers.fixture.ts";
import { adaptedKlWeight, generalisedAdvantages, whitened } from "./advantages.ts";
import { type PpoReport, ppo, tokenRewards } from "./ppo.ts";
import { freshPolicy, meanThreesOf, threes } from "./threes.fixture.ts";

const options = {
  steps: 30,
  replies: 16,
  innerEpochs: 2,
  minibatch: 8,
  clip: 0.2,
  valueCoefficient: 0.1,
  gamma: 1,
  lambda: 1,
  klWeight: 0,
  whiten: true,
  learningRate: 0.02,
  replyTokensMax: 4,
  rng: rngOf(2),
};

test("generalised advantages by hand", () => {
  // δ₃ = 4 − 1 = 3; δ₂ = 0 + ½·1 − 2 = −1.5; δ₁ = 1 + ½·2 − 3 = −1; γλ = ¼.
  const { advantages, returns } = generalisedAdvantages([1, 0, 4], [3, 2, 1], {
    gamma: 0.5,
    lambda: 0.5,
  });
  expect([...advantages]).toEqual([-1 + (-1.5 + 3 / 4) / 4, -1.5 + 3 / 4, 3]);
  expect([...returns]).toEqual([3 - 1.1875, 2 - 0.75, 4]);
});

test("with γ = λ = 1 a return is what is still to come, whatever the values say", () => {
  const { returns } = generalisedAdvantages([1, 2, 3], [7, -5, 2], { gamma: 1, lambda: 1 });
  expect([...returns]).toEqual([6, 5, 3]);
});

test("whitening: variance 1 over all rows, the mean kept or taken away", () => {
  const rows = [Float64Array.of(1, 3), Float64Array.of(5)];
  const kept = whitened(rows, { shiftMean: false }).flatMap((row) => [...row]);
  const gone = whitened(rows, { shiftMean: true }).flatMap((row) => [...row]);
  const step = 2 / Math.sqrt(8 / 3);
  [3 - step, 3, 3 + step].forEach((x, i) => {
    expect(kept[i]).toBeCloseTo(x, 6);
    expect(gone[i]).toBeCloseTo(x - 3, 6);
  });
  expect(whitened([Float64Array.of(2, 2)], { shiftMean: true })).toEqual([Float64Array.of(0, 0)]);
});

test("the penalty of a token knows one direction, and the reward stands at the last token", () => {
  expect([...tokenRewards(5, Float64Array.of(2, -3, 1), 0.5)]).toEqual([-1, -0, 4.5]);
});

test("the weight of the penalty follows its target by at most 2 % a step", () => {
  expect(adaptedKlWeight(1, 6, 6)).toBe(1);
  expect(adaptedKlWeight(1, 60, 6)).toBeCloseTo(1.02, 12);
  expect(adaptedKlWeight(1, 0, 6)).toBeCloseTo(0.98, 12);
  expect(adaptedKlWeight(1, 6.6, 6)).toBeCloseTo(1.01, 12);
});

test("it climbs a reward, its values learn, and a penalty on KL holds it back", async () => {
  const reports: PpoReport[] = [];
  const free = await ppo(freshPolicy, threes, {
    ...options,
    onStep: (report) => void reports.push(report),
  });
  expect(meanThreesOf(freshPolicy)).toBeLessThan(1.5);
  expect(meanThreesOf(free)).toBeGreaterThan(2.5);
  expect(reports).toHaveLength(30);
  expect(reports[0]?.kl).toBeCloseTo(0, 4); // the first samples are the start's own
  const held = await ppo(freshPolicy, threes, { ...options, klWeight: 10 });
  expect(meanThreesOf(held)).toBeLessThan(meanThreesOf(free) - 0.5);
});

test("replies that do not fill a last minibatch are learned from too, the same each time", async () => {
  const odd = { ...options, steps: 2, replies: 11, klTarget: 1, klWeight: 0.1 };
  const once = await ppo(freshPolicy, threes, odd);
  expect((await ppo(freshPolicy, threes, odd)).parameters).toEqual(once.parameters);
  expect(once.parameters.every(Number.isFinite)).toBe(true);
});

test("a wish to stop is heard within a step, a pause holds, and nothing is left behind", async () => {
  const live = await liveBuffers();
  const before = live();
  const abort = new AbortController();
  let seen = 0;
  const stopped = ppo(freshPolicy, threes, {
    ...options,
    signal: abort.signal,
    onStep: async ({ step }) => {
      await new Promise(setImmediate);
      seen = step;
      if (step === 1) abort.abort();
    },
  });
  await expect(stopped).rejects.toThrow();
  expect(seen).toBe(1);
  expect(live()).toBe(before);
});
