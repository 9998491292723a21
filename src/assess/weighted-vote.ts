import { assert } from "#core/assert.ts";
import { softmaxInPlace } from "#num/softmax.ts";
import { majorityVote } from "./majority.ts";
import { ABSTAIN, argmaxAt, type VoteMatrix } from "./votes.ts";

/** Accuracies are kept off 0 and 1, where one source would outvote all others together. */
const ACCURACY_RANGE = [0.05, 0.95] as const;

export interface WeightedVoteOptions {
  /** [classes] class balance; default uniform. */
  readonly prior?: Float64Array;
  readonly accuracyRange?: readonly [number, number];
}

/**
 * Naive Bayes over votes: log p(c) + sum over voters of w_j [vote_j = c], w_j = ln(a_j (K - 1) / (1
 * - a_j)), the optimal weights for independent sources that err evenly over the other classes
 * (Nitzan and Paroush 1982). `accuracies`: [sources], clipped to [0.05, 0.95] unless told
 * otherwise. Returns [items * classes] probabilities.
 */
export function weightedVote(
  matrix: VoteMatrix,
  accuracies: ArrayLike<number>,
  { prior, accuracyRange = ACCURACY_RANGE }: WeightedVoteOptions = {},
): Float64Array {
  const { items, sources, classes, votes } = matrix;
  assert(accuracies.length === sources, "an accuracy for every source");
  const weights = logOdds(accuracies, classes, accuracyRange);
  const logPrior = Float64Array.from({ length: classes }, (_, c) =>
    Math.log(Math.max(1e-10, prior?.[c] ?? 1 / classes)),
  );
  const probabilities = new Float64Array(items * classes);
  for (let i = 0; i < items; i++) {
    const at = i * classes;
    probabilities.set(logPrior, at);
    for (let j = 0; j < sources; j++) {
      const vote = votes[i * sources + j] as number;
      if (vote !== ABSTAIN)
        probabilities[at + vote] = (probabilities[at + vote] as number) + (weights[j] as number);
    }
  }
  softmaxInPlace(probabilities, classes);
  return probabilities;
}

/** [sources] log-odds weights, nats. */
function logOdds(
  accuracies: ArrayLike<number>,
  classes: number,
  [low, high]: readonly [number, number],
): Float64Array {
  return Float64Array.from(accuracies, (accuracy) => {
    const a = Math.min(high, Math.max(low, accuracy));
    return Math.log((a * (classes - 1)) / (1 - a));
  });
}

/**
 * Accuracy of each source without gold: how often it agrees with what the others say together.
 * Round 1 compares with the majority of the others, later rounds with their weighted vote. Items
 * where nobody else votes, or the others are tied, say nothing. One agreement and one disagreement
 * are added to each count, so that a source seen once is not taken for perfect. Returns [sources].
 */
export function accuraciesFromAgreement(
  matrix: VoteMatrix,
  { rounds = 2 }: { readonly rounds?: number } = {},
): Float64Array {
  const { sources, classes } = matrix;
  let weights: Float64Array = new Float64Array(sources).fill(1);
  let accuracies = weights;
  for (let round = 0; round < rounds; round++) {
    accuracies = agreementWithOthers(matrix, weights);
    weights = logOdds(accuracies, classes, ACCURACY_RANGE);
  }
  return accuracies;
}

function agreementWithOthers(matrix: VoteMatrix, weights: Float64Array): Float64Array {
  const { items, sources, classes, votes } = matrix;
  const agreed = new Float64Array(sources).fill(1);
  const counted = new Float64Array(sources).fill(2);
  const scores = new Float64Array(classes);
  for (let i = 0; i < items; i++) {
    const row = votes.subarray(i * sources, (i + 1) * sources);
    scores.fill(0);
    for (let j = 0; j < sources; j++) {
      const vote = row[j] as number;
      if (vote !== ABSTAIN) scores[vote] = (scores[vote] as number) + (weights[j] as number);
    }
    for (let j = 0; j < sources; j++) {
      const vote = row[j] as number;
      if (vote === ABSTAIN) continue;
      const own = weights[j] as number;
      scores[vote] = (scores[vote] as number) - own;
      const best = argmaxAt(scores, 0, classes);
      if (isAhead(scores, best)) {
        counted[j] = (counted[j] as number) + 1;
        if (best === vote) agreed[j] = (agreed[j] as number) + 1;
      }
      scores[vote] = (scores[vote] as number) + own;
    }
  }
  return agreed.map((count, j) => count / (counted[j] as number));
}

/** Rounding left by adding and taking away a weight is not a lead. */
const LEAD_MIN = 1e-9;

function isAhead(scores: Float64Array, best: number): boolean {
  for (let c = 0; c < scores.length; c++)
    if (c !== best && (scores[best] as number) - (scores[c] as number) < LEAD_MIN) return false;
  return true;
}

/**
 * Accuracy of each source where gold is known, (right + 1) / (votes + 2). `gold`: [items] class
 * index, or `ABSTAIN` where it is not known. Returns [sources]; a source with no vote on a gold
 * item gets 1/2.
 */
export function accuraciesFromGold(matrix: VoteMatrix, gold: ArrayLike<number>): Float64Array {
  const { items, sources, votes } = matrix;
  assert(gold.length === items, "gold, or its absence, for every item");
  const right = new Float64Array(sources).fill(1);
  const counted = new Float64Array(sources).fill(2);
  for (let i = 0; i < items; i++) {
    if (gold[i] === ABSTAIN) continue;
    for (let j = 0; j < sources; j++) {
      const vote = votes[i * sources + j] as number;
      if (vote === ABSTAIN) continue;
      counted[j] = (counted[j] as number) + 1;
      if (vote === gold[i]) right[j] = (right[j] as number) + 1;
    }
  }
  return right.map((count, j) => count / (counted[j] as number));
}

/**
 * Class balance of the majority vote over items with a vote, one pseudo-item per class. [classes]
 */
export function balanceOfMajority(matrix: VoteMatrix): Float64Array {
  const { items, classes } = matrix;
  const shares = majorityVote(matrix);
  const balance = new Float64Array(classes).fill(1);
  for (let i = 0; i < items; i++)
    for (let c = 0; c < classes; c++)
      balance[c] = (balance[c] as number) + (shares[i * classes + c] as number);
  return balance.map((mass) => mass / (items + classes));
}
