/** What can be seen to be wrong with a tree of topics without knowing what is right. */
import { z } from "zod";
import type { TreeNode } from "#core/tree.ts";
import { tokenJaccard } from "#num/string-similarity.ts";

export const TreeCheck = z.strictObject({
  kind: z.enum([
    "empty",
    "single-child",
    "same-name-as-parent",
    "like-named-siblings",
    "only-at-inner-node",
    "too-deep",
    "aspect-too-wide",
    "aspect-too-narrow",
    "uncategorised",
    "unknown-member",
  ]),
  /** The category it is about; the root for the tree as a whole. */
  node: z.string(),
  /** For a person. */
  because: z.string(),
  /** What it is about, where that is not the category itself. */
  members: z.array(z.string()),
});
export type TreeCheck = z.infer<typeof TreeCheck>;

export interface TreeCheckOptions {
  /** All that should be placed. */
  readonly members: readonly string[];
  readonly depthMax?: number;
}

const DEPTH_MAX = 4;
/** An aspect outside covers everything and tells nothing, or is one study's own. */
const ASPECT_SHARE = { min: 0.05, max: 0.8 } as const;
const LIKE_NAMED = 0.75;

const nameKey = (name: string): string => name.trim().toLowerCase().replaceAll(/\s+/g, " ");
const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Same letters, or three in four words. */
const isLikeNamed = (a: string, b: string): boolean =>
  nameKey(a) === nameKey(b) || tokenJaccard(nameKey(a), nameKey(b)) >= LIKE_NAMED;

const under = ({ members, children }: TreeNode): string[] => [
  ...new Set([...members, ...children.flatMap(under)]),
];

/** All that the checks find, from the root down. */
export function treeChecks(
  tree: TreeNode,
  { members, depthMax = DEPTH_MAX }: TreeCheckOptions,
): TreeCheck[] {
  const known = new Set(members);
  const found: TreeCheck[] = [];
  const say = (
    kind: TreeCheck["kind"],
    node: string,
    because: string,
    about: readonly string[] = [],
  ) => found.push({ kind, node, because, members: [...about] });

  const placed = new Set(tree.children.flatMap(under));
  const left = members.filter((member) => !placed.has(member));
  if (left.length > 0)
    say("uncategorised", tree.id, `${left.length} of ${members.length} are in no category`, left);

  const visit = (node: TreeNode, parent: TreeNode | undefined, depth: number): void => {
    const { id, name, children } = node;
    const held = under(node);
    const strangers = node.members.filter((member) => !known.has(member));
    if (strangers.length > 0)
      say("unknown-member", id, `"${name}" holds what is not there`, strangers);
    if (parent !== undefined) {
      if (held.length === 0) say("empty", id, `Nothing is placed in "${name}"`);
      if (nameKey(parent.name) === nameKey(name))
        say("same-name-as-parent", id, `"${name}" is named as what it is in`);
      if (depth > depthMax) say("too-deep", id, `"${name}" lies ${depth} levels down`);
      const below = new Set(children.flatMap(under));
      const alone = node.members.filter((member) => !below.has(member));
      if (children.length > 0 && alone.length > 0)
        say("only-at-inner-node", id, `${alone.length} in "${name}" and in no topic of it`, alone);
    }
    if (depth === 1 && members.length > 0) {
      const share = held.filter((member) => known.has(member)).length / members.length;
      if (share > ASPECT_SHARE.max)
        say("aspect-too-wide", id, `"${name}" covers ${percent(share)} of all`);
      if (held.length > 0 && share < ASPECT_SHARE.min)
        say("aspect-too-narrow", id, `"${name}" covers ${percent(share)} of all`);
    }
    if (children.length === 1) say("single-child", id, `"${name}" has one child`);
    for (const [i, child] of children.entries())
      for (const other of children.slice(0, i))
        if (isLikeNamed(child.name, other.name))
          say("like-named-siblings", child.id, `"${child.name}" and "${other.name}" are one name`);
    for (const child of children) visit(child, node, depth + 1);
  };
  visit(tree, undefined, 0);
  return found;
}
