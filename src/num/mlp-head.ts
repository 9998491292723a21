import { addBias, addColumnSums, type HeadModel, type Pass } from "./head-model.ts";
import { addRowsTimes, addRowsTransposeTimes, allRows } from "./matrix.ts";
import type { Workspace } from "./simd.ts";

/**
 * logits = relu(x W₁ + b₁) W₂ + b₂. Parameters in order: W₁ [inputs, hidden], W₂ [hidden, classes],
 * b₁ [hidden], b₂ [classes], row-major. Starts uniform in ±1/√fan-in, as PyTorch's `Linear`.
 */
export function mlpHead(inputs: number, hidden: number, classes: number): HeadModel {
  const first = inputs * hidden;
  const weights = first + hidden * classes;
  const size = weights + hidden + classes;
  const split = (vector: Float32Array): Parts => ({
    w1: vector.subarray(0, first),
    w2: vector.subarray(first, weights),
    b1: vector.subarray(weights, weights + hidden),
    b2: vector.subarray(weights + hidden),
  });
  return {
    size,
    weights,
    initialise(rng) {
      const parameters = new Float32Array(size);
      const { w1, b1, w2, b2 } = split(parameters);
      const fill = (part: Float32Array, fanIn: number) => {
        for (let i = 0; i < part.length; i++) part[i] = (2 * rng.uniform() - 1) / Math.sqrt(fanIn);
      };
      fill(w1, inputs);
      fill(b1, inputs);
      fill(w2, hidden);
      fill(b2, hidden);
      return parameters;
    },
    scratch: (batch) => [batch * hidden, batch * hidden, batch * classes],
    pass: (parameters, batch, work) => mlpPass(split, parameters, batch, work),
  };
}

interface Parts {
  readonly w1: Float32Array;
  readonly w2: Float32Array;
  readonly b1: Float32Array;
  readonly b2: Float32Array;
}

function mlpPass(
  split: (vector: Float32Array) => Parts,
  parameters: Float32Array,
  batch: number,
  { zeros, kernels }: Workspace,
): Pass {
  const { w1, w2, b1, b2 } = split(parameters);
  const [hidden, k] = [b1.length, b2.length];
  const activations = zeros(batch * hidden);
  const activationGradient = zeros(batch * hidden);
  const result = zeros(batch * k);
  const layer = { rows: batch, cols: hidden, values: activations };
  const layerRows = allRows(batch);
  return {
    forward(features, rows) {
      const units = activations.subarray(0, rows.length * hidden).fill(0);
      addRowsTimes(features, rows, { kernels, k: hidden, factor: w1, out: units });
      addBias(units, b1);
      for (let i = 0; i < units.length; i++) if ((units[i] as number) < 0) units[i] = 0;
      const out = result.subarray(0, rows.length * k).fill(0);
      addRowsTimes(layer, layerRows.subarray(0, rows.length), { kernels, k, factor: w2, out });
      addBias(out, b2);
      return out.slice();
    },
    backward(features, rows, logitGradient, gradient) {
      gradient.fill(0);
      const into = split(gradient);
      const g = result.subarray(0, logitGradient.length);
      g.set(logitGradient);
      const top = { kernels, k, factor: g, out: into.w2 };
      addRowsTransposeTimes(layer, layerRows.subarray(0, rows.length), top);
      addColumnSums(g, into.b2);
      const below = activationGradient.subarray(0, rows.length * hidden);
      throughRelu(activations, { g, w2, k }, below);
      addRowsTransposeTimes(features, rows, { kernels, k: hidden, factor: below, out: into.w1 });
      addColumnSums(below, into.b1);
    },
  };
}

/**
 * `below` ← G W₂ᵀ where the unit is on, 0 elsewhere; below [n, hidden], G [n, k], W₂ [hidden, k].
 */
function throughRelu(
  activations: Float32Array,
  { g, w2, k }: { g: Float32Array; w2: Float32Array; k: number },
  below: Float32Array,
): void {
  const hidden = w2.length / k;
  for (let row = 0, i = 0; i < below.length; row += k)
    for (let w = 0; w < hidden * k; w += k, i++) {
      let sum = 0;
      if ((activations[i] as number) > 0)
        for (let c = 0; c < k; c++) sum += (g[row + c] as number) * (w2[w + c] as number);
      below[i] = sum;
    }
}
