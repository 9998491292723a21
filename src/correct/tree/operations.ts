import { Problem, quoted } from "#core/errors.ts";
import type { TreeNode, TreeOperation } from "#core/tree.ts";
import { type FlatTree, flatten, lineOf, nest, nodeOf } from "./flat-tree.ts";

type NodeOperation = Exclude<TreeOperation, { kind: "set" }>;

const movedOn = (what: string, expected: string, got: unknown): Problem =>
  new Problem("conflict", what, {
    expected,
    got: quoted(got),
    hint: "The tree was changed meanwhile, or the edit was made to another one.",
  });

/** Takes `value` out from where an edit says that it stands. */
function takeOut(list: string[], value: string, at: number): void {
  if (list[at] !== value)
    throw movedOn("An edit finds something else at its place", `"${value}" at ${at}`, list[at]);
  list.splice(at, 1);
}

function putIn(list: string[], value: string, at: number): void {
  if (at > list.length)
    throw movedOn("An edit puts something past the end", `a place up to ${list.length}`, at);
  list.splice(at, 0, value);
}

/** Changes `tree`, which is the caller's own. */
export function applyTo(tree: FlatTree, operation: NodeOperation): void {
  const { nodes } = tree;
  switch (operation.kind) {
    case "add-node": {
      const { node, parent, at, name } = operation;
      if (nodes.has(node))
        throw movedOn("The tree has a category of this id already", "a new id", node);
      putIn(nodeOf(tree, parent).children, node, at);
      nodes.set(node, { name, parent, children: [], members: [] });
      return;
    }
    case "remove-node":
      removeNode(tree, operation);
      return;
    case "rename": {
      const node = nodeOf(tree, operation.node);
      if (node.name !== operation.from)
        throw movedOn("The category has another name by now", quoted(operation.from), node.name);
      node.name = operation.to;
      return;
    }
    case "move-node":
      moveNode(tree, operation);
      return;
    case "place": {
      const { members } = nodeOf(tree, operation.node);
      if (members.includes(operation.member))
        throw movedOn(
          "It is placed there already",
          "a member the category lacks",
          operation.member,
        );
      putIn(members, operation.member, operation.at);
      return;
    }
    case "unplace":
      takeOut(nodeOf(tree, operation.node).members, operation.member, operation.at);
  }
}

function removeNode(
  tree: FlatTree,
  { node, parent, at, name }: Extract<TreeOperation, { kind: "remove-node" }>,
): void {
  const gone = nodeOf(tree, node);
  const held = gone.children.length + gone.members.length;
  if (held > 0)
    throw movedOn("A category that holds something is not removed", "an empty category", name);
  if (gone.name !== name)
    throw movedOn("The category has another name by now", quoted(name), gone.name);
  takeOut(nodeOf(tree, parent).children, node, at);
  tree.nodes.delete(node);
}

function moveNode(
  tree: FlatTree,
  { node, from, to }: Extract<TreeOperation, { kind: "move-node" }>,
): void {
  const moved = nodeOf(tree, node);
  nodeOf(tree, to.parent);
  if (lineOf(tree, to.parent).includes(node))
    throw new Problem("bad-input", "A category cannot be moved into itself", {
      expected: "a place outside of the category and what is below it",
      got: quoted(to.parent),
    });
  takeOut(nodeOf(tree, from.parent).children, node, from.at);
  putIn(nodeOf(tree, to.parent).children, node, to.at);
  moved.parent = to.parent;
}

/**
 * The tree after the edits, each made to what the last one left.
 *
 * @throws Problem `conflict` where an edit does not fit the tree it meets; `bad-input` for a cycle.
 */
export function applyOperations(
  before: TreeNode | null,
  operations: readonly TreeOperation[],
): TreeNode | null {
  let tree = before === null ? null : flatten(before);
  for (const operation of operations) {
    if (operation.kind === "set") {
      const at = tree === null ? null : nest(tree);
      if (JSON.stringify(at) !== JSON.stringify(operation.from))
        throw movedOn("The tree to be replaced is another by now", "the tree as it was", at?.name);
      tree = operation.to === null ? null : flatten(operation.to);
    } else if (tree === null) {
      throw movedOn("There is no tree to edit", "a tree set first", operation.kind);
    } else applyTo(tree, operation);
  }
  return tree === null ? null : nest(tree);
}

/** The edit that takes one back. */
function reverseOperation(operation: TreeOperation): TreeOperation {
  switch (operation.kind) {
    case "set":
      return { kind: "set", from: operation.to, to: operation.from };
    case "add-node":
      return { ...operation, kind: "remove-node" };
    case "remove-node":
      return { ...operation, kind: "add-node" };
    case "rename":
      return { ...operation, from: operation.to, to: operation.from };
    case "move-node":
      return { ...operation, from: operation.to, to: operation.from };
    case "place":
      return { ...operation, kind: "unplace" };
    case "unplace":
      return { ...operation, kind: "place" };
  }
}

export const reverseOperations = (operations: readonly TreeOperation[]): TreeOperation[] =>
  operations.toReversed().map(reverseOperation);
