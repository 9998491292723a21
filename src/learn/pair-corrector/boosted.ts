import { z } from "zod";
import { type Rows, sigmoid } from "./logistic.ts";

/** A leaf says a value; a split sends `x[feature] <= at` to the left. Children by index, after their parent. */
const BoostedNode = z.union([
  z.strictObject({ value: z.number() }),
  z.strictObject({
    feature: z.int().nonnegative(),
    at: z.number(),
    left: z.int().positive(),
    right: z.int().positive(),
  }),
]);
type BoostedNode = z.infer<typeof BoostedNode>;

export const Boosted = z.strictObject({
  kind: z.literal("boosted"),
  width: z.int().positive(),
  /** Log-odds before any tree. */
  base: z.number(),
  trees: z.array(z.array(BoostedNode).min(1)),
});
export type Boosted = z.infer<typeof Boosted>;

const TREES = 80;
const DEPTH_MAX = 3;
const RATE = 0.1;
/** Σ p(1 − p) of a leaf at the least: about 20 rows nobody is sure of. */
const LEAF_MIN = 5;
const PENALTY = 1;
const BINS = 24;

/** Cuts of a column: up to BINS − 1 of its quantiles, ascending, none twice. */
function cutsOf({ x, y, width }: Rows, feature: number): number[] {
  const column = Float64Array.from(y, (_, i) => x[i * width + feature] as number).sort();
  const cuts = new Set<number>();
  for (let b = 1; b < BINS; b++) cuts.add(column[Math.floor((b * column.length) / BINS)] ?? 0);
  cuts.delete(column.at(-1) ?? 0); // nothing lies above the greatest
  return [...cuts];
}

interface Binned {
  /** [n, width] number of cuts below each value. */
  readonly bins: Uint8Array;
  readonly cuts: readonly (readonly number[])[];
  readonly width: number;
}

function binned(rows: Rows): Binned {
  const { x, width } = rows;
  const cuts = Array.from({ length: width }, (_, feature) => cutsOf(rows, feature));
  const bins = Uint8Array.from(x, (value, i) => {
    const at = (cuts[i % width] ?? []).findIndex((cut) => value <= cut);
    return at < 0 ? (cuts[i % width]?.length ?? 0) : at;
  });
  return { bins, cuts, width };
}

/** Gradient and curvature of the log-likelihood by each row's log-odds. */
interface Slopes {
  readonly g: Float64Array;
  readonly h: Float64Array;
}

const scoreOf = (g: number, h: number): number => g ** 2 / (h + PENALTY);

/** The split of the rows that gains most (Chen & Guestrin 2016, eq. 7); undefined where none gains. */
function bestSplit({ bins, cuts, width }: Binned, rows: Uint32Array, { g, h }: Slopes) {
  let [sumG, sumH] = [0, 0];
  for (const row of rows) {
    sumG += g[row] as number;
    sumH += h[row] as number;
  }
  let best: { feature: number; bin: number; gain: number } | undefined;
  const binG = new Float64Array(BINS);
  const binH = new Float64Array(BINS);
  for (let feature = 0; feature < width; feature++) {
    const count = cuts[feature]?.length ?? 0;
    if (count === 0) continue;
    binG.fill(0);
    binH.fill(0);
    for (const row of rows) {
      const bin = bins[row * width + feature] as number;
      binG[bin] = (binG[bin] as number) + (g[row] as number);
      binH[bin] = (binH[bin] as number) + (h[row] as number);
    }
    let [leftG, leftH] = [0, 0];
    for (let bin = 0; bin < count; bin++) {
      leftG += binG[bin] as number;
      leftH += binH[bin] as number;
      if (leftH < LEAF_MIN || sumH - leftH < LEAF_MIN) continue;
      const gain =
        scoreOf(leftG, leftH) + scoreOf(sumG - leftG, sumH - leftH) - scoreOf(sumG, sumH);
      if (gain > (best?.gain ?? 1e-9)) best = { feature, bin, gain };
    }
  }
  return best;
}

/** Grows one tree and adds what its leaves say to `logits`. */
function growTree(data: Binned, slopes: Slopes, logits: Float64Array): BoostedNode[] {
  const nodes: BoostedNode[] = [{ value: 0 }];
  const grow = (at: number, rows: Uint32Array, depth: number): void => {
    const split = depth < DEPTH_MAX ? bestSplit(data, rows, slopes) : undefined;
    if (split === undefined) {
      let [sumG, sumH] = [0, PENALTY];
      for (const row of rows) {
        sumG += slopes.g[row] as number;
        sumH += slopes.h[row] as number;
      }
      const value = (RATE * sumG) / sumH;
      nodes[at] = { value };
      for (const row of rows) logits[row] = (logits[row] as number) + value;
      return;
    }
    const { feature, bin } = split;
    const isLeft = (row: number) => (data.bins[row * data.width + feature] as number) <= bin;
    const left = nodes.push({ value: 0 }) - 1;
    const right = nodes.push({ value: 0 }) - 1;
    nodes[at] = { feature, at: data.cuts[feature]?.[bin] ?? 0, left, right };
    grow(left, rows.filter(isLeft), depth + 1);
    grow(
      right,
      rows.filter((row) => !isLeft(row)),
      depth + 1,
    );
  };
  grow(0, Uint32Array.from(logits.keys()), 0);
  return nodes;
}

/** Gradient-boosted trees on the logistic loss (Friedman 2001), second order, on binned features. */
export function fitBoosted(rows: Rows): Boosted {
  const { y, width } = rows;
  const n = y.length;
  const share = (y.reduce((sum, label) => sum + label, 0) + 0.5) / (n + 1);
  const base = Math.log(share / (1 - share));
  const data = binned(rows);
  const logits = new Float64Array(n).fill(base);
  const slopes = { g: new Float64Array(n), h: new Float64Array(n) };
  const trees = Array.from({ length: TREES }, () => {
    for (let i = 0; i < n; i++) {
      const p = sigmoid(logits[i] as number);
      slopes.g[i] = (y[i] as number) - p;
      slopes.h[i] = p * (1 - p);
    }
    return growTree(data, slopes, logits);
  });
  return { kind: "boosted", width, base, trees };
}

function leafValue(tree: readonly BoostedNode[], x: Float64Array, start: number): number {
  let node = tree[0];
  while (node !== undefined && !("value" in node))
    node = tree[(x[start + node.feature] as number) <= node.at ? node.left : node.right];
  return node?.value ?? 0;
}

/** [n] probabilities of label 1 for features [n, width]. */
export const boostedProbabilities = (
  { width, base, trees }: Boosted,
  x: Float64Array,
): Float64Array =>
  Float64Array.from({ length: x.length / width }, (_, i) =>
    sigmoid(trees.reduce((sum, tree) => sum + leafValue(tree, x, i * width), base)),
  );
