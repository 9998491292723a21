import { unreachable } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import { type PolicySpec, timeFeatures } from "#propose/policy/model.ts";
import type { CloneData, CloneSizes } from "./clone-data.ts";

/** What a batch's net outputs are held against. Rows of a batch are set, then judged. */
export interface Objective {
  /** Makes row `b` of the batch from step `row` of the data; `input` is the net's row. */
  set(b: number, row: number, input: Float32Array): void;
  /**
   * The mean over the batch's rows of weight times loss; `gradient` [rows, outputs] is that of the
   * mean.
   */
  judge(outputs: Float32Array, gradient: Float32Array): number;
}

interface Setting {
  readonly data: CloneData;
  readonly sizes: CloneSizes;
  readonly batch: number;
  /** Of the noise that a flow begins from. */
  readonly rng: Rng;
}

export function objectiveOf(spec: PolicySpec, setting: Setting): Objective {
  switch (spec.kind) {
    case "mlp":
      return squaredError(setting);
    case "gmm":
      return mixtureLikelihood(spec, setting);
    case "flow":
      return flowMatching(spec, setting);
    default:
      return unreachable(spec);
  }
}

/** Weight times the mean over the action of (output − action)². */
function squaredError({ data, sizes, batch }: Setting): Objective {
  const k = sizes.actions;
  const rows = new Uint32Array(batch);
  return {
    set(b, row) {
      rows[b] = row;
    },
    judge(outputs, gradient) {
      let loss = 0;
      for (let b = 0; b < batch; b++) {
        const row = rows[b] as number;
        const factor = (data.weights[row] as number) / (k * batch);
        for (let j = 0; j < k; j++) {
          const off = (outputs[b * k + j] as number) - (data.actions[row * k + j] as number);
          loss += factor * off * off;
          gradient[b * k + j] = 2 * factor * off;
        }
      }
      return loss;
    },
  };
}

/**
 * Weight times −log Σₘ πₘ Πⱼ N(aⱼ; μₘⱼ, σₘⱼ), nats. Outputs of a row: logits of π [modes], means
 * [modes, actions], then s [modes, actions] with σ = softplus(s) + `minStd`.
 */
function mixtureLikelihood(
  { modes, minStd }: Extract<PolicySpec, { kind: "gmm" }>,
  { data, sizes, batch }: Setting,
): Objective {
  const k = sizes.actions;
  const width = modes * (1 + 2 * k);
  const rows = new Uint32Array(batch);
  const joint = new Float64Array(modes);
  return {
    set(b, row) {
      rows[b] = row;
    },
    judge(outputs, gradient) {
      let loss = 0;
      for (let b = 0; b < batch; b++) {
        const row = rows[b] as number;
        const factor = (data.weights[row] as number) / batch;
        const out = outputs.subarray(b * width, (b + 1) * width);
        const action = data.actions.subarray(row * k, (row + 1) * k);
        const prior = logSumExp(out, modes);
        for (let m = 0; m < modes; m++)
          joint[m] = (out[m] as number) - prior + gaussian(out, action, { m, modes, minStd });
        const total = logSumExp(joint, modes);
        loss -= factor * total;
        const into = gradient.subarray(b * width, (b + 1) * width);
        for (let m = 0; m < modes; m++) {
          const posterior = Math.exp((joint[m] as number) - total);
          into[m] = factor * (Math.exp((out[m] as number) - prior) - posterior);
          for (let j = 0; j < k; j++) {
            const mean = modes + m * k + j;
            const s = out[mean + modes * k] as number;
            const std = softplus(s) + minStd;
            const z = ((action[j] as number) - (out[mean] as number)) / std;
            into[mean] = (-factor * posterior * z) / std;
            into[mean + modes * k] = (factor * posterior * sigmoid(s) * (1 - z * z)) / std;
          }
        }
      }
      return loss;
    },
  };
}

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** Log-density of an action under mode m, nats. */
function gaussian(
  out: Float32Array,
  action: Float32Array,
  { m, modes, minStd }: { m: number; modes: number; minStd: number },
): number {
  const k = action.length;
  let sum = 0;
  for (let j = 0; j < k; j++) {
    const mean = modes + m * k + j;
    const std = softplus(out[mean + modes * k] as number) + minStd;
    const z = ((action[j] as number) - (out[mean] as number)) / std;
    sum -= 0.5 * z * z + Math.log(std) + HALF_LOG_TAU;
  }
  return sum;
}

const softplus = (s: number) => Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));
const sigmoid = (s: number) => 1 / (1 + Math.exp(-s));

function logSumExp(values: ArrayLike<number>, count: number): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) top = Math.max(top, values[i] as number);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp((values[i] as number) - top);
  return top + Math.log(sum);
}

/**
 * Flow matching (Lipman et al. 2023) over chunks A of the next actions: x₀ ~ N(0, I), τ ~ U(0, 1),
 * x = (1 − τ) x₀ + τ A; weight times the mean of (v(τ, o, x) − (A − x₀))² over the part of the
 * chunk that lies in the step's own stretch. Past its end the last action is repeated, and does
 * not count. A chunk has the weight of its first step.
 */
function flowMatching(
  { chunk }: Extract<PolicySpec, { kind: "flow" }>,
  { data, sizes, batch, rng }: Setting,
): Objective {
  const k = sizes.actions;
  const width = chunk * k;
  const ends = stretchEnds(data.episodes, sizes.n);
  const targets = new Float32Array(batch * width);
  const factors = new Float64Array(batch);
  const counted = new Uint32Array(batch);
  return {
    set(b, row, input) {
      const end = ends[row] as number;
      const tau = rng.uniform();
      for (let i = 0; i < width; i++) {
        const step = Math.min(row + Math.floor(i / k), end - 1);
        const action = data.actions[step * k + (i % k)] as number;
        const noise = rng.normal();
        input[sizes.observations + i] = (1 - tau) * noise + tau * action;
        targets[b * width + i] = action - noise;
      }
      timeFeatures(tau, input, sizes.observations + width);
      counted[b] = Math.min(chunk, end - row) * k;
      factors[b] = (data.weights[row] as number) / ((counted[b] as number) * batch);
    },
    judge(outputs, gradient) {
      let loss = 0;
      for (let b = 0; b < batch; b++)
        for (let i = b * width, c = 0; c < width; i++, c++) {
          const off = (outputs[i] as number) - (targets[i] as number);
          const factor = c < (counted[b] as number) ? (factors[b] as number) : 0;
          loss += factor * off * off;
          gradient[i] = 2 * factor * off;
        }
      return loss;
    },
  };
}

/** [n] the row after the last of each row's stretch. */
function stretchEnds(starts: Uint32Array, n: number): Uint32Array {
  const ends = new Uint32Array(n);
  starts.forEach((start, i) => {
    const end = starts[i + 1] ?? n;
    ends.fill(end, start, end);
  });
  return ends;
}
