import { fromF32, type Jax, type JaxArray, toF32 } from "./jax.ts";

/**
 * A head trained inside the array library: what our own kernels are checked and measured against.
 */
export interface JaxTrainer {
  /**
   * One step of Adam (PyTorch's defaults) on the mean cross-entropy of a batch, compiled as a
   * whole: features [batch, inputs], target probabilities [batch, classes]. Returns the loss before
   * the step.
   */
  step(features: Float32Array, targets: Float32Array, learningRate: number): number;
  /** In the order of `linearHead` and `mlpHead`. */
  parameters(): Float32Array;
  dispose(): void;
}

export interface JaxHeadShape {
  readonly inputs: number;
  /** Absent: a linear head. */
  readonly hidden?: number;
  readonly classes: number;
  /** Fixed: every other size would compile anew. */
  readonly batch: number;
}

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

export function jaxTrainer(jax: Jax, shape: JaxHeadShape, start: Float32Array): JaxTrainer {
  const { numpy: np } = jax;
  const { inputs, classes, batch } = shape;
  let weights = headArrays(jax, shape, start);
  let first = weights.map((w) => np.zeros(w.shape));
  let second = weights.map((w) => np.zeros(w.shape));
  const compiled = jax.jit(adamStep(jax, shape));
  let steps = 0;
  return {
    step(features, targets, learningRate) {
      steps++;
      // The scalars change with the step: as an array they are data, as numbers they would be code.
      const scalars = Float32Array.of(
        learningRate / (1 - BETA1 ** steps),
        1 / Math.sqrt(1 - BETA2 ** steps),
      );
      const [nextWeights, nextFirst, nextSecond, loss] = compiled(
        weights,
        first,
        second,
        fromF32(jax, features, [batch, inputs]),
        fromF32(jax, targets, [batch, classes]),
        fromF32(jax, scalars, [2]),
      );
      [weights, first, second] = [nextWeights, nextFirst, nextSecond];
      return toF32(loss)[0] as number;
    },
    parameters: () => Float32Array.from(weights.flatMap((part) => Array.from(toF32(part.ref)))),
    dispose() {
      for (const array of [...weights, ...first, ...second]) array.dispose();
      compiled.dispose();
    },
  };
}

/** The parameter vector of a head as arrays: W and b, or W₁, W₂, b₁ and b₂. */
export function headArrays(
  jax: Jax,
  { inputs, hidden, classes }: JaxHeadShape,
  parameters: Float32Array,
): JaxArray[] {
  const shapes =
    hidden === undefined
      ? [[inputs, classes], [classes]]
      : [[inputs, hidden], [hidden, classes], [hidden], [classes]];
  let at = 0;
  return shapes.map((shape) => {
    const start = at;
    at += shape.reduce((product, side) => product * side, 1);
    return fromF32(jax, parameters.subarray(start, at), shape);
  });
}

/** Mean cross-entropy of a head, as a function of its parameters. */
export function jaxLoss(jax: Jax, { hidden, batch }: JaxHeadShape) {
  const { numpy: np, nn } = jax;
  return (weights: JaxArray[], x: JaxArray, y: JaxArray): JaxArray => {
    const [w1, w2, b1, b2] = weights as [JaxArray, JaxArray, JaxArray, JaxArray];
    const logits =
      hidden === undefined
        ? np.matmul(x, w1).add(w2) // a linear head's second part is its bias
        : np.matmul(nn.relu(np.matmul(x, w1).add(b1)), w2).add(b2);
    return np.sum(nn.logSoftmax(logits).mul(y)).mul(-1 / batch);
  };
}

type Step = [JaxArray[], JaxArray[], JaxArray[], JaxArray];

function adamStep(jax: Jax, shape: JaxHeadShape) {
  const { numpy: np } = jax;
  const lossAndGradient = jax.valueAndGrad(jaxLoss(jax, shape));
  return (
    weights: JaxArray[],
    first: JaxArray[],
    second: JaxArray[],
    x: JaxArray,
    y: JaxArray,
    scalars: JaxArray,
  ): Step => {
    const [loss, gradients] = lossAndGradient(
      weights.map((w) => w.ref),
      x,
      y,
    );
    const [stepSize, secondScale] = [scalars.ref.slice(0), scalars.slice(1)];
    const moved: [JaxArray[], JaxArray[], JaxArray[]] = [[], [], []];
    weights.forEach((w, i) => {
      const g = gradients[i] as JaxArray;
      const m = (first[i] as JaxArray).mul(BETA1).add(g.ref.mul(1 - BETA1));
      const v = (second[i] as JaxArray).mul(BETA2).add(g.ref.mul(g).mul(1 - BETA2));
      const denominator = np.sqrt(v.ref).mul(secondScale.ref).add(EPSILON);
      moved[0].push(w.sub(m.ref.mul(stepSize.ref).div(denominator)));
      moved[1].push(m);
      moved[2].push(v);
    });
    stepSize.dispose();
    secondScale.dispose();
    return [...moved, loss];
  };
}
