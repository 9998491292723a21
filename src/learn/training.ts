import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import type { DecoderStart } from "#num/decoder.ts";
import { initialAdapters } from "#num/decoder-shape.ts";
import { type Schedule, warmupCosine } from "#num/schedules.ts";
import type { TinyLm } from "#propose/tiny-lm.ts";

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

/** What every trainer takes. */
export interface Training<Report> {
  readonly steps: number;
  /** Highest, after the warm-up. */
  readonly learningRate: number;
  readonly rng: Rng;
  /** Learns low-rank adapters of attention in place of all parameters, and merges them at the end. */
  readonly adapterRank?: number | undefined;
  /** Heard before every step; the promise is then rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each step. What it returns is awaited: a promise that waits pauses the training. */
  readonly onStep?: ((report: Report) => void | Promise<void>) | undefined;
}

/** What a trainer starts from: a model's parameters, with fresh adapters where they are asked for. */
export function decoderStart(
  { shape, parameters }: Pick<TinyLm, "shape" | "parameters">,
  { adapterRank: rank, rng }: Pick<Training<unknown>, "adapterRank" | "rng">,
): DecoderStart {
  if (rank === undefined) return { parameters };
  const values = initialAdapters(shape, rank, rng.split("adapters"));
  return { parameters, adapters: { rank, values } };
}

/** One step as a screen draws it. */
export interface StepReport {
  /** From 0. */
  readonly step: number;
  /** Before the step, as is the length of the gradient. */
  readonly loss: number;
  readonly gradientNorm: number;
  /** As it is after the step: a copy. */
  readonly model: () => TinyLm;
}

/** One step of a trainer that learns from what it samples; means over the step's replies. */
export interface RolloutReport extends StepReport {
  readonly reward: number;
  /** Log-ratio of the sampling policy to the start over a whole reply, nats; may be negative. */
  readonly kl: number;
  /** Of the next token at the places of the replies, nats. */
  readonly entropy: number;
}

/** Runs `body` once for each step, with the learning rate of the schedule, until told to stop. */
export async function everyStep<Report>(
  { steps, learningRate, signal, onStep }: Training<Report>,
  body: (step: number, rate: number) => Report,
): Promise<void> {
  assert(steps >= 1, "at least one step");
  const schedule = scheduleOf(steps);
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted();
    const report = body(step, learningRate * schedule(step, steps));
    await onStep?.(report);
  }
}

/** One after the other in shuffled order, over and over: a new order for each pass. */
export function dealer<T>(items: readonly T[], rng: Rng): () => T {
  assert(items.length > 0, "at least one to learn from");
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

export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
};
