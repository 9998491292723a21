import type { TreeNode } from "#core/tree.ts";

/** What a tree says, as sets that can be compared with another's. */
interface Facts {
  /** Who is placed where, or below. */
  readonly placements: Set<string>;
  /** Which category, under which name, is in which. */
  readonly links: Set<string>;
  /** What stands next to what. */
  readonly order: Set<string>;
}

/** Wrong placements are what a reader of the tree is misled by; order is a matter of looks. */
const WEIGHTS: Readonly<Record<keyof Facts, number>> = { placements: 0.6, links: 0.3, order: 0.1 };

const key = (...parts: readonly (string | null)[]): string => JSON.stringify(parts);

function factsOf(tree: TreeNode): Facts {
  const facts: Facts = { placements: new Set(), links: new Set(), order: new Set() };
  const inOrder = (container: string, kind: string, ids: readonly string[]): void => {
    for (const [i, id] of ids.entries())
      facts.order.add(key(kind, container, ids[i - 1] ?? null, id));
  };
  const visit = ({ id, name, members, children }: TreeNode, above: readonly string[]): void => {
    const line = [...above, id];
    facts.links.add(key(above.at(-1) ?? null, id, name));
    for (const member of members) for (const node of line) facts.placements.add(key(member, node));
    inOrder(id, "members", members);
    inOrder(
      id,
      "children",
      children.map((child) => child.id),
    );
    for (const child of children) visit(child, line);
  };
  visit(tree, []);
  return facts;
}

/**
 * Distance of two trees over the same ids, in [0, 1] and 0 exactly between equals: Jaccard distances
 * of (member, category or one above it) pairs, of named links, and of neighbours, weighted 6 : 3 : 1.
 * What neither tree has any of is left out. A move between two children of one parent costs less
 * than one between aspects: the pairs above stay.
 */
export function treeDistance(a: TreeNode, b: TreeNode): number {
  const [one, other] = [factsOf(a), factsOf(b)];
  let sum = 0;
  let weights = 0;
  for (const kind of ["placements", "links", "order"] as const) {
    const shared = [...one[kind]].filter((fact) => other[kind].has(fact)).length;
    const all = one[kind].size + other[kind].size - shared;
    if (all === 0) continue;
    sum += WEIGHTS[kind] * (1 - shared / all);
    weights += WEIGHTS[kind];
  }
  return Math.min(1, sum / weights);
}
