import { HEAD_TRAINING } from "#assess/reward/reward-head.ts";
import { fitRewardModel, memberScores } from "#assess/reward/reward-model.ts";
import type { Rng } from "#core/rng.ts";
import { dpo } from "#learn/dpo.ts";
import { expertIteration } from "#learn/expert-iteration.ts";
import { ppo } from "#learn/ppo.ts";
import { quark } from "#learn/quark.ts";
import { bestPrompt, type Conditioning, rewardConditioned } from "#learn/reward-conditioned.ts";
import type { Climb } from "#learn/rollouts.ts";
import { sft } from "#learn/sft.ts";
import { type Policy, type Prompted, policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { brief } from "#worlds/language/brief.ts";
import { tokenOf } from "#worlds/language/tokens.ts";
import type { FarmWorld, Labels } from "./study-world.ts";

/** Methods without a reward model, and with one. `sft`: what all of them start from. */
export const DIRECT = ["feedme", "reward-conditioning", "dpo"] as const;
export const REWARDED = ["best-of-16", "best-of-256", "expert-iteration", "ppo", "quark"] as const;
export const METHODS = ["sft", ...DIRECT, ...REWARDED] as const;
export type Method = (typeof METHODS)[number];
export type Trained = Exclude<Method, "sft" | `best-of-${number}`>;
export const TRAINED = METHODS.filter(
  (method): method is Trained => method !== "sft" && !method.startsWith("best-of-"),
);

/**
 * Chosen from {3e-4, 1e-3, 3e-3} by the pool's own win rate with the pool's own labels, on seeds
 * that no report uses: what a team could do before it asks a single person
 * (`npx tsx scripts/alpacafarm-rates.ts`).
 */
export const LEARNING_RATES: Readonly<Record<Trained, number>> = {
  feedme: 3e-4,
  "reward-conditioning": 3e-4,
  dpo: 1e-3,
  "expert-iteration": 3e-3,
  ppo: 3e-3,
  quark: 3e-3,
};

const DPO_BETA = 0.1;
const EXPERT_BEST_OF = 16;
/** As published: clip 0.2, value coefficient 0.1, γ = λ = 1, two inner passes, KL weight 0.0067. */
const PPO = {
  ...{ innerEpochs: 2, clip: 0.2, valueCoefficient: 0.1, gamma: 1, lambda: 1 },
  ...{ klWeight: 0.0067, whiten: true },
} as const;
const QUARK = { quantiles: 4, klWeight: 0.05 } as const;
const CONDITIONING: Conditioning = {
  tokens: [tokenOf("<reward-0>"), tokenOf("<reward-3>")],
  place: "first",
};

export type Scorer = (groups: readonly Prompted[]) => Float64Array;

export interface RewardOf {
  /** Of each candidate of each judged prompt, in the order of their features. */
  readonly candidates: Float64Array;
  readonly score: Scorer;
}

/** One reward model from the labels: a head on what the base policy computes of a reply. */
export function rewardOf(
  { pairs, candidateFeatures, policy }: FarmWorld,
  labels: Labels,
  { rng, signal }: { readonly rng: Rng; readonly signal: AbortSignal },
): RewardOf {
  const model = fitRewardModel(
    { ...labels, features: pairs.features },
    { ...HEAD_TRAINING, members: 1, bootstrap: false },
    { rng, signal },
  );
  const read = (values: Float32Array, cols: number) =>
    memberScores(model, { rows: values.length / cols, cols, values })[0] ??
    new Float64Array(values.length / cols); // a constant reward prefers nothing
  return {
    candidates: read(candidateFeatures.values, candidateFeatures.cols),
    score: (groups) => read(policy.features(groups), policy.featureCount),
  };
}

export interface LearnOptions {
  readonly learningRate: number;
  readonly rng: Rng;
  readonly signal: AbortSignal;
  /** Sees the policy of PPO before the first step and every so many after. */
  readonly look?: (step: number, policy: Policy) => void;
}

/** The policy a method makes of the labels, and how its prompts must be put. */
export interface LearnedPolicy {
  readonly model: TinyLm;
  readonly ask: (prompt: readonly number[]) => readonly number[];
}

const asIs = (prompt: readonly number[]) => prompt;

/** Every method takes `steps` steps on `batch` sequences. */
export async function learned(
  world: FarmWorld,
  method: Trained,
  given: { readonly labels: Labels; readonly reward: RewardOf },
  options: LearnOptions,
): Promise<LearnedPolicy> {
  const { sizes, base, pairs } = world;
  const { labels, reward } = given;
  const { look, ...shared } = options;
  const { steps, batch } = sizes;
  const training = { ...shared, steps, batch };
  const { replyTokensMax } = brief;
  const row = (at: number) => ({
    prompt: brief.tokens(pairs.prompts[at >> 1] as (typeof pairs.prompts)[number]),
    reply: pairs.replies[at] as Uint8Array,
  });
  const climb: Climb = { prompt: (rng) => brief.tokens(brief.prompt(rng)), reward: reward.score };
  const plain = (model: TinyLm): LearnedPolicy => ({ model, ask: asIs });
  switch (method) {
    case "feedme": {
      const examples = Array.from(labels.chosen, (at) => ({ ...row(at), weights: 1 }));
      const { parameters } = await sft(base, examples, training);
      return plain({ ...base, parameters });
    }
    case "reward-conditioning": {
      const told = [labels.rejected, labels.chosen].flatMap((rows, quantile) =>
        Array.from(rows, (at) => ({ ...row(at), quantile })),
      );
      const how = { ...training, conditioning: CONDITIONING };
      const model = await rewardConditioned(base, told, how);
      return { model, ask: (prompt) => bestPrompt(prompt, CONDITIONING) };
    }
    case "dpo": {
      const compared = Array.from(labels.chosen, (at, p) => ({
        prompt: row(at).prompt,
        chosen: row(at).reply,
        rejected: row(labels.rejected[p] as number).reply,
      }));
      return plain(await dpo(base, compared, { ...training, batch: batch / 2, beta: DPO_BETA }));
    }
    case "expert-iteration":
      return plain(
        await expertIteration(base, climb, {
          ...shared,
          rounds: 1,
          prompts: Math.ceil((steps * batch) / 3), // three passes over the best, as published
          bestOf: EXPERT_BEST_OF,
          replyTokensMax,
          sft: training,
        }),
      );
    case "ppo":
      // Two passes over half as many replies: as many sequences learned as by the others.
      look?.(0, world.policy);
      return plain(
        await ppo(base, climb, {
          ...shared,
          ...PPO,
          ...{ steps, replies: batch / 2, minibatch: batch / 2, replyTokensMax },
          onStep: ({ step, model }) => {
            if ((step + 1) % sizes.every === 0) look?.(step + 1, policyOf(model()));
          },
        }),
      );
    case "quark":
      return plain(
        await quark(base, climb, {
          ...{ ...shared, ...QUARK, steps, replyTokensMax },
          replies: 2 * batch, // of which a quarter is learned
        }),
      );
  }
}

/** [prompts] the candidate a reward likes most among the first n of each prompt. */
export function bestAmong(
  { sizes, candidates }: FarmWorld,
  scores: Float64Array,
  n: number,
): Uint8Array[] {
  return candidates.map((replies, p) => {
    const own = scores.subarray(p * sizes.candidates, p * sizes.candidates + n);
    return replies[own.indexOf(Math.max(...own))] as Uint8Array;
  });
}

/** [prompts] one reply each at temperature 1, the same draws for every policy. */
export function repliesOf(
  { prompts }: FarmWorld,
  { policy, ask }: { readonly policy: Policy; readonly ask: LearnedPolicy["ask"] },
  rng: Rng,
): Uint8Array[] {
  const { replyTokensMax } = brief;
  const asked = prompts.map((prompt) => ask(brief.tokens(prompt)));
  return policy.sample(asked, { n: 1, replyTokensMax, rng }).map(([reply]) => reply as Uint8Array); // one for each
}

/** Replies everything is judged by when it stays what it was. */
export const startReplies = (world: FarmWorld, rng: Rng): Uint8Array[] =>
  repliesOf(world, { policy: world.policy, ask: asIs }, rng);
