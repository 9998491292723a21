import { expect, test } from "vitest";
import { type CloneData, checkCloneData, standardisation } from "./clone-data.ts";

const good: CloneData = {
  observations: Float32Array.of(1, 2, 3, 4),
  actions: Float32Array.of(0, 1),
  weights: Float32Array.of(1, 0),
  episodes: Uint32Array.of(0, 1),
};

test("sizes follow from the lengths", () => {
  expect(checkCloneData(good)).toEqual({ n: 2, observations: 2, actions: 1 });
  expect(checkCloneData({ ...good, sampling: Float64Array.of(0, 3) }).n).toBe(2);
});

const NAN = Float32Array.of(1, 2, 3, Number.NaN);
test.each<[string, Partial<CloneData>, object]>([
  ["no steps", { weights: new Float32Array(0) }, { at: { field: "weights" }, got: "none" }],
  ["rows of unequal length", { observations: new Float32Array(3) }, { got: "3 numbers" }],
  ["no actions", { actions: new Float32Array(0) }, { at: { field: "actions" } }],
  ["a NaN", { observations: NAN }, { at: { field: "observations", row: 2 }, got: "NaN" }],
  [
    "an infinite action",
    { actions: Float32Array.of(0, 1 / 0) },
    { at: { field: "actions", row: 2 } },
  ],
  ["a negative weight", { weights: Float32Array.of(-1, 1) }, { at: { field: "weights", row: 1 } }],
  ["a NaN weight", { weights: Float32Array.of(1, Number.NaN) }, { got: "NaN" }],
  ["weights of 0", { weights: new Float32Array(2) }, { got: "all are 0" }],
  ["sampling of 0", { sampling: new Float64Array(2) }, { at: { field: "sampling" } }],
  ["sampling of another length", { sampling: new Float64Array(3) }, { got: "3" }],
  ["no episodes", { episodes: new Uint32Array(0) }, { at: { field: "episodes" } }],
  ["a first episode that begins late", { episodes: Uint32Array.of(1) }, { got: "1" }],
  ["episodes out of order", { episodes: Uint32Array.of(0, 1, 1) }, { got: "0,1,1" }],
  ["an episode beyond the end", { episodes: Uint32Array.of(0, 2) }, { got: "0,2" }],
])("refuses %s", (_, change, detail) => {
  expect(() => checkCloneData({ ...good, ...change })).toThrow(
    expect.objectContaining({ kind: "bad-input", detail: expect.objectContaining(detail) }),
  );
});

test("inputs are read by their own mean and spread, and one that never changes as it is", () => {
  const { centre, scale } = standardisation(Float32Array.of(1, 5, 3, 5), 2);
  expect(centre).toEqual([2, 5]);
  expect(scale).toEqual([1, 1]);
  expect(standardisation(Float32Array.of(0, 4), 1)).toEqual({ centre: [2], scale: [2] });
});
