import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { initialDecoder } from "#num/decoder-shape.ts";
import { type Policy, policyOf } from "#propose/tiny-lm.ts";
import { policyGradient } from "./policy-gradient.ts";
import { klOfReplies } from "./rollouts.ts";

const shape = { vocabulary: 6, width: 8, layers: 1, heads: 2, context: 6 };
const start = { shape, parameters: initialDecoder(shape, rngOf(1)), end: 5 };
const options = {
  steps: 40,
  groups: 4,
  groupSize: 4,
  replyTokensMax: 4,
  learningRate: 0.02,
  klWeight: 0,
  rng: rngOf(2),
};

/** Wants as many 3s as there can be. */
const threes = {
  prompt: () => [0, 1],
  reward: (groups: Parameters<Policy["features"]>[0]) =>
    Float64Array.from(
      groups.flatMap(({ replies }) =>
        replies.map((reply) => Array.from(reply).filter((token) => token === 3).length),
      ),
    ),
};

const meanReward = (policy: Policy) => {
  const [replies = []] = policy.sample([[0, 1]], { n: 200, replyTokensMax: 4, rng: rngOf(3) });
  return threes.reward([{ prompt: [0, 1], replies }]).reduce((sum, r) => sum + r, 0) / 200;
};

test("a policy climbs a reward, and a penalty on KL holds it back", async () => {
  const free = policyOf(await policyGradient(start, threes, options));
  expect(meanReward(free)).toBeGreaterThan(3);
  expect(meanReward(policyOf(start))).toBeLessThan(1.5);
  const held = policyOf(await policyGradient(start, threes, { ...options, klWeight: 1 }));
  const kl = (policy: Policy) => {
    const [replies = []] = policy.sample([[0, 1]], { n: 200, replyTokensMax: 4, rng: rngOf(3) });
    const [nats = new Float64Array()] = klOfReplies(policy, policyOf(start), [
      { prompt: [0, 1], replies },
    ]);
    return nats.reduce((sum, value) => sum + value, 0) / nats.length;
  };
  expect(kl(policyOf(start))).toBe(0);
  expect(kl(held)).toBeLessThan(0.7 * kl(free));
});

test("the same seed ends at the same weights; rewards that are no numbers are refused", async () => {
  const short = { ...options, steps: 2 };
  const once = await policyGradient(start, threes, short);
  expect((await policyGradient(start, threes, short)).parameters).toEqual(once.parameters);
  const broken = { ...threes, reward: () => new Float64Array(16).fill(Number.NaN) };
  await expect(policyGradient(start, broken, short)).rejects.toThrow("a reward for each reply");
});
