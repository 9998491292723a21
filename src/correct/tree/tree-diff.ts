import type { TreeNode, TreeOperation } from "#core/tree.ts";
import { type FlatTree, flatten, nodeOf } from "./flat-tree.ts";

/**
 * Edits that make `after` of `before`: what left a category, then renamings, moves and additions of
 * categories from the top down, what was placed, and last the categories that are gone. What keeps
 * its order among its siblings is not moved (a longest increasing subsequence stays put).
 */
export function treeDiff(before: TreeNode | null, after: TreeNode | null): TreeOperation[] {
  if (before === null || after === null || before.id !== after.id)
    return before === null && after === null ? [] : [{ kind: "set", from: before, to: after }];
  const work = flatten(before);
  const goal = flatten(after);
  return [
    ...unplaced(work, goal),
    ...renamed(work, goal),
    ...arranged(work, goal),
    ...placed(work, goal),
    ...removed(work, goal),
  ];
}

/** Those of `wanted` that stand in `held` in the same order already: as many as can stay. */
function staying(held: readonly string[], wanted: readonly string[]): Set<string> {
  const placeOf = new Map(held.map((id, i) => [id, i]));
  const kept = wanted.flatMap((id) => {
    const at = placeOf.get(id);
    return at === undefined ? [] : [{ id, at }];
  });
  // Patience sorting: `ends[k]` is the run of length k + 1 that ends lowest.
  const ends: number[] = [];
  const before: number[] = [];
  kept.forEach(({ at }, i) => {
    const found = ends.findIndex((end) => (kept[end]?.at ?? 0) > at);
    const k = found < 0 ? ends.length : found;
    before[i] = ends[k - 1] ?? -1;
    ends[k] = i;
  });
  const stay = new Set<string>();
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i] ?? -1) {
    const id = kept[i]?.id;
    if (id !== undefined) stay.add(id);
  }
  return stay;
}

function unplaced(work: FlatTree, goal: FlatTree): TreeOperation[] {
  return [...work.nodes].flatMap(([node, { members }]) => {
    const stay = staying(members, goal.nodes.get(node)?.members ?? []);
    return members
      .filter((member) => !stay.has(member))
      .map((member): TreeOperation => {
        const at = members.indexOf(member);
        members.splice(at, 1);
        return { kind: "unplace", member, node, at };
      });
  });
}

function renamed(work: FlatTree, goal: FlatTree): TreeOperation[] {
  return [...goal.nodes].flatMap(([node, { name }]): TreeOperation[] => {
    const from = work.nodes.get(node)?.name;
    return from === undefined || from === name ? [] : [{ kind: "rename", node, from, to: name }];
  });
}

/**
 * Moves and additions, parents first: whatever is above the new parent is in place by then, so no
 * move closes a cycle.
 */
function arranged(work: FlatTree, goal: FlatTree): TreeOperation[] {
  const operations: TreeOperation[] = [];
  for (const [parent, { children }] of goal.nodes) {
    const siblings = nodeOf(work, parent).children;
    const stay = staying(siblings, children);
    let previous: string | undefined;
    for (const node of children) {
      if (!stay.has(node)) operations.push(put(work, goal, { node, parent, previous }));
      previous = node;
    }
  }
  return operations;
}

/** Moves or adds a node right after `previous`, in `work` too. */
function put(
  work: FlatTree,
  goal: FlatTree,
  { node, parent, previous }: { node: string; parent: string; previous: string | undefined },
): TreeOperation {
  const held = work.nodes.get(node);
  const siblings = nodeOf(work, parent).children;
  const after = () => (previous === undefined ? 0 : siblings.indexOf(previous) + 1);
  if (held === undefined || held.parent === null) {
    const { name } = nodeOf(goal, node);
    const at = after();
    siblings.splice(at, 0, node);
    work.nodes.set(node, { name, parent, children: [], members: [] });
    return { kind: "add-node", node, parent, at, name };
  }
  const left = nodeOf(work, held.parent).children;
  const from = { parent: held.parent, at: left.indexOf(node) };
  left.splice(from.at, 1);
  const to = { parent, at: after() };
  siblings.splice(to.at, 0, node);
  held.parent = parent;
  return { kind: "move-node", node, from, to };
}

function placed(work: FlatTree, goal: FlatTree): TreeOperation[] {
  return [...goal.nodes].flatMap(([node, { members }]) => {
    const kept = new Set(nodeOf(work, node).members);
    return members.flatMap((member, at): TreeOperation[] =>
      kept.has(member) ? [] : [{ kind: "place", member, node, at }],
    );
  });
}

/** What the other tree does not have: empty by now, children before their parents. */
function removed(work: FlatTree, goal: FlatTree): TreeOperation[] {
  return [...work.nodes].toReversed().flatMap(([node, { parent, name }]): TreeOperation[] => {
    if (goal.nodes.has(node) || parent === null) return [];
    const siblings = nodeOf(work, parent).children;
    const at = siblings.indexOf(node);
    siblings.splice(at, 1);
    return [{ kind: "remove-node", node, parent, at, name }];
  });
}
