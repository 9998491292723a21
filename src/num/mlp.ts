import { assert } from "#core/assert.ts";
import { addColumnSums } from "./head-model.ts";
import { addRowsTimes, addRowsTransposeTimes, allRows } from "./matrix.ts";
import type { MlpLayer, MlpShape } from "./mlp-shape.ts";
import type { Workspace } from "./simd.ts";

/** A batch through a perceptron and back, in float32 by the vector kernels. */
export interface MlpPass {
  /** [batch, inputs] to be filled before `forward`. */
  readonly input: Float32Array;
  /** [rows, outputs] for the first `rows` of the input; written over by the next call. */
  forward(rows: number): Float32Array;
  /** [batch, outputs] to be filled before `backward`. */
  readonly outputGradient: Float32Array;
  /** `gradient` [size] is that of the loss by the parameters, for the rows last sent forward. */
  backward(rows: number, gradient: Float32Array): void;
}

/** Lengths of the vectors a pass takes from its workspace. */
export const mlpScratch = ({ layers }: MlpShape, batch: number): number[] =>
  layers
    .flatMap(({ inputs, outputs }) => [
      batch * inputs,
      batch * outputs,
      inputs * outputs, // the weights transposed
    ])
    .concat(batch * outputsOf(layers));

const outputsOf = (layers: readonly MlpLayer[]) => layers.at(-1)?.outputs ?? 0;

/** `parameters` [size] of the workspace; read at every call, so that an optimiser may move them. */
export function mlpPass(
  shape: MlpShape,
  { parameters, batch, work }: { parameters: Float32Array; batch: number; work: Workspace },
): MlpPass {
  const { layers } = shape;
  const { kernels, zeros } = work;
  const last = layers.length - 1;
  // Activations below layer l, and the gradient by what is above it.
  const below = layers.map(({ inputs }) => zeros(batch * inputs));
  const above = layers.map(({ outputs }) => zeros(batch * outputs));
  const transposed = layers.map(({ inputs, outputs }) => zeros(inputs * outputs));
  const output = zeros(batch * outputsOf(layers));
  const every = allRows(batch);
  const dense = (values: Float32Array, cols: number) => ({ rows: batch, cols, values });
  const weightsOf = ({ weights, inputs, outputs }: MlpLayer, of: Float32Array) =>
    of.subarray(weights, weights + inputs * outputs);
  const biasOf = ({ bias, outputs }: MlpLayer, of: Float32Array) =>
    of.subarray(bias, bias + outputs);

  return {
    input: below[0] as Float32Array, // a shape has at least one layer
    outputGradient: above[last] as Float32Array,
    forward(rows) {
      assert(rows <= batch, "no more rows than the batch has room for");
      layers.forEach((layer, l) => {
        const k = layer.outputs;
        const room = l === last ? output : (below[l + 1] as Float32Array);
        const out = room.subarray(0, rows * k);
        const bias = biasOf(layer, parameters);
        for (let row = 0; row < rows; row++) out.set(bias, row * k);
        const x = dense(below[l] as Float32Array, layer.inputs);
        const factor = weightsOf(layer, parameters);
        addRowsTimes(x, every.subarray(0, rows), { kernels, k, factor, out });
        if (l < last) for (let i = 0; i < out.length; i++) out[i] = Math.tanh(out[i] as number);
      });
      return output.subarray(0, rows * outputsOf(layers));
    },
    backward(rows, gradient) {
      gradient.fill(0);
      const chosen = every.subarray(0, rows);
      for (let l = last; l >= 0; l--) {
        const layer = layers[l] as MlpLayer;
        const k = layer.outputs;
        const x = below[l] as Float32Array;
        const g = above[l] as Float32Array;
        const factor = g.subarray(0, rows * k);
        const into = weightsOf(layer, gradient);
        addRowsTransposeTimes(dense(x, layer.inputs), chosen, { kernels, k, factor, out: into });
        addColumnSums(factor, biasOf(layer, gradient));
        if (l === 0) return;
        const w = transpose(weightsOf(layer, parameters), k, transposed[l] as Float32Array);
        const out = (above[l - 1] as Float32Array).subarray(0, rows * layer.inputs).fill(0);
        addRowsTimes(dense(g, k), chosen, { kernels, k: layer.inputs, factor: w, out });
        for (let i = 0; i < out.length; i++)
          out[i] = (out[i] as number) * (1 - (x[i] as number) ** 2);
      }
    },
  };
}

/** W [n, k] as `out` [k, n]. */
function transpose(w: Float32Array, k: number, out: Float32Array): Float32Array {
  const n = w.length / k;
  for (let i = 0, at = 0; i < n; i++)
    for (let j = 0; j < k; j++, at++) out[j * n + i] = w[at] as number;
  return out;
}
