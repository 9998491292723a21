import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";

/** A decoder-only transformer: pre-norm, RMSNorm, no biases, ReLU, learned positions. */
export interface DecoderShape {
  /** Token ids 0..vocabulary - 1. */
  readonly vocabulary: number;
  /** Numbers in a token's hidden state, D. */
  readonly width: number;
  readonly layers: number;
  /** Attention heads; they divide `width`. */
  readonly heads: number;
  /** Longest sequence, prompt and reply together, T. */
  readonly context: number;
}

/** Width of the layer between, in widths. */
const EXPANSION = 4;
/** Root mean squares are kept away from 0 by this, under the root. */
export const RMS_EPSILON = 1e-5;
const EMBEDDING_SD = 0.1;

export interface DecoderPart {
  readonly name: string;
  /** [rows, columns], or [columns] of a gain. */
  readonly shape: readonly number[];
  /** Where it begins in the parameter vector. */
  readonly at: number;
  readonly size: number;
}

/**
 * The parameter vector in order, row-major: `embedding` [V, D], `position` [T, D], for each layer
 * `gain-attention` [D], `query-key-value` [D, 3D], `out` [D, D], `gain-mlp` [D], `up` [D, 4D],
 * `down` [4D, D], then `gain-final` [D] and `unembedding` [D, V].
 */
export function decoderParts(shape: DecoderShape): DecoderPart[] {
  const { vocabulary, width, layers, heads, context } = shape;
  assert(width % heads === 0, "the heads divide the width");
  const layer: [string, number[]][] = [
    ["gain-attention", [width]],
    ["query-key-value", [width, 3 * width]],
    ["out", [width, width]],
    ["gain-mlp", [width]],
    ["up", [width, EXPANSION * width]],
    ["down", [EXPANSION * width, width]],
  ];
  const all: [string, number[]][] = [
    ["embedding", [vocabulary, width]],
    ["position", [context, width]],
    ...Array.from({ length: layers }, () => layer).flat(),
    ["gain-final", [width]],
    ["unembedding", [width, vocabulary]],
  ];
  return laidOut(all);
}

/** Parts one after the other. */
function laidOut(parts: readonly (readonly [name: string, sides: number[]])[]): DecoderPart[] {
  let at = 0;
  return parts.map(([name, sides]) => {
    const size = sides.reduce((product, side) => product * side, 1);
    const part = { name, shape: sides, at, size };
    at += size;
    return part;
  });
}

/** A scalar head on the hidden state of a place: `weights` [D, 1] and `bias` [1]. */
export const headParts = ({ width }: DecoderShape): DecoderPart[] =>
  laidOut([
    ["weights", [width, 1]],
    ["bias", [1]],
  ]);

/**
 * Low-rank adapters (Hu et al. 2022) of the query, key and value matrices: for each layer `down`
 * [3, D, r] and `up` [3, r, D], the update of each matrix being their product.
 */
export const adapterParts = ({ width, layers }: DecoderShape, rank: number): DecoderPart[] =>
  laidOut(
    Array.from({ length: layers }, (): [string, number[]][] => [
      ["down", [3, width, rank]],
      ["up", [3, rank, width]],
    ]).flat(),
  );

const sizeOf = (parts: readonly DecoderPart[]): number =>
  parts.reduce((sum, { size }) => sum + size, 0);

/** How many parameters a decoder has. */
export const decoderSize = (shape: DecoderShape): number => sizeOf(decoderParts(shape));

/** A head that says 0 everywhere, [D + 1]. */
export const initialHead = (shape: DecoderShape): Float32Array =>
  new Float32Array(sizeOf(headParts(shape)));

/** `down` normal with 1/√D, `up` 0: the model starts as it was. */
export function initialAdapters(shape: DecoderShape, rank: number, rng: Rng): Float32Array {
  assert(rank >= 1, "adapters of rank 1 or more");
  const parts = adapterParts(shape, rank);
  const values = new Float32Array(sizeOf(parts));
  for (const { name, at, size } of parts)
    if (name === "down")
      for (let i = at; i < at + size; i++) values[i] = rng.normal() / Math.sqrt(shape.width);
  return values;
}

/** The parameters of a decoder that says without adapters what `parameters` say with them. */
export function mergedAdapters(
  shape: DecoderShape,
  parameters: Float32Array,
  { rank, values }: { readonly rank: number; readonly values: Float32Array },
): Float32Array {
  const { width } = shape;
  const merged = parameters.slice();
  const matrices = decoderParts(shape).filter(({ name }) => name === "query-key-value");
  const parts = adapterParts(shape, rank);
  matrices.forEach(({ at }, layer) => {
    const [down, up] = parts.slice(2 * layer, 2 * layer + 2).map((part) => part.at) as [
      number, // two parts a layer
      number,
    ];
    for (let m = 0; m < 3; m++)
      for (let i = 0; i < width; i++)
        for (let j = 0; j < width; j++) {
          let sum = 0;
          for (let k = 0; k < rank; k++)
            sum +=
              (values[down + (m * width + i) * rank + k] as number) *
              (values[up + (m * rank + k) * width + j] as number);
          const place = at + i * 3 * width + m * width + j;
          merged[place] = (merged[place] as number) + sum;
        }
  });
  return merged;
}

/**
 * Fresh parameters: gains 1, embeddings normal with s.d. 0.1, matrices with 1/√rows; those that
 * write into the residual stream are smaller by √(2 layers), so that its scale does not grow with
 * depth (Radford et al. 2019).
 */
export function initialDecoder(shape: DecoderShape, rng: Rng): Float32Array {
  const parameters = new Float32Array(decoderSize(shape));
  for (const { name, shape: sides, at, size } of decoderParts(shape)) {
    const part = parameters.subarray(at, at + size);
    if (sides.length === 1) {
      part.fill(1);
      continue;
    }
    const embeds = name === "embedding" || name === "position";
    const residual = name === "out" || name === "down" ? Math.sqrt(2 * shape.layers) : 1;
    const sd = embeds ? EMBEDDING_SD : 1 / Math.sqrt(sides[0] as number) / residual;
    for (let i = 0; i < size; i++) part[i] = sd * rng.normal();
  }
  return parameters;
}
