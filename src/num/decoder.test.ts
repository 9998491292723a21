import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { decoderReader, decoderTrainer, lossGradients } from "./decoder.ts";
import { weightedNll } from "./decoder-losses.ts";
import type { TokenBatch } from "./decoder-pass.ts";
import { withDecoder } from "./decoder-session.ts";
import { decoderParts, decoderSize, initialDecoder } from "./decoder-shape.ts";
import { loadJax } from "./jax.ts";

const jax = await loadJax();
const shape = { vocabulary: 11, width: 8, layers: 2, heads: 2, context: 6 };
const batch = 3;
const EMBEDDED = (shape.vocabulary + shape.context) * shape.width;
const settings = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, clipNorm: 1 };

function tokens(): TokenBatch {
  const rng = rngOf("tokens");
  const draw = () => Uint8Array.from({ length: batch * shape.context }, () => rng.int(11));
  const weights = Float32Array.from({ length: batch * shape.context }, () => rng.uniform() / 10);
  return { inputs: draw(), targets: draw(), weights };
}

/** Larger than fresh ones, so that every nonlinearity is at work; the norms then bend less. */
const parameters = (): Float32Array =>
  initialDecoder(shape, rngOf(1)).map((w, i) => w * (i < EMBEDDED ? 6 : 1 + 0.3 * Math.sin(i)));

const gradients = lossGradients(
  jax,
  { shape, batch, loss: weightedNll },
  { parameters: parameters() },
);
const nll = (start: Float32Array) =>
  gradients.of({ parameters: start }, { tokens: tokens(), data: {} });

const trainerOf = (start: Float32Array) =>
  decoderTrainer(jax, { shape, batch, loss: weightedNll }, { parameters: start });

test("the parameters of the language world's decoder: 63,024", () => {
  const world = { vocabulary: 64, width: 48, layers: 2, heads: 4, context: 28 };
  expect(decoderSize(world)).toBe(63_024);
  const fresh = initialDecoder(world, rngOf(1));
  expect(fresh).toEqual(initialDecoder(world, rngOf(1)));
  const gain = decoderParts(world).find(({ name }) => name === "gain-mlp");
  expect(fresh[gain?.at ?? 0]).toBe(1);
});

test("the gradient is that of finite differences, in every part", () => {
  const start = parameters();
  const { gradient } = nll(start);
  const rng = rngOf("places");
  const lossAt = (i: number, step: number) => {
    const moved = start.slice();
    moved[i] = (moved[i] as number) + step;
    return nll(moved).loss;
  };
  const h = 1e-3; // float32: a smaller step would be drowned by rounding
  for (const { name, at, size } of decoderParts(shape)) {
    const i = at + rng.int(size);
    const numeric = (lossAt(i, h) - lossAt(i, -h)) / (2 * h);
    expect([name, Math.abs(numeric - (gradient[i] as number)) < 3e-3]).toEqual([name, true]);
  }
  expect(Math.hypot(...gradient)).toBeGreaterThan(0.1); // or the comparison above says nothing
});

test("reading token by token gives the same log-probabilities as the whole pass", () => {
  const start = parameters();
  const { inputs } = tokens();
  const reader = decoderReader(jax, { shape, batch }, start);
  const logProbs = reader.distributions(tokens());
  reader.dispose();
  const { context, vocabulary } = shape;
  withDecoder(shape, start, (session) => {
    for (let row = 0; row < batch; row++)
      for (let at = 0; at < context; at++) {
        session.read(inputs[row * context + at] as number, at);
        const logits = session.logits();
        const total = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));
        for (let v = 0; v < vocabulary; v++) {
          const whole = logProbs[(row * context + at) * vocabulary + v] as number;
          expect(Math.abs((logits[v] as number) - total - whole)).toBeLessThan(1e-4);
        }
      }
  });
});

test("what lies ahead does not reach back, and reading again from a place forgets what followed", () => {
  const start = parameters();
  withDecoder(shape, start, (session) => {
    const read = (...ids: number[]) => {
      ids.forEach((id, at) => {
        session.read(id, at);
      });
      return session.logits().slice();
    };
    const straight = read(3, 1, 4);
    read(3, 1, 7, 9, 2);
    session.read(4, 2);
    expect(session.logits()).toEqual(straight);
  });
});

test("training lowers the loss, the same bytes each time, and clips long gradients", () => {
  const run = (clipNorm: number) => {
    const trainer = trainerOf(parameters());
    const losses = Array.from(
      { length: 25 },
      () => trainer.step({ tokens: tokens(), data: {} }, { ...settings, clipNorm }).loss,
    );
    const end = trainer.parameters();
    trainer.dispose();
    return { losses, end };
  };
  const { losses, end } = run(1);
  expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? 0));
  expect(run(1).end).toEqual(end);
});

test("one step is Adam's on the clipped gradient", () => {
  const start = parameters();
  const { gradient } = nll(start);
  const clipNorm = 0.05;
  const trainer = trainerOf(start);
  const { gradientNorm } = trainer.step({ tokens: tokens(), data: {} }, { ...settings, clipNorm });
  const moved = trainer.parameters();
  trainer.dispose();
  const norm = Math.hypot(...gradient);
  expect(gradientNorm).toBeCloseTo(norm, 4);
  expect(norm).toBeGreaterThan(clipNorm);
  moved.forEach((w, i) => {
    // Bias-corrected, the first step is η g / (|g| + ε).
    const g = ((gradient[i] as number) * clipNorm) / norm;
    const wanted = (start[i] as number) - (settings.learningRate * g) / (Math.abs(g) + 1e-8);
    if (Math.abs(g) > 1e-6) expect(Math.abs(w - wanted)).toBeLessThan(1e-4);
  });
});

test("tokens outside the vocabulary and parameters of another shape are refused", () => {
  const bad = { ...tokens(), inputs: new Uint8Array(batch * shape.context).fill(11) };
  const trainer = trainerOf(parameters());
  expect(() => trainer.step({ tokens: bad, data: {} }, settings)).toThrow("vocabulary");
  trainer.dispose();
  expect(() => withDecoder(shape, new Float32Array(3), () => 0)).toThrow("shape");
});
