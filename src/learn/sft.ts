import { assert } from "#core/assert.ts";
import { decoderTrainer } from "#num/decoder.ts";
import { weightedNll } from "#num/decoder-losses.ts";
import type { DecoderShape } from "#num/decoder-shape.ts";
import { loadJax } from "#num/jax.ts";
import { type Example, tokenBatch } from "./token-batch.ts";
import { ADAM, dealer, decoderStart, scheduleOf, type Training } from "./training.ts";

export interface SftReport {
  /** From 0. */
  readonly step: number;
  readonly loss: number;
  /** As they are after the step: a copy. */
  readonly parameters: () => Float32Array;
}

export interface SftOptions extends Training<SftReport> {
  /** Ends earlier than `steps`, which the learning rate's schedule is laid out for. */
  readonly stopAfter?: number;
  readonly batch: number;
}

export interface Tuned {
  readonly parameters: Float32Array;
  /** [steps run] weighted mean negative log-likelihood of a reply token before each step, nats. */
  readonly losses: Float64Array;
}

/**
 * Supervised fine-tuning: weighted negative log-likelihood of the replies, each batch's weights
 * scaled to sum to 1. Examples are taken in shuffled passes; the last batch of a pass that is not
 * full is dealt into the next.
 */
export async function sft(
  start: { readonly shape: DecoderShape; readonly parameters: Float32Array },
  examples: readonly Example[],
  options: SftOptions,
): Promise<Tuned> {
  const { steps, stopAfter = steps, batch, learningRate, signal, onStep } = options;
  assert(steps >= 1 && stopAfter <= steps, "at least one step, and no more than planned");
  const deal = dealer(examples, options.rng);
  const { shape } = start;
  const sized = { shape, batch, loss: weightedNll };
  const trainer = decoderTrainer(await loadJax(), sized, decoderStart(start, options));
  const schedule = scheduleOf(steps);
  const losses = new Float64Array(stopAfter);
  try {
    for (let step = 0; step < stopAfter; step++) {
      signal?.throwIfAborted();
      const dealt = Array.from({ length: batch }, deal);
      const total = dealt.reduce((sum, example) => sum + totalWeight(example), 0);
      assert(total > 0, "the weights of a batch do not sum to 0");
      const tokens = tokenBatch(dealt, { batch, context: shape.context, scale: 1 / total });
      const rate = learningRate * schedule(step, steps);
      const { loss } = trainer.step({ tokens, data: {} }, { ...ADAM, learningRate: rate });
      losses[step] = loss;
      await onStep?.({ step, loss, parameters: () => trainer.parameters() });
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
