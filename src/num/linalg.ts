import { assert } from "#core/assert.ts";
import { err, ok, type Result } from "#core/result.ts";
import type { Dense64 } from "./dense.ts";

/** `A · B`, float64. */
export function matmul(a: Dense64, b: Dense64): Dense64 {
  assert(a.cols === b.rows, `A has as many columns as B has rows: ${a.cols} and ${b.rows}`);
  const values = new Float64Array(a.rows * b.cols);
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < a.cols; j++) {
      const aij = a.values[i * a.cols + j] as number;
      for (let c = 0; c < b.cols; c++) {
        const at = i * b.cols + c;
        values[at] = (values[at] as number) + aij * (b.values[j * b.cols + c] as number);
      }
    }
  return { rows: a.rows, cols: b.cols, values };
}

export function transpose({ rows, cols, values }: Dense64): Dense64 {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) out[j * rows + i] = values[i * cols + j] as number;
  return { rows: cols, cols: rows, values: out };
}

/** `A · x`, float64. */
export function timesVector({ rows, cols, values }: Dense64, x: ArrayLike<number>): Float64Array {
  assert(x.length === cols, `a vector of ${cols} entries`);
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += (values[i * cols + j] as number) * (x[j] as number);
    out[i] = sum;
  }
  return out;
}

export interface NotPositiveDefinite {
  readonly kind: "not-positive-definite";
  /** The first row whose pivot is not above 0. */
  readonly row: number;
}

/** Lower-triangular L with L Lᵀ = A, of a symmetric A; only its lower triangle is read. */
export function cholesky(a: Dense64): Result<Dense64, NotPositiveDefinite> {
  const n = a.rows;
  assert(a.cols === n, "only a square matrix has a Cholesky factor");
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a.values[i * n + j] as number;
      for (let p = 0; p < j; p++) sum -= (l[i * n + p] as number) * (l[j * n + p] as number);
      if (i !== j) l[i * n + j] = sum / (l[j * n + j] as number);
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else return err({ kind: "not-positive-definite", row: i });
    }
  return ok({ rows: n, cols: n, values: l });
}

/** x of L Lᵀ x = b: one substitution down, one up. */
export function choleskySolve(l: Dense64, b: ArrayLike<number>): Float64Array {
  const n = l.rows;
  assert(b.length === n, `a right-hand side of ${n} entries`);
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    let sum = x[i] as number;
    for (let p = 0; p < i; p++) sum -= (l.values[i * n + p] as number) * (x[p] as number);
    x[i] = sum / (l.values[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i] as number;
    for (let p = i + 1; p < n; p++) sum -= (l.values[p * n + i] as number) * (x[p] as number);
    x[i] = sum / (l.values[i * n + i] as number);
  }
  return x;
}

/** First ridge tried, relative to the mean of the diagonal; below it a pivot is rounding. */
const RIDGE_FIRST = 1e-10;
const RIDGE_GROWTH = 100;
const RIDGE_TRIES_MAX = 5;

/**
 * x of (A + ridge · I) x = b for a symmetric, positive semi-definite A. The ridge is 0 where A is
 * definite, else the first of 1e-10, 1e-8, … 1e-2 times the mean of the diagonal that makes it so.
 */
export function solveWithRidge(
  a: Dense64,
  b: ArrayLike<number>,
): Result<{ x: Float64Array; ridge: number }, NotPositiveDefinite> {
  const n = a.rows;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a.values[i * n + i] as number;
  let factor = cholesky(a);
  let ridge = 0;
  for (let attempt = 0; !factor.ok && attempt < RIDGE_TRIES_MAX; attempt++) {
    ridge = (trace / n) * RIDGE_FIRST * RIDGE_GROWTH ** attempt;
    const values = a.values.slice();
    for (let i = 0; i < n; i++) values[i * n + i] = (values[i * n + i] as number) + ridge;
    factor = cholesky({ rows: n, cols: n, values });
  }
  return factor.ok ? ok({ x: choleskySolve(factor.value, b), ridge }) : factor;
}

export interface Eigen {
  /** [n], ascending. */
  readonly values: Float64Array;
  /** Column j belongs to value j; columns have unit length, their signs are free. */
  readonly vectors: Dense64;
}

/** Jacobi converges quadratically, in 6 to 10 sweeps; more means the input was not finite. */
const SWEEPS_MAX = 50;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix, by cyclic Jacobi (Golub and Van Loan
 * 8.5).
 */
export function symmetricEigen(a: Dense64): Eigen {
  const n = a.rows;
  assert(a.cols === n, "only a square matrix has eigenvalues");
  assert(a.values.every(Number.isFinite), "the matrix is finite");
  const d = a.values.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  const small = Number.EPSILON * Math.sqrt(d.reduce((sum, x) => sum + x * x, 0));
  for (let sweep = 0; offDiagonalNorm(d, n) > small; sweep++) {
    assert(sweep < SWEEPS_MAX, "Jacobi rotations converge on a symmetric matrix");
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(d, v, { n, p, q });
  }
  const order = Array.from({ length: n }, (_, i) => i).sort(
    (i, j) => (d[i * n + i] as number) - (d[j * n + j] as number),
  );
  const values = Float64Array.from(order, (i) => d[i * n + i] as number);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors[i * n + to] = v[i * n + from] as number;
  });
  return { values, vectors: { rows: n, cols: n, values: vectors } };
}

function offDiagonalNorm(d: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += 2 * (d[i * n + j] as number) ** 2;
  return Math.sqrt(sum);
}

/**
 * Makes entry (p, q) of D zero by a rotation from both sides, and turns the columns of V with it.
 */
function rotate(
  d: Float64Array,
  v: Float64Array,
  { n, p, q }: { n: number; p: number; q: number },
): void {
  const dpq = d[p * n + q] as number;
  if (dpq === 0) return;
  const theta = ((d[q * n + q] as number) - (d[p * n + p] as number)) / (2 * dpq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cos = 1 / Math.hypot(t, 1);
  const sin = t * cos;
  const turn = (m: Float64Array, at: number, to: number) => {
    const [x, y] = [m[at] as number, m[to] as number];
    m[at] = cos * x - sin * y;
    m[to] = sin * x + cos * y;
  };
  for (let i = 0; i < n; i++) turn(d, i * n + p, i * n + q);
  for (let i = 0; i < n; i++) turn(d, p * n + i, q * n + i);
  for (let i = 0; i < n; i++) turn(v, i * n + p, i * n + q);
}

/**
 * Eigenvalue of largest magnitude and its unit eigenvector after a fixed number of iterations from
 * `start` (default: ones). Nothing is promised where the two largest magnitudes are close.
 */
export function powerIteration(
  a: Dense64,
  { iterations, start }: { iterations: number; start?: ArrayLike<number> },
): { value: number; vector: Float64Array } {
  assert(a.rows === a.cols, "only a square matrix has eigenvalues");
  let vector = start ? Float64Array.from(start) : new Float64Array(a.rows).fill(1);
  for (let i = 0; i < iterations; i++) {
    const next = timesVector(a, vector);
    const length = Math.hypot(...next);
    if (length === 0) return { value: 0, vector };
    vector = next.map((x) => x / length);
  }
  const image = timesVector(a, vector);
  return { value: image.reduce((sum, x, j) => sum + x * (vector[j] as number), 0), vector };
}
