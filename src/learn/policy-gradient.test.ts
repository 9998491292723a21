import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { initialDecoder } from "#num/decoder-shape.ts";
import { type Policy, policyOf } from "#propose/tiny-lm.ts";
import { groupAdvantages, klOfReplies, policyGradient } from "./policy-gradient.ts";

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

test("advantages by hand, and none where all are equal", () => {
  expect([...groupAdvantages(Float64Array.of(1, 3))]).toEqual([-1, 1]);
  expect([...groupAdvantages(Float64Array.of(0.1, 0.1, 0.1))]).toEqual([0, 0, 0]);
});

test("a correction of the reward that is affine does nothing", () => {
  const rewards = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(rewards, fc.integer({ min: 1, max: 9 }), (values, scale) => {
      const plain = groupAdvantages(Float64Array.from(values));
      const affine = groupAdvantages(Float64Array.from(values, (r) => scale * r + 7));
      plain.forEach((a, i) => {
        expect(affine[i]).toBeCloseTo(a, 9);
      });
    }),
    { seed: 1 },
  );
});

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
