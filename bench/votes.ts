import { ABSTAIN, type VoteList, type VoteMatrix } from "#assess/votes.ts";
import type { Rng } from "#core/rng.ts";

/** Votes made from a known truth; [items] class indices. */
interface Made<Votes> {
  readonly votes: Votes;
  readonly truth: Uint16Array;
}

/** The truth with probability `accuracy`, else any other class. */
function voteOf(truth: number, classes: number, { accuracy, rng }: { accuracy: number; rng: Rng }) {
  return rng.bernoulli(accuracy) ? truth : (truth + 1 + rng.int(classes - 1)) % classes;
}

/** A crowd: `perItem` workers drawn for each item, one drawn twice voting once; accuracies 0.5 to 0.95. */
export function crowdVotes(
  shape: { items: number; workers: number; classes: number; perItem: number },
  rng: Rng,
): Made<VoteList> {
  const { items, workers, classes, perItem } = shape;
  const accuracies = Float64Array.from({ length: workers }, () => 0.5 + 0.45 * rng.uniform());
  const truth = Uint16Array.from({ length: items }, () => rng.int(classes));
  const item: number[] = [];
  const worker: number[] = [];
  const label: number[] = [];
  for (let i = 0; i < items; i++)
    for (const w of new Set(Array.from({ length: perItem }, () => rng.int(workers)))) {
      item.push(i);
      worker.push(w);
      label.push(voteOf(truth[i] ?? 0, classes, { accuracy: accuracies[w] ?? 0, rng }));
    }
  return {
    votes: {
      items,
      workers,
      classes,
      item: Uint32Array.from(item),
      worker: Uint32Array.from(worker),
      label: Uint16Array.from(label),
    },
    truth,
  };
}

/** Labelling functions independent given the class: each votes on 10 to 90 % of the items, 55 to 85 % right. */
export function ruleVotes(
  shape: { items: number; sources: number; classes: number },
  rng: Rng,
): Made<VoteMatrix> {
  const { items, sources, classes } = shape;
  const traits = Array.from({ length: sources }, () => ({
    coverage: 0.1 + 0.8 * rng.uniform(),
    accuracy: 0.55 + 0.3 * rng.uniform(),
  }));
  const truth = Uint16Array.from({ length: items }, () => rng.int(classes));
  const votes = new Int16Array(items * sources).fill(ABSTAIN);
  for (let i = 0; i < items; i++)
    traits.forEach(({ coverage, accuracy }, j) => {
      if (rng.bernoulli(coverage))
        votes[i * sources + j] = voteOf(truth[i] ?? 0, classes, { accuracy, rng });
    });
  return { votes: { items, sources, classes, votes }, truth };
}

/** Share of the labels that are the truth. */
export function shareRight(labels: ArrayLike<number>, truth: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (labels[i] === truth[i]) right++;
  return right / truth.length;
}
