import { expect, test } from "vitest";
import {
  base64OfParameters,
  netShape,
  PolicySpec,
  parametersOf,
  parsePolicy,
  standardise,
  timeFeatures,
} from "./model.ts";

const good = {
  ...{ kind: "mlp", hidden: [], observations: 2, actions: 1, centre: [0, 1], scale: [1, 2] },
  parameters: base64OfParameters(Float32Array.of(0.5, -1.25, 3e-8)),
};

test("parameters come back bit by bit", () => {
  const model = parsePolicy(JSON.parse(JSON.stringify(good)));
  expect(parametersOf(model).parameters).toEqual(Float32Array.of(0.5, -1.25, 3e-8));
  // A view into a larger buffer is written by itself.
  const view = Float32Array.of(9, 0.5, -1.25, 3e-8).subarray(1);
  expect(base64OfParameters(view)).toBe(good.parameters);
});

test.each([
  ["another kind", { kind: "tree" }, "kind"],
  ["a centre too many", { centre: [0, 1, 2] }, "centre"],
  ["a scale too few", { scale: [1] }, "scale"],
  ["a scale of 0", { scale: [1, 0] }, "scale.1"],
  ["a parameter too few", { parameters: base64OfParameters(new Float32Array(2)) }, "parameters"],
  [
    "a parameter that is no number",
    { parameters: base64OfParameters(Float32Array.of(1, Number.NaN, 1)) },
    "parameters",
  ],
  ["what is not base64", { parameters: "?" }, "parameters"],
  [
    "more actions done than planned",
    { kind: "flow", chunk: 2, execute: 3, eulerSteps: 10 },
    "execute",
  ],
])("refuses %s", (_, change, field) => {
  expect(() => parsePolicy({ ...good, ...change })).toThrow(
    expect.objectContaining({
      kind: "bad-input",
      detail: expect.objectContaining({ at: { field } }),
    }),
  );
});

test("nets have the widths of what they read and say", () => {
  const widths = (spec: unknown) =>
    netShape(PolicySpec.parse(spec), 11, 3).layers.map(({ inputs, outputs }) => [inputs, outputs]);
  expect(widths({ kind: "mlp" })).toEqual([
    [11, 64],
    [64, 64],
    [64, 3],
  ]);
  expect(widths({ kind: "gmm", hidden: [8] })).toEqual([
    [11, 8],
    [8, 35],
  ]);
  expect(widths({ kind: "flow" })).toEqual([
    [39, 128],
    [128, 128],
    [128, 24],
  ]);
});

test("an observation is read by centre and scale, and clipped where it is far out", () => {
  const into = new Float64Array(4).fill(7);
  standardise([3, 1000, -1000], { centre: [1, 0, 0], scale: [4, 1, 1] }, into);
  expect([...into]).toEqual([0.5, 5, -5, 7]);
});

test("time is itself and three cosines", () => {
  const into = new Float64Array(5);
  timeFeatures(0.5, into, 1);
  [0, 0.5, 0, -1, 0].forEach((value, i) => {
    expect(into[i]).toBeCloseTo(value, 12);
  });
});
