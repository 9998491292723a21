import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import type { Policy, Prompted } from "#propose/tiny-lm.ts";

/** What is climbed: prompts to reply to, and one reward for each reply in the order given. */
export interface Climb {
  prompt(rng: Rng): readonly number[];
  reward(groups: readonly Prompted[]): Float64Array;
}

/** One sampled reply with what it earned. */
export interface Rollout {
  readonly prompt: readonly number[];
  readonly reply: Uint8Array;
  readonly reward: number;
}

/** Replies sampled by a policy, as groups and one by one in the same order. */
export interface Rollouts {
  readonly groups: readonly {
    readonly prompt: readonly number[];
    readonly replies: Uint8Array[];
  }[];
  readonly all: readonly Rollout[];
}

/** Fresh prompts, `n` replies to each, and their rewards. */
export function rollOut(
  policy: Policy,
  climb: Climb,
  how: {
    readonly prompts: number;
    readonly n: number;
    readonly replyTokensMax: number;
    readonly rng: Rng;
  },
): Rollouts {
  const { n, replyTokensMax, rng } = how;
  const draws = rng.split("prompts");
  const prompts = Array.from({ length: how.prompts }, () => climb.prompt(draws));
  const replies = policy.sample(prompts, { n, replyTokensMax, rng: rng.split("replies") });
  const groups = prompts.map((prompt, g) => ({ prompt, replies: replies[g] ?? [] }));
  const rewards = climb.reward(groups);
  assert(
    rewards.length === how.prompts * n && rewards.every(Number.isFinite),
    "a reward for each reply",
  );
  const all = groups.flatMap(({ prompt, replies: said }, g) =>
    said.map((reply, i): Rollout => ({ prompt, reply, reward: rewards[g * n + i] as number })),
  );
  return { groups, all };
}

const sum = (values: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return total;
};

/**
 * [groups][replies] Σ over a reply's tokens of log π − log π_start, nats: its mean over sampled
 * replies estimates KL(π‖π_start), prompts as drawn.
 */
export function klOfReplies(
  policy: Policy,
  start: Policy,
  groups: readonly Prompted[],
): Float64Array[] {
  const [now, before] = [policy.logProbs(groups), start.logProbs(groups)];
  return now.map((replies, g) =>
    Float64Array.from(replies, (reply, r) => sum(reply) - sum(before[g]?.[r] ?? [])),
  );
}
