import { listed } from "#core/operation.ts";
import type { System } from "#core/system.ts";
import { leaderboard } from "./leaderboard.ts";
import { moreLabels } from "./more-labels.ts";
import { simulateAnnotators } from "./simulate.ts";
import { study } from "./study.ts";

/**
 * AlpacaFarm (Dubois et al. 2023, arXiv 2305.14387): which method of learning from comparisons will
 * win, found with simulated annotators before anybody is paid.
 */
export const system: System = {
  id: "alpacafarm",
  parts: [
    {
      verb: "propose",
      part: "a tiny transformer samples two replies",
      source: "src/propose/tiny-lm.ts",
    },
    {
      verb: "assess",
      part: "a reward head by the Bradley-Terry loss",
      source: "src/assess/reward/reward-model.ts",
    },
    {
      verb: "assess",
      part: "a language model as judge of pairs",
      source: "src/assess/llm-judge.ts",
    },
    {
      verb: "assess",
      part: "what annotators are like, by maximum likelihood",
      source: "src/assess/annotator-noise.ts",
    },
    {
      verb: "correct",
      part: "people and a pool of simulators compare",
      source: "src/worlds/language/annotators.ts",
    },
    { verb: "learn", part: "DPO", source: "src/learn/dpo.ts" },
    { verb: "learn", part: "reward conditioning", source: "src/learn/reward-conditioned.ts" },
    { verb: "learn", part: "expert iteration", source: "src/learn/expert-iteration.ts" },
    { verb: "learn", part: "PPO", source: "src/learn/ppo.ts" },
    { verb: "learn", part: "Quark", source: "src/learn/quark.ts" },
    { verb: "measure", part: "win rate in both orders", source: "src/measure/win-rate.ts" },
    {
      verb: "measure",
      part: "rank correlation of leaderboards",
      source: "src/measure/rank-correlation.ts",
    },
  ],
  operations: [listed(simulateAnnotators), listed(leaderboard), listed(moreLabels)],
  study,
};
