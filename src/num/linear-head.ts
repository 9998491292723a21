import { addBias, addColumnSums, type HeadModel } from "./head-model.ts";
import { addRowsTimes, addRowsTransposeTimes } from "./matrix.ts";

/** logits = x W + b, W [inputs, classes] row-major, then b [classes]. Starts at zero: the loss is convex. */
export function linearHead(inputs: number, classes: number): HeadModel {
  const weights = inputs * classes;
  const size = weights + classes;
  return {
    size,
    weights,
    initialise: () => new Float32Array(size),
    forward(parameters, features, rows) {
      const logits = new Float32Array(rows.length * classes);
      addRowsTimes(features, rows, parameters, classes, logits);
      addBias(logits, parameters.subarray(weights));
      return logits;
    },
    backward(_parameters, features, rows, logitGradient, gradient) {
      gradient.fill(0);
      addRowsTransposeTimes(features, rows, logitGradient, classes, gradient);
      addColumnSums(logitGradient, gradient.subarray(weights));
    },
  };
}
