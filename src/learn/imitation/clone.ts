import { setImmediate as nextTurn } from "node:timers/promises";
import { assert } from "#core/assert.ts";
import { Problem } from "#core/errors.ts";
import type { Rng } from "#core/rng.ts";
import { mlpPass, mlpScratch } from "#num/mlp.ts";
import { initialiseMlp, type MlpShape } from "#num/mlp-shape.ts";
import { createOptimiser, type OptimiserOptions, optimiserScratch } from "#num/optimisers.ts";
import { warmupCosine } from "#num/schedules.ts";
import { openWorkspace, type Workspace } from "#num/simd.ts";
import {
  base64OfParameters,
  netShape,
  type PolicyModel,
  type PolicySpec,
  parametersOf,
  standardise,
} from "#propose/policy/model.ts";
import { type CloneData, type CloneSizes, checkCloneData, standardisation } from "./clone-data.ts";
import { type Objective, objectiveOf } from "./objective.ts";

export interface CloneOptions {
  readonly policy: PolicySpec;
  /** Default: 2000. */
  readonly steps?: number;
  /** Default: 64. */
  readonly batch?: number;
  /** At the first step; falls to 0 along half a cosine. Default: 3e-3. */
  readonly learningRate?: number;
  /** Longest a gradient may be (Sirius's code clips to 1 for IWR); any length where absent. */
  readonly clipNorm?: number;
  /** Goes on from this model, its reading of inputs included, in place of a fresh start. */
  readonly initial?: PolicyModel;
  readonly rng: Rng;
  readonly signal?: AbortSignal;
  readonly onStep?: (report: { readonly step: number; readonly loss: number }) => void;
}

export interface Cloned {
  readonly model: PolicyModel;
  /** [steps] weighted loss of each batch before its step. */
  readonly losses: Float64Array;
}

const ADAM: OptimiserOptions = { kind: "adam" };
const schedule = warmupCosine({ warmup: 0 });
/** Steps between two looks at the event loop, some ten milliseconds: a cancel can then arrive. */
const STEPS_A_TURN = 50;

/**
 * Behavioural cloning: a policy that does in each situation what the steps of `data` did. Weights
 * multiply the loss; steps are drawn with replacement, uniformly or in proportion to `sampling`.
 * By squared error for an `mlp`, by likelihood for a `gmm`, by flow matching for a `flow`. Float32,
 * the same bytes for the same seed. Throws a `bad-input` problem for data or a start that do not
 * fit and for a loss that stops being a number, a `cancelled` one when `signal` says so.
 */
export async function cloneBehaviour(data: CloneData, options: CloneOptions): Promise<Cloned> {
  const { steps = 2000, batch = 64, learningRate = 3e-3, policy, rng } = options;
  assert(steps >= 1 && batch >= 1 && learningRate > 0, "steps, batch and rate are positive");
  const sizes = checkCloneData(data);
  const start = startOf(data, sizes, options);
  const { shape } = start;
  const { size } = shape;
  const lengths = [size, size, ...optimiserScratch(ADAM, size), ...mlpScratch(shape, batch)];
  const work = openWorkspace(lengths);
  try {
    const net = trainable(start, { batch, work });
    const objective = objectiveOf(policy, { data, sizes, batch, rng: rng.split("noise") });
    const draw = drawer(data, sizes.n, rng.split("batches"));
    const inputs = standardised(data.observations, sizes, start);
    const losses = new Float64Array(steps);
    for (let step = 0; step < steps; step++) {
      if (step % STEPS_A_TURN === 0) await nextTurn();
      if (options.signal?.aborted) throw new Problem("cancelled", "Training was cancelled");
      fillBatch(net.input, { batch, draw, inputs, sizes, objective });
      const rate = learningRate * schedule(step, steps);
      const loss = net.step(objective, rate, options.clipNorm);
      if (!Number.isFinite(loss)) throw diverged(step, learningRate);
      losses[step] = loss;
      options.onStep?.({ step, loss });
    }
    const { centre, scale } = start;
    const learned = { observations: sizes.observations, actions: sizes.actions, centre, scale };
    const parameters = base64OfParameters(net.parameters);
    return { model: { ...policy, ...learned, parameters }, losses };
  } finally {
    work.close();
  }
}

const diverged = (step: number, learningRate: number) =>
  new Problem("bad-input", `The loss stopped being a number at step ${step}`, {
    expected: "data and a learning rate under which it falls",
    got: `a learning rate of ${learningRate}`,
    hint: "Try a tenth of it, and look for weights that are very large.",
  });

interface Start {
  readonly shape: MlpShape;
  readonly parameters: Float32Array;
  readonly centre: readonly number[] & number[];
  readonly scale: readonly number[] & number[];
}

/** A fresh net that reads inputs by the data's own spread, or the one to go on from. */
function startOf(
  data: CloneData,
  sizes: CloneSizes,
  { policy, initial, rng }: CloneOptions,
): Start {
  const shape = netShape(policy, sizes.observations, sizes.actions);
  if (initial === undefined) {
    const parameters = initialiseMlp(shape, rng.split("initial"));
    return { shape, parameters, ...standardisation(data.observations, sizes.observations) };
  }
  const { parameters } = parametersOf(initial);
  const fits =
    initial.kind === policy.kind &&
    parameters.length === shape.size &&
    initial.observations === sizes.observations;
  if (!fits)
    throw new Problem("bad-input", "The policy to go on from is of another shape", {
      expected: `kind ${policy.kind} with ${shape.size} parameters`,
      got: `kind ${initial.kind} with ${parameters.length} parameters`,
      at: { field: "initial" },
    });
  return { shape, parameters, centre: initial.centre, scale: initial.scale };
}

/** All observations as the net reads them, [n * observation size]. */
function standardised(observations: Float32Array, sizes: CloneSizes, start: Start): Float32Array {
  const width = sizes.observations;
  const inputs = new Float32Array(observations.length);
  for (let at = 0; at < inputs.length; at += width)
    standardise(observations.subarray(at, at + width), start, inputs.subarray(at, at + width));
  return inputs;
}

function fillBatch(
  input: Float32Array,
  how: {
    batch: number;
    draw: () => number;
    inputs: Float32Array;
    sizes: CloneSizes;
    objective: Objective;
  },
): void {
  const width = input.length / how.batch;
  const { observations } = how.sizes;
  for (let b = 0; b < how.batch; b++) {
    const row = how.draw();
    const into = input.subarray(b * width, (b + 1) * width);
    into.set(how.inputs.subarray(row * observations, (row + 1) * observations));
    how.objective.set(b, row, into);
  }
}

/** A net in a workspace, with its optimiser. */
function trainable(
  { shape, parameters: initial }: Start,
  { batch, work }: { batch: number; work: Workspace },
) {
  const { size, weights } = shape;
  const parameters = work.zeros(size);
  parameters.set(initial);
  const gradient = work.zeros(size);
  const optimiser = createOptimiser(ADAM, { size, weightDecay: 0, decayed: weights }, work);
  const pass = mlpPass(shape, { parameters, batch, work });
  return {
    parameters,
    input: pass.input,
    /** One step down the objective of the batch in `input`; the loss before it. */
    step(objective: Objective, learningRate: number, clipNorm = Number.POSITIVE_INFINITY): number {
      const loss = objective.judge(pass.forward(batch), pass.outputGradient);
      pass.backward(batch, gradient);
      if (clipNorm < Number.POSITIVE_INFINITY) clip(gradient, clipNorm);
      optimiser.step(parameters, gradient, learningRate);
      return loss;
    },
  };
}

/** Shortens `gradient` to `longest` where it is longer. */
function clip(gradient: Float32Array, longest: number): void {
  let square = 0;
  for (const g of gradient) square += g * g;
  const length = Math.sqrt(square);
  if (length > longest)
    for (let i = 0; i < gradient.length; i++)
      gradient[i] = ((gradient[i] as number) * longest) / length;
}

/** Rows of the data, drawn with replacement. */
function drawer({ sampling }: CloneData, n: number, rng: Rng): () => number {
  if (sampling === undefined) return () => rng.int(n);
  const cumulative = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    total += sampling[i] as number;
    cumulative[i] = total;
  }
  return () => firstAbove(cumulative, rng.uniform() * total);
}

/** The first index whose value is above `target`; the last of all where rounding leaves none. */
function firstAbove(ascending: Float64Array, target: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
