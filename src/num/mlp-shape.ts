import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";

/** Where a layer's parameters begin: W [inputs, outputs] row-major, b [outputs]. */
export interface MlpLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: number;
  readonly bias: number;
}

/**
 * A perceptron of any depth, tanh between its layers, linear at its end. Its parameters are one
 * vector: W₁, W₂, …, then b₁, b₂, …
 */
export interface MlpShape {
  readonly layers: readonly MlpLayer[];
  /** Parameters in all, and how many of them, the first, are weights. */
  readonly size: number;
  readonly weights: number;
}

/** `widths`: inputs, hidden units layer by layer, outputs. */
export function mlpShape(widths: readonly number[]): MlpShape {
  assert(widths.length >= 2, "a perceptron has inputs and outputs");
  assert(
    widths.every((width) => Number.isSafeInteger(width) && width > 0),
    "widths are positive whole numbers",
  );
  const pairs = widths.slice(1).map((outputs, i) => ({ inputs: widths[i] as number, outputs }));
  const weights = pairs.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
  let weight = 0;
  let bias = weights;
  const layers = pairs.map(({ inputs, outputs }) => {
    const layer = { inputs, outputs, weights: weight, bias };
    weight += inputs * outputs;
    bias += outputs;
    return layer;
  });
  return { layers, size: bias, weights };
}

/** Uniform in ±1/√fan-in, as PyTorch's `Linear`. */
export function initialiseMlp({ layers, size }: MlpShape, rng: Rng): Float32Array {
  const parameters = new Float32Array(size);
  for (const { inputs, outputs, weights, bias } of layers) {
    const bound = 1 / Math.sqrt(inputs);
    const fill = (start: number, count: number) => {
      for (let i = start; i < start + count; i++) parameters[i] = (2 * rng.uniform() - 1) * bound;
    };
    fill(weights, inputs * outputs);
    fill(bias, outputs);
  }
  return parameters;
}

/**
 * One input at a time in plain arrays: for acting, where a call has to take microseconds and run
 * in a browser tab. The array that comes back is written over by the next call.
 */
export function mlpForward(
  { layers }: MlpShape,
  parameters: Float32Array,
): (input: ArrayLike<number>) => Float64Array {
  const buffers = layers.map(({ outputs }) => new Float64Array(outputs));
  return (input) => {
    let below = input;
    let out = new Float64Array(0);
    for (let l = 0; l < layers.length; l++) {
      const { inputs, outputs, weights, bias } = layers[l] as MlpLayer;
      out = buffers[l] as Float64Array<ArrayBuffer>;
      for (let j = 0; j < outputs; j++) out[j] = parameters[bias + j] as number;
      let i = 0;
      let w = weights;
      // Four inputs at a time: one load and store of each output for the four.
      for (; i + 4 <= inputs; i += 4, w += 4 * outputs) {
        const [a, b] = [below[i] as number, below[i + 1] as number];
        const [c, d] = [below[i + 2] as number, below[i + 3] as number];
        for (let j = 0, at = w; j < outputs; j++, at++)
          out[j] =
            (out[j] as number) +
            a * (parameters[at] as number) +
            b * (parameters[at + outputs] as number) +
            c * (parameters[at + 2 * outputs] as number) +
            d * (parameters[at + 3 * outputs] as number);
      }
      for (; i < inputs; i++, w += outputs) {
        const x = below[i] as number;
        for (let j = 0; j < outputs; j++)
          out[j] = (out[j] as number) + x * (parameters[w + j] as number);
      }
      if (l < layers.length - 1)
        for (let j = 0; j < outputs; j++) out[j] = Math.tanh(out[j] as number);
      below = out;
    }
    return out;
  };
}
