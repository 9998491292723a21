import type { TreeNode } from "#core/tree.ts";
import { averageLinkage } from "./clusters.ts";
import { type TermVector, termSimilarity, termsOf, termVectors } from "./term-vectors.ts";

/** What is to be sorted into a tree. */
export interface OutlineStudy {
  readonly id: string;
  readonly text: string;
}

/** Categories below the root, and below each of those. */
const WIDTHS = [5, 3] as const;
/** A cluster smaller than this is not parted further. */
const PARTED_MIN = 4;
/** Studies that are clustered; more are placed with the most similar of these. */
export const CLUSTERED_MAX = 300;
const NAME_TERMS = 2;

/** A category before it has a name: rows of the studies. */
interface Branch {
  readonly rows: readonly number[];
  readonly children: readonly Branch[];
}

function branchesOf(
  rows: readonly number[],
  similarity: (a: number, b: number) => number,
  level = 0,
): Branch[] {
  const count = WIDTHS[level];
  if (count === undefined || rows.length < PARTED_MIN) return [];
  const n = rows.length;
  const alike = Float64Array.from({ length: n * n }, (_, p) =>
    similarity(rows[Math.floor(p / n)] ?? 0, rows[p % n] ?? 0),
  );
  const clusters = averageLinkage(alike, { n, count });
  if (clusters.length < 2) return [];
  return clusters.map((cluster) => {
    const own = cluster.map((at) => rows[at] ?? 0);
    return { rows: own, children: branchesOf(own, similarity, level + 1) };
  });
}

/** Terms and pairs of neighbours, how often each. */
function phraseCounts(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (phrase: string) => counts.set(phrase, (counts.get(phrase) ?? 0) + 1);
  for (const text of texts) {
    const terms = termsOf(text);
    for (const [i, term] of terms.entries()) {
      count(term);
      const next = terms[i + 1];
      if (next !== undefined && next !== term) count(`${term} ${next}`);
    }
  }
  return counts;
}

/**
 * Names of sibling categories by class-based tf-idf (Grootendorst 2022): a phrase weighs its count in
 * the category times ln(1 + mean words of a category / its count in all). No two siblings are named
 * alike.
 */
function namesOf(siblings: readonly (readonly string[])[]): string[] {
  const classes = siblings.map(phraseCounts);
  const all = phraseCounts(siblings.flat());
  const total = [...all.values()].reduce((sum, count) => sum + count, 0);
  const taken = new Set<string>();
  return classes.map((counts, c) => {
    const ranked = [...counts]
      .map(([phrase, count]) => ({
        phrase,
        weight: count * Math.log(1 + total / classes.length / (all.get(phrase) ?? count)),
      }))
      .sort((a, b) => b.weight - a.weight || (a.phrase < b.phrase ? -1 : 1));
    const chosen: string[] = [];
    for (const { phrase } of ranked) {
      if (chosen.length === NAME_TERMS) break;
      const words = phrase.split(" ");
      if (chosen.some((other) => words.some((word) => other.split(" ").includes(word)))) continue;
      chosen.push(phrase);
    }
    const name = chosen.join(", ") || `group ${c + 1}`;
    const own = taken.has(name) ? `${name} (${c + 1})` : name;
    taken.add(own);
    return own;
  });
}

/**
 * A tree without any language model: average-linkage clusters of tf-idf cosines, five aspects and
 * three topics in each, named by the phrases that tell them from their siblings. Of more than 300
 * studies, 300 evenly spread ones are clustered and each of the others joins the category of the one
 * it is most like.
 */
export function localOutline(title: string, studies: readonly OutlineStudy[]): TreeNode {
  const vectors = termVectors(studies.map(({ text }) => text));
  const none: TermVector = new Map();
  const similarity = (a: number, b: number) =>
    termSimilarity(vectors[a] ?? none, vectors[b] ?? none);
  const stride = Math.max(1, studies.length / CLUSTERED_MAX);
  const sampled = Array.from({ length: Math.min(studies.length, CLUSTERED_MAX) }, (_, i) =>
    Math.floor(i * stride),
  );
  const isSampled = new Set(sampled);
  const followers = new Map<number, number[]>();
  for (const row of studies.keys()) {
    if (isSampled.has(row)) continue;
    let [best, leader] = [-1, sampled[0] ?? 0];
    for (const other of sampled) {
      const alike = similarity(row, other);
      if (alike > best) [best, leader] = [alike, other];
    }
    followers.set(leader, [...(followers.get(leader) ?? []), row]);
  }
  const withFollowers = (rows: readonly number[]) =>
    rows.flatMap((row) => [row, ...(followers.get(row) ?? [])]).sort((a, b) => a - b);
  const textsOf = (rows: readonly number[]) => rows.map((row) => studies[row]?.text ?? "");
  const idsOf = (rows: readonly number[]) =>
    withFollowers(rows).map((row) => studies[row]?.id ?? "");
  const build = (branches: readonly Branch[], path: string): TreeNode[] => {
    const names = namesOf(branches.map(({ rows }) => textsOf(rows)));
    return branches.map(({ rows, children }, i) => {
      const id = path === "" ? `${i + 1}` : `${path}.${i + 1}`;
      const below = build(children, id);
      return {
        id,
        name: names[i] ?? id,
        members: below.length === 0 ? idsOf(rows) : [],
        children: below,
      };
    });
  };
  const branches = branchesOf(sampled, similarity);
  return {
    id: "root",
    name: title,
    members: branches.length === 0 ? idsOf(sampled) : [],
    children: build(branches, ""),
  };
}
