import { assert } from "#core/assert.ts";
import { type DecoderShape, decoderParts, decoderSize, RMS_EPSILON } from "./decoder-shape.ts";
import { type Kernels, type Workspace, withWorkspace } from "./simd.ts";

/**
 * A decoder reading one token at a time, with the keys and values of what it has read kept. Plain
 * arrays: a compiled call of the array library costs more than a whole token here.
 */
export interface DecoderSession {
  /**
   * Reads a token at place `at`, after those before it, and forgets what was read from there on: a
   * prompt is read once and many replies begun from it.
   */
  read(token: number, at: number): void;
  /** [D] of the last token read, after the final norm. Overwritten by the next. */
  readonly hidden: Float32Array;
  /** [V] of the token to follow the last read. Overwritten by the next call. */
  logits(): Float32Array;
}

/** Runs `body` with a session on these parameters; neither it nor its arrays must be kept. */
export function withDecoder<T>(
  shape: DecoderShape,
  parameters: Float32Array,
  body: (session: DecoderSession) => T,
): T {
  assert(parameters.length === decoderSize(shape), "parameters of this decoder's shape");
  const { width: d, vocabulary, layers, context } = shape;
  const cache = Array.from({ length: 2 * layers }, () => context * d);
  const scratch = [d, 3 * d, 4 * d, d, vocabulary];
  return withWorkspace([parameters.length, ...cache, ...scratch], (work) =>
    body(sessionOf(shape, parameters, work)),
  );
}

interface Layer {
  readonly gainAttention: Float32Array;
  readonly queryKeyValue: Float32Array;
  readonly out: Float32Array;
  readonly gainMlp: Float32Array;
  readonly up: Float32Array;
  readonly down: Float32Array;
  /** [T, D] each. */
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

function sessionOf(
  shape: DecoderShape,
  parameters: Float32Array,
  { zeros, kernels }: Workspace,
): DecoderSession {
  const { width: d, vocabulary, context, layers: depth } = shape;
  const held = zeros(parameters.length);
  held.set(parameters);
  const parts = decoderParts(shape).map(({ at, size }) => held.subarray(at, at + size));
  let next = 0;
  const take = () => parts[next++] as Float32Array;
  const [embedding, position] = [take(), take()];
  const layers = Array.from({ length: depth }, (): Layer => {
    const [gainAttention, queryKeyValue, out] = [take(), take(), take()];
    const [gainMlp, up, down] = [take(), take(), take()];
    const [keys, values] = [zeros(context * d), zeros(context * d)];
    return { gainAttention, queryKeyValue, out, gainMlp, up, down, keys, values };
  });
  const [gainFinal, unembedding] = [take(), take()];
  const stream = zeros(d);
  const mixed = zeros(3 * d);
  const units = zeros(4 * d);
  const hidden = zeros(d);
  const logits = zeros(vocabulary);
  const normed = new Float64Array(d);
  const seen = new Float64Array(d);
  const attend = attention(shape);
  return {
    hidden,
    read(token, at) {
      assert(token < vocabulary && at < context, "a token of the vocabulary, within the context");
      for (let i = 0; i < d; i++)
        stream[i] = (embedding[token * d + i] as number) + (position[at * d + i] as number);
      for (const layer of layers) {
        rmsNorm(stream, layer.gainAttention, normed);
        addProduct(kernels, normed, layer.queryKeyValue, mixed.fill(0));
        layer.keys.set(mixed.subarray(d, 2 * d), at * d);
        layer.values.set(mixed.subarray(2 * d), at * d);
        attend(mixed, layer, { at, seen });
        addProduct(kernels, seen, layer.out, stream);
        rmsNorm(stream, layer.gainMlp, normed);
        addProduct(kernels, normed, layer.up, units.fill(0));
        for (let i = 0; i < units.length; i++) if ((units[i] as number) < 0) units[i] = 0;
        addProduct(kernels, units, layer.down, stream);
      }
      rmsNorm(stream, gainFinal, normed);
      hidden.set(normed);
    },
    logits() {
      addProduct(kernels, hidden, unembedding, logits.fill(0));
      return logits;
    },
  };
}

/** out ← x / √(mean x² + ε) · gain. */
function rmsNorm(x: Float32Array, gain: Float32Array, out: Float64Array): void {
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += (x[i] as number) ** 2;
  const scale = 1 / Math.sqrt(squares / x.length + RMS_EPSILON);
  for (let i = 0; i < x.length; i++) out[i] = (x[i] as number) * scale * (gain[i] as number);
}

/** y += x W; x [n], n a multiple of 4, W [n, y.length]. W and y lie in the workspace. */
function addProduct(
  kernels: Kernels,
  x: ArrayLike<number>,
  matrix: Float32Array,
  y: Float32Array,
): void {
  const stride = y.byteLength;
  let w = matrix.byteOffset;
  for (let i = 0; i < x.length; i += 4, w += 4 * stride)
    kernels.axpy4(
      y.length,
      x[i] as number,
      x[i + 1] as number,
      x[i + 2] as number,
      x[i + 3] as number,
      w,
      w + stride,
      w + 2 * stride,
      w + 3 * stride,
      y.byteOffset,
    );
}

/** Scaled dot-product attention of one query over places 0..at, head by head, into `seen` [D]. */
function attention({ width: d, heads, context }: DecoderShape) {
  const depth = d / heads;
  const scale = 1 / Math.sqrt(depth);
  const scores = new Float64Array(context);
  return (
    query: Float32Array,
    { keys, values }: Layer,
    { at, seen }: { readonly at: number; readonly seen: Float64Array },
  ): void => {
    seen.fill(0);
    for (let from = 0; from < d; from += depth) {
      let most = Number.NEGATIVE_INFINITY;
      for (let t = 0; t <= at; t++) {
        let dot = 0;
        for (let i = from; i < from + depth; i++)
          dot += (query[i] as number) * (keys[t * d + i] as number);
        scores[t] = dot * scale;
        if (dot * scale > most) most = dot * scale;
      }
      let total = 0;
      for (let t = 0; t <= at; t++) {
        const e = Math.exp((scores[t] as number) - most);
        scores[t] = e;
        total += e;
      }
      for (let t = 0; t <= at; t++) {
        const share = (scores[t] as number) / total;
        for (let i = from; i < from + depth; i++)
          seen[i] = (seen[i] as number) + share * (values[t * d + i] as number);
      }
    }
  };
}
