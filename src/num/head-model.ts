import type { Rng } from "#core/rng.ts";
import type { Matrix } from "./matrix.ts";
import type { Workspace } from "./simd.ts";

/**
 * What a head computes, apart from how it is trained. All parameters lie in one vector, weights
 * before biases, so that an optimiser needs to know nothing of the head.
 */
export interface HeadModel {
  /** Length of the parameter vector. */
  readonly size: number;
  /** The first so many parameters are weights, the rest biases, which do not decay. */
  readonly weights: number;
  initialise(rng: Rng): Float32Array;
  /** Lengths of the vectors a pass takes from its workspace for `batch` rows at a time. */
  scratch(batch: number): number[];
  /** `parameters` lie in the workspace, and may change between calls. */
  pass(parameters: Float32Array, batch: number, work: Workspace): Pass;
}

/** A head at work on at most `batch` rows at a time. */
export interface Pass {
  /** Logits [rows.length, k] of the given rows, the caller's to keep. */
  forward(features: Matrix, rows: Uint32Array): Float32Array;
  /**
   * Writes to `gradient` [size], of the same workspace, the derivative by the parameters of a loss
   * whose derivative by the logits is `logitGradient` [rows.length, k]. Follows a `forward` of the
   * same rows.
   */
  backward(
    features: Matrix,
    rows: Uint32Array,
    logitGradient: Float32Array,
    gradient: Float32Array,
  ): void;
}

/** `out[b, c] += bias[c]` for out [n, k]. */
export function addBias(out: Float32Array, bias: Float32Array): void {
  const k = bias.length;
  for (let start = 0; start < out.length; start += k)
    for (let c = 0; c < k; c++) out[start + c] = (out[start + c] as number) + (bias[c] as number);
}

/** `out[c] += Σ_b g[b, c]` for g [n, k]. */
export function addColumnSums(g: Float32Array, out: Float32Array): void {
  const k = out.length;
  for (let start = 0; start < g.length; start += k)
    for (let c = 0; c < k; c++) out[c] = (out[c] as number) + (g[start + c] as number);
}
