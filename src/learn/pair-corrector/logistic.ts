import { z } from "zod";
import { solveWithRidge } from "#num/linalg.ts";

/** Logistic regression on standardised features: weights, the constant last. */
export const Logistic = z.strictObject({
  kind: z.literal("logistic"),
  mean: z.array(z.number()),
  scale: z.array(z.number()),
  weights: z.array(z.number()),
});
export type Logistic = z.infer<typeof Logistic>;

/** Rows of features with a label each. */
export interface Rows {
  /** [n, width] row-major. */
  readonly x: Float64Array;
  /** [n] 0 or 1. */
  readonly y: Uint8Array;
  readonly width: number;
}

/** Prior precision of a weight: one standard deviation of a feature rarely moves the log-odds by more than a few. */
const PENALTY = 1;
/** Of the constant: only so that labels of one kind leave it finite. */
const PENALTY_CONSTANT = 1e-3;
const ROUNDS_MAX = 50;
const STEP_MIN = 1e-8;

/** Mean and standard deviation of each column; 1 where it never changes. */
export function standardise({ x, y, width }: Rows): { mean: number[]; scale: number[] } {
  const n = Math.max(1, y.length);
  const mean = Array.from({ length: width }, () => 0);
  const squares = Array.from({ length: width }, () => 0);
  for (let i = 0; i < x.length; i++)
    mean[i % width] = (mean[i % width] ?? 0) + (x[i] as number) / n;
  for (let i = 0; i < x.length; i++) {
    const off = (x[i] as number) - (mean[i % width] ?? 0);
    squares[i % width] = (squares[i % width] ?? 0) + off ** 2 / n;
  }
  return { mean, scale: squares.map((square) => (square > 1e-12 ? Math.sqrt(square) : 1)) };
}

export const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** The weights of greatest penalised likelihood, by Newton's method; the constant is hardly penalised. */
export function fitLogistic(rows: Rows): Logistic {
  const { x, y, width } = rows;
  const { mean, scale } = standardise(rows);
  const k = width + 1;
  const weights = new Float64Array(k);
  const row = new Float64Array(k).fill(1);
  const penaltyOf = (j: number) => (j < width ? PENALTY : PENALTY_CONSTANT);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const gradient = Float64Array.from(weights, (w, j) => -penaltyOf(j) * w);
    const hessian = new Float64Array(k * k);
    for (let j = 0; j < k; j++) hessian[j * k + j] = penaltyOf(j);
    for (let i = 0; i < y.length; i++) {
      let z = weights[width] as number;
      for (let j = 0; j < width; j++) {
        const value = ((x[i * width + j] as number) - (mean[j] as number)) / (scale[j] as number);
        row[j] = value;
        z += value * (weights[j] as number);
      }
      const p = sigmoid(z);
      const slope = (y[i] as number) - p;
      const curve = p * (1 - p);
      for (let a = 0; a < k; a++) {
        gradient[a] = (gradient[a] as number) + slope * (row[a] as number);
        const scaled = curve * (row[a] as number);
        for (let b = 0; b <= a; b++)
          hessian[a * k + b] = (hessian[a * k + b] as number) + scaled * (row[b] as number);
      }
    }
    for (let a = 0; a < k; a++)
      for (let b = 0; b < a; b++) hessian[b * k + a] = hessian[a * k + b] as number;
    const solved = solveWithRidge({ rows: k, cols: k, values: hessian }, gradient);
    if (!solved.ok) break;
    let largest = 0;
    for (let j = 0; j < k; j++) {
      const step = solved.value.x[j] as number;
      weights[j] = (weights[j] as number) + step;
      largest = Math.max(largest, Math.abs(step));
    }
    if (largest < STEP_MIN) break;
  }
  return { kind: "logistic", mean, scale, weights: [...weights] };
}

/** [n] probabilities of label 1 for features [n, width]. */
export function logisticProbabilities(model: Logistic, x: Float64Array): Float64Array {
  const width = model.mean.length;
  const { mean, scale, weights } = model;
  return Float64Array.from({ length: x.length / width }, (_, i) => {
    let z = weights[width] ?? 0;
    for (let j = 0; j < width; j++)
      z +=
        (((x[i * width + j] as number) - (mean[j] as number)) / (scale[j] as number)) *
        (weights[j] as number);
    return sigmoid(z);
  });
}
