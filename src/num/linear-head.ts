import { addBias, addColumnSums, type HeadModel } from "./head-model.ts";
import { addRowsTimes, addRowsTransposeTimes } from "./matrix.ts";

/**
 * logits = x W + b. Parameters in order: W [inputs, classes] row-major, b [classes]. Starts at
 * zero: under a convex loss of the logits there is one valley.
 */
export function linearHead(inputs: number, classes: number): HeadModel {
  const weights = inputs * classes;
  const size = weights + classes;
  return {
    size,
    weights,
    initialise: () => new Float32Array(size),
    scratch: (batch) => [batch * classes],
    pass(parameters, batch, { zeros, kernels }) {
      const bias = parameters.subarray(weights);
      const result = zeros(batch * classes);
      return {
        forward(features, rows) {
          const out = result.subarray(0, rows.length * classes).fill(0);
          addRowsTimes(features, rows, { kernels, k: classes, factor: parameters, out });
          addBias(out, bias);
          return out.slice();
        },
        backward(features, rows, logitGradient, gradient) {
          const factor = result.subarray(0, logitGradient.length);
          factor.set(logitGradient);
          gradient.fill(0);
          addRowsTransposeTimes(features, rows, { kernels, k: classes, factor, out: gradient });
          addColumnSums(factor, gradient.subarray(weights));
        },
      };
    },
  };
}
