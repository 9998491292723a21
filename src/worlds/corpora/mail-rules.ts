import { readFile } from "node:fs/promises";
import type { Rule } from "#core/project.ts";
import { unwrap } from "#core/result.ts";
import { parseRules } from "#propose/rules.ts";

/** The fourteen rules of `mail-rules.yaml`. */
export async function mailRules(): Promise<Rule[]> {
  const file = new URL("./mail-rules.yaml", import.meta.url);
  return unwrap(parseRules(await readFile(file, "utf8"), { classes: ["spam", "ham"] }));
}
