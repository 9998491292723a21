import { readFileSync } from "node:fs";
import { FarmRow } from "./rows.ts";

const rows: readonly FarmRow[] = readFileSync(new URL("./example.jsonl", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => FarmRow.parse(JSON.parse(line)));

/** Judged pairs of two policies' replies in the tiny language, by three simulated people. */
export const examplePairs = rows;

/** What two generators wrote, beside a reference's replies to the same prompts. */
export const exampleOutputs = rows;

/** The same pairs, scored by a reward model. */
export const exampleScored = rows;
