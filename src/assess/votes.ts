import { assert } from "#core/assert.ts";

/** What an abstaining source puts in a vote matrix. */
export const ABSTAIN = -1;

/** Votes of few sources on every item: rules, models, a proposer. */
export interface VoteMatrix {
  readonly items: number;
  readonly sources: number;
  readonly classes: number;
  /** [items * sources], row by row; a class index, or `ABSTAIN`. */
  readonly votes: Int16Array;
}

/** Votes of many workers, each on few items: one entry a vote. */
export interface VoteList {
  readonly items: number;
  readonly workers: number;
  readonly classes: number;
  readonly item: Uint32Array;
  readonly worker: Uint32Array;
  readonly label: Uint16Array;
}

/** `rows[i][j]`: what source j says of item i, a class index or `ABSTAIN`. */
export function voteMatrix(
  rows: readonly ArrayLike<number>[],
  sources: number,
  classes: number,
): VoteMatrix {
  const votes = new Int16Array(rows.length * sources);
  for (const [i, row] of rows.entries()) {
    assert(row.length === sources, `row ${i} of the votes has ${sources} entries`);
    for (let j = 0; j < sources; j++) {
      const vote = row[j] ?? ABSTAIN;
      assert(vote >= ABSTAIN && vote < classes, `a vote is ${ABSTAIN} or a class index`);
      votes[i * sources + j] = vote;
    }
  }
  return { items: rows.length, sources, classes, votes };
}

/** The rows of some items, in the order given. */
export function voteRows(matrix: VoteMatrix, rows: ArrayLike<number>): VoteMatrix {
  const { sources, classes } = matrix;
  const votes = new Int16Array(rows.length * sources);
  for (let r = 0; r < rows.length; r++) {
    const from = (rows[r] ?? 0) * sources;
    votes.set(matrix.votes.subarray(from, from + sources), r * sources);
  }
  return { items: rows.length, sources, classes, votes };
}

/** The columns of some sources, in the order given. */
export function voteColumns(matrix: VoteMatrix, columns: readonly number[]): VoteMatrix {
  const votes = new Int16Array(matrix.items * columns.length);
  for (let i = 0; i < matrix.items; i++)
    for (const [to, from] of columns.entries())
      votes[i * columns.length + to] = matrix.votes[i * matrix.sources + from] ?? ABSTAIN;
  return { items: matrix.items, sources: columns.length, classes: matrix.classes, votes };
}

/** The matrix with one more source at the end. `column`: [items] class indices or `ABSTAIN`. */
export function withSource(matrix: VoteMatrix, column: ArrayLike<number>): VoteMatrix {
  assert(column.length === matrix.items, "a source says something of every item, or abstains");
  const sources = matrix.sources + 1;
  const votes = new Int16Array(matrix.items * sources);
  for (let i = 0; i < matrix.items; i++) {
    const from = i * matrix.sources;
    votes.set(matrix.votes.subarray(from, from + matrix.sources), i * sources);
    votes[i * sources + matrix.sources] = column[i] ?? ABSTAIN;
  }
  return { items: matrix.items, sources, classes: matrix.classes, votes };
}

/** One source's votes, [items]. */
export function voteColumn(matrix: VoteMatrix, source: number): Int16Array {
  const column = new Int16Array(matrix.items);
  for (let i = 0; i < matrix.items; i++)
    column[i] = matrix.votes[i * matrix.sources + source] ?? ABSTAIN;
  return column;
}

/** The same votes, one entry each, abstentions left out. */
export function voteList(matrix: VoteMatrix): VoteList {
  const { items, sources, classes, votes } = matrix;
  let count = 0;
  for (const vote of votes) if (vote !== ABSTAIN) count++;
  const item = new Uint32Array(count);
  const worker = new Uint32Array(count);
  const label = new Uint16Array(count);
  let at = 0;
  for (let i = 0; i < items; i++)
    for (let j = 0; j < sources; j++) {
      const vote = votes[i * sources + j] ?? ABSTAIN;
      if (vote === ABSTAIN) continue;
      item[at] = i;
      worker[at] = j;
      label[at] = vote;
      at++;
    }
  return { items, workers: sources, classes, item, worker, label };
}

/**
 * What can be said of the sources without knowing what is right; each [sources], shares in [0, 1].
 */
export interface SourceStatistics {
  /** Share of items the source votes on. */
  readonly coverage: Float64Array;
  /** Share of its votes where another source votes too. */
  readonly overlap: Float64Array;
  /** Share of its votes that another source contradicts. */
  readonly conflicts: Float64Array;
  /** Classes it ever votes for. */
  readonly polarity: readonly (readonly number[])[];
}

export function sourceStatistics({ items, sources, classes, votes }: VoteMatrix): SourceStatistics {
  const voted = new Float64Array(sources);
  const overlap = new Float64Array(sources);
  const conflicts = new Float64Array(sources);
  const seen = new Uint8Array(sources * classes);
  for (let i = 0; i < items; i++) {
    const row = votes.subarray(i * sources, (i + 1) * sources);
    let voters = 0;
    let first = ABSTAIN;
    let divided = false;
    for (const vote of row) {
      if (vote === ABSTAIN) continue;
      voters++;
      if (first === ABSTAIN) first = vote;
      else if (vote !== first) divided = true;
    }
    for (const [j, vote] of row.entries()) {
      if (vote === ABSTAIN) continue;
      seen[j * classes + vote] = 1;
      voted[j] = (voted[j] ?? 0) + 1;
      if (voters > 1) overlap[j] = (overlap[j] ?? 0) + 1;
      if (divided) conflicts[j] = (conflicts[j] ?? 0) + 1;
    }
  }
  const share = (count: Float64Array) =>
    count.map((c, j) => ((voted[j] ?? 0) === 0 ? 0 : c / (voted[j] ?? 1)));
  return {
    coverage: voted.map((count) => (items === 0 ? 0 : count / items)),
    overlap: share(overlap),
    conflicts: share(conflicts),
    polarity: Array.from({ length: sources }, (_, j) =>
      Array.from({ length: classes }, (_, c) => c).filter((c) => seen[j * classes + c] === 1),
    ),
  };
}

/** Index of the largest of `count` values from `from` on; the first among equals. */
export function argmaxAt(values: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let c = 1; c < count; c++)
    if ((values[from + c] ?? 0) > (values[from + best] ?? 0)) best = c;
  return best;
}

/** The most probable class of each item. `probabilities`: [items * classes]. */
export function mostProbable(probabilities: Float64Array, classes: number): Int16Array {
  const labels = new Int16Array(probabilities.length / classes);
  for (let i = 0; i < labels.length; i++) labels[i] = argmaxAt(probabilities, i * classes, classes);
  return labels;
}

/**
 * 1 - p(label) per item: the probability that `labels[i]` is wrong; NaN where the label is an
 * abstention, since there is then nothing to be wrong. `probabilities`: [items * classes].
 */
export function riskOf(
  probabilities: ArrayLike<number>,
  classes: number,
  labels: ArrayLike<number>,
): Float64Array {
  const risk = new Float64Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? ABSTAIN;
    risk[i] =
      label === ABSTAIN ? Number.NaN : Math.max(0, 1 - (probabilities[i * classes + label] ?? 0));
  }
  return risk;
}
