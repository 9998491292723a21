import { expect, test } from "vitest";
import { type Rng, rngOf } from "#core/rng.ts";
import { PolicySpec } from "#propose/policy/model.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { type CloneOptions, cloneBehaviour } from "./clone.ts";
import type { CloneData } from "./clone-data.ts";

const mlp = PolicySpec.parse({ kind: "mlp", hidden: [16] });

/** Steps of one observed number each, in [-1, 1]. */
function stepsOf(n: number, actionAt: (x: number, i: number) => number): CloneData {
  const rng = rngOf("steps");
  const observations = Float32Array.from({ length: n }, () => 2 * rng.uniform() - 1);
  const actions = observations.map(actionAt);
  const weights = new Float32Array(n).fill(1);
  return { observations, actions, weights, episodes: Uint32Array.of(0) };
}

const clone = (data: CloneData, options: Partial<CloneOptions> = {}) =>
  cloneBehaviour(data, { policy: mlp, steps: 400, batch: 32, rng: rngOf(1), ...options });

/** Mean action at x over some draws. */
const acts = async (learned: ReturnType<typeof clone>, x: number, rng: Rng = rngOf(2)) => {
  const policy = policyRunner((await learned).model);
  let sum = 0;
  for (let i = 0; i < 20; i++) {
    policy.reset();
    sum += policy.act([x], rng)[0] as number;
  }
  return sum / 20;
};

test.each([
  { kind: "mlp", hidden: [16] },
  { kind: "gmm", hidden: [16], modes: 2, minStd: 0.05 },
  { kind: "flow", hidden: [32, 32], chunk: 1, execute: 1 },
])("a $kind learns what was done in each situation", async (spec) => {
  const learned = clone(
    stepsOf(200, (x) => 0.8 * x),
    {
      policy: PolicySpec.parse(spec),
      steps: 1500,
    },
  );
  for (const x of [-0.9, 0, 0.7])
    expect(Math.abs((await acts(learned, x)) - 0.8 * x)).toBeLessThan(0.1);
});

test("the same seed gives the same bytes, another one others, and the data stay as they were", async () => {
  const data = stepsOf(50, (x) => x);
  const before = structuredClone(data);
  const one = await clone(data, { steps: 20 });
  expect(await clone(data, { steps: 20 })).toEqual(one);
  expect((await clone(data, { steps: 20, rng: rngOf(9) })).model.parameters).not.toBe(
    one.model.parameters,
  );
  expect(data).toEqual(before);
});

test("two trainings at once do not disturb each other", async () => {
  const data = stepsOf(50, (x) => x);
  const alone = await clone(data, { steps: 120 });
  const both = await Promise.all([clone(data, { steps: 120 }), clone(data, { steps: 120 })]);
  expect(both).toEqual([alone, alone]);
});

test("the loss falls, step by step as reported", async () => {
  const reported: number[] = [];
  const { losses } = await clone(
    stepsOf(100, (x) => -x),
    {
      onStep: ({ loss }) => reported.push(loss),
    },
  );
  expect(reported).toEqual([...losses]);
  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 20);
});

test("a weight multiplies the loss and is not normalised", async () => {
  const data = stepsOf(50, (x) => x);
  const heavy = { ...data, weights: data.weights.map((w) => 3 * w) };
  const [one, three] = [await clone(data, { steps: 1 }), await clone(heavy, { steps: 1 })];
  expect(three.losses[0]).toBeCloseTo(3 * (one.losses[0] as number), 6);
});

test("steps of weight 0 are drawn and teach nothing", async () => {
  // Every other step says +0.5, the rest, without weight, −0.5.
  const data = stepsOf(200, (_, i) => (i % 2 === 0 ? 0.5 : -0.5));
  const weights = data.weights.map((_, i) => (i % 2 === 0 ? 1 : 0));
  expect(await acts(clone({ ...data, weights }), 0.3)).toBeCloseTo(0.5, 1);
  expect(Math.abs(await acts(clone(data), 0.3))).toBeLessThan(0.25);
});

test("a sampling weight changes what is drawn, not how much a step counts", async () => {
  const data = stepsOf(200, (_, i) => (i % 2 === 0 ? 0.5 : -0.5));
  const sampling = Float64Array.from(data.weights, (_, i) => (i % 2 === 0 ? 1 : 0));
  expect(await acts(clone({ ...data, sampling }), 0.3)).toBeCloseTo(0.5, 1);
  // Ten times as much of all is the same draws at the same loss.
  const tenfold = sampling.map((w) => 10 * w);
  const one = await clone({ ...data, sampling }, { steps: 30 });
  expect(await clone({ ...data, sampling: tenfold }, { steps: 30 })).toEqual(one);
  // Never drawn, never counted: what such a step says does not matter.
  const other = { ...data, sampling, actions: data.actions.map((a, i) => (i % 2 === 0 ? a : 1)) };
  expect(await clone(other, { steps: 30 })).toEqual(one);
});

test("goes on from a policy, reading inputs as it did", async () => {
  const first = await clone(stepsOf(100, (x) => x));
  const shifted = stepsOf(100, (x) => x);
  const moved = { ...shifted, observations: shifted.observations.map((x) => x + 5) };
  const next = await clone(moved, { initial: first.model, steps: 5 });
  expect(next.model.centre).toEqual(first.model.centre);
  expect(next.losses[0]).not.toBe(first.losses[0]);
  const again = await clone(
    stepsOf(100, (x) => x),
    { initial: first.model, steps: 5 },
  );
  expect(again.losses[0]).toBeLessThan((first.losses[0] as number) / 20);
});

test("a policy of another shape cannot be gone on from", async () => {
  const data = stepsOf(20, (x) => x);
  const { model } = await clone(data, { steps: 1 });
  const wider = PolicySpec.parse({ kind: "mlp", hidden: [8] });
  await expect(clone(data, { policy: wider, initial: model })).rejects.toMatchObject({
    kind: "bad-input",
    detail: { at: { field: "initial" } },
  });
});

test("a gradient longer than allowed is shortened", async () => {
  const data = stepsOf(50, (x) => x);
  const [free, far] = [
    await clone(data, { steps: 9 }),
    await clone(data, { steps: 9, clipNorm: 1e6 }),
  ];
  expect(far).toEqual(free);
  expect(await clone(data, { steps: 9, clipNorm: 1e-3 })).not.toEqual(free);
});

test("a loss that stops being a number ends the training with a way out", async () => {
  const data = stepsOf(20, (x) => x);
  const weights = new Float32Array(20).fill(3e38);
  await expect(clone({ ...data, weights }, { learningRate: 1e30 })).rejects.toMatchObject({
    kind: "bad-input",
    detail: { hint: expect.stringContaining("a tenth") },
  });
});

test("a cancel that arrives while it runs is heard", async () => {
  const stop = new AbortController();
  const running = clone(
    stepsOf(50, (x) => x),
    { steps: 1_000_000, signal: stop.signal },
  );
  setImmediate(() => stop.abort());
  await expect(running).rejects.toMatchObject({ kind: "cancelled" });
});

test("one step is enough to learn from", async () => {
  const { losses } = await clone(stepsOf(1, () => 0.5));
  expect(losses.at(-1)).toBeLessThan(1e-4);
});
