import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import { decoderTrainer } from "#num/decoder.ts";
import { loadJax } from "#num/jax.ts";
import { type Policy, type Prompted, policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { ADAM, scheduleOf } from "./sft.ts";
import { type Example, tokenBatch } from "./token-batch.ts";

/** What is climbed: prompts to reply to, and one reward for each reply in the order given. */
export interface Climb {
  prompt(rng: Rng): readonly number[];
  reward(groups: readonly Prompted[]): Float64Array;
}

export interface PolicyGradientOptions {
  readonly steps: number;
  /** Prompts a step, and replies to each that are compared with one another. */
  readonly groups: number;
  readonly groupSize: number;
  readonly replyTokensMax: number;
  /** Highest, after the warm-up. */
  readonly learningRate: number;
  /** β: taken off a reply's reward for each nat it is likelier than under the start. */
  readonly klWeight: number;
  readonly rng: Rng;
  readonly signal?: AbortSignal;
  /** Sees the policy before each step, and once more after the last. */
  readonly onStep?: (report: { readonly step: number; readonly policy: Policy }) => void;
}

/**
 * Advantages within a group: rewards less their mean, over their s.d. (Shao et al. 2024, GRPO).
 * 0 where all are equal. What scales or shifts all rewards of a group alike changes nothing.
 */
export function groupAdvantages(rewards: Float64Array): Float64Array {
  const mean = rewards.reduce((sum, r) => sum + r, 0) / rewards.length;
  const sd = Math.sqrt(rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / rewards.length);
  return rewards.map((r) => (sd <= 1e-12 * Math.abs(mean) ? 0 : (r - mean) / sd));
}

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
  const total = (logProbs: Float64Array | undefined) =>
    (logProbs ?? new Float64Array()).reduce((sum, value) => sum + value, 0);
  return now.map((replies, g) =>
    Float64Array.from(replies, (reply, r) => total(reply) - total(before[g]?.[r])),
  );
}

/**
 * REINFORCE with advantages within groups, one step of Adam on each batch of fresh samples: no
 * ratios, since what is learned from was sampled by the policy itself.
 */
export async function policyGradient(
  start: TinyLm,
  climb: Climb,
  options: PolicyGradientOptions,
): Promise<TinyLm> {
  const { steps, groups: count, groupSize, learningRate, klWeight, rng, signal, onStep } = options;
  assert(groupSize >= 2, "a reply is compared with at least one other");
  const batch = count * groupSize;
  const { shape, end } = start;
  const before = policyOf(start);
  const schedule = scheduleOf(steps);
  const trainer = decoderTrainer(await loadJax(), { shape, batch }, start.parameters);
  let model = start;
  try {
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      const policy = policyOf(model);
      onStep?.({ step, policy });
      const own = rng.split(step);
      const draws = own.split("prompts");
      const prompts = Array.from({ length: count }, () => climb.prompt(draws));
      const replies = policy.sample(prompts, {
        n: groupSize,
        replyTokensMax: options.replyTokensMax,
        rng: own.split("replies"),
      });
      const groups = prompts.map((prompt, g) => ({ prompt, replies: replies[g] ?? [] }));
      const rewards = climb.reward(groups);
      assert(rewards.length === batch && rewards.every(Number.isFinite), "a reward for each reply");
      const kl = klWeight === 0 ? undefined : klOfReplies(policy, before, groups);
      const examples = groups.flatMap(({ prompt, replies: said }, g): Example[] => {
        const worth = rewards.slice(g * groupSize, (g + 1) * groupSize);
        const penalised = worth.map((r, i) => r - klWeight * (kl?.[g]?.[i] ?? 0));
        const advantages = groupAdvantages(penalised);
        return said.map((reply, i) => ({ prompt, reply, weights: advantages[i] ?? 0 }));
      });
      const tokens = tokenBatch(examples, { batch, context: shape.context, scale: 1 / batch });
      trainer.step(tokens, { ...ADAM, learningRate: learningRate * schedule(step, steps) });
      model = { shape, end, parameters: trainer.parameters() };
    }
    onStep?.({ step: steps, policy: policyOf(model) });
    return model;
  } finally {
    trainer.dispose();
  }
}
