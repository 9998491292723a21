import { expect, test } from "vitest";
import { heatOf } from "./heat.ts";

const OVER = { x: [0, 1], y: [0, 0.5], columns: 20, spread: 0.05 } as const;

test("it is hottest where the gripper has been, and cold far away", () => {
  const { columns, rows, values } = heatOf([[0.525, 0.225]], OVER);
  expect([columns, rows]).toEqual([20, 10]);
  const at = (column: number, row: number) => values[row * columns + column] ?? Number.NaN;
  expect(at(10, 4)).toBe(1);
  expect(at(10, 4 + 2)).toBeCloseTo(Math.exp(-2) * 4);
  expect(at(0, 0)).toBe(0);
});

test("places at the edge and beyond it do no harm; none leaves it cold", () => {
  expect(heatOf([[5, 5]], OVER).values.every((value) => value === 0)).toBe(true);
  expect(heatOf([[0, 0]], OVER).values[0]).toBe(1);
  expect(heatOf([], OVER).values.every((value) => value === 0)).toBe(true);
});
