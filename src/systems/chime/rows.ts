import { z } from "zod";
import { Problem, quoted } from "#core/errors.ts";
import { TreeNode, TreeOperation } from "#core/tree.ts";
import { flatten } from "#correct/tree/flat-tree.ts";

const TEXT_CHARS_MAX = 50_000;

/** A study, as a line of a file. */
export const StudyRow = z.strictObject({
  id: z.string().min(1).max(200),
  title: z.string().trim().min(1).max(2_000),
  abstract: z.string().max(TEXT_CHARS_MAX).optional(),
  claim: z.string().max(TEXT_CHARS_MAX).optional().describe("its finding in one sentence"),
  year: z.int().optional(),
  url: z.string().optional(),
  doi: z.string().optional(),
  arxivId: z.string().optional(),
  hidden: z.boolean().default(false).describe("retracted or excluded: kept, and left out of trees"),
});
export type StudyRow = z.infer<typeof StudyRow>;

/** A tree with its studies, as it was drafted, and what an expert did to it since. */
export const TreeRow = z.strictObject({
  id: z.string().min(1).max(200).optional(),
  studies: z.array(StudyRow),
  tree: TreeNode.describe("as drafted"),
  log: z.array(TreeOperation).default([]).describe("edits of the draft, oldest first"),
  judged: z
    .array(z.strictObject({ study: z.string(), category: z.string(), belongs: z.boolean() }))
    .default([])
    .describe("pairs answered one by one"),
});
export type TreeRow = z.infer<typeof TreeRow>;

/** What a study is read by: its claim, or its abstract, after its title. */
export const textOfStudy = ({ title, abstract, claim }: StudyRow): string =>
  [title, claim ?? abstract ?? ""].join(". ");

/** Studies that trees are made of: not hidden, and each once (by DOI, arXiv number or title). */
export function distinctStudies(studies: readonly StudyRow[]): {
  kept: StudyRow[];
  duplicates: { id: string; of: string }[];
} {
  const seen = new Map<string, string>();
  const ids = new Set<string>();
  const kept: StudyRow[] = [];
  const duplicates: { id: string; of: string }[] = [];
  for (const study of studies) {
    if (ids.has(study.id))
      throw new Problem("bad-input", "Two studies have one id", {
        expected: "an id of its own for each study",
        got: quoted(study.id),
      });
    ids.add(study.id);
    if (study.hidden) continue;
    const keys = [
      study.doi?.toLowerCase(),
      study.arxivId?.toLowerCase(),
      study.title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
        .trim(),
    ].filter((key) => key !== undefined && key !== "");
    const of = keys.map((key) => seen.get(key as string)).find((id) => id !== undefined);
    if (of !== undefined) {
      duplicates.push({ id: study.id, of });
      continue;
    }
    for (const key of keys) seen.set(key as string, study.id);
    kept.push(study);
  }
  return { kept, duplicates };
}

/** Throws where a tree places what is not among the studies, or two categories have one id. */
export function checkPlacements(tree: TreeNode, studies: readonly StudyRow[]): void {
  const known = new Set(studies.map(({ id }) => id));
  for (const [node, { members }] of flatten(tree).nodes) {
    const stranger = members.find((member) => !known.has(member));
    if (stranger !== undefined)
      throw new Problem("bad-input", "A tree places a study that is not there", {
        expected: "the id of a study",
        got: `${quoted(stranger)} in category "${node}"`,
      });
  }
}
