import { assert } from "#core/assert.ts";
import { type DecoderShape, decoderParts, decoderSize, RMS_EPSILON } from "./decoder-shape.ts";
import { fromF32, type Jax, type JaxArray, scope, toF32 } from "./jax.ts";

/** Sequences to train on, row-major [batch, context]. */
export interface TokenBatch {
  /** What is read at each place. */
  readonly inputs: Uint8Array;
  /** What should follow there. */
  readonly targets: Uint8Array;
  /** Weight of each place's negative log-likelihood: 0 leaves it out, negative makes it rarer. */
  readonly weights: Float32Array;
}

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** The whole gradient is scaled down to this length where it is longer. */
  readonly clipNorm: number;
}

/** A decoder in training: supervised, weighted, masked or by policy gradient, by what it is fed. */
export interface DecoderTrainer {
  /**
   * One bias-corrected step of Adam on Σ weight · −log p(target). Returns that sum before the step
   * and the gradient's length before it was clipped.
   */
  step(batch: TokenBatch, settings: AdamSettings): { loss: number; gradientNorm: number };
  /** A copy, in the order of `decoderParts`. */
  parameters(): Float32Array;
  dispose(): void;
}

const ADAM_EPSILON = 1e-8;
/** Added to the scores of places that must not be seen. */
const UNSEEN = -1e9;

/** `batch`: sequences of every step; another number would compile anew. */
export function decoderTrainer(
  jax: Jax,
  { shape, batch }: { readonly shape: DecoderShape; readonly batch: number },
  start: Float32Array,
): DecoderTrainer {
  const { numpy: np } = jax;
  let weights = decoderArrays(jax, shape, start);
  let first = weights.map((w) => np.zeros(w.shape));
  let second = weights.map((w) => np.zeros(w.shape));
  const compiled = jax.jit(clippedAdam(jax, { shape, batch }));
  let steps = 0;
  return {
    step(tokens, { learningRate, beta1, beta2, clipNorm }) {
      steps++;
      // Scalars that change with the step are data; as numbers they would be compiled in.
      const scalars = Float32Array.of(
        learningRate / (1 - beta1 ** steps),
        1 / Math.sqrt(1 - beta2 ** steps),
        beta1,
        beta2,
        clipNorm,
      );
      const [nextWeights, nextFirst, nextSecond, told] = compiled(
        weights,
        first,
        second,
        ...batchArrays(jax, { shape, batch }, tokens),
        fromF32(jax, scalars, [scalars.length]),
      );
      [weights, first, second] = [nextWeights, nextFirst, nextSecond];
      const [loss = Number.NaN, gradientNorm = Number.NaN] = toF32(told);
      return { loss, gradientNorm };
    },
    parameters() {
      const parameters = new Float32Array(decoderSize(shape));
      decoderParts(shape).forEach(({ at }, i) => {
        parameters.set(toF32((weights[i] as JaxArray).ref), at);
      });
      return parameters;
    },
    dispose() {
      for (const array of [...weights, ...first, ...second]) array.dispose();
      compiled.dispose();
    },
  };
}

interface Sized {
  readonly shape: DecoderShape;
  readonly batch: number;
}

function decoderArrays(jax: Jax, shape: DecoderShape, parameters: Float32Array): JaxArray[] {
  assert(parameters.length === decoderSize(shape), "parameters of this decoder's shape");
  return decoderParts(shape).map((part) =>
    fromF32(jax, parameters.subarray(part.at, part.at + part.size), [...part.shape]),
  );
}

/** One row of `vocabulary` numbers for each id: `values[i]`, or 1, at the id and 0 elsewhere. */
function oneHot(ids: Uint8Array, vocabulary: number, values?: Float32Array): Float32Array {
  const rows = new Float32Array(ids.length * vocabulary);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    assert(id < vocabulary, "a token id of the vocabulary");
    rows[i * vocabulary + id] = values === undefined ? 1 : (values[i] as number);
  }
  return rows;
}

/** A look-up is a product with one-hot rows: its gradient is a product too, not a scatter. */
function batchArrays(
  jax: Jax,
  { shape, batch }: Sized,
  { inputs, targets, weights }: TokenBatch,
): [JaxArray, JaxArray] {
  const places = batch * shape.context;
  for (const part of [inputs, targets, weights])
    assert(part.length === places, `${batch} sequences of ${shape.context} tokens`);
  const { vocabulary } = shape;
  return [
    fromF32(jax, oneHot(inputs, vocabulary), [places, vocabulary]),
    fromF32(jax, oneHot(targets, vocabulary, weights), [places, vocabulary]),
  ];
}

/** x / √(mean x² + ε) · gain, over the last axis of [n, D]. */
function rmsNorm({ numpy: np }: Jax, x: JaxArray, gain: JaxArray): JaxArray {
  const squares = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(squares.add(RMS_EPSILON))).mul(gain);
}

/** 0 where a place may be seen, a large negative number where it lies ahead; [T, T]. */
function causalMask(jax: Jax, context: number): JaxArray {
  const mask = new Float32Array(context * context);
  for (let i = 0; i < context; i++) mask.fill(UNSEEN, i * context + i + 1, (i + 1) * context);
  return fromF32(jax, mask, [context, context]);
}

/**
 * Log-probabilities of the next token [batch · T, V] from one-hot inputs [batch · T, V]. Consumes
 * the weights.
 */
function decode(jax: Jax, { shape, batch }: Sized, weights: JaxArray[], x: JaxArray): JaxArray {
  const { numpy: np, nn } = jax;
  const { width, heads, layers, context } = shape;
  const depth = width / heads;
  let next = 0;
  const take = () => weights[next++] as JaxArray;
  let stream = np
    .matmul(x, take())
    .reshape([batch, context, width])
    .add(take())
    .reshape([batch * context, width]);
  const mask = causalMask(jax, context);
  for (let layer = 0; layer < layers; layer++) {
    const mixed = np
      .matmul(rmsNorm(jax, stream.ref, take()), take())
      .reshape([batch, context, 3, heads, depth])
      .transpose([2, 0, 3, 1, 4]); // [3, batch, heads, T, depth]
    const [q, k, v] = [mixed.ref.slice(0), mixed.ref.slice(1), mixed.slice(2)];
    const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(depth));
    const seen = np
      .matmul(nn.softmax(scores.add(mask.ref), -1), v)
      .transpose([0, 2, 1, 3])
      .reshape([batch * context, width]);
    stream = stream.add(np.matmul(seen, take()));
    const up = nn.relu(np.matmul(rmsNorm(jax, stream.ref, take()), take()));
    stream = stream.add(np.matmul(up, take()));
  }
  mask.dispose();
  const normed = rmsNorm(jax, stream, take());
  return nn.logSoftmax(np.matmul(normed, take()), -1);
}

/** Σ weight · −log p(target); `wanted` is one-hot times weight. */
const weightedNll =
  (jax: Jax, sized: Sized) =>
  (weights: JaxArray[], x: JaxArray, wanted: JaxArray): JaxArray =>
    jax.numpy.sum(decode(jax, sized, weights, x).mul(wanted)).mul(-1);

type Step = [JaxArray[], JaxArray[], JaxArray[], JaxArray];

function clippedAdam(jax: Jax, sized: Sized) {
  const { numpy: np } = jax;
  const lossAndGradient = jax.valueAndGrad(weightedNll(jax, sized));
  return (
    weights: JaxArray[],
    first: JaxArray[],
    second: JaxArray[],
    x: JaxArray,
    wanted: JaxArray,
    scalars: JaxArray,
  ): Step => {
    const refs = weights.map((w) => w.ref);
    const [loss, gradients] = lossAndGradient(refs, x, wanted) as [JaxArray, JaxArray[]];
    const scalar = (at: number) => scalars.ref.slice(at);
    const [stepSize, secondScale, beta1, beta2] = [scalar(0), scalar(1), scalar(2), scalar(3)];
    const squares = gradients.map((g) => np.sum(np.square(g.ref)));
    const norm = np.sqrt(squares.reduce((sum, part) => sum.add(part)));
    const shrink = np.minimum(scalar(4).div(norm.ref.add(ADAM_EPSILON)), 1);
    const moved: [JaxArray[], JaxArray[], JaxArray[]] = [[], [], []];
    weights.forEach((w, i) => {
      const g = (gradients[i] as JaxArray).mul(shrink.ref);
      const m = mix(first[i] as JaxArray, g.ref, beta1);
      const v = mix(second[i] as JaxArray, np.square(g), beta2);
      const denominator = np.sqrt(v.ref).mul(secondScale.ref).add(ADAM_EPSILON);
      moved[0].push(w.sub(m.ref.mul(stepSize.ref).div(denominator)));
      moved[1].push(m);
      moved[2].push(v);
    });
    for (const scalar of [scalars, stepSize, secondScale, beta1, beta2, shrink]) scalar.dispose();
    return [...moved, np.stack([loss, norm])];
  };
}

/** β a + (1 − β) b. */
const mix = (a: JaxArray, b: JaxArray, beta: JaxArray): JaxArray =>
  a.mul(beta.ref).add(b.mul(beta.ref.mul(-1).add(1)));

/**
 * Log-probabilities of the next token at every place [batch, T, V], and the loss with its gradient:
 * what the plain forward pass and finite differences are checked against.
 */
export function decoderReference(
  jax: Jax,
  sized: Sized,
  { parameters, tokens }: { readonly parameters: Float32Array; readonly tokens: TokenBatch },
): { logProbs: Float32Array; loss: number; gradient: Float32Array } {
  return scope(jax, (own) => {
    const arrays = () => decoderArrays(jax, sized.shape, parameters);
    const [x, wanted] = batchArrays(jax, sized, tokens);
    own(x);
    const logProbs = toF32(decode(jax, sized, arrays(), x.ref));
    const [loss, gradients] = jax.valueAndGrad(weightedNll(jax, sized))(arrays(), x.ref, wanted);
    const gradient = new Float32Array(parameters.length);
    decoderParts(sized.shape).forEach(({ at }, i) => {
      gradient.set(toF32((gradients as JaxArray[])[i] as JaxArray), at);
    });
    return { logProbs, loss: toF32(loss)[0] as number, gradient };
  });
}
