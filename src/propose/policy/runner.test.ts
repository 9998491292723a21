import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { base64OfParameters, PolicyModel } from "./model.ts";
import { policyRunner } from "./runner.ts";

const common = { hidden: [], observations: 1, centre: [1], scale: [2] };
const modelOf = (parameters: readonly number[], rest: object) =>
  PolicyModel.parse({
    ...common,
    parameters: base64OfParameters(Float32Array.from(parameters)),
    ...rest,
  });

test("an mlp says its outputs, clipped", () => {
  // One layer: W = [1, 4], b = [0.25, 0]; x = 2 is read as 0.5.
  const policy = policyRunner(modelOf([1, 4, 0.25, 0], { kind: "mlp", actions: 2 }));
  expect([...policy.act([2], rngOf(1))]).toEqual([0.75, 1]);
  expect([...policy.act([0], rngOf(1))]).toEqual([-0.25, -1]);
});

test("an action is a new array each time", () => {
  const policy = policyRunner(modelOf([1, 0], { kind: "mlp", actions: 1 }));
  const first = policy.act([2], rngOf(1));
  policy.act([0], rngOf(1));
  expect([...first]).toEqual([0.5]);
});

test("a mixture goes by the mean of one of its modes, each as often as it weighs", () => {
  // Outputs by bias alone: logits ln 3 and 0, means 0.5 and −0.5, raw standard deviations 9 (wide).
  const biases = [Math.log(3), 0, 0.5, -0.5, 9, 9];
  const model = modelOf([...new Array(6).fill(0), ...biases], {
    ...{ kind: "gmm", actions: 1, modes: 2, minStd: 0.1 },
  });
  const policy = policyRunner(model);
  const rng = rngOf(5);
  const actions = Array.from({ length: 4000 }, () => policy.act([1], rng)[0] as number);
  for (const action of actions) expect(Math.abs(Math.abs(action) - 0.5)).toBeLessThan(1e-3);
  const share = actions.filter((action) => action > 0).length / actions.length;
  // 0.75 ± 6.2 standard errors: a tail probability below 1e-9.
  expect(Math.abs(share - 0.75)).toBeLessThan(6.2 * Math.sqrt((0.75 * 0.25) / 4000));
});

/** A flow whose velocity is its target less where it is, over a chunk of two single actions. */
const flowModel = (execute: number, eulerSteps: number) => {
  // Inputs: observation, x₁, x₂, four of time. Velocity vᵢ = oᵢ − xᵢ with o₁ = obs, o₂ = −obs.
  const weights = [1, -1, -1, 0, 0, -1, ...new Array(8).fill(0)];
  return modelOf([...weights, 0, 0], {
    ...{ kind: "flow", actions: 1, chunk: 2, execute, eulerSteps },
  });
};

test("a flow goes from noise along its velocity by Euler steps", () => {
  const policy = policyRunner(flowModel(2, 4));
  const rng = rngOf(8);
  const noise = rngOf(8);
  const [a, b] = [noise.normal(), noise.normal()];
  const decayed = 0.75 ** 4;
  // x = 2 is read as 0.5.
  expect(policy.act([2], rng)[0]).toBeCloseTo(0.5 + (a - 0.5) * decayed, 6);
  expect(policy.act([999], rng)[0]).toBeCloseTo(-0.5 + (b + 0.5) * decayed, 6);
});

test("a flow plans again once it has done its share, and after a reset", () => {
  const looks = (execute: number, resetAt: number) => {
    const policy = policyRunner(flowModel(execute, 1));
    // One Euler step of length 1 ends at ±obs exactly.
    return [0.2, 0.4, 0.6, 0.8].map((x, t) => {
      if (t === resetAt) policy.reset();
      return Math.abs(policy.act([1 + 2 * x], rngOf(t))[0] as number).toFixed(3);
    });
  };
  expect(looks(1, -1)).toEqual(["0.200", "0.400", "0.600", "0.800"]);
  expect(looks(2, -1)).toEqual(["0.200", "0.200", "0.600", "0.600"]);
  expect(looks(2, 1)).toEqual(["0.200", "0.400", "0.400", "0.800"]);
});

test("an observation of another length is a bug of the caller", () => {
  const policy = policyRunner(modelOf([1, 0], { kind: "mlp", actions: 1 }));
  expect(() => policy.act([1, 2], rngOf(1))).toThrow(/observation of 1/);
});
