import { addDenseRowsTimes, addDenseRowsTransposeTimes, type Dense, denseRows } from "./dense.ts";
import type { Kernels } from "./simd.ts";
import { addCsrRowsTimes, addCsrRowsTransposeTimes, type Csr, csrRows } from "./sparse.ts";

/** Features of n items, one row each: sparse (hashed text) or dense (embeddings). */
export type Matrix = Csr | Dense;

export const isCsr = (matrix: Matrix): matrix is Csr => "indptr" in matrix;

/** 0, 1, … n - 1: every row in order. */
export const allRows = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);

/** The given rows, in the given order, copied. */
export const takeRows = <M extends Matrix>(matrix: M, rows: ArrayLike<number>): M =>
  (isCsr(matrix) ? csrRows(matrix, rows) : denseRows(matrix, rows)) as M;

/** The other factor of a product and its result, row-major with `k` columns each. */
export interface Product {
  /** `factor` and `out` lie in the workspace these belong to. */
  readonly kernels: Kernels;
  readonly k: number;
  readonly factor: Float32Array;
  readonly out: Float32Array;
}

/** From so many columns on, vector instructions make up for the calls to them. */
const WIDE_MIN = 8;

/** `out += X[rows] · W`, W [cols, k] being the factor, out [rows.length, k]. */
export function addRowsTimes(x: Matrix, rows: Uint32Array, product: Product): void {
  const { kernels, k, factor, out } = product;
  if (k < WIDE_MIN) {
    if (isCsr(x)) addCsrRowsTimes(x, rows, factor, k, out);
    else addDenseRowsTimes(x, rows, factor, k, out);
    return;
  }
  const { values } = x;
  const columns = isCsr(x) ? x.indices : allRows(x.cols);
  const stride = k * Float32Array.BYTES_PER_ELEMENT;
  const at = (column: number | undefined) => factor.byteOffset + (column as number) * stride;
  for (let b = 0; b < rows.length; b++) {
    const { start, end, shift } = span(x, rows[b] as number);
    const y = out.byteOffset + b * stride;
    let p = start;
    for (; p + 4 <= end; p += 4) {
      const c = p - shift;
      kernels.axpy4(
        k,
        values[p] as number,
        values[p + 1] as number,
        values[p + 2] as number,
        values[p + 3] as number,
        at(columns[c]),
        at(columns[c + 1]),
        at(columns[c + 2]),
        at(columns[c + 3]),
        y,
      );
    }
    for (; p < end; p++) kernels.axpy(k, values[p] as number, at(columns[p - shift]), y);
  }
}

/** `out += X[rows]ᵀ · G`, G [rows.length, k] being the factor, out [cols, k]. */
export function addRowsTransposeTimes(x: Matrix, rows: Uint32Array, product: Product): void {
  const { kernels, k, factor, out } = product;
  if (k < WIDE_MIN) {
    if (isCsr(x)) addCsrRowsTransposeTimes(x, rows, factor, k, out);
    else addDenseRowsTransposeTimes(x, rows, factor, k, out);
    return;
  }
  const { values } = x;
  const columns = isCsr(x) ? x.indices : allRows(x.cols);
  const stride = k * Float32Array.BYTES_PER_ELEMENT;
  for (let b = 0; b < rows.length; b++) {
    const { start, end, shift } = span(x, rows[b] as number);
    const g = factor.byteOffset + b * stride;
    for (let p = start; p < end; p++) {
      const y = out.byteOffset + (columns[p - shift] as number) * stride;
      kernels.axpy(k, values[p] as number, g, y);
    }
  }
}

/** Where a row's values start and end, and what to take off their positions for those of columns. */
function span(x: Matrix, row: number): { start: number; end: number; shift: number } {
  if (isCsr(x))
    return { start: x.indptr[row] as number, end: x.indptr[row + 1] as number, shift: 0 };
  return { start: row * x.cols, end: (row + 1) * x.cols, shift: row * x.cols };
}
