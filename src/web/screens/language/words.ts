/** The lab's names of things, once. */
import type { AggregateQuery, TrainingMethod, TrainingState } from "#core/comparison-views.ts";

export const METHOD_WORDS: Readonly<
  Record<TrainingMethod, { readonly title: string; readonly means: string }>
> = {
  sft: { title: "Imitation (SFT)", means: "imitates the replies people preferred" },
  dpo: { title: "DPO", means: "learns from the pairs themselves, without a reward model" },
  "policy-gradient": {
    title: "Policy gradient",
    means: "climbs the reward model; replies to one prompt are compared with one another",
  },
  ppo: { title: "PPO", means: "climbs the reward model in steps that are kept small" },
  "expert-iteration": {
    title: "Expert iteration",
    means: "imitates the best of its own replies, by the reward model, again and again",
  },
};

export const AGGREGATE_WORDS: Readonly<Record<AggregateQuery["aggregate"], string>> = {
  mean: "mean of the members",
  wco: "worst member",
  uwo: "mean − λ × variance",
};

export const STATE_TONE: Readonly<Record<TrainingState, string>> = {
  queued: "chip",
  running: "chip machine",
  paused: "chip person",
  done: "chip learned",
  failed: "chip danger",
  cancelled: "chip",
};
