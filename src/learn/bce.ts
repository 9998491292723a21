import { assert } from "#core/assert.ts";
import { decoderTrainer } from "#num/decoder.ts";
import { yesNoLoss } from "#num/decoder-losses.ts";
import { loadJax } from "#num/jax.ts";
import { policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { tokenBatch } from "./token-batch.ts";
import {
  ADAM,
  dealer,
  decoderStart,
  everyStep,
  type StepReport,
  type Training,
} from "./training.ts";

/** A sequence to be judged, what is asked and what is judged both in it. */
export interface Judgement {
  readonly prompt: readonly number[];
  /** Probability that the answer is yes. */
  readonly yes: number;
}

/** The two tokens a judge answers with. */
export interface YesNo {
  readonly yes: number;
  readonly no: number;
}

export interface BceOptions extends Training<StepReport> {
  /** Judgements of a step. */
  readonly batch: number;
  readonly tokens: YesNo;
}

/** Trains a judge: binary cross-entropy of the log-odds of yes against no after the prompt. */
export async function bce(
  start: TinyLm,
  rows: readonly Judgement[],
  options: BceOptions,
): Promise<TinyLm> {
  const { batch, tokens: answers, rng } = options;
  assert(
    rows.every(({ yes }) => yes >= 0 && yes <= 1),
    "a probability of yes for each row",
  );
  const { shape, end } = start;
  const deal = dealer(rows, rng.split("order"));
  const sized = { shape, batch, loss: yesNoLoss(answers) };
  const trainer = decoderTrainer(await loadJax(), sized, decoderStart(start, options));
  const model = () => ({ shape, end, parameters: trainer.parameters() });
  try {
    await everyStep(options, (step, learningRate): StepReport => {
      const dealt = Array.from({ length: batch }, deal);
      const tokens = tokenBatch(
        dealt.map(({ prompt }) => ({ prompt, reply: [answers.yes], weights: 1 })),
        { batch, context: shape.context, scale: 1 / batch },
      );
      const truth = Float32Array.from(dealt, ({ yes }) => yes);
      const told = trainer.step({ tokens, data: { truth } }, { ...ADAM, learningRate });
      return { step, ...told, model };
    });
    return model();
  } finally {
    trainer.dispose();
  }
}

/** [prompts] log-odds of yes against no. */
export function yesNoOdds(
  judge: TinyLm,
  prompts: readonly (readonly number[])[],
  { yes, no }: YesNo,
): Float64Array {
  const groups = prompts.map((prompt) => ({ prompt, replies: [[yes], [no]] }));
  return Float64Array.from(
    policyOf(judge).logProbs(groups),
    ([a, b]) => (a?.[0] ?? Number.NaN) - (b?.[0] ?? Number.NaN),
  );
}
