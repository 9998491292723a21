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
  if (product.k >= WIDE_MIN) addWideRowsTimes(x, rows, product);
  else if (isCsr(x)) addCsrRowsTimes(x, rows, product);
  else addDenseRowsTimes(x, rows, product);
}

/** `out += X[rows]ᵀ · G`, G [rows.length, k] being the factor, out [cols, k]. */
export function addRowsTransposeTimes(x: Matrix, rows: Uint32Array, product: Product): void {
  if (product.k >= WIDE_MIN && isCsr(x)) addWideCsrTransposeTimes(x, rows, product);
  else if (isCsr(x)) addCsrRowsTransposeTimes(x, rows, product);
  else if (product.k >= WIDE_MIN) addWideDenseTransposeTimes(x, rows, product);
  else addDenseRowsTransposeTimes(x, rows, product);
}

function addWideRowsTimes(x: Matrix, rows: Uint32Array, { kernels, k, factor, out }: Product) {
  const { values } = x;
  const sparse = isCsr(x);
  const columns = sparse ? x.indices : allRows(x.cols);
  const stride = k * Float32Array.BYTES_PER_ELEMENT;
  const w = factor.byteOffset;
  for (let b = 0; b < rows.length; b++) {
    const row = rows[b] as number;
    const start = sparse ? (x.indptr[row] as number) : row * x.cols;
    const end = sparse ? (x.indptr[row + 1] as number) : start + x.cols;
    const first = sparse ? start : 0; // where the row's columns start in `columns`
    const y = out.byteOffset + b * stride;
    let p = start;
    let c = first;
    for (; p + 4 <= end; p += 4, c += 4)
      kernels.axpy4(
        k,
        values[p] as number,
        values[p + 1] as number,
        values[p + 2] as number,
        values[p + 3] as number,
        w + (columns[c] as number) * stride,
        w + (columns[c + 1] as number) * stride,
        w + (columns[c + 2] as number) * stride,
        w + (columns[c + 3] as number) * stride,
        y,
      );
    for (; p < end; p++, c++)
      kernels.axpy(k, values[p] as number, w + (columns[c] as number) * stride, y);
  }
}

function addWideCsrTransposeTimes(
  { indptr, indices, values }: Csr,
  rows: Uint32Array,
  { kernels, k, factor, out }: Product,
) {
  const stride = k * Float32Array.BYTES_PER_ELEMENT;
  const y = out.byteOffset;
  for (let b = 0; b < rows.length; b++) {
    const row = rows[b] as number;
    const end = indptr[row + 1] as number;
    const g = factor.byteOffset + b * stride;
    for (let p = indptr[row] as number; p < end; p++)
      kernels.axpy(k, values[p] as number, g, y + (indices[p] as number) * stride);
  }
}

/** Column by column of X, so that four rows at a time go into one row of `out`. */
function addWideDenseTransposeTimes(
  { cols, values }: Dense,
  rows: Uint32Array,
  { kernels, k, factor, out }: Product,
) {
  const stride = k * Float32Array.BYTES_PER_ELEMENT;
  const starts = rows.map((row) => row * cols);
  for (let j = 0; j < cols; j++) {
    const y = out.byteOffset + j * stride;
    let b = 0;
    let g = factor.byteOffset;
    for (; b + 4 <= rows.length; b += 4, g += 4 * stride)
      kernels.axpy4(
        k,
        values[(starts[b] as number) + j] as number,
        values[(starts[b + 1] as number) + j] as number,
        values[(starts[b + 2] as number) + j] as number,
        values[(starts[b + 3] as number) + j] as number,
        g,
        g + stride,
        g + 2 * stride,
        g + 3 * stride,
        y,
      );
    for (; b < rows.length; b++, g += stride)
      kernels.axpy(k, values[(starts[b] as number) + j] as number, g, y);
  }
}
