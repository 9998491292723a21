import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { decoderReader } from "#num/decoder.ts";
import { initialDecoder } from "#num/decoder-shape.ts";
import { loadJax } from "#num/jax.ts";
import { policyOf } from "./tiny-lm.ts";

const shape = { vocabulary: 7, width: 8, layers: 1, heads: 2, context: 8 };
const END = 6;
const model = {
  shape,
  parameters: initialDecoder(shape, rngOf(1)).map((w) => 2 * w),
  end: END,
};
const policy = policyOf(model);
const prompt = [1, 2, 3];
const options = { n: 50, replyTokensMax: 5, rng: rngOf(2) };

test("replies end with the end token or are as long as allowed, the same for the same seed", () => {
  const [replies = []] = policy.sample([prompt], options);
  expect(replies).toHaveLength(50);
  for (const reply of replies) {
    const at = reply.indexOf(END);
    expect(at === -1 ? reply.length : at + 1).toBe(at === -1 ? 5 : reply.length);
  }
  expect(new Set(replies.map(String)).size).toBeGreaterThan(10);
  expect(policy.sample([prompt], options)).toEqual([replies]);
  // What a prompt is answered does not hang on which prompts come after it.
  expect(policy.sample([prompt, [4]], options)[0]).toEqual(replies);
});

test("tokens are drawn as often as their probability says", () => {
  const n = 20_000;
  const [replies = []] = policy.sample([prompt], { ...options, n, replyTokensMax: 1 });
  for (let token = 0; token < shape.vocabulary; token++) {
    const [[logProb = Number.NaN] = []] =
      policy.logProbs([{ prompt, replies: [[token]] }])[0] ?? [];
    const share = replies.filter(([first]) => first === token).length / n;
    expect(Math.abs(share - Math.exp(logProb))).toBeLessThan(6 * Math.sqrt(0.25 / n));
  }
});

test("temperature 0 takes the most probable, and a small nucleus keeps to it", () => {
  const [greedy = []] = policy.sample([prompt], { ...options, n: 3, temperature: 0 });
  expect(new Set(greedy.map(String)).size).toBe(1);
  const [narrow = []] = policy.sample([prompt], { ...options, topP: 0.01 });
  expect(new Set([...narrow, ...greedy].map(String)).size).toBe(1);
});

test("a nucleus leaves out what lies beyond its share", () => {
  const first = (topP: number) =>
    policy.sample([prompt], { ...options, n: 5000, topP, replyTokensMax: 1 })[0] ?? [];
  const probabilities = Array.from({ length: shape.vocabulary }, (_, token) =>
    Math.exp(policy.logProbs([{ prompt, replies: [[token]] }])[0]?.[0]?.[0] ?? 0),
  ).sort((a, b) => b - a);
  let reached = 0;
  const kept = probabilities.findIndex((p) => {
    reached += p;
    return reached >= 0.6;
  });
  expect(new Set(first(0.6).map(String)).size).toBe(kept + 1);
});

test("log-probabilities and features are those of the whole pass", async () => {
  const reply = [5, 0, END];
  const tokens = new Uint8Array(shape.context);
  tokens.set([...prompt, ...reply]);
  const weights = new Float32Array(shape.context);
  const reader = decoderReader(await loadJax(), { shape, batch: 1 }, model.parameters);
  const whole = reader.distributions({ inputs: tokens, targets: tokens, weights });
  reader.dispose();
  const [[found = new Float64Array()] = []] = policy.logProbs([{ prompt, replies: [reply] }]);
  reply.forEach((token, i) => {
    const wanted = whole[(prompt.length - 1 + i) * shape.vocabulary + token] as number;
    expect(Math.abs((found[i] as number) - wanted)).toBeLessThan(1e-4);
  });
  const features = policy.features([{ prompt, replies: [[2, 2], reply] }]);
  expect(features).toHaveLength(2 * policy.featureCount);
  const row = features.subarray(policy.featureCount);
  const [mean, least, length, ended] = row.subarray(2 * shape.width);
  expect(mean).toBeCloseTo(found.reduce((sum, p) => sum + p, 0) / 3, 5);
  expect(least).toBeCloseTo(Math.min(...found), 5);
  expect([length, ended]).toEqual([3 / 8, 1]);
  expect(features[policy.featureCount - 1]).toBe(0);
  // The pooled part holds the last state once, over 8.
  const alone = policy.features([{ prompt, replies: [[5], [5, 0]] }]);
  const pooled = (r: number, i: number) => alone[r * policy.featureCount + i] as number;
  for (let i = 0; i < shape.width; i++)
    expect(pooled(1, i) - pooled(0, i)).toBeCloseTo(pooled(1, shape.width + i) / 8, 5);
});
