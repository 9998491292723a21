import { listed } from "#core/operation.ts";
import type { System } from "#core/system.ts";
import { filter } from "./learn-filter.ts";
import { preferences } from "./preferences.ts";
import { revise } from "./revise.ts";
import { study } from "./study.ts";

const folder = "src/systems/r3";

/** Read, Revise, Repeat (Du et al. 2022, arXiv 2204.03685): a text revised in passes, each edit the writer's decision. */
export const system: System = {
  id: "r3",
  parts: [
    {
      verb: "propose",
      part: "spelling, grammar, phrases, articles",
      source: "src/propose/revise/proposers.ts",
    },
    {
      verb: "propose",
      part: "a language model, sentence by sentence",
      source: "src/propose/revise/llm.ts",
    },
    { verb: "assess", part: "intent tagger", source: "src/propose/revise/intent-tagger.ts" },
    {
      verb: "assess",
      part: "acceptance model: what this writer would take",
      source: "src/learn/acceptance-model.ts",
    },
    {
      verb: "correct",
      part: "the session: decide, type, undo, next pass",
      source: `${folder}/session.ts`,
    },
    { verb: "learn", part: "rejection memory", source: "src/learn/rejection-memory.ts" },
    { verb: "learn", part: "the writer's filter", source: `${folder}/filter.ts` },
    {
      verb: "measure",
      part: "errors per word, mended per review, SARI",
      source: "src/measure/text/levenshtein.ts",
    },
  ],
  operations: [listed(revise), listed(filter), listed(preferences)],
  study,
};
