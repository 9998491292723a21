import { readFileSync } from "node:fs";
import { Row } from "./rows.ts";

/**
 * Support tickets made up for the purpose: three classes, four rules' votes, and a model that is
 * often wrong.
 */
export const exampleRows: readonly Row[] = readFileSync(
  new URL("./example.jsonl", import.meta.url),
  "utf8",
)
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => Row.parse(JSON.parse(line)));
