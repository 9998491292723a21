import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { type DecoderStart, decoderTrainer, lossGradients } from "./decoder.ts";
import {
  batch,
  batchOf,
  type Case,
  lossOf,
  shape,
  startOf,
  titled,
} from "./decoder-losses.fixture.ts";
import reference from "./decoder-losses.reference.json" with { type: "json" };
import { bradleyTerryHead, ppoLoss, weightedNll } from "./decoder-losses.ts";
import { loadJax } from "./jax.ts";

const jax = await loadJax();
test.each(titled)("%s: loss and gradient are PyTorch's", (_, one) => {
  const sized = { shape, batch, loss: lossOf(one) };
  const compiled = lossGradients(jax, sized, startOf(one));
  const { loss, gradient } = compiled.of(startOf(one), batchOf(one));
  compiled.dispose();
  expect(Math.abs(loss - one.loss)).toBeLessThan(reference.rtol * Math.max(1, Math.abs(one.loss)));
  expect(gradient).toHaveLength(one.gradient.length);
  const largest = Math.max(...one.gradient.map(Math.abs));
  expect(largest).toBeGreaterThan(1e-3); // or the comparison below says nothing
  const apart = one.gradient.map((g, i) => Math.abs(g - (gradient[i] as number)));
  expect(Math.max(...apart)).toBeLessThan(reference.rtol * Math.max(1, largest));
});

/** The KL that shifts KTO's rewards is held still by design, but not by finite differences. */
const heldStill = ({ name, data }: Case) =>
  name === "kto" && Math.min(...(data.reference ?? [])) < -10;

test.each(titled.filter(([, one]) => !heldStill(one)))(
  "%s: the gradient is that of finite differences",
  (_, one) => {
    const start = startOf(one);
    const compiled = lossGradients(jax, { shape, batch, loss: lossOf(one) }, start);
    const { gradient } = compiled.of(start, batchOf(one));
    const length = Math.hypot(...gradient);
    const rng = rngOf("direction");
    const random = Float32Array.from(gradient, () => rng.normal() / Math.sqrt(gradient.length));
    const h = 5e-4; // a smaller step would be drowned by the rounding of float32
    for (const direction of [gradient.map((g) => g / length), random]) {
      const at = (step: number) => compiled.of(moved(start, direction, step), batchOf(one)).loss;
      const numeric = (at(h) - at(-h)) / (2 * h);
      const exact = gradient.reduce((sum, g, i) => sum + g * (direction[i] as number), 0);
      expect(Math.abs(numeric - exact)).toBeLessThan(0.01 * length + 5e-4);
    }
    compiled.dispose();
  },
);

/** What is learned, moved along a direction laid out as the gradient is. */
function moved(start: DecoderStart, direction: Float32Array, step: number): DecoderStart {
  let at = 0;
  const shift = (values: Float32Array) =>
    values.map((value) => value + step * (direction[at++] as number));
  const { parameters, head, adapters } = start;
  const first = adapters
    ? { parameters, adapters: { ...adapters, values: shift(adapters.values) } }
    : { parameters: shift(parameters) };
  return { ...first, ...(head && { head: shift(head) }) };
}

test("PPO at the policy that sampled, unclipped and without values, is the policy gradient", () => {
  const one = reference.cases.find(({ name }) => name === "ppo") as Case; // there is one
  const start = startOf(one);
  const { tokens, data } = batchOf(one);
  const trainer = decoderTrainer(jax, { shape, batch, loss: weightedNll }, start);
  const old = trainer.read(tokens).logProbs;
  trainer.dispose();
  const advantages = data.advantages as Float32Array;
  const loss = ppoLoss({ clip: Number.POSITIVE_INFINITY, valueCoefficient: 0 });
  const ppo = lossGradients(jax, { shape, batch, loss }, start);
  const zeros = new Float32Array(old.length);
  const surrogate = ppo.of(start, {
    tokens,
    data: { old, advantages, returns: zeros, oldValues: zeros },
  });
  ppo.dispose();
  const plain = lossGradients(jax, { shape, batch, loss: weightedNll }, start);
  const weights = tokens.weights.map((w, i) => w * (advantages[i] as number));
  const wanted = plain.of(start, { tokens: { ...tokens, weights }, data: {} }).gradient;
  plain.dispose();
  expect(Math.hypot(...wanted)).toBeGreaterThan(0.01);
  wanted.forEach((g, i) => {
    expect(Math.abs(g - (surrogate.gradient[i] as number))).toBeLessThan(1e-5);
  });
});

test("adapters that are 0 change nothing, and merged ones say what they said beside", () => {
  const one = titled.find(([, { adapters }]) => adapters)?.[1] as Case; // there is one
  const { tokens } = batchOf(one);
  const read = (start: DecoderStart) => {
    const trainer = decoderTrainer(jax, { shape, batch, loss: weightedNll }, start);
    const told = { logProbs: trainer.read(tokens).logProbs, parameters: trainer.parameters() };
    trainer.dispose();
    return told;
  };
  const apart = (a: Float32Array, b: Float32Array) =>
    Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))));
  const plain = read({ parameters: startOf(one).parameters });
  const beside = read(startOf(one));
  const merged = read({ parameters: beside.parameters });
  expect(apart(plain.logProbs, beside.logProbs)).toBeGreaterThan(0.05);
  expect(apart(merged.logProbs, beside.logProbs)).toBeLessThan(1e-4);
  const values = Float32Array.from(reference.adapters, () => 0);
  const still = read({ ...startOf(one), adapters: { rank: reference.rank, values } });
  expect(apart(plain.logProbs, still.logProbs)).toBe(0);
  expect(still.parameters).toEqual(plain.parameters);
});

test("a pair that is hopelessly far apart costs what it is apart, and overflows nothing", () => {
  const one = reference.cases.find(({ name }) => name === "bradleyTerry") as Case; // there is one
  const compiled = lossGradients(jax, { shape, batch, loss: bradleyTerryHead }, startOf(one));
  const at = (margin: number) => {
    const margins = new Float32Array(batch / 2).fill(margin);
    return compiled.of(startOf(one), { ...batchOf(one), data: { margins } });
  };
  const [far, farther, won] = [at(1000), at(1001), at(-1000)];
  compiled.dispose();
  expect(farther.loss - far.loss).toBeCloseTo(1, 3);
  expect(far.gradient.every(Number.isFinite)).toBe(true);
  expect(Math.hypot(...far.gradient)).toBeGreaterThan(0.01);
  expect(won.loss).toBeCloseTo(0, 6);
});
