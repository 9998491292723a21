import fc from "fast-check";
import { expect, test } from "vitest";
import type { TreeNode, TreeOperation } from "#core/tree.ts";
import { treeAgreement } from "./agreement.ts";
import { flatten, lineOf } from "./flat-tree.ts";
import {
  mergeNodes,
  moveNode,
  movePlacement,
  placeInAll,
  promoteChildren,
  removeBranch,
  splitNode,
} from "./gestures.ts";
import { applyOperations, reverseOperations } from "./operations.ts";
import { nodeRevisions, rebaseOperations } from "./rebase.ts";
import { node, sleep, trees } from "./tree.fixture.ts";

const after = (operations: readonly TreeOperation[], tree = sleep) =>
  applyOperations(tree, operations);

test("moving onto another category, and to another place among siblings", () => {
  expect(after(moveNode(sleep, { node: "light", to: "outcome" }))).toEqual(
    node(
      "sleep",
      [],
      node("treatment", ["s5"], node("drugs", ["s1", "s2"])),
      node("outcome", ["s1", "s4"], node("light", ["s3"])),
    ),
  );
  const swapped = after(moveNode(sleep, { node: "treatment", to: "sleep", at: 9 }));
  expect(swapped?.children.map(({ id }) => id)).toEqual(["outcome", "treatment"]);
  expect(() => moveNode(sleep, { node: "treatment", to: "light" })).toThrow("into itself");
  expect(() => moveNode(sleep, { node: "sleep", to: "light" })).toThrow("stays where it is");
});

test("promoting keeps what is below in place; removing a branch takes all of it", () => {
  expect(after(promoteChildren(sleep, "treatment"))).toEqual(
    node(
      "sleep",
      ["s5"],
      node("drugs", ["s1", "s2"]),
      node("light", ["s3"]),
      node("outcome", ["s1", "s4"]),
    ),
  );
  expect(after(removeBranch(sleep, "treatment"))).toEqual(
    node("sleep", [], node("outcome", ["s1", "s4"])),
  );
  expect(() => removeBranch(sleep, "sleep")).toThrow("stays where it is");
});

test("merging joins children and members, each once; into its own child too", () => {
  expect(after(mergeNodes(sleep, { from: "outcome", into: "drugs" }))).toEqual(
    node(
      "sleep",
      [],
      node("treatment", ["s5"], node("drugs", ["s1", "s2", "s4"]), node("light", ["s3"])),
    ),
  );
  expect(after(mergeNodes(sleep, { from: "treatment", into: "light" }))).toEqual(
    node(
      "sleep",
      [],
      node("light", ["s3", "s5"], node("drugs", ["s1", "s2"])),
      node("outcome", ["s1", "s4"]),
    ),
  );
  expect(() => mergeNodes(sleep, { from: "light", into: "light" })).toThrow("not with itself");
  expect(() => mergeNodes(sleep, { from: "light", into: "dark" })).toThrow("no such category");
});

test("splitting, placing in several and moving a placement", () => {
  const split = after(splitNode(sleep, { node: "drugs", id: "new", name: "new", members: ["s2"] }));
  expect(split?.children[0]?.children.map(({ id, members }) => [id, members])).toEqual([
    ["drugs", ["s1"]],
    ["new", ["s2"]],
    ["light", ["s3"]],
  ]);
  const placed = after(placeInAll(sleep, { member: "s1", nodes: ["drugs", "light"] }));
  expect(placed?.children[0]?.children.map(({ members }) => members)).toEqual([
    ["s1", "s2"],
    ["s3", "s1"],
  ]);
  const out = after(movePlacement(sleep, { member: "s5", from: "treatment" }));
  expect(out?.children[0]?.members).toEqual([]);
  expect(() => movePlacement(sleep, { member: "s9", from: "drugs" })).toThrow("not placed there");
});

const idsOf = (tree: TreeNode) => [...flatten(tree).nodes.keys()];
const gestures = trees.chain((tree) => {
  const [root, ...below] = idsOf(tree);
  const any = fc.constantFrom(root ?? "root", ...below);
  const lower = below.length === 0 ? any : fc.constantFrom(...below);
  return fc.record({ tree: fc.constant(tree), kind: fc.nat(3), node: lower, to: any });
});

const made = ({
  tree,
  kind,
  node: id,
  to,
}: {
  tree: TreeNode;
  kind: number;
  node: string;
  to: string;
}) => {
  if (kind === 0) return moveNode(tree, { node: id, to });
  if (kind === 1) return promoteChildren(tree, id);
  return kind === 2 ? removeBranch(tree, id) : mergeNodes(tree, { from: id, into: to });
};

test("any gesture that is allowed is undone by its reverse, and none is half done", () => {
  let allowed = 0;
  fc.assert(
    fc.property(gestures, (gesture) => {
      const copy = JSON.stringify(gesture.tree);
      let operations: TreeOperation[];
      try {
        operations = made(gesture);
      } catch (error) {
        expect(String(error)).toMatch(/into itself|stays where|with itself/);
        return;
      } finally {
        expect(JSON.stringify(gesture.tree)).toBe(copy);
      }
      allowed++;
      const done = applyOperations(gesture.tree, operations);
      expect(applyOperations(done, reverseOperations(operations))).toEqual(gesture.tree);
      if (done === null) return;
      const flat = flatten(done);
      for (const id of flat.nodes.keys()) expect(lineOf(flat, id).at(-1)).toBe(flat.root);
    }),
    { seed: 8, numRuns: 300 },
  );
  expect(allowed).toBeGreaterThan(100);
});

test("edits made at once go on top of each other where they touch different things", () => {
  const theirs = removeBranch(sleep, "outcome");
  const now = applyOperations(sleep, theirs);
  if (now === null) throw new Error("no tree");
  const mine = moveNode(sleep, { node: "light", to: "sleep" });
  const rebased = rebaseOperations(mine, { over: theirs, now });
  expect(rebased.ok && applyOperations(now, rebased.value)).toEqual(
    node(
      "sleep",
      [],
      node("treatment", ["s5"], node("drugs", ["s1", "s2"])),
      node("light", ["s3"]),
    ),
  );
});

test("edits of the same thing, or of what is gone, are a conflict", () => {
  const theirs = moveNode(sleep, { node: "light", to: "outcome" });
  const now = applyOperations(sleep, theirs);
  if (now === null) throw new Error("no tree");
  const same = rebaseOperations(moveNode(sleep, { node: "light", to: "sleep" }), {
    over: theirs,
    now,
  });
  expect(same.ok).toBe(false);
  if (!same.ok) expect(same.error.kind).toBe("conflict");
  const removed = removeBranch(sleep, "drugs");
  const without = applyOperations(sleep, removed);
  if (without === null) throw new Error("no tree");
  const gone = rebaseOperations(placeInAll(sleep, { member: "s3", nodes: ["drugs"] }), {
    over: removed,
    now: without,
  });
  expect(gone.ok ? "fits" : gone.error.message).toContain("no such category");
  expect(nodeRevisions(theirs)).toEqual(new Map([["light", 1]]));
});

test("two experts agree by kappa over pairs, and what they see otherwise is named", () => {
  const members = ["s1", "s2", "s3", "s4", "s5"];
  const moved = applyOperations(
    sleep,
    movePlacement(sleep, { member: "s3", from: "light", to: "outcome" }),
  );
  if (moved === null) throw new Error("no tree");
  expect(treeAgreement(sleep, sleep, members).kappa).toEqual({ ok: true, value: 1 });
  const { kappa, pairs, disagreements } = treeAgreement(sleep, moved, members);
  expect(pairs).toBe(20);
  expect(disagreements).toEqual([
    { node: "treatment", member: "s3", by: "first" },
    { node: "light", member: "s3", by: "first" },
    { node: "outcome", member: "s3", by: "second" },
  ]);
  // 9 of 20 pairs in the first, 8 in the second, 17 alike: (0.85 − 0.51) / (1 − 0.51).
  expect(kappa.ok && kappa.value).toBeCloseTo((0.85 - 0.51) / 0.49, 12);
  expect(treeAgreement(node("r"), node("r"), members).kappa.ok).toBe(false);
});
