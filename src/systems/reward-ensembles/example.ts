import { readFileSync } from "node:fs";
import type { z } from "zod";
import { PairRow } from "#assess/reward/pair-row.ts";
import { CandidateRow } from "./rows.ts";

function rowsOf<S extends z.ZodType>(file: string, row: S): z.infer<S>[] {
  return readFileSync(new URL(file, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => row.parse(JSON.parse(line)));
}

/** Comparisons of replies in the tiny language, by a simulated annotator. */
export const examplePairs: readonly PairRow[] = rowsOf("./example.jsonl", PairRow);

/** Replies to a few of its prompts with the rewards of three models and the annotator's own marks. */
export const exampleCandidates: readonly CandidateRow[] = rowsOf(
  "./example-candidates.jsonl",
  CandidateRow,
);
