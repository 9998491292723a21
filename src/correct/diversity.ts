import { assert } from "#core/assert.ts";
import { isCsr, type Matrix } from "#num/matrix.ts";

/** Enough centres to spread a day's review; each costs one pass over the rows. */
const CENTRES_MAX = 32;

/** One row, zeros written out; [cols]. */
function denseRow(matrix: Matrix, row: number): Float64Array {
  const out = new Float64Array(matrix.cols);
  if (!isCsr(matrix)) {
    out.set(matrix.values.subarray(row * matrix.cols, (row + 1) * matrix.cols));
    return out;
  }
  const end = matrix.indptr[row + 1] as number;
  for (let p = matrix.indptr[row] as number; p < end; p++)
    out[matrix.indices[p] as number] = matrix.values[p] as number;
  return out;
}

/** Squared Euclidean distance of each row to `centre`; [rows]. `lengths`: squared, of each row. */
function squaredDistances(
  matrix: Matrix,
  lengths: Float64Array,
  centre: { readonly row: number; readonly values: Float64Array },
): Float64Array {
  const { cols, values } = matrix;
  const own = lengths[centre.row] as number;
  return lengths.map((length, row) => {
    let product = 0;
    if (isCsr(matrix)) {
      const end = matrix.indptr[row + 1] as number;
      for (let p = matrix.indptr[row] as number; p < end; p++)
        product += (values[p] as number) * (centre.values[matrix.indices[p] as number] as number);
    } else
      for (let c = 0; c < cols; c++)
        product += (values[row * cols + c] as number) * (centre.values[c] as number);
    return Math.max(0, length + own - 2 * product);
  });
}

/** Squared Euclidean length of each row; [rows]. */
function squaredLengths(matrix: Matrix): Float64Array {
  const { values } = matrix;
  return Float64Array.from({ length: matrix.rows }, (_, row) => {
    const [start, end] = isCsr(matrix)
      ? [matrix.indptr[row] as number, matrix.indptr[row + 1] as number]
      : [row * matrix.cols, (row + 1) * matrix.cols];
    let sum = 0;
    for (let p = start; p < end; p++) sum += (values[p] as number) ** 2;
    return sum;
  });
}

export interface Clusters {
  /** Row of each centre, in the order they were chosen. */
  readonly centres: readonly number[];
  /** [rows] index of the nearest centre. */
  readonly cluster: Uint32Array;
}

/**
 * Farthest-first traversal: each centre is the row farthest from all centres before it, which
 * covers the rows within twice the best possible radius (Gonzalez 1985). O(rows x centres), ties to
 * the lower row.
 */
export function farthestFirst(
  matrix: Matrix,
  { first = 0, centresMax = CENTRES_MAX }: { first?: number; centresMax?: number } = {},
): Clusters {
  const { rows } = matrix;
  assert(rows > 0 && first < rows, "farthest-first starts at one of its rows");
  const lengths = squaredLengths(matrix);
  const nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  const cluster = new Uint32Array(rows);
  const centres: number[] = [];
  let next = first;
  for (let c = 0; c < Math.min(centresMax, rows); c++) {
    centres.push(next);
    const centre = { row: next, values: denseRow(matrix, next) };
    const distances = squaredDistances(matrix, lengths, centre);
    let farthest = 0;
    for (let row = 0; row < rows; row++) {
      if ((distances[row] as number) < (nearest[row] as number)) {
        nearest[row] = distances[row] as number;
        cluster[row] = c;
      }
      if ((nearest[row] as number) > (nearest[farthest] as number)) farthest = row;
    }
    // Rounding leaves about this much between equal rows.
    if ((nearest[farthest] as number) <= 1e-12 * (lengths[farthest] as number)) break;
    next = farthest;
  }
  return { centres, cluster };
}

/**
 * An order that takes one row of every cluster in turn, the dearest of each first: the centres'
 * regions alternate, so that the first reviews see the whole of the data.
 * `byCost`: rows, dearest first. Returns all rows.
 */
export function roundRobin({ centres, cluster }: Clusters, byCost: ArrayLike<number>): Uint32Array {
  const members: number[][] = centres.map(() => []);
  for (let i = 0; i < byCost.length; i++) {
    const row = byCost[i] as number;
    members[cluster[row] as number]?.push(row);
  }
  const order = new Uint32Array(byCost.length);
  let filled = 0;
  for (let turn = 0; filled < order.length; turn++)
    for (const list of members) {
      const row = list[turn];
      if (row !== undefined) order[filled++] = row;
    }
  return order;
}
