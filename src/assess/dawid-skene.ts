import { assert } from "#core/assert.ts";
import { softmaxInPlace } from "#num/softmax.ts";
import type { VoteList } from "./votes.ts";

/**
 * Dawid and Skene (1979): the label of each item and the confusion matrix of each worker by EM,
 * from votes alone. Starts from the majority vote; counts below 1e-10 are lifted to it over the
 * labels a worker was seen to use, as crowd-kit does, whose labels this gives.
 */
export interface DawidSkene {
  readonly classes: number;
  /** [classes] share of each class. */
  readonly priors: Float64Array;
  /**
   * [workers * classes * classes]: at (w, l, t) the probability that worker w says l where t is
   * true.
   */
  readonly errors: Float64Array;
  /** [items * classes]; an item without votes has the priors. */
  readonly probabilities: Float64Array;
  readonly iterations: number;
  /** Log-likelihood per vote, nats, under the parameters of the last E-step. */
  readonly logLikelihood: number;
}

export interface DawidSkeneOptions {
  readonly iterations?: number;
  /** EM stops once an iteration gains less log-likelihood per vote, nats. */
  readonly tolerance?: number;
  /** [classes] a class balance that is known and therefore not learned. */
  readonly classBalance?: Float64Array;
}

const COUNT_MIN = 1e-10;

export function dawidSkene(
  votes: VoteList,
  { iterations = 100, tolerance = 1e-5, classBalance }: DawidSkeneOptions = {},
): DawidSkene {
  const { items, workers, classes: k } = votes;
  const byItem = sortByItem(votes);
  const used = new Uint8Array(workers * k);
  for (let v = 0; v < votes.item.length; v++)
    used[(votes.worker[v] as number) * k + (votes.label[v] as number)] = 1;

  const probabilities = shares(byItem, items, k);
  const counts = errorCounts(byItem, probabilities, workers * k * k, k);
  const mass = classMass(probabilities, k);
  let priors = classBalance ?? sharesOf(mass);
  let errors = normalised(counts, used, k);
  let logLikelihood = Number.NEGATIVE_INFINITY;
  let done = 0;
  while (done < iterations) {
    counts.fill(0);
    mass.fill(0);
    const reached = emPass(byItem, { errors, priors, probabilities, counts, mass }, k);
    const perVote = reached / Math.max(1, votes.item.length);
    priors = classBalance ?? sharesOf(mass);
    errors = normalised(counts, used, k);
    done++;
    const gain = perVote - logLikelihood;
    logLikelihood = perVote;
    if (gain < tolerance) break;
  }
  fillUnvoted(byItem, probabilities, priors);
  return { classes: k, priors, errors, probabilities, iterations: done, logLikelihood };
}

/** Votes grouped by item: those of item i are entries `start[i]` up to `start[i + 1]`. */
interface ByItem {
  readonly start: Uint32Array;
  /** Where a vote's row of the error table begins: (worker * classes + label) * classes. */
  readonly row: Uint32Array;
}

function sortByItem({ items, classes, item, worker, label }: VoteList): ByItem {
  assert(item.length === worker.length && item.length === label.length, "votes of equal columns");
  const start = new Uint32Array(items + 1);
  for (const i of item) start[i + 1] = (start[i + 1] as number) + 1;
  for (let i = 0; i < items; i++) start[i + 1] = (start[i + 1] as number) + (start[i] as number);
  const next = start.slice();
  const row = new Uint32Array(item.length);
  for (let v = 0; v < item.length; v++) {
    const at = next[item[v] as number] as number;
    row[at] = ((worker[v] as number) * classes + (label[v] as number)) * classes;
    next[item[v] as number] = at + 1;
  }
  return { start, row };
}

/** The majority vote as shares, [items * k]. */
function shares({ start, row }: ByItem, items: number, k: number): Float64Array {
  const probabilities = new Float64Array(items * k);
  for (let i = 0; i < items; i++) {
    const [from, to] = [start[i] as number, start[i + 1] as number];
    for (let v = from; v < to; v++) {
      const at = i * k + (((row[v] as number) / k) % k);
      probabilities[at] = (probabilities[at] as number) + 1 / (to - from);
    }
  }
  return probabilities;
}

function errorCounts(
  { start, row }: ByItem,
  probabilities: Float64Array,
  size: number,
  k: number,
): Float64Array {
  const counts = new Float64Array(size);
  for (let i = 0; i + 1 < start.length; i++)
    for (let v = start[i] as number; v < (start[i + 1] as number); v++) {
      const at = row[v] as number;
      for (let t = 0; t < k; t++)
        counts[at + t] = (counts[at + t] as number) + (probabilities[i * k + t] as number);
    }
  return counts;
}

/** Sum of each class's probability over the items with a vote (those without have none), [k]. */
function classMass(probabilities: Float64Array, k: number): Float64Array {
  const mass = new Float64Array(k);
  for (let at = 0; at < probabilities.length; at++)
    mass[at % k] = (mass[at % k] as number) + (probabilities[at] as number);
  return mass;
}

function sharesOf(mass: Float64Array): Float64Array {
  const total = mass.reduce((sum, m) => sum + m, 0);
  return mass.map((m) => (total === 0 ? 1 / mass.length : m / total));
}

/**
 * Counts to p(label | truth), column by column of each worker, over the labels it was seen to use.
 */
function normalised(counts: Float64Array, used: Uint8Array, k: number): Float64Array {
  const errors = new Float64Array(counts.length);
  for (let w = 0; w < counts.length; w += k * k)
    for (let t = 0; t < k; t++) {
      let total = 0;
      for (let l = 0; l < k; l++)
        if (used[w / k + l] === 1) total += Math.max(COUNT_MIN, counts[w + l * k + t] as number);
      for (let l = 0; l < k; l++)
        if (used[w / k + l] === 1)
          errors[w + l * k + t] = Math.max(COUNT_MIN, counts[w + l * k + t] as number) / total;
    }
  return errors;
}

interface Pass {
  readonly errors: Float64Array;
  readonly priors: Float64Array;
  /** Written: the new posteriors. */
  readonly probabilities: Float64Array;
  /** Added to: the posterior of every vote, in its worker's counts. */
  readonly counts: Float64Array;
  /** Added to: the posterior of every item, [k]. */
  readonly mass: Float64Array;
}

/**
 * Errors are at least 1e-16 (1e-10 of a million votes), so that so many of them do not underflow.
 */
const FACTORS_MAX = 16;

/**
 * E-step and the counts of the M-step in one pass over the votes. Returns the log-likelihood, nats.
 * Probabilities are multiplied and rescaled in time: cheaper than an exponential per class and
 * item.
 */
function emPass({ start, row }: ByItem, pass: Pass, k: number): number {
  const { errors, probabilities, counts, mass } = pass;
  const priors = pass.priors.map((p) => Math.max(COUNT_MIN, p));
  const p = new Float64Array(k);
  let logLikelihood = 0;
  let from = start[0] as number;
  for (let i = 0; i + 1 < start.length; i++) {
    const to = start[i + 1] as number;
    if (from === to) continue;
    for (let t = 0; t < k; t++) p[t] = priors[t] as number;
    for (let v = from, rescaleAt = from + FACTORS_MAX; v < to; v++) {
      if (v === rescaleAt) {
        logLikelihood += rescale(p);
        rescaleAt += FACTORS_MAX;
      }
      const at = row[v] as number;
      for (let t = 0; t < k; t++) p[t] = (p[t] as number) * (errors[at + t] as number);
    }
    logLikelihood += rescale(p);
    for (let t = 0; t < k; t++) {
      probabilities[i * k + t] = p[t] as number;
      mass[t] = (mass[t] as number) + (p[t] as number);
    }
    for (let v = from; v < to; v++) {
      const at = row[v] as number;
      for (let t = 0; t < k; t++) counts[at + t] = (counts[at + t] as number) + (p[t] as number);
    }
    from = to;
  }
  return logLikelihood;
}

/** Makes `p` sum to 1, in place; returns the log of what it summed to. */
function rescale(p: Float64Array): number {
  let total = 0;
  for (let t = 0; t < p.length; t++) total += p[t] as number;
  for (let t = 0; t < p.length; t++) p[t] = (p[t] as number) / total;
  return Math.log(total);
}

function fillUnvoted({ start }: ByItem, probabilities: Float64Array, priors: Float64Array): void {
  for (let i = 0; i + 1 < start.length; i++)
    if (start[i] === start[i + 1]) probabilities.set(priors, i * priors.length);
}

/** A fitted model that takes votes one at a time. */
export interface DawidSkeneStream {
  /** Folds in one vote: cost is the item's votes times classes, whatever the number of items. */
  fold(item: number, worker: number, label: number): void;
  /** [classes] of an item; the priors for one without votes. */
  posterior(item: number): Float64Array;
  /** Probability that a worker says `label` where `truth` is true; uniform for one never seen. */
  error(worker: number, label: number, truth: number): number;
}

/**
 * Incremental EM (Neal and Hinton 1998): a new vote re-estimates the posterior of its item, and
 * the difference moves the counts of everybody who voted on it. Items and workers beyond those
 * fitted are taken as they come.
 */
export const dawidSkeneStream = (model: DawidSkene, votes: VoteList): DawidSkeneStream =>
  new Stream(model, votes);

/** A vote as the counts are indexed: worker * classes + label. */
type Row = number;

class Stream implements DawidSkeneStream {
  private readonly k: number;
  private readonly fitted: Float64Array;
  private readonly votesOf = new Map<number, Row[]>();
  private readonly posteriors = new Map<number, Float64Array>();
  /** Of each worker, [classes * classes] as the model's errors, not normalised. */
  private readonly counts = new Map<number, Float64Array>();
  private readonly classMass: Float64Array;

  constructor(model: DawidSkene, votes: VoteList) {
    this.k = model.classes;
    this.fitted = model.priors;
    this.classMass = new Float64Array(this.k);
    for (let v = 0; v < votes.item.length; v++) {
      const item = votes.item[v] as number;
      const known = this.posteriors.get(item);
      const posterior = known ?? model.probabilities.slice(item * this.k, (item + 1) * this.k);
      if (known === undefined) {
        this.posteriors.set(item, posterior);
        this.votesOf.set(item, []);
        addTo(this.classMass, 0, posterior);
      }
      const row = (votes.worker[v] as number) * this.k + (votes.label[v] as number);
      this.votesOf.get(item)?.push(row);
      this.move(row, posterior);
    }
  }

  fold(item: number, worker: number, label: number): void {
    assert(label >= 0 && label < this.k, "a vote is for one of the classes");
    const earlier = this.votesOf.get(item) ?? [];
    const before = this.posteriors.get(item) ?? new Float64Array(this.k);
    const row = worker * this.k + label;
    const after = this.estimate([...earlier, row]);
    const change = after.map((p, t) => p - (before[t] as number));
    for (const old of earlier) this.move(old, change);
    this.move(row, after);
    addTo(this.classMass, 0, change);
    this.votesOf.set(item, [...earlier, row]);
    this.posteriors.set(item, after);
  }

  posterior(item: number): Float64Array {
    return (this.posteriors.get(item) ?? this.priors()).slice();
  }

  error(worker: number, label: number, truth: number): number {
    const table = this.counts.get(worker);
    if (table === undefined) return 1 / this.k;
    const at = (l: number) => Math.max(COUNT_MIN, table[l * this.k + truth] as number);
    let total = 0;
    for (let l = 0; l < this.k; l++) total += at(l);
    return at(label) / total;
  }

  /** Adds to the counts of the vote's worker, by truth. */
  private move(row: Row, change: Float64Array): void {
    const worker = Math.floor(row / this.k);
    const table = this.counts.get(worker) ?? new Float64Array(this.k * this.k);
    this.counts.set(worker, table);
    addTo(table, (row % this.k) * this.k, change);
  }

  private priors(): Float64Array {
    const total = this.classMass.reduce((sum, mass) => sum + mass, 0);
    return total === 0 ? this.fitted.slice() : this.classMass.map((mass) => mass / total);
  }

  private estimate(rows: readonly Row[]): Float64Array {
    const scores = this.priors().map((p) => Math.log(Math.max(COUNT_MIN, p)));
    for (const row of rows)
      for (let t = 0; t < this.k; t++)
        scores[t] =
          (scores[t] as number) + Math.log(this.error(Math.floor(row / this.k), row % this.k, t));
    softmaxInPlace(scores, this.k);
    return scores;
  }
}

/** `table[from + t] += change[t]`. */
function addTo(table: Float64Array, from: number, change: Float64Array): void {
  for (let t = 0; t < change.length; t++)
    table[from + t] = (table[from + t] as number) + (change[t] as number);
}
