import fc from "fast-check";
import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import type { Dense64 } from "./dense.ts";
import reference from "./linalg.reference.json" with { type: "json" };
import {
  cholesky,
  choleskySolve,
  matmul,
  powerIteration,
  solveWithRidge,
  symmetricEigen,
  timesVector,
  transpose,
} from "./linalg.ts";

const matrix = (rows: number[][]): Dense64 => ({
  rows: rows.length,
  cols: rows[0]?.length ?? 0,
  values: Float64Array.from(rows.flat()),
});

function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  rtol = reference.rtol,
) {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const want = expected[i] as number;
    expect(Math.abs((actual[i] as number) - want)).toBeLessThanOrEqual(
      rtol * Math.max(1, Math.abs(want)),
    );
  }
}

test.each(reference.cases)("$n x $n: as NumPy and SciPy", (c) => {
  expectClose(matmul(matrix(c.a), matrix(c.b)).values, c.product.flat());
  const factor = unwrap(cholesky(matrix(c.spd)));
  expectClose(factor.values, c.cholesky.flat());
  expectClose(choleskySolve(factor, c.right), c.solution);
  expectClose(unwrap(solveWithRidge(matrix(c.spd), c.right)).x, c.solution);
  expectClose(symmetricEigen(matrix(c.symmetric)).values, c.eigenvalues);
  const leading = powerIteration(matrix(c.gapped), { iterations: 40 });
  expect(leading.value).toBeCloseTo(5, 9);
  expectClose(leading.vector.map(Math.abs), c.leading);
});

const symmetric = fc.integer({ min: 1, max: 7 }).chain((n) =>
  fc.array(fc.integer({ min: -9, max: 9 }), { minLength: n * n, maxLength: n * n }).map((xs) => {
    const values = Float64Array.from(xs, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return xs[Math.min(i, j) * n + Math.max(i, j)] as number;
    });
    return { rows: n, cols: n, values };
  }),
);

test("eigenvectors are orthonormal and rebuild the matrix, repeated eigenvalues or not", () => {
  fc.assert(
    fc.property(symmetric, (a) => {
      const { values, vectors } = symmetricEigen(a);
      const n = a.rows;
      const identity = Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
      expectClose(matmul(transpose(vectors), vectors).values, identity, 1e-12);
      const scaled = {
        ...vectors,
        values: vectors.values.map((x, at) => x * (values[at % n] ?? 0)),
      };
      expectClose(matmul(scaled, transpose(vectors)).values, a.values, 1e-11);
      expect(Array.from(values)).toEqual(Array.from(values).sort((x, y) => x - y));
    }),
    { seed: 1 },
  );
});

test("a matrix that is not positive definite names its row", () => {
  const indefinite = matrix([
    [1, 2],
    [2, 1],
  ]);
  expect(cholesky(indefinite)).toEqual({
    ok: false,
    error: { kind: "not-positive-definite", row: 1 },
  });
  expect(cholesky(matrix([[Number.NaN]]))).toMatchObject({ ok: false });
  expect(solveWithRidge(indefinite, [1, 1])).toMatchObject({ ok: false });
});

test("a singular matrix is solved with the smallest ridge that holds", () => {
  const copies = matrix([
    [1, 1],
    [1, 1],
  ]);
  const { x, ridge } = unwrap(solveWithRidge(copies, [2, 2]));
  expect(ridge).toBe(1e-10);
  expectClose(x, [1, 1], 1e-6); // of all solutions the one of least norm
});

test("power iteration starts where it is told, and stops at nothing", () => {
  const diagonal = matrix([
    [3, 0],
    [0, 1],
  ]);
  expect(powerIteration(diagonal, { iterations: 10, start: [0, 1] }).value).toBe(1);
  expect(powerIteration(matrix([[0]]), { iterations: 10 }).value).toBe(0);
});

test("shapes that do not fit are refused", () => {
  const wide = matrix([[1, 2]]);
  expect(() => matmul(wide, wide)).toThrow(/2 and 1/);
  expect(() => timesVector(wide, [1])).toThrow(/2 entries/);
  expect(() => cholesky(wide)).toThrow(/square/);
  expect(() => symmetricEigen(matrix([[Number.NaN]]))).toThrow(/finite/);
});
