/**
 * Agreement beyond chance: Krippendorff's alpha for any number of raters and gaps, Cohen's kappa
 * for two.
 */
import { assert } from "#core/assert.ts";
import { err, ok, type Result } from "#core/result.ts";
import {
  type BootstrapOptions,
  type Bootstrapped,
  bootstrap,
  type Statistic,
} from "./bootstrap.ts";
import { checkRange } from "./check.ts";

/** What raters said of units. */
export interface Ratings {
  readonly units: number;
  readonly raters: number;
  /**
   * [units * raters] row-major by unit. Class indices with −1 for a missing one (`Int16Array`),
   * or numbers with NaN for a missing one (`Float64Array`, interval scale only).
   */
  readonly values: Int16Array | Float64Array;
}

/** How far apart two values are: not at all or entirely; by ranks; by their squared difference. */
export type Scale = "nominal" | "ordinal" | "interval";

/** Why agreement is undefined: no unit was rated twice, or every rating is the same. */
export interface NoAgreement {
  readonly kind: "no-pairs" | "no-variation";
}

/**
 * Units as unit profiles: which values each got, and how often. Two units of one profile count
 * alike.
 */
interface Profiles {
  readonly classes: number;
  /** [units rated at least twice] profile of each. */
  readonly profileOf: Uint32Array;
  /** [profiles * classes] how many raters gave each class. */
  readonly counts: Float64Array;
}

/** Largest square table of classes kept: 1,000 classes make 8 MB. */
const CLASSES_MAX = 1000;

function checkRatings({ units, raters, values }: Ratings): void {
  assert(values.length === units * raters, "one value, or a gap, for each unit and rater");
}

function classesOf(values: Int16Array): number {
  let most = -1;
  for (const value of values) if (value > most) most = value;
  assert(most < CLASSES_MAX, `at most ${CLASSES_MAX} classes (got ${most + 1})`);
  return most + 1;
}

/**
 * [classes * classes] how often two values met in a unit, each unit weighted by 1/(ratings − 1)
 * (Krippendorff 2004, 11.3): rows sum to the number of pairable values of the class.
 */
function coincidences({ units, raters, values }: Ratings, classes: number): Float64Array {
  const table = new Float64Array(classes * classes);
  const said = new Uint32Array(raters);
  for (let u = 0; u < units; u++) {
    let m = 0;
    for (let r = 0; r < raters; r++) {
      const value = values[u * raters + r] as number;
      if (value >= 0) said[m++] = value;
    }
    if (m < 2) continue;
    const weight = 1 / (m - 1);
    for (let i = 1; i < m; i++) {
      const row = (said[i] as number) * classes;
      for (let j = 0; j < i; j++) {
        const cell = row + (said[j] as number);
        table[cell] = (table[cell] as number) + weight;
      }
    }
  }
  // Each pair was counted once; it meets both ways round.
  for (let c = 0; c < classes; c++)
    for (let k = 0; k <= c; k++) {
      const both = (table[c * classes + k] as number) + (table[k * classes + c] as number);
      table[c * classes + k] = both;
      table[k * classes + c] = both;
    }
  return table;
}

/** Squared distance of two classes given how often each was used. */
function distance(scale: Scale, used: Float64Array): (c: number, k: number) => number {
  if (scale === "nominal") return (c, k) => (c === k ? 0 : 1);
  if (scale === "interval") return (c, k) => (c - k) ** 2;
  const upTo = new Float64Array(used.length + 1);
  used.forEach((n, c) => {
    upTo[c + 1] = (upTo[c] as number) + n;
  });
  // Ratings between the middles of the two classes, each end class by half.
  const middle = (c: number) => ((upTo[c] as number) + (upTo[c + 1] as number)) / 2;
  return (c, k) => (middle(c) - middle(k)) ** 2;
}

/** 1 − observed / expected disagreement of a coincidence table; NaN when undefined. */
function alphaOf(table: Float64Array, classes: number, scale: Scale): number {
  const used = new Float64Array(classes);
  for (let c = 0; c < classes; c++)
    for (let k = 0; k < classes; k++)
      used[c] = (used[c] as number) + (table[c * classes + k] as number);
  const n = used.reduce((total, count) => total + count, 0);
  const apart = distance(scale, used);
  let observed = 0;
  let expected = 0;
  for (let c = 0; c < classes; c++)
    for (let k = 0; k < c; k++) {
      const far = apart(c, k);
      observed += (table[c * classes + k] as number) * far;
      expected += (used[c] as number) * (used[k] as number) * far;
    }
  return expected === 0 ? Number.NaN : 1 - ((n - 1) * observed) / expected;
}

/**
 * Count, sum, sum of squares and disagreement of each unit rated twice or more: all an interval
 * scale needs.
 */
interface Moments {
  readonly units: number;
  /** [units * 4] */
  readonly of: Float64Array;
}

function momentsOf({ units, raters }: Ratings, values: Float64Array): Moments {
  const present = values.filter((value) => !Number.isNaN(value));
  checkRange("ratings", present, { low: -Number.MAX_VALUE, high: Number.MAX_VALUE });
  // Sums of squares about a far-off zero would lose the differences they are made of.
  const centre = present.reduce((total, value) => total + value, 0) / Math.max(1, present.length);
  const of = new Float64Array(units * 4);
  let kept = 0;
  for (let u = 0; u < units; u++) {
    let m = 0;
    let sum = 0;
    let squares = 0;
    for (let r = 0; r < raters; r++) {
      const value = values[u * raters + r] as number;
      if (Number.isNaN(value)) continue;
      m++;
      sum += value - centre;
      squares += (value - centre) ** 2;
    }
    if (m < 2) continue;
    of.set([m, sum, squares, (2 * (m * squares - sum * sum)) / (m - 1)], kept * 4);
    kept++;
  }
  return { units: kept, of: of.subarray(0, kept * 4) };
}

/** Alpha of numbers as a function of unit indices; NaN where undefined. */
function momentStatistic({ of }: Moments): Statistic {
  return (indices) => {
    let n = 0;
    let sum = 0;
    let squares = 0;
    let observed = 0;
    for (const u of indices) {
      n += of[u * 4] as number;
      sum += of[u * 4 + 1] as number;
      squares += of[u * 4 + 2] as number;
      observed += of[u * 4 + 3] as number;
    }
    const expected = 2 * (n * squares - sum * sum);
    // What rounding leaves of an expected disagreement of zero.
    return expected <= 1e-12 * n * squares ? Number.NaN : 1 - ((n - 1) * observed) / expected;
  };
}

function profilesOf({ units, raters, values }: Ratings, classes: number): Profiles {
  const ids = new Map<string, number>();
  const counts: number[] = [];
  const profileOf = new Uint32Array(units);
  const tally = new Uint16Array(classes);
  let kept = 0;
  for (let u = 0; u < units; u++) {
    tally.fill(0);
    let m = 0;
    for (let r = 0; r < raters; r++) {
      const value = values[u * raters + r] as number;
      if (value < 0) continue;
      tally[value] = (tally[value] as number) + 1;
      m++;
    }
    if (m < 2) continue;
    const key = String.fromCharCode(...tally);
    let id = ids.get(key);
    if (id === undefined) {
      id = ids.size;
      ids.set(key, id);
      counts.push(...tally);
    }
    profileOf[kept++] = id;
  }
  return { classes, profileOf: profileOf.subarray(0, kept), counts: Float64Array.from(counts) };
}

/**
 * Alpha as a function of unit indices: a resample is a count of each profile, few whatever the
 * number of units.
 */
function profileStatistic({ classes, profileOf, counts }: Profiles, scale: Scale): Statistic {
  const profiles = counts.length / classes;
  const times = new Uint32Array(profiles);
  const table = new Float64Array(classes * classes);
  return (indices) => {
    times.fill(0);
    for (let i = 0; i < indices.length; i++) {
      const profile = profileOf[indices[i] as number] as number;
      times[profile] = (times[profile] as number) + 1;
    }
    table.fill(0);
    for (let p = 0; p < profiles; p++) {
      if (times[p] === 0) continue;
      const row = counts.subarray(p * classes, (p + 1) * classes);
      const m = row.reduce((total, count) => total + count, 0);
      const weight = (times[p] as number) / (m - 1);
      for (let c = 0; c < classes; c++) {
        const mine = row[c] as number;
        if (mine === 0) continue;
        for (let k = 0; k < classes; k++) {
          const cell = c * classes + k;
          const pairs = mine * ((row[k] as number) - (c === k ? 1 : 0));
          table[cell] = (table[cell] as number) + weight * pairs;
        }
      }
    }
    return alphaOf(table, classes, scale);
  };
}

/** Units rated at least twice; fewer than one makes alpha undefined. */
const pairable = (pairs: number, alpha: number): Result<number, NoAgreement> => {
  if (pairs === 0) return err({ kind: "no-pairs" });
  return Number.isNaN(alpha) ? err({ kind: "no-variation" }) : ok(alpha);
};

const NUMBERS_NEED_INTERVAL = "class indices (Int16Array) for a nominal or ordinal scale";

/**
 * Krippendorff's alpha (Krippendorff 2004, chapter 11): 1 is full agreement, 0 what chance gives,
 * below 0 is worse. Units rated once say nothing and are left out. Classes are ordered, and spaced,
 * as their indices are.
 */
export function krippendorffAlpha(ratings: Ratings, scale: Scale): Result<number, NoAgreement> {
  checkRatings(ratings);
  if (ratings.values instanceof Float64Array) {
    assert(scale === "interval", NUMBERS_NEED_INTERVAL);
    const moments = momentsOf(ratings, ratings.values);
    const everything = Uint32Array.from({ length: moments.units }, (_, i) => i);
    return pairable(moments.units, momentStatistic(moments)(everything));
  }
  const classes = classesOf(ratings.values);
  const table = coincidences(ratings, classes);
  const pairs = table.reduce((total, count) => total + count, 0);
  return pairable(pairs, alphaOf(table, classes, scale));
}

/** Alpha with a bootstrap interval over units. */
export function krippendorffBootstrap(
  ratings: Ratings,
  scale: Scale,
  options: BootstrapOptions,
): Result<Bootstrapped, NoAgreement> {
  const alpha = krippendorffAlpha(ratings, scale);
  if (!alpha.ok) return alpha;
  if (ratings.values instanceof Float64Array) {
    const moments = momentsOf(ratings, ratings.values);
    return ok(bootstrap(momentStatistic(moments), moments.units, options));
  }
  const profiles = profilesOf(ratings, classesOf(ratings.values));
  return ok(bootstrap(profileStatistic(profiles, scale), profiles.profileOf.length, options));
}

/** How much a disagreement of two classes counts, by how far apart their indices are. */
export type KappaWeights = "none" | "linear" | "quadratic";

export interface KappaOptions {
  readonly classes: number;
  readonly weights?: KappaWeights;
}

/** Cohen's kappa as a function of item indices, for resampling; NaN where undefined. */
export function kappaOf(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  { classes, weights = "none" }: KappaOptions,
): Statistic {
  assert(first.length === second.length, "both raters rate the same items");
  for (const side of [first, second]) checkRange("classes", side, { low: 0, high: classes - 1 });
  const apart = (c: number, k: number) =>
    weights === "none" ? Number(c !== k) : weights === "linear" ? Math.abs(c - k) : (c - k) ** 2;
  const table = new Float64Array(classes * classes);
  return (indices) => {
    table.fill(0);
    for (const i of indices) {
      const cell = (first[i] as number) * classes + (second[i] as number);
      table[cell] = (table[cell] as number) + 1;
    }
    const rows = new Float64Array(classes);
    const columns = new Float64Array(classes);
    let observed = 0;
    for (let c = 0; c < classes; c++)
      for (let k = 0; k < classes; k++) {
        const n = table[c * classes + k] as number;
        rows[c] = (rows[c] as number) + n;
        columns[k] = (columns[k] as number) + n;
        observed += n * apart(c, k);
      }
    let expected = 0;
    for (let c = 0; c < classes; c++)
      for (let k = 0; k < classes; k++)
        expected += (rows[c] as number) * (columns[k] as number) * apart(c, k);
    return expected === 0 ? Number.NaN : 1 - (indices.length * observed) / expected;
  };
}

/**
 * Cohen's kappa of two raters (Cohen 1960, weighted 1968). `first`, `second`: [n] class indices.
 */
export function cohenKappa(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  options: KappaOptions,
): Result<number, NoAgreement> {
  const statistic = kappaOf(first, second, options);
  return pairable(first.length, statistic(Uint32Array.from({ length: first.length }, (_, i) => i)));
}
