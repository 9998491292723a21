import { isProblem, Problem, quoted } from "#core/errors.ts";
import { err, ok, type Result } from "#core/result.ts";
import type { TreeNode, TreeOperation } from "#core/tree.ts";
import { type FlatTree, flatten, nodeOf } from "./flat-tree.ts";
import { applyTo } from "./operations.ts";

/** What an edit depends on or changes: a node's name, its place, its being there, or one placement. */
function touched(operation: TreeOperation): string[] {
  switch (operation.kind) {
    case "set":
      return ["tree"];
    case "add-node":
    case "remove-node":
      return [`node ${operation.node}`, `place ${operation.node}`, `name ${operation.node}`];
    case "rename":
      return [`name ${operation.node}`];
    case "move-node":
      return [`place ${operation.node}`];
    case "place":
    case "unplace":
      return [`member ${operation.member} in ${operation.node}`];
  }
}

/** How often each category was edited: what two people who edit at once compare. */
export function nodeRevisions(log: readonly TreeOperation[]): Map<string, number> {
  const revisions = new Map<string, number>();
  for (const operation of log) {
    if (operation.kind === "set") continue;
    revisions.set(operation.node, (revisions.get(operation.node) ?? 0) + 1);
  }
  return revisions;
}

/**
 * Edits made to a tree that others have edited meanwhile (`over`), as edits of the tree `now`: places
 * follow what stands there. A conflict where both changed the same name, place or placement, or where
 * what an edit needs is gone.
 */
export function rebaseOperations(
  operations: readonly TreeOperation[],
  { over, now }: { readonly over: readonly TreeOperation[]; readonly now: TreeNode },
): Result<TreeOperation[], Problem> {
  if (over.length === 0) return ok([...operations]);
  const theirs = new Set(over.flatMap(touched));
  const both = operations.flatMap(touched).find((what) => theirs.has(what) || what === "tree");
  if (both !== undefined || theirs.has("tree"))
    return err(
      new Problem("conflict", "Somebody else has changed the same thing meanwhile", {
        expected: "an edit of what nobody else touched",
        got: quoted(both ?? "tree"),
        hint: "Look at the tree as it is now and edit it again.",
      }),
    );
  const tree = flatten(now);
  const rebased: TreeOperation[] = [];
  try {
    for (const operation of operations) {
      const moved = reseated(operation, tree);
      if (moved.kind !== "set") applyTo(tree, moved);
      rebased.push(moved);
    }
  } catch (error) {
    if (isProblem(error)) return err(error);
    throw error;
  }
  return ok(rebased);
}

/** The edit with its places as they are in `tree`. */
function reseated(operation: TreeOperation, tree: FlatTree): TreeOperation {
  switch (operation.kind) {
    case "set":
    case "rename":
      return operation;
    case "add-node": {
      const { length } = nodeOf(tree, operation.parent).children;
      return { ...operation, at: Math.min(operation.at, length) };
    }
    case "remove-node":
      return {
        ...operation,
        at: nodeOf(tree, operation.parent).children.indexOf(operation.node),
      };
    case "move-node": {
      const { node, from, to } = operation;
      const at = nodeOf(tree, from.parent).children.indexOf(node);
      const room = nodeOf(tree, to.parent).children.length - (from.parent === to.parent ? 1 : 0);
      return { ...operation, from: { ...from, at }, to: { ...to, at: Math.min(to.at, room) } };
    }
    case "place": {
      const { length } = nodeOf(tree, operation.node).members;
      return { ...operation, at: Math.min(operation.at, length) };
    }
    case "unplace":
      return { ...operation, at: nodeOf(tree, operation.node).members.indexOf(operation.member) };
  }
}
