import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import { type DecoderTrainer, decoderTrainer } from "#num/decoder.ts";
import { ppoLoss } from "#num/decoder-losses.ts";
import { initialHead } from "#num/decoder-shape.ts";
import { loadJax } from "#num/jax.ts";
import { type Policy, policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { adaptedKlWeight, generalisedAdvantages, whitened } from "./advantages.ts";
import { type Climb, type Rollout, type Rollouts, rollOut } from "./rollouts.ts";
import { atTargets, type Example, tokenBatch } from "./token-batch.ts";
import {
  ADAM,
  decoderStart,
  everyStep,
  meanOf,
  type RolloutReport,
  type Training,
} from "./training.ts";

export interface PpoReport extends RolloutReport {
  /** Weight of the KL penalty in the step. */
  readonly klWeight: number;
  /** Of the step's last minibatch: half the squared error of values, and share of clipped places. */
  readonly valueLoss: number;
  readonly clipped: number;
}

export interface PpoOptions extends Training<PpoReport> {
  /** Sampled in a step, each to a prompt of its own. */
  readonly replies: number;
  /** Passes over them, in minibatches of so many replies, newly shuffled each time. */
  readonly innerEpochs: number;
  readonly minibatch: number;
  /** ε: how far a token's probability ratio, and a value, may move in a step. */
  readonly clip: number;
  readonly valueCoefficient: number;
  /** γ and λ of generalised advantages. */
  readonly gamma: number;
  readonly lambda: number;
  /** Taken off a token's reward for each nat it is likelier than under the start. */
  readonly klWeight: number;
  /** Where given, the weight follows the KL of replies to here, nats. */
  readonly klTarget?: number;
  /** Whether rewards are brought to variance 1, their mean kept. */
  readonly whiten: boolean;
  readonly replyTokensMax: number;
}

type PpoTrainer = DecoderTrainer<
  "old" | "advantages" | "returns" | "oldValues",
  "clipped" | "valueLoss" | "entropy"
>;

/** A sampled reply with all that the loss needs, each [tokens]. */
interface Estimated extends Rollout {
  readonly old: Float64Array;
  readonly oldValues: Float64Array;
  readonly advantages: Float64Array;
  readonly returns: Float64Array;
}

/**
 * Proximal policy optimisation (Schulman et al. 2017) as AlpacaFarm sets it up (Dubois et al. 2023):
 * the reward at a reply's last token, a penalty at each token that is likelier than under the
 * start, values by a head on the policy's own trunk, advantages whitened.
 */
export async function ppo(start: TinyLm, climb: Climb, options: PpoOptions): Promise<TinyLm> {
  const { replies, innerEpochs, minibatch, rng } = options;
  assert(replies >= 1 && innerEpochs >= 1 && minibatch >= 1, "something to learn from in a step");
  const { shape, end } = start;
  const from = { ...decoderStart(start, options), head: initialHead(shape) };
  const sized = { shape, batch: minibatch, loss: ppoLoss(options) };
  const trainer: PpoTrainer = decoderTrainer(await loadJax(), sized, from);
  const before = policyOf(start);
  let { klWeight } = options;
  let model = start;
  try {
    await everyStep(options, (step, learningRate): PpoReport => {
      const own = rng.split(step);
      const rollouts = rollOut(policyOf(model), climb, {
        ...options,
        prompts: replies,
        n: 1,
        rng: own,
      });
      const read = readings(trainer, rollouts, { minibatch, context: shape.context });
      const { estimated, kl } = estimates(rollouts, { read, before, klWeight, options });
      let told = { loss: 0, gradientNorm: 0, clipped: 0, valueLoss: 0, entropy: 0 };
      for (const rows of minibatches(estimated, {
        innerEpochs,
        minibatch,
        rng: own.split("order"),
      }))
        told = trainer.step(batchOf(rows, { batch: minibatch, context: shape.context }), {
          ...ADAM,
          learningRate,
        });
      model = { shape, end, parameters: trainer.parameters() };
      const current = model;
      const reward = meanOf(rollouts.all.map((rollout) => rollout.reward));
      const report = { step, ...told, reward, kl, klWeight, model: () => current };
      if (options.klTarget !== undefined)
        klWeight = adaptedKlWeight(klWeight, kl, options.klTarget);
      return report;
    });
    return model;
  } finally {
    trainer.dispose();
  }
}

interface Reading {
  /** [tokens] */
  readonly logProbs: Float64Array;
  readonly values: Float64Array;
}

interface Places {
  readonly batch: number;
  readonly context: number;
}

/** Rows of at most `minibatch`, in order. */
function chunks<T>(rows: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < rows.length; at += size) parts.push(rows.slice(at, at + size));
  return parts;
}

const exampleOf = ({ prompt, reply }: Rollout): Example => ({ prompt, reply, weights: 1 });

/** What the weights as they are say of each token of each reply. */
function readings(
  trainer: PpoTrainer,
  { all }: Rollouts,
  { minibatch, context }: { readonly minibatch: number; readonly context: number },
): Reading[] {
  return chunks(all, minibatch).flatMap((rows) => {
    const batch = tokenBatch(rows.map(exampleOf), { batch: minibatch, context, scale: 1 });
    const { logProbs, scalars } = trainer.read(batch);
    return rows.map(({ prompt, reply }, row): Reading => {
      const from = row * context + prompt.length - 1;
      const own = (places: Float32Array) =>
        Float64Array.from(places.subarray(from, from + reply.length));
      return { logProbs: own(logProbs), values: own(scalars) };
    });
  });
}

/** Advantages and returns of all replies, and their mean KL, nats a reply. */
function estimates(
  rollouts: Rollouts,
  given: {
    readonly read: readonly Reading[];
    readonly before: Policy;
    readonly klWeight: number;
    readonly options: PpoOptions;
  },
): { estimated: Estimated[]; kl: number } {
  const { read, before, klWeight, options } = given;
  const reference = before.logProbs(rollouts.groups).flat();
  const ratios = read.map(({ logProbs }, row) =>
    logProbs.map((value, t) => value - (reference[row]?.[t] as number)),
  );
  const plain = rollouts.all.map(({ reward }, row) =>
    tokenRewards(reward, ratios[row] as Float64Array, klWeight),
  );
  const rewards = options.whiten ? whitened(plain, { shiftMean: false }) : plain;
  const found = read.map(({ values }, row) =>
    generalisedAdvantages(rewards[row] ?? [], values, options),
  );
  const advantages = whitened(
    found.map((estimate) => estimate.advantages),
    { shiftMean: true },
  );
  const estimated = rollouts.all.map((rollout, row): Estimated => {
    const { logProbs, values } = read[row] as Reading; // one for each reply
    return {
      ...rollout,
      old: logProbs,
      oldValues: values,
      advantages: advantages[row] ?? new Float64Array(0),
      returns: found[row]?.returns ?? new Float64Array(0),
    };
  });
  const kl = meanOf(ratios.map((own) => own.reduce((sum, nats) => sum + nats, 0)));
  return { estimated, kl };
}

/**
 * [tokens] the penalty at each, and the reward at the last. The penalty knows only one direction,
 * max(0, log π − log π_start), as published; the KL that is reported knows both.
 */
export function tokenRewards(
  reward: number,
  logRatios: Float64Array,
  klWeight: number,
): Float64Array {
  const rewards = logRatios.map((nats) => -klWeight * Math.max(0, nats));
  const last = rewards.length - 1;
  rewards[last] = (rewards[last] as number) + reward;
  return rewards;
}

function* minibatches<T>(
  rows: readonly T[],
  how: { readonly innerEpochs: number; readonly minibatch: number; readonly rng: Rng },
): Generator<T[]> {
  for (let epoch = 0; epoch < how.innerEpochs; epoch++) {
    const order = how.rng.split(epoch).permutation(rows.length);
    const shuffled = Array.from(order, (row) => rows[row] as T);
    yield* chunks(shuffled, how.minibatch);
  }
}

function batchOf(rows: readonly Estimated[], places: Places) {
  const total = rows.reduce((sum, { reply }) => sum + reply.length, 0);
  const tokens = tokenBatch(rows.map(exampleOf), { ...places, scale: 1 / total });
  const placed = (values: (row: Estimated) => Float64Array) =>
    atTargets(
      rows.map((row) => ({ prompt: row.prompt, values: values(row) })),
      places,
    );
  return {
    tokens,
    data: {
      old: placed(({ old }) => old),
      advantages: placed(({ advantages }) => advantages),
      returns: placed(({ returns }) => returns),
      oldValues: placed(({ oldValues }) => oldValues),
    },
  };
}
