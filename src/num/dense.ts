import { assert } from "#core/assert.ts";

/** A row-major matrix: entry (i, j) is `values[i * cols + j]`. */
export interface Dense<Values = Float32Array> {
  readonly rows: number;
  readonly cols: number;
  /** [rows * cols] */
  readonly values: Values;
}

/** For closed-form work, where float32 would lose digits. */
export type Dense64 = Dense<Float64Array>;

/** Rows of equal length as one matrix. `cols` is needed where there may be no rows at all. */
export function denseFromRows(
  rows: readonly ArrayLike<number>[],
  cols = rows[0]?.length ?? 0,
): Dense {
  const values = new Float32Array(rows.length * cols);
  rows.forEach((row, i) => {
    assert(row.length === cols, `row ${i} has ${cols} columns`);
    values.set(row, i * cols);
  });
  return { rows: rows.length, cols, values };
}

/** The given rows, in the given order, copied. */
export function denseRows(dense: Dense, rowIndices: ArrayLike<number>): Dense {
  const { cols } = dense;
  const values = new Float32Array(rowIndices.length * cols);
  for (let b = 0; b < rowIndices.length; b++) {
    const row = rowIndices[b] as number;
    assert(row < dense.rows, `row ${row} lies in a matrix of ${dense.rows} rows`);
    values.set(dense.values.subarray(row * cols, (row + 1) * cols), b * cols);
  }
  return { rows: rowIndices.length, cols, values };
}

/**
 * `out += X[rows] · W`, with W [cols, k] and out [rows.length, k], both row-major. For few columns
 * k: each sum stays in a register.
 */
export function addDenseRowsTimes(
  x: Dense,
  rows: Uint32Array,
  { k, factor, out }: { k: number; factor: Float32Array; out: Float32Array },
): void {
  const { cols, values } = x;
  for (let b = 0; b < rows.length; b++) {
    const start = (rows[b] as number) * cols;
    for (let c = 0; c < k; c++) {
      let sum = 0;
      for (let j = 0, w = c; j < cols; j++, w += k)
        sum += (values[start + j] as number) * (factor[w] as number);
      out[b * k + c] = (out[b * k + c] as number) + sum;
    }
  }
}

/** `out += X[rows]ᵀ · G`, with G [rows.length, k] and out [cols, k], both row-major, k small. */
export function addDenseRowsTransposeTimes(
  x: Dense,
  rows: Uint32Array,
  { k, factor, out }: { k: number; factor: Float32Array; out: Float32Array },
): void {
  const { cols, values } = x;
  for (let b = 0; b < rows.length; b++) {
    const start = (rows[b] as number) * cols;
    for (let c = 0; c < k; c++) {
      const g = factor[b * k + c] as number;
      for (let j = 0, w = c; j < cols; j++, w += k)
        out[w] = (out[w] as number) + g * (values[start + j] as number);
    }
  }
}
