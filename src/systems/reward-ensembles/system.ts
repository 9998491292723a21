import { listed } from "#core/operation.ts";
import type { System } from "#core/system.ts";
import { bestOf } from "./best-of.ts";
import { fit } from "./fit.ts";
import { score } from "./score.ts";
import { study } from "./study.ts";

/**
 * Reward model ensembles (Coste et al. 2023, arXiv 2310.02743): several learned rewards combined
 * cautiously, and how hard they may be pushed.
 */
export const system: System = {
  id: "reward-ensembles",
  parts: [
    {
      verb: "propose",
      part: "a tiny transformer samples replies",
      source: "src/propose/tiny-lm.ts",
    },
    {
      verb: "assess",
      part: "reward heads by the Bradley-Terry loss",
      source: "src/assess/reward/reward-model.ts",
    },
    {
      verb: "assess",
      part: "mean, worst case, uncertainty-weighted",
      source: "src/assess/reward/ensemble.ts",
    },
    {
      verb: "correct",
      part: "comparisons by an annotator who flips",
      source: "src/worlds/language/annotators.ts",
    },
    {
      verb: "learn",
      part: "policy gradient on the combined reward",
      source: "src/learn/policy-gradient.ts",
    },
    {
      verb: "assess",
      part: "reward models with a trunk of their own, in full runs",
      source: "src/assess/reward/full-reward.ts",
    },
    { verb: "learn", part: "PPO on the combined reward, in full runs", source: "src/learn/ppo.ts" },
    { verb: "measure", part: "best-of-n without drawing", source: "src/measure/best-of-n.ts" },
  ],
  operations: [listed(fit), listed(score), listed(bestOf)],
  study,
};
