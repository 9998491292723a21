import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { decoderParts, initialDecoder } from "#num/decoder-shape.ts";
import { policyOf } from "#propose/tiny-lm.ts";
import { sft } from "./sft.ts";
import { type Example, tokenBatch } from "./token-batch.ts";

const shape = { vocabulary: 6, width: 8, layers: 1, heads: 2, context: 6 };
const END = 5;
const start = () => initialDecoder(shape, rngOf(1));
const options = { steps: 60, batch: 4, learningRate: 0.02, rng: rngOf(2) };

test("a batch by hand: targets one place early, weights on the reply alone", () => {
  const examples: Example[] = [
    { prompt: [1, 2], reply: [3, END], weights: 2 },
    { prompt: [4], reply: [1], weights: [7] },
  ];
  const { inputs, targets, weights } = tokenBatch(examples, { batch: 3, context: 4, scale: 0.5 });
  expect([...inputs]).toEqual([1, 2, 3, END, 4, 1, 0, 0, 0, 0, 0, 0]);
  expect([...targets]).toEqual([0, 3, END, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  expect([...weights]).toEqual([0, 1, 1, 0, 3.5, 0, 0, 0, 0, 0, 0, 0]);
});

/** Copies the digit of the prompt, then ends. */
const copies: Example[] = [1, 2, 3].map((digit) => ({
  prompt: [0, digit],
  reply: [digit, END],
  weights: 1,
}));

test("a policy learns to copy from a few examples", async () => {
  const { parameters, losses } = await sft({ shape, parameters: start() }, copies, options);
  expect(losses).toHaveLength(60);
  const policy = policyOf({ shape, parameters, end: END });
  const replies = policy.sample(
    copies.map(({ prompt }) => prompt),
    { n: 1, temperature: 0, replyTokensMax: 3, rng: rngOf(1) },
  );
  expect(replies.map(([reply]) => [...(reply ?? [])])).toEqual([
    [1, END],
    [2, END],
    [3, END],
  ]);
});

test("an example of weight 0 teaches nothing, and a weight of all scales out", async () => {
  const steps = { ...options, steps: 5 };
  const run = async (examples: readonly Example[]) =>
    (await sft({ shape, parameters: start() }, examples, { ...steps, batch: 3 })).parameters;
  const once = await run(copies);
  const doubled = await run(copies.map((example) => ({ ...example, weights: 2 })));
  doubled.forEach((w, i) => {
    expect(Math.abs(w - (once[i] ?? 0))).toBeLessThan(1e-4);
  });
  const other = { prompt: [0, 1], reply: [4, END], weights: 0 };
  const silent = await sft({ shape, parameters: start() }, [...copies, other], steps);
  const said = await sft(
    { shape, parameters: start() },
    [...copies, { ...other, weights: 1 }],
    steps,
  );
  const chance = (parameters: Float32Array) =>
    policyOf({ shape, parameters, end: END }).logProbs([
      { prompt: [0, 1], replies: [[4]] },
    ])[0]?.[0];
  expect(chance(said.parameters)?.[0]).toBeGreaterThan(chance(silent.parameters)?.[0] ?? 0);
});

test("stopping early follows the same schedule, and a wish to stop is heard", async () => {
  const whole = await sft({ shape, parameters: start() }, copies, { ...options, steps: 8 });
  const part = await sft({ shape, parameters: start() }, copies, {
    ...options,
    steps: 8,
    stopAfter: 3,
  });
  expect(part.losses).toEqual(whole.losses.subarray(0, 3));
  const stopped = { ...options, signal: AbortSignal.abort() };
  await expect(sft({ shape, parameters: start() }, copies, stopped)).rejects.toThrow();
});

test("by adapters alone the policy learns too, and all else stands still", async () => {
  const from = { shape, parameters: start() };
  const tuned = await sft(from, copies, { ...options, adapterRank: 2 });
  expect(tuned.losses.at(-1)).toBeLessThan(0.9 * (tuned.losses[0] ?? 0));
  const moved = decoderParts(shape).filter(({ at, size }) =>
    tuned.parameters.subarray(at, at + size).some((w, i) => w !== from.parameters[at + i]),
  );
  expect(moved.map(({ name }) => name)).toEqual(["query-key-value"]);
});
