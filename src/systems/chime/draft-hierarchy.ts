import { z } from "zod";
import { TreeCheck, treeChecks } from "#assess/tree-checks.ts";
import { Problem } from "#core/errors.ts";
import { defineOperation } from "#core/operation.ts";
import { TreeNode } from "#core/tree.ts";
import { endpointFromEnv } from "#propose/endpoint-from-env.ts";
import { llmOutline } from "#propose/outline/llm.ts";
import { localOutline } from "#propose/outline/local.ts";
import { exampleStudies } from "./example.ts";
import { distinctStudies, StudyRow, textOfStudy } from "./rows.ts";

const STUDIES_MAX = 5_000;

export const DraftInput = z.strictObject({
  studies: z.array(StudyRow).max(STUDIES_MAX),
  title: z.string().trim().min(1).default("Studies").describe("the question of the review"),
  proposer: z
    .enum(["local", "llm"])
    .default("local")
    .describe("clusters of the texts; or the model in EMEND_LLM_BASE_URL"),
});
export type DraftInput = z.infer<typeof DraftInput>;

const DraftedRow = z.strictObject({
  id: z.string(),
  /** Categories it is placed in. */
  categories: z.array(z.strictObject({ id: z.string(), path: z.string() })),
  /** Placed by its title alone: there is neither abstract nor claim. */
  titleOnly: z.boolean(),
});

export const DraftOutput = z.strictObject({
  tree: TreeNode,
  checks: z.array(TreeCheck),
  rows: z.array(DraftedRow),
  duplicates: z.array(z.strictObject({ id: z.string(), of: z.string() })),
  hidden: z.array(z.string()),
  /** What was mended in the model's answer: numbers of no study, children beyond their parents. */
  remarks: z.array(z.string()),
});
export type DraftOutput = z.infer<typeof DraftOutput>;

/** Where each study is placed, with the names from the aspect down. */
export function placementsOf(tree: TreeNode): Map<string, { id: string; path: string }[]> {
  const found = new Map<string, { id: string; path: string }[]>();
  const visit = ({ id, name, members, children }: TreeNode, above: readonly string[]): void => {
    const path = [...above, name];
    for (const member of members)
      found.set(member, [...(found.get(member) ?? []), { id, path: path.join(" / ") }]);
    for (const child of children) visit(child, path);
  };
  for (const child of tree.children) visit(child, []);
  return found;
}

export const draftHierarchy = defineOperation({
  id: "chime.draft-hierarchy",
  summary: "A tree of topics for studies, with what can be seen to be wrong with it",
  input: DraftInput,
  output: DraftOutput,
  rows: { key: "studies", row: StudyRow, outKey: "rows" },
  example: { title: "Sleep of shift workers", studies: [...exampleStudies] },
  async run({ studies, title, proposer }, ctx): Promise<DraftOutput> {
    const { kept, duplicates } = distinctStudies(studies);
    const texts = kept.map((study) => ({ id: study.id, text: textOfStudy(study) }));
    if (texts.length === 0 && studies.length > 0)
      throw new Problem("bad-input", "All studies are hidden", {
        expected: "a study to place",
        got: `${studies.length} hidden ones`,
      });
    const { tree, remarks } =
      proposer === "llm"
        ? await llmOutline(title, texts, endpointFromEnv(process.env), ctx)
        : { tree: localOutline(title, texts), remarks: [] };
    const placed = placementsOf(tree);
    return {
      tree,
      checks: treeChecks(tree, { members: texts.map(({ id }) => id) }),
      rows: kept.map(({ id, abstract, claim }) => ({
        id,
        categories: placed.get(id) ?? [],
        titleOnly: abstract === undefined && claim === undefined,
      })),
      duplicates,
      hidden: studies.filter(({ hidden }) => hidden).map(({ id }) => id),
      remarks: [...remarks],
    };
  },
});
