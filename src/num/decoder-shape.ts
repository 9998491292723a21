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
  let at = 0;
  return all.map(([name, sides]) => {
    const size = sides.reduce((product, side) => product * side, 1);
    const part = { name, shape: sides, at, size };
    at += size;
    return part;
  });
}

/** How many parameters a decoder has. */
export const decoderSize = (shape: DecoderShape): number =>
  decoderParts(shape).reduce((sum, { size }) => sum + size, 0);

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
