import { Problem, quoted } from "#core/errors.ts";
import { err, ok, type Result } from "#core/result.ts";
import type { TaskKind } from "#core/task-kind.ts";
import { TreeNode, TreeOperation, TreeSchema } from "#core/tree.ts";
import { treeDistance } from "#measure/tree/distance.ts";
import { applyOperations, reverseOperations } from "./operations.ts";
import { treeDiff } from "./tree-diff.ts";

const misfit = (title: string, expected: string, got: unknown): Result<never, Problem> =>
  err(new Problem("bad-input", title, { expected, got: quoted(got) }));

/** Ids once each, members once in a category, names that are some, no deeper or wider than stated. */
function checkTree(
  tree: TreeNode,
  { depthMax, aspectsMax }: TreeSchema,
): Result<TreeNode, Problem> {
  if (tree.children.length > aspectsMax)
    return misfit("The tree has too many aspects", `at most ${aspectsMax}`, tree.children.length);
  const ids = new Set<string>();
  const open = [{ node: tree, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, depth } = next;
    if (ids.has(node.id))
      return misfit("Two categories of a tree have one id", "an id of its own for each", node.id);
    ids.add(node.id);
    if (node.name.trim() === "")
      return misfit("A category has no name", `a name for category "${node.id}"`, node.name);
    if (depth > depthMax)
      return misfit(
        "A category lies too deep",
        `at most ${depthMax} levels below the root`,
        node.name,
      );
    const twice = node.members.find((member, i) => node.members.indexOf(member) !== i);
    if (twice !== undefined)
      return misfit("A category holds something twice", `"${twice}" once in "${node.name}"`, twice);
    for (const child of node.children) open.push({ node: child, depth: depth + 1 });
  }
  return ok(tree);
}

/** Categories and placements, for the size of a tree that comes or goes as a whole. */
const sizeOf = (tree: TreeNode | null): number =>
  tree === null
    ? 0
    : 1 + tree.members.length + tree.children.reduce((sum, child) => sum + sizeOf(child), 0);

/** A tree of topics with what is placed in them. An edit is counted in operations. */
export const treeKind: TaskKind<TreeNode, TreeOperation, TreeSchema> = {
  id: "tree",
  schema: TreeSchema,
  output: TreeNode,
  operation: TreeOperation,
  check: checkTree,

  distance(a, b) {
    if (a === null || b === null) return a === b ? 0 : 1;
    return treeDistance(a, b);
  },

  diff(before, after) {
    return treeDiff(before, after);
  },
  apply: applyOperations,
  reverse: reverseOperations,

  editSize: (operations) =>
    operations.reduce(
      (size, operation) =>
        size +
        (operation.kind === "set" ? Math.max(sizeOf(operation.from), sizeOf(operation.to)) : 1),
      0,
    ),

  /** The share of what the tree says that is wrong; a missing tree says nothing right. */
  severity: (got, gold) => (got === null ? 1 : treeDistance(got, gold)),
};
