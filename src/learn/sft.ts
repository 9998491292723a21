import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import { decoderTrainer } from "#num/decoder.ts";
import type { DecoderShape } from "#num/decoder-shape.ts";
import { loadJax } from "#num/jax.ts";
import { type Schedule, warmupCosine } from "#num/schedules.ts";
import { type Example, tokenBatch } from "./token-batch.ts";

export interface SftOptions {
  /** Steps the learning rate's schedule is laid out for. */
  readonly steps: number;
  /** Ends earlier, the schedule unchanged. */
  readonly stopAfter?: number;
  readonly batch: number;
  /** Highest, after the warm-up. */
  readonly learningRate: number;
  readonly rng: Rng;
  readonly signal?: AbortSignal;
  readonly onStep?: (report: { readonly step: number; readonly loss: number }) => void;
}

export interface Tuned {
  readonly parameters: Float32Array;
  /** [steps run] weighted mean negative log-likelihood of a reply token before each step, nats. */
  readonly losses: Float64Array;
}

/** Adam as every trainer of tiny language models here uses it. */
export const ADAM = { beta1: 0.9, beta2: 0.99, clipNorm: 1 } as const;
const WARMUP_STEPS = 50;
const END_RATE = 0.1;

/**
 * Up over the first 50 steps (a third of a short run), then down half a cosine to a tenth. Adam's
 * first steps move every weight by the whole learning rate, whatever its gradient.
 */
export const scheduleOf = (steps: number): Schedule =>
  warmupCosine({ warmup: Math.min(WARMUP_STEPS, Math.ceil(steps / 3)), end: END_RATE });

/**
 * Supervised fine-tuning: weighted negative log-likelihood of the replies, each batch's weights
 * scaled to sum to 1. Examples are taken in shuffled passes; the last batch of a pass that is not
 * full is dealt into the next.
 */
export async function sft(
  { shape, parameters }: { readonly shape: DecoderShape; readonly parameters: Float32Array },
  examples: readonly Example[],
  options: SftOptions,
): Promise<Tuned> {
  const { steps, stopAfter = steps, batch, learningRate, signal, onStep } = options;
  assert(examples.length > 0, "at least one example");
  assert(steps >= 1 && stopAfter <= steps, "at least one step, and no more than planned");
  const trainer = decoderTrainer(await loadJax(), { shape, batch }, parameters);
  const schedule = scheduleOf(steps);
  const deal = dealer(examples, options.rng);
  const losses = new Float64Array(stopAfter);
  try {
    for (let step = 0; step < stopAfter; step++) {
      signal?.throwIfAborted();
      const dealt = Array.from({ length: batch }, deal);
      const total = dealt.reduce((sum, example) => sum + totalWeight(example), 0);
      assert(total > 0, "the weights of a batch do not sum to 0");
      const tokens = tokenBatch(dealt, { batch, context: shape.context, scale: 1 / total });
      const rate = learningRate * schedule(step, steps);
      const { loss } = trainer.step(tokens, { ...ADAM, learningRate: rate });
      losses[step] = loss;
      onStep?.({ step, loss });
    }
    return { parameters: trainer.parameters(), losses };
  } finally {
    trainer.dispose();
  }
}

function totalWeight({ reply, weights }: Example): number {
  if (typeof weights === "number") return weights * reply.length;
  let sum = 0;
  for (let i = 0; i < reply.length; i++) sum += weights[i] as number;
  return sum;
}

/** One after the other in shuffled order, over and over. */
function dealer<T>(items: readonly T[], rng: Rng): () => T {
  let order: Uint32Array = new Uint32Array(0);
  let at = 0;
  let pass = 0;
  return () => {
    if (at === order.length) {
      order = rng.split(pass++).permutation(items.length);
      at = 0;
    }
    return items[order[at++] as number] as T;
  };
}
