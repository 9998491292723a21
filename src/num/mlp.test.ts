import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import reference from "./mlp.reference.json" with { type: "json" };
import { mlpPass, mlpScratch } from "./mlp.ts";
import { initialiseMlp, mlpForward, mlpShape } from "./mlp-shape.ts";
import { withWorkspace } from "./simd.ts";

interface Run {
  readonly widths: readonly number[];
  readonly rows: number;
  readonly parameters: ArrayLike<number>;
  readonly input: ArrayLike<number>;
  readonly outputGradient: ArrayLike<number>;
  /** Room for more rows than are sent. */
  readonly batch?: number;
}

function forwardAndBack({ widths, rows, batch = rows, ...run }: Run) {
  const shape = mlpShape(widths);
  return withWorkspace([shape.size, shape.size, ...mlpScratch(shape, batch)], (work) => {
    const [parameters, gradient] = [work.zeros(shape.size), work.zeros(shape.size)];
    parameters.set(run.parameters);
    const pass = mlpPass(shape, { parameters, batch, work });
    pass.input.set(run.input);
    const output = pass.forward(rows).slice();
    pass.outputGradient.set(run.outputGradient);
    pass.backward(rows, gradient);
    return { output, gradient: gradient.slice() };
  });
}

function expectClose(ours: ArrayLike<number>, theirs: readonly number[], rtol: number) {
  expect(ours.length).toBe(theirs.length);
  theirs.forEach((value, i) => {
    const off = Math.abs((ours[i] as number) - value);
    expect(off).toBeLessThanOrEqual(rtol * Math.max(1, Math.abs(value)));
  });
}

test.each(reference.cases)("$widths: forward and back as PyTorch does it", (run) => {
  const { output, gradient } = forwardAndBack(run);
  expectClose(output, run.output, reference.rtol);
  expectClose(gradient, run.gradient, reference.rtol);
});

test("the gradient is the slope of the loss", () => {
  const widths = [4, 6, 5, 2];
  const rng = rngOf(3);
  const parameters = initialiseMlp(mlpShape(widths), rng);
  const rows = 3;
  const input = Float32Array.from({ length: 12 }, () => rng.normal());
  const up = Float32Array.from({ length: 6 }, () => rng.normal());
  const { gradient } = forwardAndBack({ widths, rows, parameters, input, outputGradient: up });
  // By the plain forward pass, in float64 but for the parameters.
  const lossAt = (at: number, by: number) => {
    const moved = parameters.slice();
    moved[at] = (moved[at] as number) + by;
    const step = (moved[at] as number) - (parameters[at] as number);
    const forward = mlpForward(mlpShape(widths), moved);
    let sum = 0;
    for (let row = 0; row < rows; row++)
      forward(input.subarray(row * 4, row * 4 + 4)).forEach((out, j) => {
        sum += out * (up[row * 2 + j] as number);
      });
    return { sum, step };
  };
  parameters.forEach((_, at) => {
    const [above, below] = [lossAt(at, 1e-3), lossAt(at, -1e-3)];
    const slope = (above.sum - below.sum) / (above.step - below.step);
    expect(Math.abs(slope - (gradient[at] as number))).toBeLessThan(2e-5);
  });
});

test("one input at a time in plain arrays gives what the batch gives", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 1, max: 6 }),
      (widths, rows) => {
        const rng = rngOf(widths.join("-"));
        const shape = mlpShape(widths);
        const parameters = initialiseMlp(shape, rng);
        const [inputs, outputs] = [widths[0] as number, widths.at(-1) as number];
        const input = Float32Array.from({ length: rows * inputs }, () => rng.normal());
        const { output } = forwardAndBack({
          ...{ widths, rows, parameters, input },
          outputGradient: new Float32Array(rows * outputs),
        });
        const forward = mlpForward(shape, parameters);
        for (let row = 0; row < rows; row++)
          expectClose(
            output.subarray(row * outputs, (row + 1) * outputs),
            Array.from(forward(input.subarray(row * inputs, (row + 1) * inputs))),
            1e-5,
          );
      },
    ),
    { seed: 4, numRuns: 50 },
  );
});

test("rows of the batch that are not sent do not count", () => {
  const run = { widths: [2, 3, 1], parameters: Float32Array.from({ length: 13 }, (_, i) => i / 9) };
  const one = forwardAndBack({ ...run, rows: 1, input: [1, -1], outputGradient: [2] });
  const roomy = forwardAndBack({
    ...run,
    ...{ rows: 1, batch: 3, input: [1, -1, 9, 9, 9, 9], outputGradient: [2, 7, 7] },
  });
  expect(roomy).toEqual(one);
});

test("a shape counts its weights first and starts within one over the root of the fan-in", () => {
  const shape = mlpShape([4, 3, 2]);
  expect(shape).toEqual({
    layers: [
      { inputs: 4, outputs: 3, weights: 0, bias: 18 },
      { inputs: 3, outputs: 2, weights: 12, bias: 21 },
    ],
    size: 23,
    weights: 18,
  });
  const parameters = initialiseMlp(shape, rngOf(1));
  const first = [...parameters.subarray(0, 12), ...parameters.subarray(18, 21)];
  expect(Math.max(...first.map(Math.abs))).toBeLessThanOrEqual(0.5);
  expect(Math.max(...parameters.map(Math.abs))).toBeGreaterThan(0.4);
  expect(parameters).toEqual(initialiseMlp(shape, rngOf(1)));
});

test("a perceptron without outputs, or of a broken width, is refused", () => {
  expect(() => mlpShape([3])).toThrow(/inputs and outputs/);
  for (const width of [0, 1.5, -1, Number.NaN])
    expect(() => mlpShape([3, width, 1])).toThrow(/positive whole/);
});
