import { z } from "zod";
import { defineOperation } from "#core/operation.ts";
import { applyOperations } from "#correct/tree/operations.ts";
import { strictLabels } from "#learn/pair-corrector/decode.ts";
import { pairTopicOf } from "#learn/pair-corrector/topic.ts";
import { exampleTrees } from "./example.ts";
import { checkPlacements, distinctStudies, TreeRow, textOfStudy } from "./rows.ts";

/** A pair in the columns of the authors' set `chime-claim-category`. */
const LabelRow = z.strictObject({
  claim: z.string(),
  category: z.string(),
  /** As the corrected tree has it. */
  human_label: z.int(),
  /** 1 where it is 1 for all categories above too. */
  agg_label: z.int(),
  study_id: z.string(),
  hierarchy_id: z.string(),
  node_id: z.string(),
  /** Ids from the aspect down, joined by commas. */
  node_path: z.string(),
});

export const LabelInput = z.strictObject({ trees: z.array(TreeRow).min(1).max(10_000) });
export type LabelInput = z.infer<typeof LabelInput>;

export const LabelOutput = z.strictObject({ rows: z.array(LabelRow) });
export type LabelOutput = z.infer<typeof LabelOutput>;

/** All pairs of one corrected tree; none where the tree was taken away. */
function labelRows(row: TreeRow, hierarchy: string): z.infer<typeof LabelRow>[] {
  checkPlacements(row.tree, row.studies);
  const tree = applyOperations(row.tree, row.log);
  if (tree === null) return [];
  const { kept } = distinctStudies(row.studies);
  const topic = pairTopicOf(
    tree,
    kept.map((study) => ({ id: study.id, text: study.claim ?? textOfStudy(study) })),
  );
  const { categories, studies } = topic;
  const k = categories.length;
  const labels = Int8Array.from(topic.proposed);
  for (const { study, category, belongs } of row.judged) {
    const at = studies.findIndex(({ id }) => id === study);
    const column = categories.findIndex(({ id }) => id === category);
    if (at >= 0 && column >= 0) labels[at * k + column] = belongs ? 1 : 0;
  }
  const paths: string[] = [];
  for (const [c, { id, parent }] of categories.entries())
    paths[c] = parent < 0 ? id : `${paths[parent] ?? ""},${id}`;
  const aggregated = strictLabels(
    labels,
    categories.map(({ parent }) => parent),
  );
  return Array.from(labels, (label, p) => ({
    claim: studies[Math.floor(p / k)]?.text ?? "",
    category: categories[p % k]?.text ?? "",
    human_label: label,
    agg_label: aggregated[p] ?? 0,
    study_id: studies[Math.floor(p / k)]?.id ?? "",
    hierarchy_id: hierarchy,
    node_id: categories[p % k]?.id ?? "",
    node_path: paths[p % k] ?? "",
  }));
}

export const labelPairs = defineOperation({
  id: "chime.label-pairs",
  summary: "Corrected trees as labelled pairs, in the columns of the authors' claim-category set",
  input: LabelInput,
  output: LabelOutput,
  rows: { key: "trees", row: TreeRow, outKey: "rows" },
  example: { trees: [...exampleTrees] },
  async run({ trees }): Promise<LabelOutput> {
    return { rows: trees.flatMap((row, t) => labelRows(row, row.id ?? `tree-${t + 1}`)) };
  },
});
