import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import { policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { type Climb, type Rollout, rollOut } from "./rollouts.ts";
import { type SftOptions, sft } from "./sft.ts";
import { meanOf } from "./training.ts";

export interface ExpertReport {
  /** From 0. */
  readonly round: number;
  /** Of the round's fine-tuning, from 0. */
  readonly step: number;
  readonly loss: number;
  /** Means over all the round's samples, and over those learned. */
  readonly reward: number;
  readonly bestReward: number;
}

export interface ExpertOptions {
  readonly rounds: number;
  /** Prompts of a round, and replies to each, of which the best is learned. */
  readonly prompts: number;
  readonly bestOf: number;
  readonly replyTokensMax: number;
  /** Of each round. */
  readonly sft: Pick<SftOptions, "steps" | "batch" | "learningRate">;
  readonly rng: Rng;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((report: ExpertReport) => void | Promise<void>) | undefined;
  /** Sees the model after each round. */
  readonly onRound?: ((round: number, model: TinyLm) => void | Promise<void>) | undefined;
}

/** Of every `n` rollouts the one with the highest reward; of equals the first. */
export function bestOfEach(all: readonly Rollout[], n: number): Rollout[] {
  const best: Rollout[] = [];
  for (let at = 0; at < all.length; at += n)
    best.push(all.slice(at, at + n).reduce((a, b) => (b.reward > a.reward ? b : a)));
  return best;
}

/**
 * Expert iteration (Anthony et al. 2017): samples, keeps the best of n by reward, fine-tunes on
 * them, and again from what came out.
 */
export async function expertIteration(
  start: TinyLm,
  climb: Climb,
  options: ExpertOptions,
): Promise<TinyLm> {
  const { rounds, prompts, bestOf, replyTokensMax, signal, onStep, onRound } = options;
  assert(rounds >= 1 && prompts >= 1 && bestOf >= 1, "at least one round, prompt and reply");
  let model = start;
  for (let round = 0; round < rounds; round++) {
    signal?.throwIfAborted();
    const rng = options.rng.split(round);
    const how = { prompts, n: bestOf, replyTokensMax, rng };
    const { all } = rollOut(policyOf(model), climb, how);
    const best = bestOfEach(all, bestOf);
    const reward = meanOf(all.map((rollout) => rollout.reward));
    const bestReward = meanOf(best.map((rollout) => rollout.reward));
    const { parameters } = await sft(
      model,
      best.map((rollout) => ({ ...rollout, weights: 1 })),
      {
        ...options.sft,
        rng: rng.split("order"),
        signal,
        onStep: (report) => onStep?.({ ...report, round, reward, bestReward }),
      },
    );
    model = { ...start, parameters };
    await onRound?.(round, model);
  }
  return model;
}
