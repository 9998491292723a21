import { expect, test } from "vitest";
import {
  abstentions,
  accuracy,
  answered,
  confusion,
  f1,
  macroF1,
  precision,
  recall,
} from "./classification.ts";
import reference from "./measure.reference.json" with { type: "json" };

test("agrees with scikit-learn", () => {
  const expected = reference.cases.classification;
  const matrix = confusion(expected.output, expected.gold, 4);
  expect(Array.from(matrix.counts)).toEqual(expected.confusion);
  expect(accuracy(matrix)).toBeCloseTo(expected.accuracy, 12);
  expect(macroF1(matrix)).toBeCloseTo(expected.macroF1, 12);
  for (let k = 0; k < 4; k++) {
    expect(precision(matrix, k)).toBeCloseTo(expected.precision[k] ?? Number.NaN, 12);
    expect(recall(matrix, k)).toBeCloseTo(expected.recall[k] ?? Number.NaN, 12);
    expect(f1(matrix, k)).toBeCloseTo(expected.f1[k] ?? Number.NaN, 12);
  }
});

test("the positive class decides which F1 it is", () => {
  // gold 1 1 1 0, output 1 1 0 0: F1 of class 1 is 4/5, of class 0 is 2/3.
  const matrix = confusion([1, 1, 0, 0], [1, 1, 1, 0], 2);
  expect(f1(matrix, 1)).toBeCloseTo(0.8, 12);
  expect(f1(matrix, 0)).toBeCloseTo(2 / 3, 12);
});

test("an abstention is counted apart and never becomes class 0", () => {
  const matrix = confusion([-1, 0, -1, 1], [0, 0, 1, 1], 2);
  expect(answered(matrix)).toBe(2);
  expect(abstentions(matrix)).toBe(2);
  expect(Array.from(matrix.abstained)).toEqual([1, 1]);
  expect(accuracy(matrix)).toBe(1);
  expect(f1(matrix, 0)).toBe(1);
});

test("what is undefined is null", () => {
  const nothing = confusion([-1, -1], [0, 1], 2);
  expect([accuracy(nothing), f1(nothing, 0), macroF1(nothing)]).toEqual([null, null, null]);
  const neverSaid = confusion([0, 0], [0, 1], 2);
  expect(precision(neverSaid, 1)).toBeNull();
  expect(recall(neverSaid, 1)).toBe(0);
  expect(f1(neverSaid, 1)).toBe(0);
});

test("a class nobody means is left out of the macro mean", () => {
  expect(macroF1(confusion([0, 1], [0, 1], 3))).toBe(1);
});

test("labels outside the classes are refused", () => {
  expect(() => confusion([2], [0], 2)).toThrow("got 2 at 0");
  expect(() => confusion([0], [-1], 2)).toThrow("gold classes in [0, 1] (got -1 at 0)");
  expect(() => confusion([0], [0, 1], 2)).toThrow("as many");
});
