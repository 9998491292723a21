import { assert } from "#core/assert.ts";
import { decoderTrainer } from "#num/decoder.ts";
import { dpoLoss } from "#num/decoder-losses.ts";
import { loadJax } from "#num/jax.ts";
import type { TinyLm } from "#propose/tiny-lm.ts";
import { replyLogProbs } from "./reference.ts";
import { type Example, tokenBatch } from "./token-batch.ts";
import {
  ADAM,
  dealer,
  decoderStart,
  everyStep,
  type StepReport,
  type Training,
} from "./training.ts";

/** Two replies to one prompt, one preferred. */
export interface PreferencePair {
  readonly prompt: readonly number[];
  readonly chosen: ArrayLike<number>;
  readonly rejected: ArrayLike<number>;
}

export interface DpoReport extends StepReport {
  /** Mean over the batch of β times how much more the chosen reply gained than the rejected. */
  readonly margin: number;
  /** Share of the batch with a margin above 0. */
  readonly accuracy: number;
}

export interface DpoOptions extends Training<DpoReport> {
  /** Pairs of a step. */
  readonly batch: number;
  /** β: how dear it is to move away from the start. */
  readonly beta: number;
  /** ε: chance that a label is the wrong way around. Default 0. */
  readonly labelSmoothing?: number;
  /** Of the chosen reply's mean negative log-likelihood. Default 0. */
  readonly nllWeight?: number;
}

/** Direct preference optimisation; what the start says of all replies is computed once. */
export async function dpo(
  start: TinyLm,
  pairs: readonly PreferencePair[],
  options: DpoOptions,
): Promise<TinyLm> {
  const { batch, beta, labelSmoothing = 0, nllWeight = 0, rng } = options;
  assert(beta > 0, "β above 0");
  assert(labelSmoothing >= 0 && labelSmoothing < 0.5, "label smoothing in [0, 0.5)");
  const { shape, end } = start;
  const before = replyLogProbs(start, [
    ...pairs.map(({ prompt, chosen }) => ({ prompt, reply: chosen })),
    ...pairs.map(({ prompt, rejected }) => ({ prompt, reply: rejected })),
  ]);
  const deal = dealer([...pairs.keys()], rng.split("order"));
  const loss = dpoLoss({ beta, labelSmoothing, nllWeight });
  const sized = { shape, batch: 2 * batch, loss };
  const trainer = decoderTrainer(await loadJax(), sized, decoderStart(start, options));
  const model = () => ({ shape, end, parameters: trainer.parameters() });
  try {
    await everyStep(options, (step, learningRate): DpoReport => {
      const dealt = Array.from({ length: batch }, deal);
      const side = (name: "chosen" | "rejected") =>
        dealt.map((p): Example => {
          const pair = pairs[p] as PreferencePair;
          return { prompt: pair.prompt, reply: pair[name], weights: 1 };
        });
      const rows = [...side("chosen"), ...side("rejected")];
      const tokens = tokenBatch(rows, { batch: 2 * batch, context: shape.context, scale: 1 });
      const reference = Float32Array.from(
        [...dealt, ...dealt.map((p) => pairs.length + p)],
        (row) => before[row] as number,
      );
      const told = trainer.step({ tokens, data: { reference } }, { ...ADAM, learningRate });
      return { step, ...told, model };
    });
    return model();
  } finally {
    trainer.dispose();
  }
}
