import { readFileSync } from "node:fs";
import type { z } from "zod";
import { DecisionRow, TextRow } from "./rows.ts";

const linesOf = (file: string): unknown[] =>
  readFileSync(new URL(file, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));

/** Short texts made up for the purpose, with slips, wordy phrases and code that must stay as it is. */
export const exampleTexts: readonly z.input<typeof TextRow>[] = linesOf("./example.jsonl").map(
  (line) => TextRow.parse(line),
);

/** What a writer with a liking for hedges said of seven edits. */
export const exampleDecisions: readonly z.input<typeof DecisionRow>[] = linesOf(
  "./example-decisions.jsonl",
).map((line) => DecisionRow.parse(line));
