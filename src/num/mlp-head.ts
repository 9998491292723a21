import { addDenseRowsTimes, addDenseRowsTransposeTimes } from "./dense.ts";
import { addBias, addColumnSums, type HeadModel } from "./head-model.ts";
import { addRowsTimes, addRowsTransposeTimes, allRows } from "./matrix.ts";

/**
 * logits = relu(x W₁ + b₁) W₂ + b₂. Parameters in order: W₁ [inputs, hidden], W₂ [hidden, classes],
 * b₁ [hidden], b₂ [classes]. Starts uniform in ±1/√fan-in, as PyTorch's `Linear`.
 */
export function mlpHead(inputs: number, hidden: number, classes: number): HeadModel {
  const first = inputs * hidden;
  const weights = first + hidden * classes;
  const size = weights + hidden + classes;
  const parts = (vector: Float32Array) => ({
    w1: vector.subarray(0, first),
    w2: vector.subarray(first, weights),
    b1: vector.subarray(weights, weights + hidden),
    b2: vector.subarray(weights + hidden),
  });
  let activations = new Float32Array(0);

  return {
    size,
    weights,
    initialise(rng) {
      const parameters = new Float32Array(size);
      const { w1, w2, b1, b2 } = parts(parameters);
      const fill = (part: Float32Array, fanIn: number) => {
        for (let i = 0; i < part.length; i++) part[i] = (2 * rng.uniform() - 1) / Math.sqrt(fanIn);
      };
      fill(w1, inputs);
      fill(b1, inputs);
      fill(w2, hidden);
      fill(b2, hidden);
      return parameters;
    },
    forward(parameters, features, rows) {
      const { w1, w2, b1, b2 } = parts(parameters);
      activations = new Float32Array(rows.length * hidden);
      addRowsTimes(features, rows, w1, hidden, activations);
      addBias(activations, b1);
      for (let i = 0; i < activations.length; i++)
        if ((activations[i] as number) < 0) activations[i] = 0;
      const logits = new Float32Array(rows.length * classes);
      const layer = { rows: rows.length, cols: hidden, values: activations };
      addDenseRowsTimes(layer, allRows(rows.length), w2, classes, logits);
      addBias(logits, b2);
      return logits;
    },
    backward(parameters, features, rows, logitGradient, gradient) {
      gradient.fill(0);
      const { w2 } = parts(parameters);
      const out = parts(gradient);
      const layer = { rows: rows.length, cols: hidden, values: activations };
      addDenseRowsTransposeTimes(layer, allRows(rows.length), logitGradient, classes, out.w2);
      addColumnSums(logitGradient, out.b2);
      const hiddenGradient = throughRelu(activations, logitGradient, w2, classes);
      addRowsTransposeTimes(features, rows, hiddenGradient, hidden, out.w1);
      addColumnSums(hiddenGradient, out.b1);
    },
  };
}

/** dL/dh = (G W₂ᵀ) where the unit is on, 0 elsewhere; activations [n, hidden], G [n, k], W₂ [hidden, k]. */
function throughRelu(
  activations: Float32Array,
  g: Float32Array,
  w2: Float32Array,
  k: number,
): Float32Array {
  const out = new Float32Array(activations.length);
  const hidden = w2.length / k;
  for (let i = 0; i < out.length; i++) {
    if (activations[i] === 0) continue;
    const gStart = Math.floor(i / hidden) * k;
    const wStart = (i % hidden) * k;
    let sum = 0;
    for (let c = 0; c < k; c++) sum += (g[gStart + c] as number) * (w2[wStart + c] as number);
    out[i] = sum;
  }
  return out;
}
