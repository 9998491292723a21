import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import type { Dense } from "#num/dense.ts";
import { type Standard, standardised, standardOf } from "./ensemble.ts";
import {
  type Comparisons,
  type HeadTraining,
  headRewards,
  type RewardHead,
  trainRewardHead,
} from "./reward-head.ts";

/** Several reward heads over the same features, each with the standard its scores are read by. */
export interface RewardModel {
  /** [inputs] what each column is centred on and divided by; 0 where a column is constant. */
  readonly centre: Float32Array;
  readonly scale: Float32Array;
  readonly members: readonly RewardMember[];
}

export interface RewardMember {
  readonly head: RewardHead;
  /** Of its scores on the reference set. */
  readonly standard: Standard;
}

export interface EnsembleTraining extends HeadTraining {
  readonly members: number;
  /**
   * Members see a resample of the pairs each; else all see all, and differ by their first weights
   * and the order of the pairs, as in the paper.
   */
  readonly bootstrap: boolean;
}

/**
 * Fits the members. `reference`: rows that members are standardised on; those compared where
 * absent. Standards are of all records together, not prompt by prompt, which would hide that
 * replies to one prompt are better than to another.
 */
export function fitRewardModel(
  comparisons: Comparisons,
  training: EnsembleTraining,
  { rng, reference, signal }: { rng: Rng; reference?: Dense; signal?: AbortSignal },
): RewardModel {
  assert(training.members >= 1, "at least one member");
  const scaling = columnScaling(comparisons.features);
  const features = scaled(comparisons.features, scaling);
  const read = reference === undefined ? features : scaled(reference, scaling);
  const members = Array.from({ length: training.members }, (_, m): RewardMember => {
    signal?.throwIfAborted();
    const own = rng.split(`member-${m}`);
    const seen = { ...comparisons, features };
    const drawn = training.bootstrap ? resampled(seen, own.split("pairs")) : seen;
    const { head } = trainRewardHead(drawn, training, own);
    return { head, standard: standardOf(headRewards(head, read)) };
  });
  return { ...scaling, members };
}

/** [members][rows] standardised scores; members constant on the reference are left out. */
export function memberScores(model: RewardModel, features: Dense): Float64Array[] {
  const read = scaled(features, model);
  return model.members
    .filter(({ standard }) => standard.sd > 0)
    .map(({ head, standard }) => standardised(headRewards(head, read), standard));
}

/** [members][rows] rewards as trained: their differences are log-odds of a preference. */
export function rawRewards(model: RewardModel, features: Dense): Float64Array[] {
  const read = scaled(features, model);
  return model.members.map(({ head }) => headRewards(head, read));
}

function resampled(comparisons: Comparisons, rng: Rng): Comparisons {
  const { chosen, rejected } = comparisons;
  const pairs = Uint32Array.from(chosen, () => rng.int(chosen.length));
  return {
    ...comparisons,
    chosen: pairs.map((pair) => chosen[pair] as number),
    rejected: pairs.map((pair) => rejected[pair] as number),
  };
}

/** Below this share of a column's size its spread is float32 rounding. */
const CONSTANT_SHARE = 1e-6;

function columnScaling({ rows, cols, values }: Dense): Pick<RewardModel, "centre" | "scale"> {
  const centre = new Float32Array(cols);
  const scale = new Float32Array(cols);
  for (let j = 0; j < cols; j++) {
    let sum = 0;
    for (let i = j; i < values.length; i += cols) sum += values[i] as number;
    const mean = sum / rows;
    let squares = 0;
    for (let i = j; i < values.length; i += cols) squares += ((values[i] as number) - mean) ** 2;
    const sd = Math.sqrt(squares / rows);
    centre[j] = mean;
    scale[j] = sd <= CONSTANT_SHARE * Math.abs(mean) ? 0 : sd;
  }
  return { centre, scale };
}

function scaled(features: Dense, { centre, scale }: Pick<RewardModel, "centre" | "scale">): Dense {
  const { cols } = features;
  assert(cols === centre.length, `features of ${centre.length} columns`);
  const values = Float32Array.from(features.values, (value, i) => {
    const sd = scale[i % cols] as number;
    return sd === 0 ? 0 : (value - (centre[i % cols] as number)) / sd;
  });
  return { ...features, values };
}
