import { readFileSync } from "node:fs";
import { UserTurn } from "#core/rewrite.ts";

/** Turns made up for the purpose: a few users of an assistant who say again what was not understood. */
export const exampleTurns: readonly UserTurn[] = readFileSync(
  new URL("./example.jsonl", import.meta.url),
  "utf8",
)
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => UserTurn.parse(JSON.parse(line)));
