import { assert } from "#core/assert.ts";
import type { PreferencePair } from "#learn/dpo.ts";
import { atTargets } from "#learn/token-batch.ts";
import { ADAM, dealer, decoderStart, everyStep, type Training } from "#learn/training.ts";
import { decoderTrainer } from "#num/decoder.ts";
import { bradleyTerryHead } from "#num/decoder-losses.ts";
import { withDecoder } from "#num/decoder-session.ts";
import { type DecoderShape, initialDecoder, initialHead } from "#num/decoder-shape.ts";
import { loadJax } from "#num/jax.ts";
import type { Prompted } from "#propose/tiny-lm.ts";

/** A pair, and by how much the chosen reply should lead. */
export interface MarginPair extends PreferencePair {
  /** Taken off the difference of rewards before it is judged; default 0. */
  readonly margin?: number;
}

export interface FullRewardReport {
  /** From 0. */
  readonly step: number;
  /** Before the step. */
  readonly loss: number;
  readonly gradientNorm: number;
  /** Share of the batch whose chosen reply had the higher reward. */
  readonly accuracy: number;
}

export interface FullRewardOptions extends Training<FullRewardReport> {
  /** Pairs of a step. */
  readonly batch: number;
}

/** A reward model with a trunk of its own: a scalar of the hidden state at a reply's last token. */
export interface FullReward {
  readonly shape: DecoderShape;
  /** In the order of `decoderParts`; the unembedding is not used. */
  readonly parameters: Float32Array;
  /** [D + 1] weights and bias. */
  readonly head: Float32Array;
}

/**
 * Fits trunk and head together to pairs (Bradley-Terry). The trunk starts from `start`'s parameters
 * where it has them, a fine-tuned policy's say, and fresh otherwise.
 */
export async function fitFullReward(
  start: { readonly shape: DecoderShape; readonly parameters?: Float32Array },
  pairs: readonly MarginPair[],
  options: FullRewardOptions,
): Promise<FullReward> {
  const { batch: count, rng } = options;
  const { shape, parameters = initialDecoder(shape, rng.split("trunk")) } = start;
  const batch = 2 * count;
  const deal = dealer(pairs, rng.split("order"));
  const sized = { shape, batch, loss: bradleyTerryHead };
  const trunk = decoderStart({ shape, parameters }, options);
  const from = { ...trunk, head: initialHead(shape) };
  const trainer = decoderTrainer(await loadJax(), sized, from);
  try {
    await everyStep(options, (step, learningRate): FullRewardReport => {
      const dealt = Array.from({ length: count }, deal);
      const rows = [
        ...dealt.map(({ prompt, chosen }) => [...prompt, ...Array.from(chosen)]),
        ...dealt.map(({ prompt, rejected }) => [...prompt, ...Array.from(rejected)]),
      ];
      const tokens = atLastToken(rows, { batch, context: shape.context });
      const margins = Float32Array.from(dealt, ({ margin = 0 }) => margin);
      const told = trainer.step({ tokens, data: { margins } }, { ...ADAM, learningRate });
      return { step, ...told };
    });
    return { shape, parameters: trainer.parameters(), head: trainer.head() };
  } finally {
    trainer.dispose();
  }
}

/** Whole sequences, of which only the last token's place counts. */
function atLastToken(
  rows: readonly (readonly number[])[],
  { batch, context }: { readonly batch: number; readonly context: number },
) {
  const inputs = new Uint8Array(batch * context);
  rows.forEach((row, r) => {
    assert(row.length <= context, "prompt and reply fit into the context");
    inputs.set(row, r * context);
  });
  // What would follow the last token has its target at the last token's own place.
  const ends = rows.map((row) => ({ prompt: row, values: [1] }));
  const weights = atTargets(ends, { batch, context });
  return { inputs, targets: new Uint8Array(batch * context), weights };
}

/** [all replies, in the order given] rewards. */
export function fullRewards(model: FullReward, groups: readonly Prompted[]): Float64Array {
  const { shape, parameters, head } = model;
  const rewards: number[] = [];
  withDecoder(shape, parameters, (session) => {
    for (const { prompt, replies } of groups) {
      prompt.forEach((token, at) => {
        session.read(token, at);
      });
      for (const reply of replies) {
        assert(reply.length > 0, "a reply has at least one token");
        for (let i = 0; i < reply.length; i++) session.read(reply[i] as number, prompt.length + i);
        let reward = head[shape.width] as number;
        for (let i = 0; i < shape.width; i++)
          reward += (session.hidden[i] as number) * (head[i] as number);
        rewards.push(reward);
      }
    }
  });
  return Float64Array.from(rewards);
}
