import { assert } from "#core/assert.ts";
import { err, ok, type Result } from "#core/result.ts";
import { countPairs, type PairCounts } from "./pair-counts.ts";
import { ABSTAIN, type VoteMatrix } from "./votes.ts";

/**
 * Triplet label model: the closed form of FlyingSquid (Fu et al. 2020, arXiv 2002.11955), one class
 * against the rest at a time. For sources independent given the class, v_j in {1 = votes c, -1 =
 * votes another, 0 = abstains} and d_j = E[v_j | c] - E[v_j | not c],
 *
 *     Cov(v_i, v_j) = p (1 - p) d_i d_j,   so   d_i^2 = |C_ij C_ik / C_jk| / (p (1 - p))
 *
 * for every triplet; the median over triplets is taken, and sources are held to be better than
 * chance (d_i >= 0). FlyingSquid uses raw moments, which equal these where classes are balanced and
 * sources symmetric. Covariances also hold for a rule that only ever says one class, given the
 * class balance p, which is not learned. A class too rare to show in its own covariances borrows
 * each source's accuracy over all classes, by triplets of agreement rates (`pooledAccuracies`).
 */
export interface TripletModel {
  readonly sources: number;
  readonly classes: number;
  /** [sources * classes] log p(votes c | c) - log p(votes c | not c), nats. */
  readonly votesFor: Float64Array;
  /** [sources * classes] the same for voting some other class. */
  readonly votesAgainst: Float64Array;
  /** [classes] */
  readonly classBalance: Float64Array;
}

export type TripletFailure =
  | { readonly kind: "too-few-sources"; readonly got: number; readonly need: 3 }
  | { readonly kind: "no-overlap" };

export interface TripletOptions {
  /** [classes], fixed. Default uniform. */
  readonly classBalance?: Float64Array;
}

/** Rates are kept off 0 and 1 by this much: one vote never decides alone. */
const RATE_MIN = 1e-3;
/**
 * Triplets a source is estimated from at most: the median no longer moves, and cost stays linear in
 * sources.
 */
const PARTNERS_MAX = 24;
/** Items expected of a class below which its own moments are mostly noise: a rate off by 0.05. */
const CLASS_ITEMS_MIN = 100;
/** Up to here rules for one class alone are the usual thing, and an accuracy over all classes is none. */
const FEW_CLASSES = 12;

export function fitTriplet(
  matrix: VoteMatrix,
  { classBalance }: TripletOptions = {},
): Result<TripletModel, TripletFailure> {
  const { items, sources, classes } = matrix;
  if (sources < 3) return err({ kind: "too-few-sources", got: sources, need: 3 });
  const balance = classBalance ?? new Float64Array(classes).fill(1 / classes);
  assert(balance.length === classes, "a balance over the classes");
  const counts = countPairs(matrix);
  const votesFor = new Float64Array(sources * classes);
  const votesAgainst = new Float64Array(sources * classes);
  let informative = false;
  let pooled: Float64Array | undefined;
  for (let c = 0; c < classes; c++) {
    const p = Math.min(1 - RATE_MIN, Math.max(RATE_MIN, balance[c] as number));
    if (classes > FEW_CLASSES && items * p < CLASS_ITEMS_MIN) {
      pooled ??= pooledAccuracies(counts, matrix);
      informative = borrow(pooled, { c, classes, votesFor, votesAgainst }) || informative;
      continue;
    }
    const moments = momentsOf(counts, { items, sources, classes }, c);
    const separation = separations(moments, sources, p);
    for (let i = 0; i < sources; i++) {
      const d = separation[i] as number;
      if (d === 0) continue;
      informative = true;
      const share = shareOfFor(moments, separation, sources, i);
      votesFor[i * classes + c] = logRatio(moments.for[i] as number, d * share, p);
      votesAgainst[i * classes + c] = logRatio(moments.against[i] as number, d * (share - 1), p);
    }
  }
  if (!informative) return err({ kind: "no-overlap" });
  return ok({ sources, classes, votesFor, votesAgainst, classBalance: balance });
}

/**
 * Probabilities [items * classes]: one-vs-rest odds, normalised over the classes. Linear in votes
 * and classes.
 */
export function tripletProbabilities(model: TripletModel, matrix: VoteMatrix): Float64Array {
  const { sources, classes, votesFor, votesAgainst } = model;
  assert(matrix.sources === sources && matrix.classes === classes, "votes of the sources fitted");
  const { items, votes } = matrix;
  const prior = model.classBalance.map((p) => {
    const inside = Math.min(1 - RATE_MIN, Math.max(RATE_MIN, p));
    return Math.log(inside / (1 - inside));
  });
  const probabilities = new Float64Array(items * classes);
  for (let i = 0; i < items; i++) {
    const at = i * classes;
    for (let c = 0; c < classes; c++) probabilities[at + c] = prior[c] as number;
    for (let j = 0; j < sources; j++) {
      const vote = votes[i * sources + j] as number;
      if (vote === ABSTAIN) continue;
      const row = j * classes;
      for (let c = 0; c < classes; c++)
        probabilities[at + c] =
          (probabilities[at + c] as number) +
          ((c === vote ? votesFor[row + c] : votesAgainst[row + c]) as number);
    }
    let total = 0;
    for (let c = 0; c < classes; c++) {
      const p = 1 / (1 + Math.exp(-(probabilities[at + c] as number)));
      probabilities[at + c] = p;
      total += p;
    }
    for (let c = 0; c < classes; c++)
      probabilities[at + c] = total === 0 ? 1 / classes : (probabilities[at + c] as number) / total;
  }
  return probabilities;
}

/** Moments of one class against the rest. */
interface Moments {
  /** [sources] share of items where the source votes the class, and where it votes another. */
  readonly for: Float64Array;
  readonly against: Float64Array;
  /** [sources * sources] Cov(v_i, v_j); the diagonal is not used. */
  readonly covariance: Float64Array;
  /** [sources * sources] Cov([i votes c], v_j). */
  readonly covarianceFor: Float64Array;
  /** [sources] standard deviation of v_i. */
  readonly deviation: Float64Array;
  readonly items: number;
}

function momentsOf(
  { given, both, own }: PairCounts,
  { items, sources, classes }: Pick<VoteMatrix, "items" | "sources" | "classes">,
  c: number,
): Moments {
  const votesC = new Float64Array(sources);
  const votesOther = new Float64Array(sources);
  for (let i = 0; i < sources; i++)
    for (let l = 0; l < classes; l++) {
      const share = (own[i * classes + l] as number) / items;
      if (l === c) votesC[i] = share;
      else votesOther[i] = (votesOther[i] as number) + share;
    }
  const covariance = new Float64Array(sources * sources);
  const covarianceFor = new Float64Array(sources * sources);
  for (let i = 0; i < sources; i++)
    for (let j = 0; j < sources; j++) {
      if (i === j) continue;
      const there = (i * sources + j) * classes;
      const back = (j * sources + i) * classes;
      let overlap = 0;
      for (let l = 0; l < classes; l++) overlap += given[there + l] as number;
      const agree = both[(Math.min(i, j) * sources + Math.max(i, j)) * classes + c] as number;
      const iFor = given[there + c] as number;
      const jFor = given[back + c] as number;
      const mean = (votesC[j] as number) - (votesOther[j] as number);
      const rawFor = (2 * agree - iFor) / items;
      const raw = (overlap - 2 * (iFor + jFor - 2 * agree)) / items;
      covarianceFor[i * sources + j] = rawFor - (votesC[i] as number) * mean;
      covariance[i * sources + j] =
        raw - ((votesC[i] as number) - (votesOther[i] as number)) * mean;
    }
  const deviation = votesC.map((share, i) => {
    const other = votesOther[i] as number;
    return Math.sqrt(Math.max(0, share + other - (share - other) ** 2));
  });
  return { for: votesC, against: votesOther, covariance, covarianceFor, deviation, items };
}

/** d_i of every source by the median over its triplets; 0 where no triplet tells anything. */
function separations(moments: Moments, sources: number, p: number): Float64Array {
  const { covariance, deviation, items } = moments;
  const at = (i: number, j: number) => covariance[i * sources + j] as number;
  const correlation = (i: number, j: number) => {
    const scale = (deviation[i] as number) * (deviation[j] as number);
    return scale === 0 ? 0 : Math.abs(at(i, j)) / scale;
  };
  // Two standard errors of a correlation that is really 0: below it a ratio of covariances is
  // noise.
  const noise = 2 / Math.sqrt(items);
  return Float64Array.from({ length: sources }, (_, i) => {
    const partners = Array.from({ length: sources }, (_, j) => j)
      .filter((j) => j !== i && correlation(i, j) > noise)
      .sort((a, b) => correlation(i, b) - correlation(i, a) || a - b)
      .slice(0, PARTNERS_MAX);
    const squares: number[] = [];
    for (const [n, j] of partners.entries())
      for (const k of partners.slice(n + 1))
        if (correlation(j, k) > noise) squares.push(Math.abs((at(i, j) * at(i, k)) / at(j, k)));
    return Math.sqrt(median(squares) / (p * (1 - p)));
  });
}

/**
 * Which share of d_i is in voting for the class more often when it is true, the rest being in
 * voting against it less: Cov([i votes c], v_j) / Cov(v_i, v_j) is that share for every j, pooled
 * here with weights d_j.
 */
function shareOfFor(
  { covariance, covarianceFor }: Moments,
  separation: Float64Array,
  sources: number,
  i: number,
): number {
  let whole = 0;
  let part = 0;
  for (let j = 0; j < sources; j++) {
    whole += (separation[j] as number) * (covariance[i * sources + j] as number);
    part += (separation[j] as number) * (covarianceFor[i * sources + j] as number);
  }
  return whole === 0 ? 0.5 : Math.min(1, Math.max(0, part / whole));
}

/**
 * log of the rate given the class over the rate given another, from the mean rate and their
 * difference.
 */
function logRatio(rate: number, difference: number, p: number): number {
  if (rate === 0) return 0;
  const floor = RATE_MIN * rate;
  return (
    Math.log(Math.max(floor, rate + (1 - p) * difference)) -
    Math.log(Math.max(floor, rate - p * difference))
  );
}

/**
 * Accuracy of each source over all classes, errors spread evenly over the others: where i and j
 * both vote they agree with rate a_ij, and (K a_ij - 1) / (K - 1) = e_i e_j with e_i = (K accuracy_i
 * - 1) / (K - 1), so e_i^2 = x_ij x_ik / x_jk, the median over triplets. [sources]; 1 / K, which
 * says nothing, where no triplet tells anything.
 */
function pooledAccuracies(
  { given, both }: PairCounts,
  { sources, classes }: Pick<VoteMatrix, "sources" | "classes">,
): Float64Array {
  const product = new Float64Array(sources * sources);
  for (let i = 0; i < sources; i++)
    for (let j = i + 1; j < sources; j++) {
      let together = 0;
      let agreed = 0;
      for (let c = 0; c < classes; c++) {
        together += given[(i * sources + j) * classes + c] as number;
        agreed += both[(i * sources + j) * classes + c] as number;
      }
      const rate = together === 0 ? 1 / classes : agreed / together;
      product[i * sources + j] = (classes * rate - 1) / (classes - 1);
      product[j * sources + i] = product[i * sources + j] as number;
    }
  const at = (i: number, j: number) => Math.max(0, product[i * sources + j] as number);
  return Float64Array.from({ length: sources }, (_, i) => {
    const others = Array.from({ length: sources }, (_, j) => j).filter((j) => j !== i);
    const squares = others.flatMap((j, n) =>
      others.slice(n + 1).flatMap((k) => (at(j, k) > 0 ? [(at(i, j) * at(i, k)) / at(j, k)] : [])),
    );
    const edge = Math.min(1, Math.sqrt(median(squares)));
    return (edge * (classes - 1) + 1) / classes;
  });
}

/** Gives class `c` the ratios of sources equally good at every class; whether they say anything. */
function borrow(
  accuracies: Float64Array,
  to: { c: number; classes: number; votesFor: Float64Array; votesAgainst: Float64Array },
): boolean {
  const { c, classes, votesFor, votesAgainst } = to;
  accuracies.forEach((accuracy, i) => {
    const right = Math.min(1 - RATE_MIN, accuracy);
    const wrong = (1 - right) / (classes - 1);
    votesFor[i * classes + c] = Math.log(right / wrong);
    votesAgainst[i * classes + c] = Math.log((1 - right) / (1 - wrong));
  });
  return accuracies.some((accuracy) => accuracy * classes > 1);
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1
    ? (values[middle] ?? 0)
    : ((values[middle - 1] ?? 0) + (values[middle] ?? 0)) / 2;
}
