import { listed } from "#core/operation.ts";
import type { System } from "#core/system.ts";
import { audit } from "./audit.ts";
import { curve } from "./curve.ts";
import { fit } from "./fit.ts";
import { split } from "./split.ts";
import { study } from "./study.ts";

/**
 * RaC (2025, arXiv 2509.07953): a person first brings the robot back to known ground, then corrects,
 * then ends the episode; recoveries are learned from like anything else.
 */
export const system: System = {
  id: "rac",
  parts: [
    {
      verb: "propose",
      part: "a policy acts, in chunks or step by step",
      source: "src/propose/policy/runner.ts",
    },
    {
      verb: "assess",
      part: "how far a state is from where demonstrations have been",
      source: "src/learn/episodes/familiarity.ts",
    },
    {
      verb: "correct",
      part: "a person recovers, corrects, ends the episode",
      source: "src/worlds/manipulation/sim-human.ts",
    },
    {
      verb: "learn",
      part: "recoveries told from corrections",
      source: "src/learn/episodes/segments.ts",
    },
    {
      verb: "learn",
      part: "cloning of people's steps only",
      source: "src/learn/episodes/training-runs.ts",
    },
    {
      verb: "measure",
      part: "success, and what trying again is worth",
      source: "src/worlds/manipulation/rollout.ts",
    },
  ],
  operations: [listed(fit), listed(split), listed(audit), listed(curve)],
  study,
};
