/** What a person does to a tree in one go, as the edits it comes to. None of them changes its tree. */
import { Problem, quoted } from "#core/errors.ts";
import type { TreeNode, TreeOperation } from "#core/tree.ts";
import { type FlatTree, flatten, nodeOf } from "./flat-tree.ts";
import { applyTo } from "./operations.ts";

type NodeOperation = Exclude<TreeOperation, { kind: "set" }>;

/** Edits made one after the other, each to what the last one left. */
class Script {
  readonly tree: FlatTree;
  readonly operations: NodeOperation[] = [];

  constructor(tree: TreeNode) {
    this.tree = flatten(tree);
  }

  private act(operation: NodeOperation): void {
    applyTo(this.tree, operation);
    this.operations.push(operation);
  }

  /** The parent of a node and its place there. */
  seat(node: string): { parent: string; at: number } {
    const { parent } = nodeOf(this.tree, node);
    if (parent === null)
      throw new Problem("bad-input", "The root of a tree stays where it is", {
        expected: "a category below the root",
        got: quoted(node),
      });
    return { parent, at: nodeOf(this.tree, parent).children.indexOf(node) };
  }

  /** To the end where `at` is absent or past it. */
  move(node: string, parent: string, at?: number): void {
    const from = this.seat(node);
    const { children } = nodeOf(this.tree, parent);
    const last = children.length - (from.parent === parent ? 1 : 0);
    this.act({ kind: "move-node", node, from, to: { parent, at: Math.min(at ?? last, last) } });
  }

  add(node: string, seat: { parent: string; at: number }, name: string): void {
    this.act({ kind: "add-node", node, ...seat, name });
  }

  remove(node: string): void {
    const { name } = nodeOf(this.tree, node);
    this.act({ kind: "remove-node", node, ...this.seat(node), name });
  }

  /** At the end; nothing where it is placed there already. */
  place(member: string, node: string): void {
    const { members } = nodeOf(this.tree, node);
    if (members.includes(member)) return;
    this.act({ kind: "place", member, node, at: members.length });
  }

  unplace(member: string, node: string): void {
    const at = nodeOf(this.tree, node).members.indexOf(member);
    if (at < 0)
      throw new Problem("conflict", "It is not placed there", {
        expected: `a member of "${node}"`,
        got: quoted(member),
      });
    this.act({ kind: "unplace", member, node, at });
  }
}

const script = (tree: TreeNode, act: (script: Script) => void): TreeOperation[] => {
  const acted = new Script(tree);
  act(acted);
  return acted.operations;
};

/** Onto another category, or to another place among the siblings (after it was taken out). */
export const moveNode = (
  tree: TreeNode,
  {
    node,
    to,
    at,
  }: { readonly node: string; readonly to: string; readonly at?: number | undefined },
): TreeOperation[] => script(tree, (act) => act.move(node, to, at));

/** A category goes; its children take its place, and what is placed in it is placed in its parent. */
export const promoteChildren = (tree: TreeNode, node: string): TreeOperation[] =>
  script(tree, (act) => {
    const { parent, at } = act.seat(node);
    const { children, members } = nodeOf(act.tree, node);
    for (const [i, child] of [...children].entries()) act.move(child, parent, at + i);
    for (const member of [...members]) {
      act.unplace(member, node);
      act.place(member, parent);
    }
    act.remove(node);
  });

/** A category goes with all below it; what was placed only there is placed nowhere. */
export const removeBranch = (tree: TreeNode, node: string): TreeOperation[] =>
  script(tree, (act) => {
    act.seat(node);
    const clear = (id: string): void => {
      const { children, members } = nodeOf(act.tree, id);
      for (const child of [...children].reverse()) clear(child);
      for (const member of [...members].reverse()) act.unplace(member, id);
      act.remove(id);
    };
    clear(node);
  });

/** All of one category goes into another, which keeps its name and place. */
export const mergeNodes = (
  tree: TreeNode,
  { from, into }: { readonly from: string; readonly into: string },
): TreeOperation[] =>
  script(tree, (act) => {
    if (from === into)
      throw new Problem("bad-input", "A category is merged with another one, not with itself", {
        expected: "two categories",
        got: quoted(from),
      });
    const { children, members } = nodeOf(act.tree, from);
    nodeOf(act.tree, into);
    // Into one of its own children: that child comes out first.
    if (children.includes(into)) {
      const { parent, at } = act.seat(from);
      act.move(into, parent, at + 1);
    }
    for (const child of [...children]) act.move(child, into);
    for (const member of [...members]) {
      act.unplace(member, from);
      act.place(member, into);
    }
    act.remove(from);
  });

/** Some of what is placed in a category goes into a new one beside it. */
export const splitNode = (
  tree: TreeNode,
  {
    node,
    id,
    name,
    members,
  }: {
    readonly node: string;
    readonly id: string;
    readonly name: string;
    readonly members: readonly string[];
  },
): TreeOperation[] =>
  script(tree, (act) => {
    const { parent, at } = act.seat(node);
    act.add(id, { parent, at: at + 1 }, name);
    for (const member of members) {
      act.unplace(member, node);
      act.place(member, id);
    }
  });

/** Into several categories at once; those that hold it already are left alone. */
export const placeInAll = (
  tree: TreeNode,
  { member, nodes }: { readonly member: string; readonly nodes: readonly string[] },
): TreeOperation[] =>
  script(tree, (act) => {
    for (const node of nodes) act.place(member, node);
  });

/** From one category to another; out of the tree where `to` is absent. */
export const movePlacement = (
  tree: TreeNode,
  {
    member,
    from,
    to,
  }: { readonly member: string; readonly from: string; readonly to?: string | undefined },
): TreeOperation[] =>
  script(tree, (act) => {
    act.unplace(member, from);
    if (to !== undefined) act.place(member, to);
  });
