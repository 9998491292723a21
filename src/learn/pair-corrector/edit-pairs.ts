import type { TreeNode, TreeOperation } from "#core/tree.ts";
import { flatten, lineOf, membersUnder } from "#correct/tree/flat-tree.ts";
import { applyOperations } from "#correct/tree/operations.ts";
import type { PairLabels, PairTopic } from "./topic.ts";

/** A study that an expert put into a category, or took out of it. */
export interface TaughtPair {
  readonly study: string;
  readonly category: string;
  readonly belongs: boolean;
}

/**
 * What the edits of a tree teach of its placements, in the order they were made, the last word on a
 * pair standing: a move is one pair that does not belong and one that does. What a study is put into
 * it belongs to all the way up; what it is taken out of it does not belong to unless it is still
 * placed below. Categories that are gone at the end teach nothing.
 */
export function pairsOfEdits(before: TreeNode, edits: readonly TreeOperation[]): TaughtPair[] {
  const end = applyOperations(before, edits);
  if (end === null) return [];
  const tree = flatten(end);
  const taught = new Map<string, TaughtPair>();
  const teach = (pair: TaughtPair): void => {
    const key = JSON.stringify([pair.study, pair.category]);
    taught.delete(key);
    taught.set(key, pair);
  };
  for (const edit of edits) {
    if (edit.kind !== "place" && edit.kind !== "unplace") continue;
    if (!tree.nodes.has(edit.node)) continue;
    const study = edit.member;
    const isThere = membersUnder(tree, edit.node).has(study);
    if (edit.kind === "unplace") {
      if (!isThere) teach({ study, category: edit.node, belongs: false });
    } else if (isThere)
      for (const category of lineOf(tree, edit.node))
        if (category !== tree.root) teach({ study, category, belongs: true });
  }
  return [...taught.values()];
}

/** Labels [n · k] of a topic's pairs; -1 where nobody said. Pairs the topic does not have are left out. */
export function labelsOf(topic: PairTopic, pairs: readonly TaughtPair[]): PairLabels {
  const k = topic.categories.length;
  const rowOf = new Map(topic.studies.map(({ id }, row) => [id, row]));
  const columnOf = new Map(topic.categories.map(({ id }, column) => [id, column]));
  const labels = new Int8Array(topic.studies.length * k).fill(-1);
  for (const { study, category, belongs } of pairs) {
    const [row, column] = [rowOf.get(study), columnOf.get(category)];
    if (row !== undefined && column !== undefined) labels[row * k + column] = belongs ? 1 : 0;
  }
  return labels;
}
