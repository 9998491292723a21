import { assert } from "#core/assert.ts";
import { decoderTrainer } from "#num/decoder.ts";
import { grpoLoss } from "#num/decoder-losses.ts";
import { loadJax } from "#num/jax.ts";
import { policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { type Climb, type Rollouts, rollOut } from "./rollouts.ts";
import { atTargets, type Example, tokenBatch } from "./token-batch.ts";
import {
  ADAM,
  decoderStart,
  everyStep,
  meanOf,
  type RolloutReport,
  type Training,
} from "./training.ts";

export interface GrpoReport extends RolloutReport {
  /** Share of places where the clip held in the last inner step. */
  readonly clipped: number;
}

export interface GrpoOptions extends Training<GrpoReport> {
  /** Prompts a step, and replies to each that are compared with one another. */
  readonly groups: number;
  readonly groupSize: number;
  readonly replyTokensMax: number;
  /** Steps of Adam on each batch of samples. Default 1, where ratios are 1 and nothing is clipped. */
  readonly innerSteps?: number;
  /** ε: how far a token's probability may move from when it was sampled. Default 0.2. */
  readonly clip?: number;
  /** β of the KL in the loss, token by token. Default 0. */
  readonly klWeight?: number;
  /** Taken off a reply's reward for each nat it is likelier than under the start. Default 0. */
  readonly klInReward?: number;
  /** Whether a reply counts the same however long it is (as published), or each token. Default true. */
  readonly perReply?: boolean;
}

/**
 * Advantages within a group: rewards less their mean, over their s.d. (Shao et al. 2024, GRPO).
 * 0 where all are equal. What scales or shifts all rewards of a group alike changes nothing.
 */
export function groupAdvantages(rewards: Float64Array): Float64Array {
  const mean = meanOf(rewards);
  const sd = Math.sqrt(meanOf(rewards.map((r) => (r - mean) ** 2)));
  return rewards.map((r) => (sd <= 1e-12 * Math.abs(mean) ? 0 : (r - mean) / sd));
}

/**
 * Group-relative policy optimisation (Shao et al. 2024): each step samples replies in groups and
 * climbs their advantages over one another, without a value head.
 */
export async function grpo(start: TinyLm, climb: Climb, options: GrpoOptions): Promise<TinyLm> {
  const { groups, groupSize, innerSteps = 1, clip = 0.2, klWeight = 0, perReply = true } = options;
  assert(groupSize >= 2, "a reply is compared with at least one other");
  assert(innerSteps >= 1, "at least one step on each batch");
  const { shape, end } = start;
  const batch = groups * groupSize;
  const sized = { batch, context: shape.context };
  const loss = grpoLoss({ clip, klWeight });
  const trainer = decoderTrainer(
    await loadJax(),
    { shape, batch, loss },
    decoderStart(start, options),
  );
  const before = policyOf(start);
  let model = start;
  try {
    await everyStep(options, (step, learningRate): GrpoReport => {
      const rollouts = rollOut(policyOf(model), climb, {
        ...options,
        prompts: groups,
        n: groupSize,
        rng: options.rng.split(step),
      });
      const reference = before.logProbs(rollouts.groups).flat();
      const weights = (reply: Uint8Array) => (perReply ? 1 / reply.length : 1);
      const examples = rollouts.all.map(
        ({ prompt, reply }): Example => ({ prompt, reply, weights: weights(reply) }),
      );
      const tokens = tokenBatch(examples, { ...sized, scale: 1 / batch });
      const old = trainer.read(tokens).logProbs;
      const kl = repliesKl(rollouts, { old, reference, context: shape.context });
      const advantages = advantagesOf(rollouts, kl, options);
      const placed = (values: (row: number, length: number) => ArrayLike<number>) =>
        atTargets(
          rollouts.all.map(({ prompt, reply }, row) => ({
            prompt,
            values: values(row, reply.length),
          })),
          sized,
        );
      const data = {
        old,
        advantages: placed((row, length) => new Float64Array(length).fill(advantages[row] ?? 0)),
        reference: placed((row) => reference[row] ?? []),
      };
      let told = trainer.step({ tokens, data }, { ...ADAM, learningRate });
      for (let inner = 1; inner < innerSteps; inner++)
        told = trainer.step({ tokens, data }, { ...ADAM, learningRate });
      model = { shape, end, parameters: trainer.parameters() };
      const current = model;
      const reward = meanOf(rollouts.all.map((rollout) => rollout.reward));
      return { step, ...told, reward, kl: meanOf(kl), model: () => current };
    });
    return model;
  } finally {
    trainer.dispose();
  }
}

/** [replies] Σ of log-ratios to the reference over a reply's tokens, nats. */
function repliesKl(
  { all }: Rollouts,
  read: {
    readonly old: Float32Array;
    readonly reference: readonly Float64Array[];
    readonly context: number;
  },
): Float64Array {
  return Float64Array.from(all, ({ prompt, reply }, row) => {
    let nats = 0;
    for (let i = 0; i < reply.length; i++)
      nats +=
        (read.old[row * read.context + prompt.length - 1 + i] as number) -
        (read.reference[row]?.[i] as number);
    return nats;
  });
}

/** [replies] advantages of rewards less their penalties, within each group. */
function advantagesOf(
  { all }: Rollouts,
  kl: Float64Array,
  { groups, groupSize, klInReward = 0 }: GrpoOptions,
): Float64Array {
  const penalised = Float64Array.from(all, ({ reward }, i) => reward - klInReward * (kl[i] ?? 0));
  const advantages = new Float64Array(all.length);
  for (let g = 0; g < groups; g++) {
    const own = penalised.subarray(g * groupSize, (g + 1) * groupSize);
    advantages.set(groupAdvantages(own), g * groupSize);
  }
  return advantages;
}
