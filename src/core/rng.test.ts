import { expect, test } from "vitest";
import { rngOf } from "./rng.ts";

const draw = (n: number, next: () => number) => Float64Array.from({ length: n }, next);
const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
const N = 200_000;
/** Six standard errors: a fair generator leaves it with a probability below 1e-8. */
const SIGMAS = 6;

test("a child stream depends on its labels, not on what was drawn before", () => {
  const parent = rngOf(7);
  const early = parent.split("annotator-3").uniform();
  parent.uniform();
  expect(parent.split("annotator-3").uniform()).toBe(early);
  expect(parent.split("annotator-4").uniform()).not.toBe(early);
  expect(parent.split("annotator-3").path).toBe("7/annotator-3");
});

test("uniform and normal have the moments they should", () => {
  const rng = rngOf("moments");
  const uniform = draw(N, () => rng.uniform());
  expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan((SIGMAS * Math.sqrt(1 / 12)) / Math.sqrt(N));
  const normal = draw(N, () => rng.normal());
  expect(Math.abs(mean(normal))).toBeLessThan(SIGMAS / Math.sqrt(N));
  expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan(
    (SIGMAS * Math.SQRT2) / Math.sqrt(N),
  );
});

test("gamma has mean and variance equal to its shape, below and above 1", () => {
  for (const shape of [0.3, 4]) {
    const rng = rngOf(`gamma/${shape}`);
    const values = draw(N, () => rng.gamma(shape));
    expect(Math.abs(mean(values) - shape)).toBeLessThan(SIGMAS * Math.sqrt(shape / N));
  }
});

test("categorical follows its weights and never draws a zero", () => {
  const rng = rngOf("categorical");
  const counts = [0, 0, 0];
  for (let i = 0; i < N; i++) {
    const k = rng.categorical([1, 0, 3]);
    counts[k] = (counts[k] ?? 0) + 1;
  }
  expect(counts[1]).toBe(0);
  expect(Math.abs((counts[2] ?? 0) / N - 0.75)).toBeLessThan(SIGMAS * Math.sqrt(0.1875 / N));
});

test("a shuffle is a permutation and leaves its argument alone", () => {
  const values = [1, 2, 3, 4, 5];
  const shuffled = rngOf("shuffle").shuffle(values);
  expect(values).toEqual([1, 2, 3, 4, 5]);
  expect([...shuffled].sort()).toEqual(values);
});

test("empty and meaningless draws are refused", () => {
  expect(() => rngOf(1).int(0)).toThrow("positive whole number");
  expect(() => rngOf(1).pick([])).toThrow("something in it");
  expect(() => rngOf(1).categorical([0, 0])).toThrow("do not sum to 0");
});
