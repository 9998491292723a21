import { assert } from "#core/assert.ts";
import { decoderTrainer } from "#num/decoder.ts";
import { ktoLoss } from "#num/decoder-losses.ts";
import { loadJax } from "#num/jax.ts";
import type { TinyLm } from "#propose/tiny-lm.ts";
import { type Replied, replyLogProbs } from "./reference.ts";
import { tokenBatch } from "./token-batch.ts";
import {
  ADAM,
  dealer,
  decoderStart,
  everyStep,
  type StepReport,
  type Training,
} from "./training.ts";

/** A reply with a thumb up or down. */
export interface ThumbedReply extends Replied {
  readonly desirable: boolean;
}

export interface KtoReport extends StepReport {
  /** What the batch's mismatched replies estimate, nats, not below 0. */
  readonly kl: number;
}

export interface KtoOptions extends Training<KtoReport> {
  /** Replies of a step; at least 2, as each is also read with another's prompt. */
  readonly batch: number;
  /** β: how dear it is to move away from the start. */
  readonly beta: number;
  /** λ of either side. Default 1; the rarer side wants more. */
  readonly desirableWeight?: number;
  readonly undesirableWeight?: number;
}

/** Kahneman-Tversky optimisation: learns from single judgements, no pairs needed. */
export async function kto(
  start: TinyLm,
  rows: readonly ThumbedReply[],
  options: KtoOptions,
): Promise<TinyLm> {
  const { batch, beta, desirableWeight = 1, undesirableWeight = 1, rng } = options;
  assert(beta > 0, "β above 0");
  assert(batch >= 2, "at least two replies a step");
  const { shape, end } = start;
  const deal = dealer(rows, rng.split("order"));
  const sized = { shape, batch: 2 * batch, loss: ktoLoss({ beta }) };
  const trainer = decoderTrainer(await loadJax(), sized, decoderStart(start, options));
  const model = () => ({ shape, end, parameters: trainer.parameters() });
  try {
    await everyStep(options, (step, learningRate): KtoReport => {
      const dealt = Array.from({ length: batch }, deal);
      const mismatched = dealt.map(({ prompt }, i): Replied => {
        const { reply } = dealt[(i + 1) % batch] as ThumbedReply;
        return { prompt, reply: fitting(reply, shape.context - prompt.length) };
      });
      const all = [...dealt, ...mismatched];
      const perSide = (value: (row: ThumbedReply) => number) => {
        const values = new Float32Array(2 * batch);
        values.set(dealt.map(value));
        return values;
      };
      const tokens = tokenBatch(
        all.map(({ prompt, reply }) => ({ prompt, reply, weights: 1 })),
        { batch: 2 * batch, context: shape.context, scale: 1 },
      );
      const data = {
        reference: Float32Array.from(replyLogProbs(start, all)),
        side: perSide(({ desirable }) => (desirable ? 1 : -1)),
        worth: perSide(({ desirable }) => (desirable ? desirableWeight : undesirableWeight)),
      };
      const told = trainer.step({ tokens, data }, { ...ADAM, learningRate });
      return { step, ...told, model };
    });
    return model();
  } finally {
    trainer.dispose();
  }
}

/** Another's reply may be longer than what is left after this prompt. */
const fitting = (reply: ArrayLike<number>, room: number): ArrayLike<number> =>
  reply.length <= room ? reply : Array.from(reply).slice(0, room);
