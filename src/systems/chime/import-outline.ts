import { z } from "zod";
import { defineOperation } from "#core/operation.ts";
import { TreeNode } from "#core/tree.ts";
import { outlineTree } from "#propose/outline/outline-tree.ts";
import { parseOutline } from "#propose/outline/parse-outline.ts";

/** A written outline with its claims, as a line of a file; claim i is study `studies[i]`. */
const OutlineRow = z.strictObject({
  id: z.string().min(1).max(200),
  title: z.string().trim().min(1).default("Studies"),
  outline: z.string().min(1).max(200_000).describe("as a language model wrote it"),
  studies: z.array(z.string().min(1)).describe("ids, in the order of their claim numbers"),
});

export const ImportInput = z.strictObject({ outlines: z.array(OutlineRow).min(1).max(10_000) });
export type ImportInput = z.infer<typeof ImportInput>;

const ImportedRow = z.strictObject({
  id: z.string(),
  tree: TreeNode,
  /** What was mended or left out. */
  remarks: z.array(z.string()),
});

export const ImportOutput = z.strictObject({ rows: z.array(ImportedRow) });
export type ImportOutput = z.infer<typeof ImportOutput>;

export const importOutline = defineOperation({
  id: "chime.import-outline",
  summary: "Trees from outlines with cited claims, as language models write them",
  input: ImportInput,
  output: ImportOutput,
  rows: { key: "outlines", row: OutlineRow, outKey: "rows" },
  example: {
    outlines: [
      {
        id: "sleep",
        title: "Sleep of shift workers",
        outline:
          "[Response 2]\nAspect 1: Treatment (Claims 0, 1)\n1. Light (Claim 0)\n2. Melatonin (Claim 1)",
        studies: ["s1", "s2"],
      },
    ],
  },
  async run({ outlines }): Promise<ImportOutput> {
    return {
      rows: outlines.map(({ id, title, outline, studies }) => {
        const parsed = parseOutline(outline);
        const { tree, remarks } = outlineTree(title, parsed.roots, studies);
        return { id, tree, remarks: [...parsed.remarks, ...remarks] };
      }),
    };
  },
});
