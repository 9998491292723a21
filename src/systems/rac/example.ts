import { readFileSync } from "node:fs";
import { Episode } from "#core/episode.ts";

/** Demonstrations by a simulated person, then roll-outs it took over from and ended once corrected. */
export const exampleEpisodes: readonly Episode[] = readFileSync(
  new URL("./example.jsonl", import.meta.url),
  "utf8",
)
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => Episode.parse(JSON.parse(line)));
