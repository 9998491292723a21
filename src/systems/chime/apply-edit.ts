import { z } from "zod";
import { TreeCheck, treeChecks } from "#assess/tree-checks.ts";
import { defineOperation } from "#core/operation.ts";
import { unwrap } from "#core/result.ts";
import { TreeNode, TreeOperation } from "#core/tree.ts";
import {
  mergeNodes,
  moveNode,
  movePlacement,
  placeInAll,
  promoteChildren,
  removeBranch,
  splitNode,
} from "#correct/tree/gestures.ts";
import { applyOperations, reverseOperations } from "#correct/tree/operations.ts";
import { nodeRevisions, rebaseOperations } from "#correct/tree/rebase.ts";
import { pairsOfEdits } from "#learn/pair-corrector/edit-pairs.ts";
import { exampleTree } from "./example.ts";

const id = z.string().min(1);

/** What a person does in one go. */
const Gesture = z.discriminatedUnion("gesture", [
  z.strictObject({
    gesture: z.literal("move-category"),
    node: id,
    to: id,
    at: z.int().nonnegative().optional(),
  }),
  z.strictObject({ gesture: z.literal("promote-children"), node: id }),
  z.strictObject({ gesture: z.literal("remove-branch"), node: id }),
  z.strictObject({ gesture: z.literal("merge"), from: id, into: id }),
  z.strictObject({
    gesture: z.literal("split"),
    node: id,
    id,
    name: z.string().trim().min(1),
    members: z.array(id),
  }),
  z.strictObject({ gesture: z.literal("place"), member: id, nodes: z.array(id).min(1) }),
  z.strictObject({ gesture: z.literal("move-study"), member: id, from: id, to: id.optional() }),
  z.strictObject({ gesture: z.literal("operations"), operations: z.array(TreeOperation).min(1) }),
]);
type Gesture = z.infer<typeof Gesture>;

function operationsOf(tree: TreeNode, edit: Gesture): TreeOperation[] {
  switch (edit.gesture) {
    case "move-category":
      return moveNode(tree, edit);
    case "promote-children":
      return promoteChildren(tree, edit.node);
    case "remove-branch":
      return removeBranch(tree, edit.node);
    case "merge":
      return mergeNodes(tree, edit);
    case "split":
      return splitNode(tree, edit);
    case "place":
      return placeInAll(tree, edit);
    case "move-study":
      return movePlacement(tree, edit);
    case "operations":
      return edit.operations;
  }
}

export const EditInput = z.strictObject({
  tree: TreeNode.describe("the tree the edit is made to"),
  edit: Gesture,
  meanwhile: z
    .array(TreeOperation)
    .default([])
    .describe("edits others have made to that tree since; the edit goes on top, or conflicts"),
  members: z.array(id).default([]).describe("all studies, for the checks"),
});
export type EditInput = z.infer<typeof EditInput>;

export const EditOutput = z.strictObject({
  tree: TreeNode.nullable(),
  operations: z.array(TreeOperation),
  /** Applied to the new tree, these take the edit back. */
  undo: z.array(TreeOperation),
  /** Of each category touched, how often. */
  revisions: z.record(z.string(), z.int()),
  /** What the edit teaches. */
  pairs: z.array(z.strictObject({ study: z.string(), category: z.string(), belongs: z.boolean() })),
  checks: z.array(TreeCheck),
});
export type EditOutput = z.infer<typeof EditOutput>;

export const applyEdit = defineOperation({
  id: "chime.apply-edit",
  summary: "One gesture on a tree: the tree after it, how to undo it and what it teaches",
  input: EditInput,
  output: EditOutput,
  example: {
    tree: exampleTree,
    edit: { gesture: "move-study", member: "s5", from: "2", to: "1" },
  },
  async run({ tree, edit, meanwhile, members }): Promise<EditOutput> {
    const made = operationsOf(tree, edit);
    const now = meanwhile.length === 0 ? tree : applyOperations(tree, meanwhile);
    const operations =
      now === null ? made : unwrap(rebaseOperations(made, { over: meanwhile, now }));
    const after = applyOperations(now, operations);
    return {
      tree: after,
      operations,
      undo: reverseOperations(operations),
      revisions: Object.fromEntries(nodeRevisions([...meanwhile, ...operations])),
      pairs: now === null ? [] : pairsOfEdits(now, operations),
      checks: after === null ? [] : treeChecks(after, { members }),
    };
  },
});
