import { expect, test } from "vitest";
import {
  ABSTAIN,
  mostProbable,
  riskOf,
  sourceStatistics,
  voteColumn,
  voteColumns,
  voteList,
  voteMatrix,
  voteRows,
  withSource,
} from "./votes.ts";

const matrix = voteMatrix(
  [
    [0, 1, ABSTAIN],
    [0, 0, ABSTAIN],
    [ABSTAIN, 1, ABSTAIN],
  ],
  3,
  2,
);

test("rows, columns and lists hold the same votes", () => {
  expect(Array.from(voteRows(matrix, [2, 0]).votes)).toEqual([-1, 1, -1, 0, 1, -1]);
  expect(Array.from(voteColumns(matrix, [1]).votes)).toEqual([1, 0, 1]);
  expect(Array.from(voteColumn(matrix, 0))).toEqual([0, 0, ABSTAIN]);
  const list = voteList(matrix);
  expect(Array.from(list.item)).toEqual([0, 0, 1, 1, 2]);
  expect(Array.from(list.worker)).toEqual([0, 1, 0, 1, 1]);
  expect(Array.from(list.label)).toEqual([0, 1, 0, 0, 1]);
});

test("a further source goes last", () => {
  const wider = withSource(matrix, [1, ABSTAIN, 0]);
  expect(wider.sources).toBe(4);
  expect(Array.from(wider.votes.subarray(0, 4))).toEqual([0, 1, ABSTAIN, 1]);
  expect(() => withSource(matrix, [1])).toThrow("every item");
});

test("coverage, overlap, conflicts and polarity are of what a source votes", () => {
  const { coverage, overlap, conflicts, polarity } = sourceStatistics(matrix);
  expect(Array.from(coverage)).toEqual([2 / 3, 1, 0]);
  expect(Array.from(overlap)).toEqual([1, 2 / 3, 0]);
  expect(Array.from(conflicts)).toEqual([1 / 2, 1 / 3, 0]);
  expect(polarity).toEqual([[0], [0, 1], []]);
});

test("votes outside the classes and rows of another length are refused", () => {
  expect(() => voteMatrix([[2]], 1, 2)).toThrow("class index");
  expect(() => voteMatrix([[0, 1]], 1, 2)).toThrow("1 entries");
});

test("risk is 1 - p(label), and not a number for an abstention", () => {
  const probabilities = Float64Array.of(0.8, 0.2, 0.5, 0.5, 0.1, 0.9);
  const risk = riskOf(probabilities, 2, [0, ABSTAIN, 0]);
  expect(risk[0]).toBeCloseTo(0.2, 12);
  expect(risk[1]).toBeNaN();
  expect(risk[2]).toBeCloseTo(0.9, 12);
  expect(Array.from(mostProbable(probabilities, 2))).toEqual([0, 0, 1]);
});

test("nothing in, nothing out", () => {
  const none = voteMatrix([], 2, 2);
  expect(none.items).toBe(0);
  expect(Array.from(sourceStatistics(none).coverage)).toEqual([0, 0]);
  expect(voteList(none).item.length).toBe(0);
});
