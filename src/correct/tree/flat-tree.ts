import { assert } from "#core/assert.ts";
import { Problem, quoted } from "#core/errors.ts";
import type { TreeNode } from "#core/tree.ts";

/** A node by its id, with lists that an edit may change. */
export interface FlatNode {
  name: string;
  /** Null for the root. */
  parent: string | null;
  readonly children: string[];
  readonly members: string[];
}

/** A tree as a table of its nodes: what edits work on. Made anew for each edit, so never shared. */
export interface FlatTree {
  readonly root: string;
  /** Parents before their children, in the order of an outline, until edited. */
  readonly nodes: Map<string, FlatNode>;
}

/** @throws Problem `bad-input` where two nodes have one id. */
export function flatten(tree: TreeNode): FlatTree {
  const nodes = new Map<string, FlatNode>();
  const visit = ({ id, name, members, children }: TreeNode, parent: string | null): void => {
    if (nodes.has(id))
      throw new Problem("bad-input", "Two categories of a tree have one id", {
        expected: "an id of its own for each category",
        got: quoted(id),
      });
    nodes.set(id, {
      name,
      parent,
      members: [...members],
      children: children.map((child) => child.id),
    });
    for (const child of children) visit(child, id);
  };
  visit(tree, null);
  return { root: tree.id, nodes };
}

export function nest({ root, nodes }: FlatTree): TreeNode {
  const build = (id: string): TreeNode => {
    const node = nodes.get(id);
    assert(node !== undefined, `a child "${id}" is a node`);
    const { name, members, children } = node;
    return { id, name, members: [...members], children: children.map(build) };
  };
  return build(root);
}

/** @throws Problem `conflict` where the tree has no such node, or has it no more. */
export function nodeOf({ nodes }: FlatTree, id: string): FlatNode {
  const node = nodes.get(id);
  if (node !== undefined) return node;
  throw new Problem("conflict", "The tree has no such category, or has it no more", {
    expected: "the id of a category of the tree",
    got: quoted(id),
  });
}

/** The node itself first, then its parent, up to the root. */
export function lineOf(tree: FlatTree, id: string): string[] {
  const line: string[] = [];
  for (let at: string | null = id; at !== null; at = nodeOf(tree, at).parent) line.push(at);
  return line;
}

/** All below a node, parents first, without the node itself. */
export const belowOf = (tree: FlatTree, id: string): string[] =>
  nodeOf(tree, id).children.flatMap((child) => [child, ...belowOf(tree, child)]);

/** What is placed in a node or below it. */
export const membersUnder = (tree: FlatTree, id: string): Set<string> =>
  new Set([id, ...belowOf(tree, id)].flatMap((one) => nodeOf(tree, one).members));
