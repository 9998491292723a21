import { readFileSync } from "node:fs";
import type { z } from "zod";
import { TreeNode } from "#core/tree.ts";
import { PairCorrector } from "#learn/pair-corrector/corrector.ts";
import { StudyRow, TreeRow } from "./rows.ts";

const jsonOf = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
const linesOf = (file: string): unknown[] =>
  readFileSync(new URL(file, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));

/** Twelve made-up studies of the sleep of shift workers, one without an abstract. */
export const exampleStudies: readonly z.input<typeof StudyRow>[] = linesOf("./example.jsonl").map(
  (line) => StudyRow.parse(line),
);

/** A draft over them: some in the wrong place, one in none. */
export const exampleTree: TreeNode = TreeNode.parse(jsonOf("./example-tree.json"));

/** Two drafts with what an expert did to them. */
export const exampleTrees: readonly z.input<typeof TreeRow>[] = linesOf(
  "./example-trees.jsonl",
).map((line) => TreeRow.parse(line));

/** What `chime.train-corrector` learns from them. */
export const exampleCorrector: PairCorrector = PairCorrector.parse(
  jsonOf("./example-corrector.json"),
);
