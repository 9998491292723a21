import { assert } from "#core/assert.ts";
import { addRowsTimes, allRows, isCsr, type Matrix, takeRows } from "#num/matrix.ts";
import { csrToDense } from "#num/sparse.ts";

/** Enough centres to spread a day's review; each costs one pass over the rows. */
export const CENTRES_MAX = 32;

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

/** One row, zeros written out; [cols]. */
function denseRow(matrix: Matrix, row: number): Float32Array {
  const one = takeRows(matrix, [row]);
  return isCsr(one) ? csrToDense(one).values : one.values;
}

export interface Clusters {
  /** Row of each centre, in the order they were chosen. */
  readonly centres: readonly number[];
  /** [rows] index of the nearest centre. */
  readonly cluster: Uint32Array;
}

/**
 * Farthest-first traversal: each centre is the row farthest from all centres before it, which covers the
 * rows within twice the best possible radius (Gonzalez 1985). O(rows x centres), ties to the lower row.
 */
export function farthestFirst(
  matrix: Matrix,
  { first = 0, centresMax = CENTRES_MAX }: { first?: number; centresMax?: number } = {},
): Clusters {
  const { rows } = matrix;
  assert(rows > 0 && first < rows, "farthest-first starts at one of its rows");
  const every = allRows(rows);
  const lengths = squaredLengths(matrix);
  const nearest = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  const cluster = new Uint32Array(rows);
  const centres: number[] = [];
  let next = first;
  for (let c = 0; c < Math.min(centresMax, rows); c++) {
    centres.push(next);
    const products = new Float32Array(rows);
    addRowsTimes(matrix, every, denseRow(matrix, next), 1, products);
    const centreLength = lengths[next] as number;
    nearest[next] = 0;
    cluster[next] = c;
    let farthest = -1;
    for (let row = 0; row < rows; row++) {
      const squared = (lengths[row] as number) + centreLength - 2 * (products[row] as number);
      if (squared < (nearest[row] as number)) {
        nearest[row] = Math.max(squared, 0);
        cluster[row] = c;
      }
      if (farthest < 0 || (nearest[row] as number) > (nearest[farthest] as number)) farthest = row;
    }
    // float32 products leave about 1e-6 of the length between equal rows.
    if ((nearest[farthest] as number) <= 1e-5 * (lengths[farthest] as number)) break;
    next = farthest;
  }
  return { centres, cluster };
}

/**
 * An order that takes one row of every cluster in turn, the dearest of each first: the centres' regions
 * alternate, so that the first reviews see the whole of the data.
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
