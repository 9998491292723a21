/**
 * The bootstrap: intervals for any statistic by resampling what was sampled.
 *
 * A statistic is a function of item indices, so that one resample serves any number of arms (paired
 * comparisons share indices, never redraw) and the unit that is resampled (item, cluster, seed) is
 * chosen apart from what is computed.
 */
import { assert } from "#core/assert.ts";
import type { Interval } from "#core/measurement.ts";
import type { Rng } from "#core/rng.ts";
import { normalCdf, normalQuantile } from "#num/special.ts";
import { checkLevel, LEVEL_DEFAULT } from "./proportion.ts";

/**
 * Computed on a resample. Must not keep `indices`: the array is used again for the next resample.
 */
export type Statistic = (indices: Uint32Array) => number;

/** Enough for two digits of a 95 % interval's ends; a published figure takes 9,999. */
export const RESAMPLES_DEFAULT = 1999;

export interface BootstrapOptions {
  readonly rng: Rng;
  readonly resamples?: number;
  readonly level?: number;
  readonly method?: "percentile" | "bca";
}

export interface Bootstrapped {
  /** The statistic on the sample itself. */
  readonly value: number;
  readonly interval: Interval;
  /** [resamples] the statistic on each resample where it was defined, in the order drawn. */
  readonly replicates: Float64Array;
}

/**
 * Uniform indices in bulk: xoshiro128** keyed by an `Rng`, its state held in locals while it fills,
 * three times as fast as a call per draw. The chance of an index is off by less than n/2³².
 * Keyed by a split, so that the same `rng` gives the same resamples to every statistic it is passed
 * with.
 */
function indexSource(rng: Rng): (target: Uint32Array, length: number, n: number) => void {
  const stream = rng.split("resamples");
  const state = Uint32Array.of(...stream.key(), ...stream.key());
  state[3] = (state[3] as number) | 1; // the all-zero state is a fixed point
  return (target, length, n) => {
    const scale = n / 2 ** 32;
    let s0 = state[0] as number;
    let s1 = state[1] as number;
    let s2 = state[2] as number;
    let s3 = state[3] as number;
    for (let i = 0; i < length; i++) {
      const product = Math.imul(s1, 5);
      const word = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
      const t = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = (s3 << 11) | (s3 >>> 21);
      target[i] = word * scale;
    }
    state[0] = s0;
    state[1] = s1;
    state[2] = s2;
    state[3] = s3;
  };
}

/**
 * `count` resamples of 0..n−1 with replacement, each [n]: drawn once and shared by all arms of a
 * study.
 */
export function resampleIndices(rng: Rng, n: number, count: number): Uint32Array[] {
  assert(n > 0 && n < 2 ** 32, "at least one item to resample");
  const fill = indexSource(rng);
  return Array.from({ length: count }, () => {
    const indices = new Uint32Array(n);
    fill(indices, n, n);
    return indices;
  });
}

/** The mean of `values` as a statistic. */
export const meanOf =
  (values: Float64Array): Statistic =>
  (indices) => {
    let total = 0;
    for (let i = 0; i < indices.length; i++) total += values[indices[i] as number] as number;
    return total / indices.length;
  };

/** The difference of two statistics on the same resample. */
export const differenceOf =
  (a: Statistic, b: Statistic): Statistic =>
  (indices) =>
    a(indices) - b(indices);

/** Quantile of ascending values by linear interpolation between order statistics. */
export function quantileSorted(sorted: Float64Array, p: number): number {
  assert(sorted.length > 0, "at least one value");
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (at - below) * (high - low);
}

/** Percentile interval of replicates (Efron 1979). */
export function percentileInterval(replicates: Float64Array, level = LEVEL_DEFAULT): Interval {
  checkLevel(level);
  const sorted = replicates.toSorted();
  return {
    low: quantileSorted(sorted, (1 - level) / 2),
    high: quantileSorted(sorted, (1 + level) / 2),
    level,
    method: "bootstrap-percentile",
  };
}

/** Skewness of the leave-one-out values over 6: the acceleration a (Efron 1987, eq. 6.6). */
export function acceleration(jackknife: Float64Array): number {
  const mean = jackknife.reduce((total, value) => total + value, 0) / jackknife.length;
  let squares = 0;
  let cubes = 0;
  for (const value of jackknife) {
    const d = mean - value;
    squares += d * d;
    cubes += d * d * d;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/**
 * Bias-corrected and accelerated interval (Efron 1987) from replicates and leave-one-out values.
 * Where all replicates lie on one side of the value the correction is undefined: the percentile
 * interval comes back, and its `method` says so.
 */
export function bcaInterval(
  value: number,
  replicates: Float64Array,
  jackknife: Float64Array,
  level = LEVEL_DEFAULT,
): Interval {
  checkLevel(level);
  const sorted = replicates.toSorted();
  let below = 0;
  for (const replicate of sorted) below += replicate < value ? 1 : replicate === value ? 0.5 : 0;
  const share = below / sorted.length;
  if (share === 0 || share === 1) return percentileInterval(sorted, level);
  const bias = normalQuantile(share);
  const a = acceleration(jackknife);
  const adjusted = (p: number) => {
    const z = bias + normalQuantile(p);
    return normalCdf(bias + z / (1 - a * z));
  };
  return {
    low: quantileSorted(sorted, adjusted((1 - level) / 2)),
    high: quantileSorted(sorted, adjusted((1 + level) / 2)),
    level,
    method: "bootstrap-bca",
  };
}

/**
 * More leave-one-out values than this add nothing to the acceleration: blocks of items are left out
 * instead.
 */
const JACKKNIFE_BLOCKS_MAX = 2000;

/** Draws resamples of `units` and hands each, as item indices, to the statistic. */
interface Sampler {
  readonly units: number;
  draw(): Uint32Array;
  /** The items without those of units start..end. */
  without(start: number, end: number): Uint32Array;
}

function itemSampler(rng: Rng, n: number): Sampler {
  const fill = indexSource(rng);
  const indices = new Uint32Array(n);
  return {
    units: n,
    draw: () => {
      fill(indices, n, n);
      return indices;
    },
    without: (start, end) =>
      Uint32Array.from({ length: n - (end - start) }, (_, i) => (i < start ? i : i + end - start)),
  };
}

/** Clusters are drawn whole; `members`: the item indices of each. */
function clusterSampler(rng: Rng, members: readonly Uint32Array[]): Sampler {
  const fill = indexSource(rng);
  const drawn = new Uint32Array(members.length);
  const longest = members.reduce((most, { length }) => Math.max(most, length), 0);
  const items = new Uint32Array(members.length * longest);
  return {
    units: members.length,
    draw: () => {
      fill(drawn, drawn.length, members.length);
      let end = 0;
      for (let i = 0; i < drawn.length; i++) {
        const cluster = members[drawn[i] as number] as Uint32Array;
        items.set(cluster, end);
        end += cluster.length;
      }
      return items.subarray(0, end);
    },
    without: (start, end) =>
      Uint32Array.from(
        members.flatMap((cluster, at) => (at >= start && at < end ? [] : [...cluster])),
      ),
  };
}

function jackknifeOf(statistic: Statistic, { units, without }: Sampler): Float64Array {
  const blocks = Math.min(units, JACKKNIFE_BLOCKS_MAX);
  return Float64Array.from({ length: blocks }, (_, k) =>
    statistic(without(Math.floor((k * units) / blocks), Math.floor(((k + 1) * units) / blocks))),
  ).filter(Number.isFinite);
}

function run(
  statistic: Statistic,
  sampler: Sampler,
  { resamples = RESAMPLES_DEFAULT, level = LEVEL_DEFAULT, method = "percentile" }: BootstrapOptions,
): Bootstrapped {
  assert(resamples >= 1, "at least one resample");
  const value = statistic(sampler.without(0, 0));
  const drawn = new Float64Array(resamples);
  let defined = 0;
  for (let r = 0; r < resamples; r++) {
    const replicate = statistic(sampler.draw());
    // A resample can lack what the statistic needs, one class of two: it says nothing and is left
    // out.
    if (Number.isFinite(replicate)) drawn[defined++] = replicate;
  }
  assert(Number.isFinite(value) && defined > 0, "a statistic that is defined on the sample");
  const replicates = drawn.subarray(0, defined);
  const interval =
    method === "bca"
      ? bcaInterval(value, replicates, jackknifeOf(statistic, sampler), level)
      : percentileInterval(replicates, level);
  return { value, interval, replicates };
}

/** Resamples the `n` items a statistic is computed on. */
export const bootstrap = (
  statistic: Statistic,
  n: number,
  options: BootstrapOptions,
): Bootstrapped => {
  assert(n > 0, "at least one item");
  return run(statistic, itemSampler(options.rng, n), options);
};

const suffixed = (result: Bootstrapped, suffix: string): Bootstrapped => ({
  ...result,
  interval: { ...result.interval, method: `${result.interval.method}-${suffix}` },
});

/** Mean of a − b over the same items, resampled as pairs. `a`, `b`: [n] values of one item each. */
export function pairedBootstrap(
  a: Float64Array,
  b: Float64Array,
  options: BootstrapOptions,
): Bootstrapped {
  assert(a.length === b.length, "pairs: as many values on either side");
  const difference = a.map((value, i) => value - (b[i] as number));
  return suffixed(bootstrap(meanOf(difference), a.length, options), "paired");
}

/** Item indices of each cluster, clusters in order of first appearance. */
export function clustersOf(labels: readonly (string | number)[]): Uint32Array[] {
  const members = new Map<string | number, number[]>();
  labels.forEach((label, i) => {
    const list = members.get(label);
    if (list === undefined) members.set(label, [i]);
    else list.push(i);
  });
  return Array.from(members.values(), (list) => Uint32Array.from(list));
}

/**
 * Resamples whole clusters: for items that were not sampled one by one (mails of a thread, answers
 * of a user).
 */
export function clusteredBootstrap(
  statistic: Statistic,
  clusters: readonly Uint32Array[],
  options: BootstrapOptions,
): Bootstrapped {
  assert(clusters.length > 0, "at least one cluster");
  return suffixed(run(statistic, clusterSampler(options.rng, clusters), options), "clustered");
}

/**
 * One seed's metric: its value, and the metric on resamples of that seed's items where there are
 * any.
 */
export interface SeedValue {
  readonly value: number;
  readonly replicates?: ArrayLike<number> | undefined;
}

/**
 * [seeds] minus [seeds], replicate by replicate: both arms of a seed were scored on the same
 * resamples.
 */
export function pairedSeeds(a: readonly SeedValue[], b: readonly SeedValue[]): SeedValue[] {
  assert(a.length === b.length, "the same seeds in both arms");
  return a.map((one, s) => {
    const other = b[s] as SeedValue;
    const value = one.value - other.value;
    if (one.replicates === undefined || other.replicates === undefined) return { value };
    const { replicates } = other;
    assert(one.replicates.length === replicates.length, "the same resamples in both arms");
    return {
      value,
      replicates: Array.from(
        one.replicates,
        (replicate, r) => replicate - (replicates[r] as number),
      ),
    };
  });
}

/**
 * Mean over seeds: seeds are drawn with replacement, then one of each drawn seed's own replicates.
 * Seeds without replicates contribute their value. The spread over seeds holds some of the spread
 * over items already, so the interval errs on the wide side.
 */
export function hierarchicalBootstrap(
  seeds: readonly SeedValue[],
  { rng, resamples = RESAMPLES_DEFAULT, level = LEVEL_DEFAULT }: Omit<BootstrapOptions, "method">,
): Bootstrapped {
  const n = seeds.length;
  assert(n > 0, "at least one seed");
  const stream = rng.split("seeds");
  const replicates = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let total = 0;
    for (let s = 0; s < n; s++) {
      const { value, replicates: own } = seeds[stream.int(n)] as SeedValue;
      total +=
        own === undefined || own.length === 0 ? value : (own[stream.int(own.length)] as number);
    }
    replicates[r] = total / n;
  }
  return {
    value: seeds.reduce((total, { value }) => total + value, 0) / n,
    interval: { ...percentileInterval(replicates, level), method: "bootstrap-hierarchical" },
    replicates,
  };
}
