import fc from "fast-check";
import type { TreeNode } from "#core/tree.ts";

/** A category in one line. */
export const node = (
  id: string,
  members: readonly string[] = [],
  ...children: readonly TreeNode[]
): TreeNode => ({ id, name: id, members, children });

/** Sleep studies: two aspects, one of them with two topics. */
export const sleep: TreeNode = node(
  "sleep",
  [],
  node("treatment", ["s5"], node("drugs", ["s1", "s2"]), node("light", ["s3"])),
  node("outcome", ["s1", "s4"]),
);

const IDS = ["a", "b", "c", "d", "e"];
const MEMBERS = ["m1", "m2", "m3"];

/** Trees over few ids, so that any two share most of them: every node hangs below an earlier one. */
export const trees: fc.Arbitrary<TreeNode> = fc
  .record({
    ids: fc.shuffledSubarray(IDS),
    parents: fc.array(fc.nat(), { minLength: IDS.length, maxLength: IDS.length }),
    names: fc.array(fc.constantFrom("x", "y"), { minLength: 6, maxLength: 6 }),
    members: fc.array(fc.shuffledSubarray(MEMBERS), { minLength: 6, maxLength: 6 }),
  })
  .map(({ ids, parents, names, members }) => {
    const all = ["root", ...ids];
    const build = (at: number): TreeNode => ({
      id: all[at] ?? "root",
      name: names[at] ?? "x",
      members: members[at] ?? [],
      children: all.flatMap((_, i) =>
        i > 0 && (parents[i - 1] ?? 0) % i === at ? [build(i)] : [],
      ),
    });
    return build(0);
  });
