import { listed } from "#core/operation.ts";
import type { System } from "#core/system.ts";
import { mine } from "./mine-operation.ts";
import { rewrite, synonyms } from "./rewrite-operation.ts";
import { study } from "./study.ts";

const folder = "src/systems/markov-reformulation";

/**
 * Feedback-based self-learning (Ponnusamy et al. 2019, arXiv 1911.02557): rewrites of failing requests from an
 * absorbing Markov chain over users' own reformulations.
 */
export const system: System = {
  id: "markov-reformulation",
  parts: [
    {
      verb: "propose",
      part: "any assistant, search box or palette that logs what is said to it",
      source: "src/formats/turns.ts",
    },
    {
      verb: "assess",
      part: "implicit feedback: what was said next, and signals",
      source: "src/assess/defects.ts",
    },
    { verb: "assess", part: "sessions out of a log", source: "src/assess/sessions.ts" },
    { verb: "correct", part: "the user's own reformulation", source: `${folder}/log.ts` },
    {
      verb: "learn",
      part: "absorbing Markov chain, one candidate a request",
      source: `${folder}/candidates.ts`,
    },
    { verb: "learn", part: "gate by Wilson bounds", source: `${folder}/gate.ts` },
    { verb: "learn", part: "exact-match rewrite table", source: "src/learn/rewrite-table.ts" },
    {
      verb: "measure",
      part: "treated against held out, promoted or blocked",
      source: "src/learn/rewrite-guard.ts",
    },
  ],
  operations: [listed(mine), listed(rewrite), listed(synonyms)],
  study,
};
