import { expect, test } from "vitest";
import type { TreeNode } from "#core/tree.ts";
import { treeChecks } from "./tree-checks.ts";

const node = (id: string, name: string, members: string[], ...children: TreeNode[]): TreeNode => ({
  id,
  name,
  members,
  children,
});
const members = Array.from({ length: 40 }, (_, i) => `s${i}`);
const kinds = (tree: TreeNode, depthMax = 4) =>
  treeChecks(tree, { members, depthMax }).map(({ kind, node: id }) => `${kind} ${id}`);

test("a sound tree gives nothing to say", () => {
  const tree = node(
    "r",
    "boats",
    [],
    node("a", "sail", members.slice(0, 20)),
    node("b", "oars", members.slice(20)),
  );
  expect(kinds(tree)).toEqual([]);
});

test("each kind of flaw is named where it is", () => {
  const tree = node(
    "r",
    "boats",
    ["s39"],
    node("a", "Sail", members.slice(0, 35), node("a1", "sail ", [...members.slice(0, 34)])),
    node("b", "oars", ["s35"]),
    node("c", "Oars", []),
    node("d", "steam", ["s36", "s37", "ghost"], node("d1", "x", ["s38"], node("d2", "y", ["s36"]))),
  );
  const found = kinds(tree, 2);
  for (const flaw of [
    "uncategorised r",
    "single-child a",
    "same-name-as-parent a1",
    "only-at-inner-node a",
    "aspect-too-wide a",
    "aspect-too-narrow b",
    "like-named-siblings c",
    "empty c",
    "unknown-member d",
    "too-deep d2",
    "only-at-inner-node d1",
  ])
    expect(found).toContain(flaw);
  expect(treeChecks(tree, { members })[0]).toMatchObject({
    kind: "uncategorised",
    members: ["s39"],
    because: "1 of 40 are in no category",
  });
});

test("an empty tree of nothing, and studies without a tree", () => {
  expect(treeChecks(node("r", "r", []), { members: [] })).toEqual([]);
  expect(treeChecks(node("r", "r", ["s1"]), { members: ["s1"] }).map(({ kind }) => kind)).toEqual([
    "uncategorised",
  ]);
});
