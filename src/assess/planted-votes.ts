import type { Rng } from "#core/rng.ts";
import { ABSTAIN, type VoteMatrix } from "./votes.ts";

/**
 * Votes whose truth is known, for tests and benchmarks: independent sources, errors even over the
 * other classes.
 */
export function plantedVotes({
  rng,
  items,
  classes,
  accuracies,
  coverage = 1,
  balance,
}: {
  readonly rng: Rng;
  readonly items: number;
  readonly classes: number;
  readonly accuracies: readonly number[];
  /** Probability of a vote. */
  readonly coverage?: number;
  /** [classes]; default even. */
  readonly balance?: readonly number[];
}): { readonly votes: VoteMatrix; readonly truth: Uint16Array } {
  const sources = accuracies.length;
  const votes = new Int16Array(items * sources).fill(ABSTAIN);
  const truth = new Uint16Array(items);
  for (let i = 0; i < items; i++) {
    const right = balance === undefined ? rng.int(classes) : rng.categorical(balance);
    truth[i] = right;
    for (let j = 0; j < sources; j++) {
      if (coverage < 1 && !rng.bernoulli(coverage)) continue;
      const isRight = rng.bernoulli(accuracies[j] as number);
      votes[i * sources + j] = isRight ? right : (right + 1 + rng.int(classes - 1)) % classes;
    }
  }
  return { votes: { items, sources, classes, votes }, truth };
}
