import type { TreeNode } from "#core/tree.ts";

/** A category as the corrector sees it. */
export interface PairCategory {
  readonly id: string;
  readonly text: string;
  /** Index among the categories; -1 right below the root. */
  readonly parent: number;
  /** 1 right below the root. */
  readonly depth: number;
}

/** A tree and its studies as (study, category) pairs: pair p is study ⌊p / k⌋ and category p mod k. */
export interface PairTopic {
  /** [k], parents before their children; the root, which everything is under, is none of them. */
  readonly categories: readonly PairCategory[];
  readonly studies: readonly { readonly id: string; readonly text: string }[];
  /** [n · k] 1 where the proposer placed the study in the category or below it. */
  readonly proposed: Uint8Array;
}

/** Labels of pairs: 1 belongs, 0 does not, -1 nobody said. */
export type PairLabels = Int8Array;

/** The pairs of a tree. Studies the tree places and `studies` does not have are left out. */
export function pairTopicOf(
  tree: TreeNode,
  studies: readonly { readonly id: string; readonly text: string }[],
): PairTopic {
  const categories: PairCategory[] = [];
  const placements: string[][] = [];
  const visit = (node: TreeNode, parent: number, depth: number): string[] => {
    const at = categories.length;
    categories.push({ id: node.id, text: node.name, parent, depth });
    const held = [...node.members];
    placements[at] = held;
    for (const child of node.children) held.push(...visit(child, at, depth + 1));
    return held;
  };
  for (const child of tree.children) visit(child, -1, 1);
  const rowOf = new Map(studies.map(({ id }, row) => [id, row]));
  const k = categories.length;
  const proposed = new Uint8Array(studies.length * k);
  placements.forEach((members, category) => {
    for (const member of members) {
      const row = rowOf.get(member);
      if (row !== undefined) proposed[row * k + category] = 1;
    }
  });
  return { categories, studies, proposed };
}
