import type { Problem } from "#core/errors.ts";
import type { Result } from "#core/result.ts";
import type { TreeNode } from "#core/tree.ts";
import { cohenKappa, type NoAgreement } from "#measure/agreement.ts";
import { flatten, membersUnder } from "./flat-tree.ts";

/** One pair that two experts see otherwise. */
export interface Disagreement {
  readonly member: string;
  readonly node: string;
  /** Who of the two has the member there, or below. */
  readonly by: "first" | "second";
}

/** What two experts' trees of one draft have in common. */
export interface TreeAgreement {
  /** Cohen's kappa of the pairs of members and categories; undefined where it has no value. */
  readonly kappa: Result<number, NoAgreement | Problem>;
  readonly pairs: number;
  readonly disagreements: readonly Disagreement[];
}

/**
 * Agreement of two trees over (member, category) pairs: a member is in a category where it is placed
 * there or below. Categories are told by id, and one that only one of them has holds nothing for the
 * other. The root, which holds everything, does not count.
 */
export function treeAgreement(
  first: TreeNode,
  second: TreeNode,
  members: readonly string[],
): TreeAgreement {
  const trees = [flatten(first), flatten(second)] as const;
  const [held, heldBySecond] = trees.map(
    (tree) =>
      new Map([...tree.nodes.keys()].map((node) => [node, membersUnder(tree, node)] as const)),
  );
  const nodes = [...new Set([...(held?.keys() ?? []), ...(heldBySecond?.keys() ?? [])])].filter(
    (node) => node !== first.id && node !== second.id,
  );
  const pairs = nodes.flatMap((node) => members.map((member) => ({ node, member })));
  const said = (by: Map<string, Set<string>> | undefined) =>
    pairs.map(({ node, member }) => (by?.get(node)?.has(member) ? 1 : 0));
  const [one, other] = [said(held), said(heldBySecond)];
  return {
    kappa: cohenKappa(one, other, { classes: 2 }),
    pairs: pairs.length,
    disagreements: pairs.flatMap((pair, p) =>
      one[p] === other[p] ? [] : [{ ...pair, by: one[p] === 1 ? "first" : "second" }],
    ),
  };
}
