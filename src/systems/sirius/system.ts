import { listed } from "#core/operation.ts";
import type { System } from "#core/system.ts";
import { act } from "./act.ts";
import { fit } from "./fit.ts";
import { label } from "./label.ts";
import { evictPreview } from "./memory.ts";
import { study } from "./study.ts";

/**
 * Sirius (Liu et al. 2023, arXiv 2211.08416): a policy is deployed with a person who takes over, and
 * learns from all of it, people's steps weighted up and the steps just before a take-over left out.
 */
export const system: System = {
  id: "sirius",
  parts: [
    { verb: "propose", part: "a policy acts step by step", source: "src/propose/policy/runner.ts" },
    {
      verb: "assess",
      part: "take-overs tell which steps were trusted",
      source: "src/learn/episodes/frame-classes.ts",
    },
    {
      verb: "correct",
      part: "a person takes over and hands back",
      source: "src/worlds/manipulation/sim-human.ts",
    },
    {
      verb: "learn",
      part: "cloning with a weight for each class of steps",
      source: "src/learn/episodes/class-weights.ts",
    },
    {
      verb: "learn",
      part: "a memory that lets the least intervened go",
      source: "src/learn/episodes/eviction.ts",
    },
    {
      verb: "measure",
      part: "success alone on paired starts",
      source: "src/worlds/manipulation/rollout.ts",
    },
  ],
  operations: [listed(fit), listed(label), listed(evictPreview), listed(act)],
  study,
};
