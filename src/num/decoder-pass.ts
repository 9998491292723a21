import { assert } from "#core/assert.ts";
import { type DecoderPart, type DecoderShape, RMS_EPSILON } from "./decoder-shape.ts";
import { fromF32, type Jax, type JaxArray } from "./jax.ts";

/** Sequences to train on, row-major [batch, context]. */
export interface TokenBatch {
  /** What is read at each place. */
  readonly inputs: Uint8Array;
  /** What should follow there. */
  readonly targets: Uint8Array;
  /** How much each place counts in the loss: 0 leaves it out. */
  readonly weights: Float32Array;
}

/** `batch`: sequences of every step; another number would compile anew. */
export interface Sized {
  readonly shape: DecoderShape;
  readonly batch: number;
}

/** The arrays of a decoder in the order of their parts. */
export interface DecoderArrays {
  /** Of `decoderParts`. */
  readonly decoder: readonly JaxArray[];
  /** Of `headParts`, or none. */
  readonly head: readonly JaxArray[];
  /** Of `adapterParts`, or none. */
  readonly adapters: readonly JaxArray[];
}

/** One-hot inputs and targets, both [batch · T, V], and weights [batch, T]. */
export type BatchArrays = readonly [inputs: JaxArray, targets: JaxArray, weights: JaxArray];

/**
 * What a decoder makes of a batch, as a loss reads it. Each call gives a reference of its own, to
 * be consumed once; what is never asked for is never computed.
 */
export interface Pass {
  /** [batch, T] log-probability of the target, nats. */
  logProbs(): JaxArray;
  /** [batch, T, V] log-probabilities of what may follow, nats. */
  distributions(): JaxArray;
  /** [batch, T] what the scalar head says of the hidden state. */
  scalars(): JaxArray;
  /** [batch, T] */
  weights(): JaxArray;
}

/** Flat values as one array for each part. */
export const arraysOf = (
  jax: Jax,
  parts: readonly DecoderPart[],
  values: Float32Array,
): JaxArray[] => {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  assert(values.length === size, "parameters of this decoder's shape");
  return parts.map((part) =>
    fromF32(jax, values.subarray(part.at, part.at + part.size), [...part.shape]),
  );
};

/** One row of `vocabulary` numbers for each id: 1 at the id and 0 elsewhere. */
function oneHot(ids: Uint8Array, vocabulary: number): Float32Array {
  const rows = new Float32Array(ids.length * vocabulary);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    assert(id < vocabulary, "a token id of the vocabulary");
    rows[i * vocabulary + id] = 1;
  }
  return rows;
}

/** A look-up is a product with one-hot rows: its gradient is a product too, not a scatter. */
export function batchArrays(
  jax: Jax,
  { shape, batch }: Sized,
  { inputs, targets, weights }: TokenBatch,
): BatchArrays {
  const { vocabulary, context } = shape;
  const places = batch * context;
  for (const part of [inputs, targets, weights])
    assert(part.length === places, `${batch} sequences of ${context} tokens`);
  const [read, wanted] = [oneHot(inputs, vocabulary), oneHot(targets, vocabulary)];
  return [
    fromF32(jax, read, [places, vocabulary]),
    fromF32(jax, wanted, [places, vocabulary]),
    fromF32(jax, weights, [batch, context]),
  ];
}

/** Runs `body` on the decoder's pass over a batch. Consumes the arrays. */
export function withPass<T>(
  jax: Jax,
  sized: Sized,
  given: { readonly arrays: DecoderArrays; readonly batch: BatchArrays },
  body: (pass: Pass) => T,
): T {
  const { numpy: np, nn } = jax;
  const { batch, shape } = sized;
  const { vocabulary, context } = shape;
  const [inputs, targets, weights] = given.batch;
  const trunk = given.arrays.decoder.slice(0, -1);
  const unembedding = given.arrays.decoder.at(-1) as JaxArray; // the last of the parts
  const hidden = hiddenStates(jax, sized, { trunk, adapters: given.arrays.adapters, inputs });
  const kept: JaxArray[] = [hidden, unembedding, targets, weights, ...given.arrays.head];
  /** Computed when first asked for, and disposed of at the end. */
  const once = (compute: () => JaxArray) => {
    let array: JaxArray | undefined;
    return () => {
      if (array === undefined) {
        array = compute();
        kept.push(array);
      }
      return array.ref;
    };
  };
  const flat = once(() => nn.logSoftmax(np.matmul(hidden.ref, unembedding.ref), -1));
  const result = body({
    distributions: () => flat().reshape([batch, context, vocabulary]),
    logProbs: once(() => np.sum(flat().mul(targets.ref), -1).reshape([batch, context])),
    scalars: once(() => {
      const [head, bias] = given.arrays.head;
      assert(head !== undefined && bias !== undefined, "this loss reads a scalar head");
      return np.matmul(hidden.ref, head.ref).add(bias.ref).reshape([batch, context]);
    }),
    weights: () => weights.ref,
  });
  for (const array of kept) array.dispose();
  return result;
}

/** x / √(mean x² + ε) · gain, over the last axis of [n, D]. */
function rmsNorm({ numpy: np }: Jax, x: JaxArray, gain: JaxArray): JaxArray {
  const squares = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(squares.add(RMS_EPSILON))).mul(gain);
}

/** Added to the scores of places that must not be seen. */
const UNSEEN = -1e9;

/** 0 where a place may be seen, a large negative number where it lies ahead; [T, T]. */
function causalMask(jax: Jax, context: number): JaxArray {
  const mask = new Float32Array(context * context);
  for (let i = 0; i < context; i++) mask.fill(UNSEEN, i * context + i + 1, (i + 1) * context);
  return fromF32(jax, mask, [context, context]);
}

interface Trunk {
  readonly trunk: readonly JaxArray[];
  readonly adapters: readonly JaxArray[];
  readonly inputs: JaxArray;
}

/** Hidden states after the final norm [batch · T, D] from one-hot inputs. Consumes all. */
function hiddenStates(jax: Jax, { shape, batch }: Sized, { trunk, adapters, inputs }: Trunk) {
  const { numpy: np, nn } = jax;
  const { width, heads, layers, context } = shape;
  const depth = width / heads;
  let next = 0;
  const take = () => trunk[next++] as JaxArray;
  let stream = np
    .matmul(inputs, take())
    .reshape([batch, context, width])
    .add(take())
    .reshape([batch * context, width]);
  const mask = causalMask(jax, context);
  for (let layer = 0; layer < layers; layer++) {
    const normed = rmsNorm(jax, stream.ref, take());
    const [down, up] = adapters.slice(2 * layer, 2 * layer + 2);
    const mixed = adapted(jax, normed, { matrix: take(), down, up })
      .reshape([batch, context, 3, heads, depth])
      .transpose([2, 0, 3, 1, 4]); // [3, batch, heads, T, depth]
    const [q, k, v] = [mixed.ref.slice(0), mixed.ref.slice(1), mixed.slice(2)];
    const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(depth));
    const seen = np
      .matmul(nn.softmax(scores.add(mask.ref), -1), v)
      .transpose([0, 2, 1, 3])
      .reshape([batch * context, width]);
    stream = stream.add(np.matmul(seen, take()));
    const units = nn.relu(np.matmul(rmsNorm(jax, stream.ref, take()), take()));
    stream = stream.add(np.matmul(units, take()));
  }
  mask.dispose();
  return rmsNorm(jax, stream, take());
}

interface Adapted {
  readonly matrix: JaxArray;
  readonly down: JaxArray | undefined;
  readonly up: JaxArray | undefined;
}

/** x W, and for each of query, key and value x A B beside it where there are adapters; [n, 3D]. */
function adapted({ numpy: np }: Jax, x: JaxArray, { matrix, down, up }: Adapted): JaxArray {
  if (down === undefined || up === undefined) return np.matmul(x, matrix);
  const [rows, width] = x.shape as [number, number]; // [n, D]
  const beside = np
    .matmul(np.matmul(x.ref.reshape([1, rows, width]), down), up)
    .transpose([1, 0, 2])
    .reshape([rows, 3 * width]);
  return np.matmul(x, matrix).add(beside);
}
