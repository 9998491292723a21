import { assert } from "#core/assert.ts";
import { decoderReader, decoderTrainer } from "#num/decoder.ts";
import { quarkLoss } from "#num/decoder-losses.ts";
import { loadJax } from "#num/jax.ts";
import { policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { type Climb, type Rollout, rollOut } from "./rollouts.ts";
import { tokenBatch } from "./token-batch.ts";
import {
  ADAM,
  decoderStart,
  everyStep,
  meanOf,
  type RolloutReport,
  type Training,
} from "./training.ts";

export interface QuarkOptions extends Training<RolloutReport> {
  /** Sampled in a step, each to a prompt of its own. */
  readonly replies: number;
  /** Equal parts the step's replies are sorted into by reward; the best is learned. Default 4. */
  readonly quantiles?: number;
  /** Of KL(π‖start) over the whole vocabulary at each place. Default 0.05. */
  readonly klWeight?: number;
  /** Steps of Adam on a step's best replies. Default 1. */
  readonly innerSteps?: number;
  readonly replyTokensMax: number;
}

/** The best share 1/k of the replies by reward, at least one; of equals the earlier. */
export function bestQuantile(all: readonly Rollout[], quantiles: number): Rollout[] {
  const order = [...all.keys()].sort(
    (a, b) => (all[b] as Rollout).reward - (all[a] as Rollout).reward || a - b,
  );
  const count = Math.max(1, Math.floor(all.length / quantiles));
  return order.slice(0, count).map((row) => all[row] as Rollout);
}

/**
 * Quark (Lu et al. 2022) as AlpacaFarm released it: each step samples anew, and only the best
 * quantile of the step is learned, without reward tokens; replies of earlier steps are let go.
 */
export async function quark(start: TinyLm, climb: Climb, options: QuarkOptions): Promise<TinyLm> {
  const { replies, quantiles = 4, klWeight = 0.05, innerSteps = 1, rng } = options;
  assert(quantiles >= 1 && replies >= quantiles, "at least one reply in each quantile");
  assert(innerSteps >= 1, "at least one step on each batch");
  const { shape, end, parameters } = start;
  const batch = Math.floor(replies / quantiles);
  const jax = await loadJax();
  const loss = quarkLoss({ klWeight });
  const trainer = decoderTrainer(jax, { shape, batch, loss }, decoderStart(start, options));
  const before = decoderReader(jax, { shape, batch }, parameters);
  let model = start;
  try {
    await everyStep(options, (step, learningRate): RolloutReport => {
      const how = { ...options, prompts: replies, n: 1, rng: rng.split(step) };
      const { all } = rollOut(policyOf(model), climb, how);
      const best = bestQuantile(all, quantiles);
      const total = best.reduce((sum, { reply }) => sum + reply.length, 0);
      const tokens = tokenBatch(
        best.map(({ prompt, reply }) => ({ prompt, reply, weights: 1 })),
        { batch, context: shape.context, scale: 1 / total },
      );
      const data = { reference: before.distributions(tokens) };
      let told = trainer.step({ tokens, data }, { ...ADAM, learningRate });
      for (let inner = 1; inner < innerSteps; inner++)
        told = trainer.step({ tokens, data }, { ...ADAM, learningRate });
      model = { shape, end, parameters: trainer.parameters() };
      const current = model;
      const kl = (told.kl * total) / best.length; // a token's, brought to a whole reply's
      const reward = meanOf(all.map((rollout) => rollout.reward));
      return { step, ...told, kl, reward, model: () => current };
    });
    return model;
  } finally {
    trainer.dispose();
    before.dispose();
  }
}
