import { assert } from "#core/assert.ts";
import type { TokenBatch } from "#num/decoder-pass.ts";

/** A prompt with a reply to learn from, more or less of it. */
export interface Example {
  readonly prompt: readonly number[];
  readonly reply: ArrayLike<number>;
  /** Weight of each reply token's negative log-likelihood. */
  readonly weights: number | ArrayLike<number>;
}

/**
 * Sequences as a trainer takes them, each padded with token 0 to `context`. The prompt is read but
 * not learned. `scale` multiplies every weight. There may be fewer examples than `batch`: the rest
 * is padding of weight 0.
 */
export function tokenBatch(
  examples: readonly Example[],
  { batch, context, scale }: { batch: number; context: number; scale: number },
): TokenBatch {
  assert(examples.length <= batch, `at most ${batch} examples`);
  const inputs = new Uint8Array(batch * context);
  const targets = new Uint8Array(batch * context);
  const weights = new Float32Array(batch * context);
  examples.forEach(({ prompt, reply, weights: given }, row) => {
    const { length } = prompt;
    assert(length + reply.length <= context, "prompt and reply fit into the context");
    const start = row * context;
    inputs.set(prompt, start);
    inputs.set(reply, start + length);
    // The token at place t is the target of the place before it.
    targets.set(reply, start + length - 1);
    for (let i = 0; i < reply.length; i++)
      weights[start + length - 1 + i] =
        scale * (typeof given === "number" ? given : (given[i] as number));
  });
  return { inputs, targets, weights };
}

/** A sequence with a number for each of its reply's tokens. */
export interface Placed {
  readonly prompt: readonly number[];
  readonly values: ArrayLike<number>;
}

/** [batch, context]: each number at the place whose target its token is, 0 elsewhere. */
export function atTargets(
  rows: readonly Placed[],
  { batch, context }: { readonly batch: number; readonly context: number },
): Float32Array {
  const places = new Float32Array(batch * context);
  rows.forEach(({ prompt, values }, row) => {
    for (let i = 0; i < values.length; i++)
      places[row * context + prompt.length - 1 + i] = values[i] as number;
  });
  return places;
}
