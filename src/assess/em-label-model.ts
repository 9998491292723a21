import { assert } from "#core/assert.ts";
import { majorityVote } from "./majority.ts";
import { ABSTAIN, type VoteMatrix } from "./votes.ts";
import { accuraciesFromAgreement, balanceOfMajority, weightedVote } from "./weighted-vote.ts";

/**
 * Label model for rules: Dawid and Skene with one accuracy a source, which is all that votes of a
 * rule that only ever says one class can tell (its confusion matrix has one free row). Errors fall
 * evenly on the other classes; an abstention says nothing.
 */
export interface EmLabelModel {
  /** [sources] */
  readonly accuracies: Float64Array;
  /** [classes] */
  readonly classBalance: Float64Array;
  /** [items * classes] */
  readonly probabilities: Float64Array;
  readonly iterations: number;
}

export interface EmLabelModelOptions {
  /**
   * [classes], fixed; or `learned`. With one-class rules a learned balance is not identified: the
   * likelihood grows as the balance runs to the class of the rules that agree most, and the labels
   * collapse. Kept for comparison.
   */
  readonly classBalance?: Float64Array | "learned";
  /** Accuracies stay inside; absent, they run free. */
  readonly accuracyRange?: readonly [number, number];
  readonly iterations?: number;
  /** EM stops once no accuracy moves by more. */
  readonly tolerance?: number;
}

/** Off 0 and 1 even where accuracies run free, since a logarithm is taken. */
const ACCURACY_OPEN = [1e-6, 1 - 1e-6] as const;

export function emLabelModel(matrix: VoteMatrix, options: EmLabelModelOptions = {}): EmLabelModel {
  const { classBalance: balance = "learned", iterations = 100, tolerance = 1e-6 } = options;
  const accuracyRange = options.accuracyRange ?? ACCURACY_OPEN;
  const clip = (a: number) => Math.min(accuracyRange[1], Math.max(accuracyRange[0], a));
  let prior = balance === "learned" ? balanceOfMajority(matrix) : balance;
  assert(prior.length === matrix.classes, "a balance over the classes");
  let accuracies = accuraciesFromAgreement(matrix, { rounds: 1 }).map(clip);
  let probabilities = majorityVote(matrix, prior);
  let done = 0;
  while (done < iterations) {
    probabilities = weightedVote(matrix, accuracies, { prior, accuracyRange });
    if (balance === "learned") prior = meanRow(probabilities, matrix.classes);
    const next = expectedAccuracies(matrix, probabilities).map(clip);
    const moved = accuracies.reduce(
      (most, a, j) => Math.max(most, Math.abs(a - (next[j] ?? a))),
      0,
    );
    accuracies = next;
    done++;
    if (moved < tolerance) break;
  }
  return { accuracies, classBalance: prior, probabilities, iterations: done };
}

/** Mean probability of what each source said; 1/2 for one that never speaks. [sources] */
function expectedAccuracies(
  { items, sources, classes, votes }: VoteMatrix,
  probabilities: Float64Array,
): Float64Array {
  const right = new Float64Array(sources);
  const counted = new Float64Array(sources);
  for (let i = 0; i < items; i++)
    for (let j = 0; j < sources; j++) {
      const vote = votes[i * sources + j] as number;
      if (vote === ABSTAIN) continue;
      counted[j] = (counted[j] as number) + 1;
      right[j] = (right[j] as number) + (probabilities[i * classes + vote] as number);
    }
  return right.map((mass, j) => (counted[j] === 0 ? 0.5 : mass / (counted[j] as number)));
}

function meanRow(probabilities: Float64Array, classes: number): Float64Array {
  const mean = new Float64Array(classes);
  for (let at = 0; at < probabilities.length; at++)
    mean[at % classes] = (mean[at % classes] as number) + (probabilities[at] as number);
  const items = probabilities.length / classes;
  return mean.map((mass) => mass / Math.max(1, items));
}
