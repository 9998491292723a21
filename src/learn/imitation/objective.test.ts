import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { PolicySpec } from "#propose/policy/model.ts";
import type { CloneData } from "./clone-data.ts";
import reference from "./objective.reference.json" with { type: "json" };
import { objectiveOf } from "./objective.ts";

const dataOf = (actions: readonly number[], weights: readonly number[]): CloneData => ({
  observations: new Float32Array(weights.length),
  actions: Float32Array.from(actions),
  weights: Float32Array.from(weights),
  episodes: Uint32Array.of(0),
});

const settingOf = (data: CloneData, batch: number) => {
  const n = data.weights.length;
  return {
    ...{ data, batch, rng: rngOf("noise") },
    sizes: { n, observations: 1, actions: data.actions.length / n },
  };
};

test.each(reference.cases)("$policy.kind: loss and gradient as PyTorch has them", (run) => {
  const { rows, outputs, loss, gradient } = run;
  const data = dataOf(run.actions, run.weights);
  const objective = objectiveOf(PolicySpec.parse(run.policy), settingOf(data, rows));
  for (let b = 0; b < rows; b++) objective.set(b, b, new Float32Array(1));
  const into = new Float32Array(outputs.length);
  const ours = objective.judge(Float32Array.from(outputs), into);
  expect(Math.abs(ours - loss)).toBeLessThanOrEqual(reference.rtol * Math.max(1, Math.abs(loss)));
  gradient.forEach((value, i) => {
    const off = Math.abs((into[i] as number) - value);
    expect(off).toBeLessThanOrEqual(reference.rtol * Math.max(1, Math.abs(value)));
  });
});

const flow = PolicySpec.parse({ kind: "flow", chunk: 3, execute: 1, hidden: [] });

/** What the flow's net reads for step `row`, and the loss and gradient at velocity 0. */
function flowAt(data: CloneData, row: number) {
  const objective = objectiveOf(flow, settingOf(data, 1));
  const input = new Float32Array(1 + 3 + 4);
  objective.set(0, row, input);
  const gradient = new Float32Array(3);
  const loss = objective.judge(new Float32Array(3), gradient);
  // The same draws again: τ, then the noise of each action of the chunk.
  const rng = rngOf("noise");
  const tau = rng.uniform();
  const noise = Array.from({ length: 3 }, () => rng.normal());
  return { input, loss, gradient, tau, noise };
}

test("a flow is held against the way from its noise to the actions", () => {
  const { input, loss, gradient, tau, noise } = flowAt(
    dataOf([0.5, -0.5, 1, 0.25], [2, 1, 1, 1]),
    0,
  );
  const chunk = [0.5, -0.5, 1];
  chunk.forEach((action, i) => {
    const x0 = noise[i] as number;
    expect(input[1 + i]).toBeCloseTo((1 - tau) * x0 + tau * action, 6);
    expect(gradient[i]).toBeCloseTo((2 * 2 * -(action - x0)) / 3, 5);
  });
  expect([...input.subarray(4)]).toEqual(
    [tau, ...[1, 2, 3].map((k) => Math.cos(Math.PI * k * tau))].map(Math.fround),
  );
  const squares = chunk.map((action, i) => (action - (noise[i] as number)) ** 2);
  expect(loss).toBeCloseTo((2 * squares.reduce((a, b) => a + b)) / 3, 5);
});

test("a chunk never reaches beyond its stretch: the last action repeats and does not count", () => {
  const data = {
    ...dataOf([0.5, -0.5, 1, 0.25], [1, 1, 1, 1]),
    episodes: Uint32Array.of(0, 2), // someone else acts from row 2 on
  };
  const { input, loss, gradient, tau, noise } = flowAt(data, 1);
  const [first = 0, second = 0, third = 0] = noise;
  expect(loss).toBeCloseTo((-0.5 - first) ** 2, 5); // one counted action, hence no division
  expect(gradient[0]).toBeCloseTo(-2 * (-0.5 - first), 5);
  expect([...gradient.subarray(1)].map(Math.abs)).toEqual([0, 0]);
  expect(input[2]).toBeCloseTo((1 - tau) * second - tau * 0.5, 6);
  expect(input[3]).toBeCloseTo((1 - tau) * third - tau * 0.5, 6);
});
