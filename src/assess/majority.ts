import type { VoteMatrix } from "./votes.ts";

/**
 * Share of the votes each class got, [items * classes]. An item nobody votes on gets `prior`
 * (default: uniform). Ties stay ties: the first class is the most probable one by `mostProbable`.
 */
export function majorityVote(matrix: VoteMatrix, prior?: Float64Array): Float64Array {
  const { items, sources, classes, votes } = matrix;
  const probabilities = new Float64Array(items * classes);
  for (let i = 0; i < items; i++) {
    const at = i * classes;
    let voters = 0;
    for (let j = i * sources; j < (i + 1) * sources; j++) {
      const vote = votes[j] as number;
      if (vote < 0) continue;
      voters++;
      probabilities[at + vote] = (probabilities[at + vote] as number) + 1;
    }
    for (let c = 0; c < classes; c++)
      probabilities[at + c] =
        voters === 0 ? (prior?.[c] ?? 1 / classes) : (probabilities[at + c] as number) / voters;
  }
  return probabilities;
}
