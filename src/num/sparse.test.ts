import fc from "fast-check";
import { expect, test } from "vitest";
import { denseFromRows } from "./dense.ts";
import {
  addRowsTimes,
  addRowsTransposeTimes,
  allRows,
  isCsr,
  type Matrix,
  takeRows,
} from "./matrix.ts";
import { withWorkspace } from "./simd.ts";
import { type Csr, csrFromRows, csrRows, csrTimesVector, csrToDense } from "./sparse.ts";

// [[1, 0, 2], [0, 0, 0], [0, 3, 0]]
const small = csrFromRows(
  [
    { indices: [0, 2], values: [1, 2] },
    { indices: [], values: [] },
    { indices: [1], values: [3] },
  ],
  3,
);

test("rows, columns and entries lie where the format says", () => {
  expect(small).toEqual({
    rows: 3,
    cols: 3,
    indptr: Uint32Array.of(0, 2, 2, 3),
    indices: Uint32Array.of(0, 2, 1),
    values: Float32Array.of(1, 2, 3),
  });
});

test("a matrix of no rows is a matrix", () => {
  const none = csrFromRows([], 4);
  expect(none).toMatchObject({ rows: 0, cols: 4, indptr: Uint32Array.of(0) });
  expect(csrTimesVector(none, [1, 2, 3, 4])).toEqual(new Float64Array(0));
});

test("rows are taken in the order asked for, and may repeat", () => {
  const taken = csrRows(small, [2, 0, 2]);
  expect(csrToDense(taken).values).toEqual(Float32Array.of(0, 3, 0, 1, 0, 2, 0, 3, 0));
});

test.each([
  ["descending columns", [{ indices: [2, 0], values: [1, 1] }]],
  ["a repeated column", [{ indices: [1, 1], values: [1, 1] }]],
  ["a column out of range", [{ indices: [3], values: [1] }]],
  ["fewer values than indices", [{ indices: [0, 1], values: [1] }]],
])("%s is refused", (_name, rows) => {
  expect(() => csrFromRows(rows, 3)).toThrow(/expected/);
});

test("a row beyond the last is refused", () => {
  expect(() => csrRows(small, [3])).toThrow(/row 3 lies in a matrix of 3 rows/);
});

test("a product with a vector by hand", () => {
  expect(csrTimesVector(small, [10, 20, 30])).toEqual(Float64Array.of(70, 0, 60));
});

const matrices = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 9 }))
  .chain(([rows, cols]) =>
    fc.array(
      fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -8, max: 8 })), {
        minLength: cols,
        maxLength: cols,
      }),
      { minLength: rows, maxLength: rows },
    ),
  );

function sparseOf(rows: number[][]): Csr {
  const sparse = rows.map((row) => {
    const indices = row.flatMap((value, j) => (value === 0 ? [] : [j]));
    return { indices, values: indices.map((j) => row[j] as number) };
  });
  return csrFromRows(sparse, rows[0]?.length ?? 0);
}

/** X[rows] · W and X[rows]ᵀ · G the long way. */
function byHand(x: number[][], rows: Uint32Array, k: number, w: Float32Array, g: Float32Array) {
  const cols = x[0]?.length ?? 0;
  const product = new Float32Array(rows.length * k);
  const transposed = new Float32Array(cols * k);
  rows.forEach((row, b) => {
    for (let j = 0; j < cols; j++)
      for (let c = 0; c < k; c++) {
        const value = x[row]?.[j] ?? 0;
        product[b * k + c] = (product[b * k + c] ?? 0) + value * (w[j * k + c] ?? 0);
        transposed[j * k + c] = (transposed[j * k + c] ?? 0) + value * (g[b * k + c] ?? 0);
      }
  });
  return { product, transposed };
}

// Small whole numbers, so that float32 sums are exact in any order. k on both sides of the widths
// at which the kernels change.
test("sparse and dense kernels agree with the definition", () => {
  const widths = fc.integer({ min: 1, max: 13 });
  const numbers = fc.infiniteStream(fc.integer({ min: -5, max: 5 }));
  fc.assert(
    fc.property(matrices, widths, numbers, (x, k, stream) => {
      const dense = denseFromRows(x);
      const rows = Uint32Array.from([...allRows(x.length), 0]);
      const [n, m] = [dense.cols * k, rows.length * k];
      withWorkspace([n, m, n, m, n, m, n, m], ({ zeros, kernels }) => {
        const w = zeros(n).map(() => Number(stream.next().value));
        const g = zeros(m).map(() => Number(stream.next().value));
        const expected = byHand(x, rows, k, w, g);
        const both: Matrix[] = [dense, sparseOf(x)];
        const [factor, gradient] = [zeros(n), zeros(m)];
        factor.set(w);
        gradient.set(g);
        for (const matrix of both) {
          const product = zeros(m);
          addRowsTimes(matrix, rows, { kernels, k, factor, out: product });
          expect(product).toEqual(expected.product);
          const transposed = zeros(n);
          const by = { kernels, k, factor: gradient, out: transposed };
          addRowsTransposeTimes(matrix, rows, by);
          expect(transposed).toEqual(expected.transposed);
        }
      });
    }),
    { seed: 1 },
  );
});

test("sparse to dense and taking rows commute", () => {
  fc.assert(
    fc.property(matrices, fc.array(fc.nat(), { maxLength: 5 }), (x, picks) => {
      const sparse = sparseOf(x);
      const rows = picks.map((pick) => pick % x.length);
      expect(csrToDense(sparse).values).toEqual(denseFromRows(x).values);
      expect(csrToDense(takeRows(sparse, rows))).toEqual(takeRows(csrToDense(sparse), rows));
    }),
    { seed: 2 },
  );
});

test("a matrix knows what it is", () => {
  expect(isCsr(small)).toBe(true);
  expect(isCsr(csrToDense(small))).toBe(false);
});
