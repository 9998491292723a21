import { expect, test } from "vitest";
import { budgetAt } from "./budget.ts";

const curve = [
  { x: 0, y: 100, low: 80, high: 120, n: null },
  { x: 10, y: 60, low: 50, high: 70, n: null },
  { x: 30, y: 20, low: null, high: null, n: null },
];

test("the curve is read straight between its points and flat beyond them", () => {
  expect(budgetAt(curve, 0)).toEqual({ reviewed: 0, errorsLeft: 100, low: 80, high: 120 });
  expect(budgetAt(curve, 5)).toEqual({ reviewed: 5, errorsLeft: 80, low: 65, high: 95 });
  expect(budgetAt(curve, 10)).toEqual({ reviewed: 10, errorsLeft: 60, low: 50, high: 70 });
  expect(budgetAt(curve, 20)).toEqual({ reviewed: 20, errorsLeft: 40, low: null, high: null });
  expect(budgetAt(curve, 99)?.errorsLeft).toBe(20);
});

test("without a curve there is no budget; one point is itself everywhere", () => {
  expect(budgetAt([], 5)).toBeUndefined();
  expect(budgetAt(curve.slice(0, 1), 5)?.errorsLeft).toBe(100);
});
