import { readFileSync } from "node:fs";
import { Episode } from "#core/episode.ts";
import { type PolicyModel, parsePolicy } from "#propose/policy/model.ts";

const textOf = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");

/** Demonstrations of an insertion by a simulated person, then roll-outs of a policy it took over from. */
export const exampleEpisodes: readonly Episode[] = textOf("./example.jsonl")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => Episode.parse(JSON.parse(line)));

/** A small policy learned from them. */
export const exampleModel: PolicyModel = parsePolicy(JSON.parse(textOf("./example-model.json")));
