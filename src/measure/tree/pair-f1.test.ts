import { expect, test } from "vitest";
import { microF1, pairCounts } from "./pair-f1.ts";

test("hits, false alarms and misses; trivial negatives count for nothing", () => {
  const counts = pairCounts([1, 1, 0, 0, 0, 0], [1, 0, 1, 0, 0, 0]);
  expect(counts).toEqual({ hits: 1, falseAlarms: 1, misses: 1 });
  expect(microF1([counts])).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 });
});

test("over topics the pairs are pooled, not the scores", () => {
  const sure = { hits: 9, falseAlarms: 0, misses: 0 };
  const wrong = { hits: 0, falseAlarms: 1, misses: 1 };
  expect(microF1([sure, wrong]).f1).toBeCloseTo(0.9, 12);
  expect(microF1([wrong, sure])).toEqual(microF1([sure, wrong]));
});

test("nothing placed, nothing to place", () => {
  expect(microF1([])).toEqual({ precision: 0, recall: 0, f1: 0 });
  expect(microF1([pairCounts([0, 0], [1, 1])]).f1).toBe(0);
  expect(() => pairCounts([1], [1, 0])).toThrow("as many placements");
});
