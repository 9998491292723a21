import { z } from "zod";
import { defineOperation } from "#core/operation.ts";
import type { TreeNode } from "#core/tree.ts";
import { flatten, membersUnder } from "#correct/tree/flat-tree.ts";
import { applyOperations } from "#correct/tree/operations.ts";
import {
  featured,
  type LabelledTopic,
  PairCorrector,
  PairLearner,
  trainPairCorrector,
} from "#learn/pair-corrector/corrector.ts";
import { labelsOf, pairsOfEdits, type TaughtPair } from "#learn/pair-corrector/edit-pairs.ts";
import { type PairTopic, pairTopicOf } from "#learn/pair-corrector/topic.ts";
import { exampleTrees } from "./example.ts";
import { checkPlacements, distinctStudies, TreeRow, textOfStudy } from "./rows.ts";

export const TrainInput = z.strictObject({
  trees: z.array(TreeRow).min(1).max(10_000),
  learner: PairLearner.default("logistic"),
  unchanged: z
    .enum(["accepted", "unknown"])
    .default("accepted")
    .describe("whether pairs nobody touched in a tree that was edited count as right as they are"),
});
export type TrainInput = z.infer<typeof TrainInput>;

const TrainedRow = z.strictObject({
  id: z.string(),
  pairs: z.int(),
  corrected: z.int(),
});

export const TrainOutput = z.strictObject({ corrector: PairCorrector, rows: z.array(TrainedRow) });
export type TrainOutput = z.infer<typeof TrainOutput>;

/** The draft's pairs over the categories that still stand, labelled by what an expert did and said. */
function labelledTree(
  row: TreeRow,
  unchanged: TrainInput["unchanged"],
): LabelledTopic & { readonly corrected: number } {
  checkPlacements(row.tree, row.studies);
  const { kept } = distinctStudies(row.studies);
  const topic = pairTopicOf(
    row.tree,
    kept.map((study) => ({ id: study.id, text: textOfStudy(study) })),
  );
  const end = applyOperations(row.tree, row.log);
  const taught = [...pairsOfEdits(row.tree, row.log), ...row.judged];
  const wasReviewed = row.log.length + row.judged.length > 0;
  const standing =
    unchanged === "accepted" && wasReviewed && end !== null ? standingPairs(topic, end) : [];
  const labels = labelsOf(topic, [...standing, ...taught]);
  const corrected = labels.reduce(
    (sum, label, p) => sum + (label >= 0 && label !== topic.proposed[p] ? 1 : 0),
    0,
  );
  return { ...featured(topic), labels, corrected };
}

/** Every pair as the corrected tree has it; of categories that are gone nothing is said. */
function standingPairs(topic: PairTopic, end: TreeNode): TaughtPair[] {
  const tree = flatten(end);
  return topic.categories.flatMap(({ id: category }) => {
    if (!tree.nodes.has(category)) return [];
    const held = membersUnder(tree, category);
    return topic.studies.map(({ id: study }) => ({ study, category, belongs: held.has(study) }));
  });
}

export const trainCorrector = defineOperation({
  id: "chime.train-corrector",
  summary: "A corrector of placements, learned from trees that experts corrected",
  input: TrainInput,
  output: TrainOutput,
  rows: { key: "trees", row: TreeRow, outKey: "rows" },
  example: { trees: [...exampleTrees] },
  async run({ trees, learner, unchanged }, { rng }): Promise<TrainOutput> {
    const labelled = trees.map((row) => labelledTree(row, unchanged));
    return {
      corrector: trainPairCorrector(labelled, { learner, rng }),
      rows: labelled.map(({ labels, corrected }, t) => ({
        id: trees[t]?.id ?? `tree-${t + 1}`,
        pairs: labels.filter((label) => label >= 0).length,
        corrected,
      })),
    };
  },
});
