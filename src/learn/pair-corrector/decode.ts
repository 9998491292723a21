import { assert } from "#core/assert.ts";

/** How labels of pairs become placements in a tree. */
export type Decoding = "none" | "strict" | "closure";

/**
 * Strict path aggregation: a study is in a category only where it is in all above it too (Hsu et al.
 * 2024). `labels`: [n · k], `parents`: [k] with parents before children and -1 for none.
 */
export function strictLabels(labels: ArrayLike<number>, parents: readonly number[]): Uint8Array {
  const k = parents.length;
  assert(k === 0 || labels.length % k === 0, "one label for each study and category");
  const out = new Uint8Array(labels.length);
  for (let p = 0; p < labels.length; p++) {
    const parent = parents[p % k] as number;
    const above = parent < 0 ? 1 : (out[p - (p % k) + parent] as number);
    out[p] = labels[p] === 1 && above === 1 ? 1 : 0;
  }
  return out;
}

/**
 * The placements of greatest summed log-odds among those where whoever is in a category is in its
 * parent: gain(v) = logit(v) + Σ max(0, gain(child)); v is taken iff gain(v) > 0 and its parent is.
 * Unlike the strict way, a sure child can carry a doubtful parent. `logits`: [n · k].
 */
export function closureLabels(logits: ArrayLike<number>, parents: readonly number[]): Uint8Array {
  const k = parents.length;
  assert(k === 0 || logits.length % k === 0, "one logit for each study and category");
  const out = new Uint8Array(logits.length);
  const gain = new Float64Array(k);
  for (let start = 0; start < logits.length; start += k) {
    for (let v = 0; v < k; v++) gain[v] = logits[start + v] as number;
    for (let v = k - 1; v >= 0; v--) {
      const parent = parents[v] as number;
      if (parent >= 0) gain[parent] = (gain[parent] as number) + Math.max(0, gain[v] as number);
    }
    for (let v = 0; v < k; v++) {
      const parent = parents[v] as number;
      const above = parent < 0 || out[start + parent] === 1;
      out[start + v] = above && (gain[v] as number) > 0 ? 1 : 0;
    }
  }
  return out;
}

/** Keeps log-odds of sure answers finite: e^12 to 1. */
const LOGIT_MAX = 12;

export const logitOf = (p: number): number =>
  Math.max(-LOGIT_MAX, Math.min(LOGIT_MAX, Math.log(p / (1 - p))));

/** Placements from probabilities [n · k], a pair counting as in above `threshold`. */
export function decodePairs(
  probabilities: Float64Array,
  parents: readonly number[],
  { threshold, decoding }: { readonly threshold: number; readonly decoding: Decoding },
): Uint8Array {
  if (decoding === "closure") {
    const cut = logitOf(threshold);
    return closureLabels(
      probabilities.map((p) => logitOf(p) - cut),
      parents,
    );
  }
  const labels = Uint8Array.from(probabilities, (p) => (p > threshold ? 1 : 0));
  return decoding === "strict" ? strictLabels(labels, parents) : labels;
}
