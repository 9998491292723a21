import { z } from "zod";
import { defineOperation } from "#core/operation.ts";
import { TreeNode } from "#core/tree.ts";
import { exampleStudies, exampleTree } from "./example.ts";
import { checkPlacements, StudyRow } from "./rows.ts";
import { treeText } from "./tree-text.ts";

export const ExportInput = z.strictObject({
  tree: TreeNode,
  studies: z.array(StudyRow).default([]).describe("for their titles"),
  format: z
    .enum(["opml", "markdown", "freeplane", "csv", "json"])
    .default("markdown")
    .describe("outliner, list, mind map, one row a placement, or the tree itself"),
});
export type ExportInput = z.infer<typeof ExportInput>;

export const ExportOutput = z.strictObject({ text: z.string() });
export type ExportOutput = z.infer<typeof ExportOutput>;

export const exportTree = defineOperation({
  id: "chime.export-tree",
  summary: "A tree as OPML, Markdown, Freeplane map, CSV or JSON",
  input: ExportInput,
  output: ExportOutput,
  example: { tree: exampleTree, studies: [...exampleStudies], format: "markdown" },
  async run({ tree, studies, format }): Promise<ExportOutput> {
    if (studies.length > 0) checkPlacements(tree, studies);
    const titles = new Map(studies.map(({ id, title }) => [id, title]));
    return { text: treeText[format](tree, titles) };
  },
});
