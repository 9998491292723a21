import { Problem } from "#core/errors.ts";

/** Steps to imitate: n of them, one after the other, each row an observation and its action. */
export interface CloneData {
  /** [n * observation size] */
  readonly observations: Float32Array;
  /** [n * action size] */
  readonly actions: Float32Array;
  /** [n] factor of a step's loss; not normalised, so that twice as much is twice the step. */
  readonly weights: Float32Array;
  /**
   * First rows of the stretches that a chunk of actions may not reach out of, ascending from 0: an
   * episode begins, or someone else begins to act.
   */
  readonly episodes: Uint32Array;
  /** [n] in proportion to which steps are drawn (IWR); every step alike where absent. */
  readonly sampling?: Float32Array | Float64Array;
}

/** Sizes of an observation and of an action. */
export interface CloneSizes {
  readonly n: number;
  readonly observations: number;
  readonly actions: number;
}

/** Throws a `bad-input` problem, with field and row, for data that cannot be learned from. */
export function checkCloneData(data: CloneData): CloneSizes {
  const { observations, actions, weights, episodes, sampling } = data;
  const n = weights.length;
  if (n === 0) throw unfit("weights", "at least one step to learn from", "none");
  checkRows("observations", observations, n);
  checkRows("actions", actions, n);
  if (sampling !== undefined && sampling.length !== n)
    throw unfit("sampling", `${n} numbers, one for each step`, `${sampling.length}`);
  checkShares("weights", weights);
  if (sampling !== undefined) checkShares("sampling", sampling);
  const disordered = episodes.findIndex((start, i) =>
    i === 0 ? start !== 0 : start <= (episodes[i - 1] as number) || start >= n,
  );
  if (episodes.length === 0 || disordered >= 0)
    throw unfit("episodes", "rows in ascending order, the first of them 0", String([...episodes]));
  return { n, observations: observations.length / n, actions: actions.length / n };
}

const unfit = (field: string, expected: string, got: string, row?: number) =>
  new Problem("bad-input", `The "${field}" of the steps to imitate are not as expected`, {
    ...{ expected, got },
    at: { field, ...(row !== undefined && { row: row + 1 }) },
  });

function checkRows(field: string, values: Float32Array, n: number): void {
  if (values.length === 0 || values.length % n !== 0)
    throw unfit(field, `${n} rows of equal length`, `${values.length} numbers`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw unfit(field, "numbers", String(values[bad]), Math.floor((bad * n) / values.length));
}

function checkShares(field: string, shares: Float32Array | Float64Array): void {
  const bad = shares.findIndex((share) => !(share >= 0 && share < Number.POSITIVE_INFINITY));
  if (bad >= 0) throw unfit(field, "numbers of at least 0", String(shares[bad]), bad);
  if (!shares.some((share) => share > 0)) throw unfit(field, "one that is above 0", "all are 0");
}

/** Mean and standard deviation of each observed number; 1 where it never changes. */
export function standardisation(
  observations: Float32Array,
  size: number,
): { centre: number[]; scale: number[] } {
  const n = observations.length / size;
  const centre = new Array<number>(size).fill(0);
  const square = new Array<number>(size).fill(0);
  for (let i = 0; i < observations.length; i++)
    centre[i % size] = (centre[i % size] as number) + (observations[i] as number) / n;
  for (let i = 0; i < observations.length; i++) {
    const off = (observations[i] as number) - (centre[i % size] as number);
    square[i % size] = (square[i % size] as number) + (off * off) / n;
  }
  return { centre, scale: square.map((s) => (Math.sqrt(s) < SCALE_MIN ? 1 : Math.sqrt(s))) };
}

/** Less is rounding: float32 has seven digits. */
const SCALE_MIN = 1e-6;
