/** What a failing request might have been: one candidate for each. */
import { absorbingChain, type PushOptions, visitsFrom } from "#num/absorbing-chain.ts";
import type { Counts } from "./counts.ts";

export interface Candidate {
  readonly from: number;
  readonly to: number;
  /** Probability that whoever says `from` ends in success through `to`: s_ij. */
  readonly score: number;
  /** That, as a share of all success that follows `from`. */
  readonly share: number;
  /** Probability of success at `from` itself, walks that come back to it included: s_ii. */
  readonly own: number;
}

/**
 * For each source the target j with the largest s_ij = N_ij r+_j among those allowed; of equals the first met.
 * A source that leads nowhere has no candidate.
 *
 * @param sources states to find candidates for.
 * @param allowed [states] 1 where a state may be rewritten to.
 */
export function markovCandidates(
  counts: Counts,
  sources: Iterable<number>,
  allowed: Uint8Array,
  options: PushOptions = {},
): Candidate[] {
  const chain = absorbingChain(counts);
  const visitsOf = visitsFrom(chain);
  const candidates: Candidate[] = [];
  for (const from of sources) {
    if (counts.start[from] === counts.start[from + 1]) continue;
    const { states, visits } = visitsOf(from, options);
    let all = 0;
    let own = 0;
    let score = 0;
    let to = -1;
    for (let k = 0; k < states.length; k++) {
      const j = states[k] as number;
      const through = (visits[k] as number) * (chain.success[j] as number);
      all += through;
      if (j === from) own = through;
      else if (through > score && allowed[j] === 1) [score, to] = [through, j];
    }
    if (to >= 0) candidates.push({ from, to, score, share: score / all, own });
  }
  return candidates;
}

/**
 * Rewrites that are deployed, as candidates of what was seen of them: whoever was answered so ended there, or went on.
 *
 * @param deployed states that stand for a rewrite, with the states of its request and target.
 */
export function deployedCandidates(
  counts: Counts,
  deployed: readonly { readonly via: number; readonly from: number; readonly to: number }[],
): Candidate[] {
  if (deployed.length === 0) return [];
  const chain = absorbingChain(counts);
  const visitsOf = visitsFrom(chain);
  return deployed.map(({ via, from, to }) => {
    const { states, visits } = visitsOf(via);
    let all = 0;
    for (let k = 0; k < states.length; k++)
      all += (visits[k] as number) * (chain.success[states[k] as number] as number);
    const score = chain.success[via] as number;
    return {
      from,
      to,
      score,
      share: all === 0 ? 0 : score / all,
      own: chain.success[from] as number,
    };
  });
}
