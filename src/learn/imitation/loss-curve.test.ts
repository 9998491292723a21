import { expect, test } from "vitest";
import { lossCurve } from "./loss-curve.ts";

test("few losses are given as they are, many as means of stretches that cover them all", () => {
  expect(lossCurve(Float64Array.of(3, 1))).toEqual([3, 1]);
  expect(lossCurve(new Float64Array())).toEqual([]);
  const curve = lossCurve(Float64Array.from({ length: 100 }, (_, i) => i));
  expect(curve.slice(0, 3)).toEqual([0.5, 2.5, 4.5]);
  const odd = lossCurve(Float64Array.from({ length: 73 }, () => 2));
  expect(odd).toEqual(Array.from({ length: 50 }, () => 2));
});
