import type { TreeNode } from "#core/tree.ts";
import type { OutlineNode } from "./parse-outline.ts";

/**
 * A cited outline as a tree over ids, `ids[i]` being claim i. A claim is placed where it is cited and
 * in no category below that cites it too. Numbers of no claim are dropped, and what a child cites and
 * its parent does not is kept; both are remarked on. Claims cited nowhere stay at the root.
 */
export function outlineTree(
  title: string,
  roots: readonly OutlineNode[],
  ids: readonly string[],
): { tree: TreeNode; remarks: string[] } {
  const remarks: string[] = [];
  const cited = new Set<string>();
  const idsOf = ({ name, claims }: OutlineNode): string[] => {
    const outside = claims.filter((claim) => ids[claim] === undefined);
    if (outside.length > 0)
      remarks.push(
        `"${name}" cites ${outside.join(", ")}: there are claims 0 to ${ids.length - 1}`,
      );
    return [...new Set(claims.flatMap((claim) => ids[claim] ?? []))];
  };
  const build = (node: OutlineNode, id: string, above: readonly string[] | undefined): TreeNode => {
    const own = idsOf(node);
    for (const member of own) cited.add(member);
    const strangers = own.filter((member) => above !== undefined && !above.includes(member));
    // A parent that cites nothing leaves it to its children.
    if (strangers.length > 0 && above?.length !== 0)
      remarks.push(`"${node.name}" cites what its parent does not: ${strangers.join(", ")}`);
    const children = node.children.map((child, i) => build(child, `${id}.${i + 1}`, own));
    const below = new Set(children.flatMap(allOf));
    return {
      id,
      name: node.name,
      members: own.filter((member) => !below.has(member)),
      children,
    };
  };
  const children = roots.map((root, i) => build(root, `${i + 1}`, undefined));
  const members = ids.filter((id) => !cited.has(id));
  return { tree: { id: "root", name: title, members, children }, remarks };
}

const allOf = ({ members, children }: TreeNode): string[] => [
  ...members,
  ...children.flatMap(allOf),
];
