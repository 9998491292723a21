import { type Aggregate, standardised, standardOf } from "#assess/reward/ensemble.ts";
import { type FullReward, fitFullReward, fullRewards } from "#assess/reward/full-reward.ts";
import type { Rng } from "#core/rng.ts";
import type { Prompted } from "#propose/tiny-lm.ts";
import { loadBase } from "#worlds/language/base.ts";
import { type BriefPrompt, brief } from "#worlds/language/brief.ts";
import { AGGREGATIONS, combined, MAIN_AGGREGATIONS, type Scoring } from "./study-arms.ts";
import type { BriefWorld, SampledReplies } from "./study-world.ts";

/** Half of the pairs, twice over. */
export const FULL_REWARD = { share: 0.5, passes: 2, batch: 32, learningRate: 1e-3 } as const;
const FLIP_RATE = 0.25;

/** What the arms of whole reward models are called, by the last part of their ids. */
export const FULL_REWARD_ARMS = ["single", ...MAIN_AGGREGATIONS] as const;

/**
 * Members with a trunk of their own, begun from the policy's: too small to learn to look facts up
 * from so few pairs, and here to show what an ensemble of bad reward models is worth. They differ
 * by their heads and the order of the pairs.
 */
export async function fullRewardArms(
  world: BriefWorld,
  { members: k, rng, signal }: { members: number; rng: Rng; signal: AbortSignal },
): Promise<Record<(typeof FULL_REWARD_ARMS)[number], Scoring[]>> {
  const { share, passes, batch, learningRate } = FULL_REWARD;
  const count = Math.round(share * world.sizes.pairs);
  const { chosen, rejected } = world.labels(FLIP_RATE);
  const { prompts, replies } = world.pairs;
  const pairs = Array.from({ length: count }, (_, p) => ({
    prompt: brief.tokens(prompts[p] as BriefPrompt),
    chosen: replies[chosen[p] as number] as Uint8Array,
    rejected: replies[rejected[p] as number] as Uint8Array,
  }));
  const [candidates, test] = [groupsOf(world.candidates), groupsOf(world.test)];
  const { shape, parameters } = loadBase();
  const members: Scoring[] = [];
  for (let m = 0; m < k; m++) {
    const model: FullReward = await fitFullReward({ shape, parameters }, pairs, {
      ...{ batch, learningRate, signal },
      steps: Math.ceil((passes * count) / batch),
      rng: rng.split(`member-${m}`),
    });
    const read = fullRewards(model, test);
    const standard = standardOf(read);
    members.push({
      candidates: standardised(fullRewards(model, candidates), standard),
      test: standardised(read, standard),
    });
  }
  const together = (name: (typeof MAIN_AGGREGATIONS)[number]) => [
    combined(members, AGGREGATIONS[name] as Aggregate),
  ];
  return {
    single: members,
    mean: together("mean"),
    wco: together("wco"),
    "uwo-0.5": together("uwo-0.5"),
  };
}

/** Replies under the prompts they answer, as many to each. */
function groupsOf({ prompts, replies }: SampledReplies): Prompted[] {
  const n = replies.length / prompts.length;
  return prompts.map((prompt, p) => ({
    prompt: brief.tokens(prompt),
    replies: replies.slice(p * n, (p + 1) * n),
  }));
}
