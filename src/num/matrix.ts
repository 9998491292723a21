import { addDenseRowsTimes, addDenseRowsTransposeTimes, type Dense, denseRows } from "./dense.ts";
import { addCsrRowsTimes, addCsrRowsTransposeTimes, type Csr, csrRows } from "./sparse.ts";

/** Features of n items, one row each: sparse (hashed text) or dense (embeddings). */
export type Matrix = Csr | Dense;

export const isCsr = (matrix: Matrix): matrix is Csr => "indptr" in matrix;

/** 0, 1, … n - 1: every row in order. */
export const allRows = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);

/** The given rows, in the given order, copied. */
export const takeRows = <M extends Matrix>(matrix: M, rows: ArrayLike<number>): M =>
  (isCsr(matrix) ? csrRows(matrix, rows) : denseRows(matrix, rows)) as M;

/** `out += X[rows] · W`, with W [cols, k] and out [rows.length, k], both row-major. */
export const addRowsTimes = (
  x: Matrix,
  rows: Uint32Array,
  weights: Float32Array,
  k: number,
  out: Float32Array,
): void =>
  isCsr(x)
    ? addCsrRowsTimes(x, rows, weights, k, out)
    : addDenseRowsTimes(x, rows, weights, k, out);

/** `out += X[rows]ᵀ · G`, with G [rows.length, k] and out [cols, k], both row-major. */
export const addRowsTransposeTimes = (
  x: Matrix,
  rows: Uint32Array,
  g: Float32Array,
  k: number,
  out: Float32Array,
): void =>
  isCsr(x)
    ? addCsrRowsTransposeTimes(x, rows, g, k, out)
    : addDenseRowsTransposeTimes(x, rows, g, k, out);
