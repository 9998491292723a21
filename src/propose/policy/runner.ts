import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import { mlpForward } from "#num/mlp-shape.ts";
import { softmaxInPlace } from "#num/softmax.ts";
import {
  type PolicyModel,
  parametersOf,
  standardise,
  TIME_FEATURES,
  timeFeatures,
} from "./model.ts";
import type { Policy } from "./policy.ts";

/** What a mixture still adds to the mean of the mode it drew, in actions (robomimic's low noise). */
const LOW_NOISE = 1e-4;

/**
 * A learned policy that acts: plain arrays, tens of microseconds a call, in Node and in a browser
 * tab. Throws a `bad-input` problem for a model whose parts do not fit.
 */
export function policyRunner(model: PolicyModel): Policy {
  const { observations } = model;
  const act = actorOf(model);
  return {
    reset: act.reset,
    act(observation, rng) {
      assert(observation.length === observations, `an observation of ${observations} numbers`);
      return act.act(observation, rng);
    },
  };
}

function actorOf(model: PolicyModel): Policy {
  switch (model.kind) {
    case "mlp":
      return regressor(model);
    case "gmm":
      return mixture(model);
    case "flow":
      return flow(model);
  }
}

/** [actions] from `at` on, clipped. */
const clipped = (values: Float64Array, at: number, actions: number) =>
  values.slice(at, at + actions).map((value) => Math.min(1, Math.max(-1, value)));

type ModelOf<K extends PolicyModel["kind"]> = Extract<PolicyModel, { kind: K }>;

function regressor(model: ModelOf<"mlp">): Policy {
  const { shape, parameters } = parametersOf(model);
  const forward = mlpForward(shape, parameters);
  const input = new Float64Array(model.observations);
  return {
    reset() {},
    act(observation) {
      standardise(observation, model, input);
      return clipped(forward(input), 0, model.actions);
    },
  };
}

/** Draws a mode by its weight and goes by that mode's mean. */
function mixture(model: ModelOf<"gmm">): Policy {
  const { actions, modes } = model;
  const { shape, parameters } = parametersOf(model);
  const forward = mlpForward(shape, parameters);
  const input = new Float64Array(model.observations);
  return {
    reset() {},
    act(observation, rng) {
      standardise(observation, model, input);
      const out = forward(input);
      const weights = out.slice(0, modes);
      softmaxInPlace(weights, modes);
      const at = modes + rng.categorical(weights) * actions;
      for (let j = at; j < at + actions; j++)
        out[j] = (out[j] as number) + LOW_NOISE * rng.normal();
      return clipped(out, at, actions);
    },
  };
}

/** From noise to a chunk of actions along the learned velocity, by Euler steps (RaC, section 5). */
function flow(model: ModelOf<"flow">): Policy {
  const { observations, actions, chunk, execute, eulerSteps } = model;
  const { shape, parameters } = parametersOf(model);
  const forward = mlpForward(shape, parameters);
  const size = chunk * actions;
  const input = new Float64Array(observations + size + TIME_FEATURES);
  const planned = input.subarray(observations, observations + size);
  let done = execute;

  const plan = (observation: ArrayLike<number>, rng: Rng) => {
    standardise(observation, model, input);
    for (let j = 0; j < size; j++) planned[j] = rng.normal();
    for (let step = 0; step < eulerSteps; step++) {
      timeFeatures(step / eulerSteps, input, observations + size);
      const velocity = forward(input);
      for (let j = 0; j < size; j++)
        planned[j] = (planned[j] as number) + (velocity[j] as number) / eulerSteps;
    }
    done = 0;
  };
  return {
    reset() {
      done = execute;
    },
    act(observation, rng) {
      if (done === execute) plan(observation, rng);
      return clipped(planned, done++ * actions, actions);
    },
  };
}
