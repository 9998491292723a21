import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import type { HeadModel, Pass } from "./head-model.ts";
import { fromF32, loadJax, scope, toF32 } from "./jax.ts";
import { headArrays, jaxLoss } from "./jax-head.ts";
import { linearHead } from "./linear-head.ts";
import { type Matrix, takeRows } from "./matrix.ts";
import { mlpHead } from "./mlp-head.ts";
import { withWorkspace } from "./simd.ts";
import { softmax } from "./softmax.ts";
import { csrFromRows, csrToDense } from "./sparse.ts";

const [INPUTS, HIDDEN, CLASSES, ROWS] = [6, 11, 3, 5];
const rng = rngOf("heads");
const sparse = csrFromRows(
  Array.from({ length: ROWS + 2 }, () => {
    const indices = [0, 1, 2, 3, 4, 5].filter(() => rng.bernoulli(0.6));
    return { indices, values: indices.map(() => rng.normal()) };
  }),
  INPUTS,
);
const rows = Uint32Array.of(6, 0, 3, 3, 2);
const targets = Uint32Array.from({ length: ROWS }, () => rng.int(CLASSES));

/**
 * Parameters away from the start: a linear head begins at zero, where any gradient looks symmetric.
 */
const somewhere = (model: HeadModel) =>
  Float32Array.from({ length: model.size }, () => 0.7 * rng.normal());

/** Cross-entropy against the targets, summed over the rows. */
function lossAndGradient(logits: Float32Array) {
  const p = softmax(logits, CLASSES);
  let loss = 0;
  targets.forEach((target, b) => {
    const at = b * CLASSES + target;
    loss -= Math.log(p[at] as number);
    p[at] = (p[at] as number) - 1;
  });
  return { loss, gradient: p };
}

/** Runs `body` with the head at work on parameters that it may change. */
function atWork<T>(
  model: HeadModel,
  start: Float32Array,
  body: (pass: Pass, parameters: Float32Array, gradient: Float32Array) => T,
): T {
  return withWorkspace([model.size, model.size, ...model.scratch(ROWS)], (work) => {
    const [parameters, gradient] = [work.zeros(model.size), work.zeros(model.size)];
    parameters.set(start);
    return body(model.pass(parameters, ROWS, work), parameters, gradient);
  });
}

const ownGradient = (model: HeadModel, start: Float32Array, features: Matrix) =>
  atWork(model, start, (pass, _parameters, gradient) => {
    gradient.fill(9); // what was there before must not matter
    const judged = lossAndGradient(pass.forward(features, rows));
    pass.backward(features, rows, judged.gradient, gradient);
    return gradient.slice();
  });

const heads: [string, HeadModel][] = [
  ["linear", linearHead(INPUTS, CLASSES)],
  ["mlp", mlpHead(INPUTS, HIDDEN, CLASSES)],
];
const inputs: [string, Matrix][] = [
  ["sparse", sparse],
  ["dense", csrToDense(sparse)],
];
const combinations = heads.flatMap(([h, model]) =>
  inputs.map(([i, features]) => ({ name: `${h} on ${i}`, model, features })),
);

// Central differences in float32: a step of 1e-2 leaves about 1e-3 of rounding and curvature.
test.each(combinations)("$name: the gradient is the slope of the loss", ({ model, features }) => {
  const parameters = somewhere(model);
  const gradient = ownGradient(model, parameters, features);
  const step = 1e-2;
  const slopes = atWork(model, parameters, (pass, moving) => {
    const lossAt = (i: number, shift: number) => {
      moving[i] = (parameters[i] as number) + shift;
      const { loss } = lossAndGradient(pass.forward(features, rows));
      moving[i] = parameters[i] as number;
      return loss;
    };
    return Array.from(parameters, (_, i) => (lossAt(i, step) - lossAt(i, -step)) / (2 * step));
  });
  // A parameter whose step crosses a ReLU's corner has no slope there; there are few.
  const off = slopes.filter((slope, i) => Math.abs(slope - (gradient[i] as number)) > 5e-3);
  expect(off.length).toBeLessThanOrEqual(model.size * 0.05);
  expect(Math.hypot(...gradient)).toBeGreaterThan(0.1);
});

const jax = await loadJax();

/** The same head and loss written for the array library, which differentiates it by itself. */
function gradientByJax(model: HeadModel, parameters: Float32Array): Float32Array {
  const linear = model.size === model.weights + CLASSES;
  const head = { inputs: INPUTS, classes: CLASSES, batch: ROWS };
  const shape = linear ? head : { ...head, hidden: HIDDEN };
  const x = takeRows(csrToDense(sparse), rows).values;
  const y = new Float32Array(ROWS * CLASSES);
  targets.forEach((target, b) => {
    y[b * CLASSES + target] = ROWS; // the library's loss is the mean, ours the sum
  });
  return scope(jax, () => {
    const slopes = jax.grad(jaxLoss(jax, shape))(
      headArrays(jax, shape, parameters),
      fromF32(jax, x, [ROWS, INPUTS]),
      fromF32(jax, y, [ROWS, CLASSES]),
    );
    return Float32Array.from(slopes.flatMap((slope) => Array.from(toF32(slope))));
  });
}

test.each(combinations)(
  "$name: the gradient is that of automatic differentiation",
  ({ model, features }) => {
    const parameters = somewhere(model);
    const expected = gradientByJax(model, parameters);
    ownGradient(model, parameters, features).forEach((g, i) => {
      expect(Math.abs(g - (expected[i] as number))).toBeLessThan(1e-5);
    });
  },
);
