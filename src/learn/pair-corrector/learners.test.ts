import { describe, expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { boostedProbabilities, fitBoosted } from "./boosted.ts";
import { fitLogistic, logisticProbabilities, type Rows } from "./logistic.ts";
import { fitMlp, mlpProbabilities } from "./mlp.ts";

const rng = rngOf(5);

/** Labels drawn with a probability that a rule states. */
function drawn(n: number, rule: (a: number, b: number) => number): Rows {
  const x = new Float64Array(2 * n);
  const y = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const [a, b] = [rng.normal(), rng.normal()];
    x.set([a, b], 2 * i);
    y[i] = rng.bernoulli(rule(a, b)) ? 1 : 0;
  }
  return { x, y, width: 2 };
}
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const linear = drawn(2_000, (a, b) => sigmoid(1.5 * a - b));
/** Right only where the signs differ: no line parts them. */
const crossed = drawn(2_000, (a, b) => (a * b < 0 ? 0.9 : 0.1));

const accuracy = (p: Float64Array, { y }: Rows) =>
  p.reduce((right, value, i) => right + (value > 0.5 === (y[i] === 1) ? 1 : 0), 0) / y.length;

test("logistic: the weights that made the labels come back", () => {
  const { weights, scale } = fitLogistic(linear);
  expect((weights[0] ?? 0) / (scale[0] ?? 1)).toBeCloseTo(1.5, 0);
  expect((weights[1] ?? 0) / (scale[1] ?? 1)).toBeCloseTo(-1, 0);
});

test("logistic: the slope of the penalised likelihood is 0 at the weights found", () => {
  const model = fitLogistic(linear);
  const p = logisticProbabilities(model, linear.x);
  for (let j = 0; j < 2; j++) {
    const slope = p.reduce(
      (sum, value, i) =>
        sum +
        ((linear.y[i] ?? 0) - value) *
          (((linear.x[2 * i + j] ?? 0) - (model.mean[j] ?? 0)) / (model.scale[j] ?? 1)),
      -(model.weights[j] ?? 0),
    );
    expect(Math.abs(slope)).toBeLessThan(1e-6);
  }
});

test("logistic: parted classes and a column that never changes leave it finite", () => {
  const x = Float64Array.of(0, 7, 1, 7, 2, 7, 3, 7);
  const model = fitLogistic({ x, y: Uint8Array.of(0, 0, 1, 1), width: 2 });
  const p = logisticProbabilities(model, x);
  expect(p.every(Number.isFinite)).toBe(true);
  expect(p[0]).toBeLessThan(0.5);
  expect(p[3]).toBeGreaterThan(0.5);
});

describe("where no line parts the classes", () => {
  test("logistic cannot tell, boosted trees and a net can, on fresh rows", () => {
    const fresh = drawn(2_000, (a, b) => (a * b < 0 ? 0.9 : 0.1));
    const line = logisticProbabilities(fitLogistic(crossed), fresh.x);
    const trees = boostedProbabilities(fitBoosted(crossed), fresh.x);
    const net = mlpProbabilities(fitMlp(crossed, rngOf(1)), fresh.x);
    expect(accuracy(line, fresh)).toBeLessThan(0.6);
    expect(accuracy(trees, fresh)).toBeGreaterThan(0.8);
    expect(accuracy(net, fresh)).toBeGreaterThan(0.75);
  });
});

test("boosted trees do not change with a stretched column, and say the base rate of what has none", () => {
  const stretched: Rows = { ...crossed, x: crossed.x.map((value) => 10 * value + 3) };
  const one = boostedProbabilities(fitBoosted(crossed), crossed.x);
  const other = boostedProbabilities(fitBoosted(stretched), stretched.x);
  expect(other.every((p, i) => Math.abs(p - (one[i] ?? 0)) < 1e-9)).toBe(true);
  const flat = {
    x: new Float64Array(40),
    y: Uint8Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 1 : 0)),
    width: 1,
  };
  const [p] = boostedProbabilities(fitBoosted(flat), Float64Array.of(0));
  expect(p).toBeCloseTo(0.25, 1);
});

test("the same rows and seed make the same model", () => {
  expect(fitBoosted(crossed)).toEqual(fitBoosted(crossed));
  expect(fitMlp(crossed, rngOf(2))).toEqual(fitMlp(crossed, rngOf(2)));
});
