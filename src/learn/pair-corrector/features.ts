import { termSimilarity, termsOf, termVectors } from "#propose/outline/term-vectors.ts";
import type { PairTopic } from "./topic.ts";

/** What is seen of a pair, and in which group: an ablation leaves a whole group out. */
export const FEATURES = [
  { name: "proposed here", group: "proposal" },
  { name: "parent proposed", group: "proposal" },
  { name: "proposed nowhere", group: "proposal" },
  { name: "similar to the category", group: "text" },
  { name: "more similar than to the best sibling", group: "text" },
  { name: "most similar of the siblings", group: "text" },
  { name: "words of the category in the study", group: "text" },
  { name: "similar to the parent", group: "text" },
  { name: "similar to the studies placed here, mean", group: "tree" },
  { name: "similar to the studies placed here, most", group: "tree" },
  { name: "similar to the studies placed beside it, most", group: "tree" },
  { name: "depth", group: "tree" },
  { name: "share of the studies placed here", group: "tree" },
] as const;

export type FeatureGroup = (typeof FEATURES)[number]["group"];

/** Columns of the features without the left-out groups. */
export const columnsWithout = (left: readonly FeatureGroup[]): number[] =>
  FEATURES.flatMap(({ group }, column) => (left.includes(group) ? [] : [column]));

/** Similarities that the features of a topic are made of. */
interface Similarities {
  /** [n · k] of study and category. */
  readonly category: Float64Array;
  /** [n · n] of two studies. */
  readonly study: Float64Array;
}

function similarities({ studies, categories }: PairTopic): Similarities {
  const [n, k] = [studies.length, categories.length];
  const vectors = termVectors([...studies, ...categories].map(({ text }) => text));
  const category = new Float64Array(n * k);
  const study = new Float64Array(n * n);
  const none = new Map<string, number>();
  for (let i = 0; i < n; i++) {
    const mine = vectors[i] ?? none;
    for (let c = 0; c < k; c++) category[i * k + c] = termSimilarity(mine, vectors[n + c] ?? none);
    for (let j = 0; j < i; j++) {
      const alike = termSimilarity(mine, vectors[j] ?? none);
      study[i * n + j] = alike;
      study[j * n + i] = alike;
    }
  }
  return { category, study };
}

/** Mean and greatest similarity of a study to the others that are placed in a category. */
function toPlaced(
  study: number,
  placed: readonly number[],
  { similarity, n }: { readonly similarity: Float64Array; readonly n: number },
): { mean: number; most: number } {
  let [sum, most, count] = [0, 0, 0];
  for (const other of placed) {
    if (other === study) continue;
    const alike = similarity[study * n + other] as number;
    sum += alike;
    most = Math.max(most, alike);
    count++;
  }
  return { mean: count === 0 ? 0 : sum / count, most };
}

/**
 * Features [n · k, FEATURES.length] of all pairs, row-major, each in [-1, 1] but for the depth. Made
 * of texts, tree and proposal alone.
 */
export function pairFeatures(topic: PairTopic): Float64Array {
  const { studies, categories, proposed } = topic;
  const [n, k, width] = [studies.length, categories.length, FEATURES.length];
  const alike = similarities(topic);
  const placed = categories.map((_, c) =>
    Array.from(studies.keys()).filter((row) => proposed[row * k + c] === 1),
  );
  const siblings = categories.map(({ parent }, c) =>
    Array.from(categories.keys()).filter((s) => s !== c && categories[s]?.parent === parent),
  );
  const words = categories.map(({ text }) => [...new Set(termsOf(text))]);
  const of = { similarity: alike.study, n };
  const out = new Float64Array(n * k * width);
  studies.forEach(({ text }, row) => {
    const said = new Set(termsOf(text));
    const own = (c: number) => alike.category[row * k + c] as number;
    const isProposed = (c: number) => proposed[row * k + c] as number;
    const nowhere = categories.some((_, c) => isProposed(c) === 1) ? 0 : 1;
    const near = placed.map((members) => toPlaced(row, members, of));
    categories.forEach(({ parent, depth }, c) => {
      const beside = siblings[c] ?? [];
      const bestBeside = beside.reduce((best, s) => Math.max(best, own(s)), 0);
      const names = words[c] ?? [];
      const shared = names.filter((word) => said.has(word)).length;
      out.set(
        [
          isProposed(c),
          parent < 0 ? 1 : isProposed(parent),
          nowhere,
          own(c),
          own(c) - bestBeside,
          own(c) > bestBeside ? 1 : 0,
          names.length === 0 ? 0 : shared / names.length,
          parent < 0 ? 0 : own(parent),
          near[c]?.mean ?? 0,
          near[c]?.most ?? 0,
          beside.reduce((best, s) => Math.max(best, near[s]?.most ?? 0), 0),
          depth,
          n === 0 ? 0 : (placed[c]?.length ?? 0) / n,
        ],
        (row * k + c) * width,
      );
    });
  });
  return out;
}
