import { policyOf, type TinyLm } from "#propose/tiny-lm.ts";

/** A reply to a prompt. */
export interface Replied {
  readonly prompt: readonly number[];
  readonly reply: ArrayLike<number>;
}

/** [rows] log-probability of each whole reply under a model at rest, nats. */
export function replyLogProbs(model: TinyLm, rows: readonly Replied[]): Float64Array {
  const groups = rows.map(({ prompt, reply }) => ({ prompt, replies: [reply] }));
  return Float64Array.from(policyOf(model).logProbs(groups), ([logProbs]) =>
    (logProbs ?? new Float64Array()).reduce((sum, value) => sum + value, 0),
  );
}
