import { listed } from "#core/operation.ts";
import type { System } from "#core/system.ts";
import { calibrate } from "./calibrate.ts";
import { project } from "./project.ts";
import { score } from "./score.ts";
import { study } from "./study.ts";

const folder = "src/systems/pareto-calibration";

/**
 * Pareto self-supervision (Zhao et al. 2023, arXiv 2306.16564): one risk per answer from cheap
 * noisy rules.
 */
export const system: System = {
  id: "pareto-calibration",
  parts: [
    {
      verb: "propose",
      part: "any model with a label, or the scripted proposer",
      source: "src/propose/llm.ts",
    },
    { verb: "propose", part: "declarative rules with evidence", source: "src/propose/rules.ts" },
    {
      verb: "assess",
      part: "harmoniser: risk = 1 - h(x)[label]",
      source: "src/assess/harmoniser.ts",
    },
    { verb: "assess", part: "four Pareto scalarisers", source: "src/assess/scalarisers.ts" },
    { verb: "correct", part: "risk-ordered review queue", source: "src/correct/queue.ts" },
    { verb: "correct", part: "asking again above a risk", source: `${folder}/ask-again.ts` },
    {
      verb: "learn",
      part: "refit with corrections as one more source",
      source: `${folder}/project.ts`,
    },
    { verb: "learn", part: "source re-weighting", source: "src/assess/source-weights.ts" },
    {
      verb: "measure",
      part: "ECE, R2, AUROC, error after review",
      source: "src/measure/reliability.ts",
    },
  ],
  operations: [listed(calibrate), listed(score)],
  study,
  project,
};
