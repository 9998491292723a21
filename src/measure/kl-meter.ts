import { assert } from "#core/assert.ts";

/** An estimate of KL(π‖reference), nats a reply. */
export interface KlReading {
  readonly nats: number;
  /** Over prompts: replies to one prompt are no independent draws. NaN with a single prompt. */
  readonly standardError: number;
  readonly prompts: number;
  readonly replies: number;
}

/**
 * Mean over prompts of the mean log ratio log π(reply) − log reference(reply) of replies sampled
 * from π. Unbiased, and so not clamped: it may come out below 0. `ratios`: [prompts][replies] nats,
 * summed over a reply's tokens.
 */
export function klReading(ratios: readonly ArrayLike<number>[]): KlReading {
  assert(ratios.length > 0, "replies to at least one prompt");
  const means = ratios.map((of) => {
    assert(of.length > 0, "at least one reply to each prompt");
    let sum = 0;
    for (let i = 0; i < of.length; i++) sum += of[i] as number;
    assert(Number.isFinite(sum), "log ratios are finite: both policies can say what was sampled");
    return sum / of.length;
  });
  const n = means.length;
  const nats = means.reduce((sum, each) => sum + each, 0) / n;
  const squares = means.reduce((sum, each) => sum + (each - nats) ** 2, 0);
  return {
    nats,
    standardError: Math.sqrt(squares / (n - 1) / n),
    prompts: n,
    replies: ratios.reduce((sum, { length }) => sum + length, 0),
  };
}
