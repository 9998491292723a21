import { assert } from "#core/assert.ts";
import type { Dense } from "./dense.ts";

/**
 * A sparse matrix in compressed rows, float32: row i holds `values[p]` in column `indices[p]` for
 * p from `indptr[i]` up to `indptr[i + 1]`. Columns ascend within a row, none repeats.
 */
export interface Csr {
  readonly rows: number;
  readonly cols: number;
  /** [rows + 1] */
  readonly indptr: Uint32Array;
  /** [entries] */
  readonly indices: Uint32Array;
  /** [entries] */
  readonly values: Float32Array;
}

export interface SparseRow {
  /** Ascending, without repeats. */
  readonly indices: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export function csrFromRows(rows: readonly SparseRow[], cols: number): Csr {
  const builder = csrBuilder(cols);
  for (const { indices, values } of rows) {
    assert(indices.length === values.length, "a sparse row has one value for each index");
    builder.push(indices, values, indices.length);
  }
  return builder.finish();
}

/** Appends rows to a matrix whose number of entries is not known beforehand. */
export interface CsrBuilder {
  /** The first `count` of `indices` (ascending) and `values` become the next row. */
  push(indices: ArrayLike<number>, values: ArrayLike<number>, count: number): void;
  finish(): Csr;
}

const ENTRIES_FIRST = 1024;

export function csrBuilder(cols: number): CsrBuilder {
  let indices = new Uint32Array(ENTRIES_FIRST);
  let values = new Float32Array(ENTRIES_FIRST);
  const indptr = [0];
  let entries = 0;
  const reserve = (size: number) => {
    if (size <= indices.length) return;
    const grown = Math.max(size, indices.length * 2);
    const [oldIndices, oldValues] = [indices, values];
    indices = new Uint32Array(grown);
    values = new Float32Array(grown);
    indices.set(oldIndices);
    values.set(oldValues);
  };
  return {
    push(rowIndices, rowValues, count) {
      reserve(entries + count);
      let previous = -1;
      for (let p = 0; p < count; p++) {
        const index = rowIndices[p] as number;
        assert(index > previous && index < cols, "columns of a sparse row ascend and lie in range");
        indices[entries] = index;
        values[entries++] = rowValues[p] as number;
        previous = index;
      }
      indptr.push(entries);
    },
    finish: () => ({
      rows: indptr.length - 1,
      cols,
      indptr: Uint32Array.from(indptr),
      indices: indices.slice(0, entries),
      values: values.slice(0, entries),
    }),
  };
}

/** The given rows, in the given order, copied. */
export function csrRows(csr: Csr, rowIndices: ArrayLike<number>): Csr {
  const indptr = new Uint32Array(rowIndices.length + 1);
  for (let b = 0; b < rowIndices.length; b++) {
    const row = rowIndices[b] as number;
    assert(row < csr.rows, `row ${row} lies in a matrix of ${csr.rows} rows`);
    const length = (csr.indptr[row + 1] as number) - (csr.indptr[row] as number);
    indptr[b + 1] = (indptr[b] as number) + length;
  }
  const entries = indptr[rowIndices.length] as number;
  const indices = new Uint32Array(entries);
  const values = new Float32Array(entries);
  for (let b = 0; b < rowIndices.length; b++) {
    const row = rowIndices[b] as number;
    const [start, end] = [csr.indptr[row], csr.indptr[row + 1]];
    indices.set(csr.indices.subarray(start, end), indptr[b]);
    values.set(csr.values.subarray(start, end), indptr[b]);
  }
  return { rows: rowIndices.length, cols: csr.cols, indptr, indices, values };
}

/** The same matrix with its zeros written out. */
export function csrToDense(csr: Csr): Dense {
  const values = new Float32Array(csr.rows * csr.cols);
  for (let row = 0; row < csr.rows; row++) {
    const end = csr.indptr[row + 1] as number;
    for (let p = csr.indptr[row] as number; p < end; p++)
      values[row * csr.cols + (csr.indices[p] as number)] = csr.values[p] as number;
  }
  return { rows: csr.rows, cols: csr.cols, values };
}

/** `X · v`, v [cols]; [rows], float64. */
export function csrTimesVector(csr: Csr, v: ArrayLike<number>): Float64Array {
  assert(v.length === csr.cols, `a vector of ${csr.cols} entries`);
  const out = new Float64Array(csr.rows);
  for (let row = 0; row < csr.rows; row++) {
    const end = csr.indptr[row + 1] as number;
    let sum = 0;
    for (let p = csr.indptr[row] as number; p < end; p++)
      sum += (csr.values[p] as number) * (v[csr.indices[p] as number] as number);
    out[row] = sum;
  }
  return out;
}

/**
 * `out += X[rows] · W`, with W [cols, k] and out [rows.length, k], both row-major. For few columns
 * k: each sum stays in a register, and two of them share the reading of X.
 */
export function addCsrRowsTimes(
  x: Csr,
  rows: Uint32Array,
  { k, factor, out }: { k: number; factor: Float32Array; out: Float32Array },
): void {
  const { indptr, indices, values } = x;
  for (let b = 0; b < rows.length; b++) {
    const start = indptr[rows[b] as number] as number;
    const end = indptr[(rows[b] as number) + 1] as number;
    for (let c = 0; c + 1 < k; c += 2) {
      let first = 0;
      let second = 0;
      for (let p = start; p < end; p++) {
        const value = values[p] as number;
        const w = (indices[p] as number) * k + c;
        first += value * (factor[w] as number);
        second += value * (factor[w + 1] as number);
      }
      out[b * k + c] = (out[b * k + c] as number) + first;
      out[b * k + c + 1] = (out[b * k + c + 1] as number) + second;
    }
    if (k % 2 === 0) continue;
    let last = 0;
    for (let p = start; p < end; p++)
      last += (values[p] as number) * (factor[(indices[p] as number) * k + k - 1] as number);
    out[b * k + k - 1] = (out[b * k + k - 1] as number) + last;
  }
}

/** `out += X[rows]ᵀ · G`, with G [rows.length, k] and out [cols, k], both row-major, k small. */
export function addCsrRowsTransposeTimes(
  x: Csr,
  rows: Uint32Array,
  { k, factor, out }: { k: number; factor: Float32Array; out: Float32Array },
): void {
  const { indptr, indices, values } = x;
  for (let b = 0; b < rows.length; b++) {
    const start = indptr[rows[b] as number] as number;
    const end = indptr[(rows[b] as number) + 1] as number;
    for (let c = 0; c + 1 < k; c += 2) {
      const first = factor[b * k + c] as number;
      const second = factor[b * k + c + 1] as number;
      for (let p = start; p < end; p++) {
        const value = values[p] as number;
        const w = (indices[p] as number) * k + c;
        out[w] = (out[w] as number) + first * value;
        out[w + 1] = (out[w + 1] as number) + second * value;
      }
    }
    if (k % 2 === 0) continue;
    const last = factor[b * k + k - 1] as number;
    for (let p = start; p < end; p++) {
      const w = (indices[p] as number) * k + k - 1;
      out[w] = (out[w] as number) + last * (values[p] as number);
    }
  }
}
