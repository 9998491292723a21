import type { Rng } from "#core/rng.ts";

/**
 * Named parts of a reply's worth, each already weighted: they sum to the gold reward. What an
 * annotator cares about more or less is a factor on each.
 */
export type Terms = Readonly<Record<string, number>>;

/**
 * A family of prompts with a program that knows what a good reply is. The program is the "human":
 * methods see it only through annotators, and studies through measures they do not learn from.
 */
export interface LanguageTask<P> {
  readonly id: "brief" | "chain" | "shop";
  /** Tokens of every prompt, the separator at its end included. */
  readonly promptTokens: number;
  /** Tokens a reply may have, its end included. */
  readonly replyTokensMax: number;
  prompt(rng: Rng): P;
  /** [promptTokens] */
  tokens(prompt: P): number[];
  /** A reply of an imperfect demonstrator, at most `replyTokensMax` tokens, end included. */
  demonstrate(prompt: P, rng: Rng): number[];
  /** The gold reward in its parts. A reply without the end token has not ended. */
  terms(prompt: P, reply: ArrayLike<number>): Terms;
  /** Terms that take looking something up, which a hasty annotator may not notice. */
  readonly lookedUp: readonly string[];
}

/** The gold reward: the sum of its terms. */
export function goldOf<P>(task: LanguageTask<P>, prompt: P, reply: ArrayLike<number>): number {
  let sum = 0;
  for (const part of Object.values(task.terms(prompt, reply))) sum += part;
  return sum;
}
