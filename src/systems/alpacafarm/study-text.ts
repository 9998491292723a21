import type { ArmInfo, Comparison, PaperFigure } from "#core/study.ts";
import { DIRECT, METHODS, type Method, REWARDED } from "./study-methods.ts";
import { SOURCES } from "./study-world.ts";

const METHOD_NAMES: Readonly<Record<Method, string>> = {
  sft: "the policy itself",
  feedme: "fine-tuning on the preferred (FeedME)",
  "reward-conditioning": "reward conditioning",
  dpo: "DPO",
  "best-of-16": "best of 16",
  "best-of-256": "best of 256",
  "expert-iteration": "expert iteration",
  ppo: "PPO",
  quark: "Quark",
};
const SOURCE_NAMES = {
  people: "labels of people",
  pool: "labels of the pool",
  control: "labels without variability",
} as const;

/** What is trained on labels dealt to other pairs. */
export const CONTROL_METHODS = ["dpo", "best-of-16", "best-of-256"] as const;
/** Means over methods. */
export const DIRECT_ARM = ["direct-methods", DIRECT] as const;
export const REWARDED_ARM = ["reward-model-methods", REWARDED] as const;

const learnedMethods = METHODS.filter((method) => method !== "sft");

/** In the order they are printed. */
export const arms: readonly ArmInfo[] = [
  { id: "sft", title: "The policy everything starts from", role: "baseline" },
  ...SOURCES.flatMap((source) =>
    learnedMethods.map(
      (method): ArmInfo => ({
        id: `${source}-${method}`,
        title: `${METHOD_NAMES[method]}, ${SOURCE_NAMES[source]}`,
        role: source === "control" ? "ablation" : "method",
      }),
    ),
  ),
  ...CONTROL_METHODS.map(
    (method): ArmInfo => ({
      id: `shuffled-${method}`,
      title: `${METHOD_NAMES[method]}, labels dealt to other pairs`,
      role: "control",
    }),
  ),
  { id: "leaderboards", title: "The pool's leaderboard beside the people's", role: "method" },
  { id: "one-of-the-pool", title: "One of the pool beside the majority of people", role: "method" },
  {
    id: "one-more-person",
    title: "One more person beside the majority of the others",
    role: "baseline",
  },
  { id: "reward-model-methods", title: "Mean of methods with a reward model", role: "method" },
  { id: "direct-methods", title: "Mean of methods without one", role: "baseline" },
];

const MARGIN = 0.03;

const wins = (method: Method): Comparison => ({
  id: `people-${method}-beats-sft`,
  text: `${METHOD_NAMES[method]} on labels of people wins more than half against the policy it starts from.`,
  metric: "people-win-rate",
  arm: `people-${method}`,
  against: "sft",
  expect: { above: 0 },
});

const turns = (
  source: "people" | "pool",
  method: "best-of-256" | "ppo",
  by: string,
): Comparison => ({
  id: `${source}-${method}-turns-over-more-than-control`,
  text: `Pushed by ${by}, gold ends further below its peak on ${SOURCE_NAMES[source]} than on labels without variability.`,
  metric: "turn-over",
  arm: `${source}-${method}`,
  against: `control-${method}`,
  expect: { above: 0 },
});

/** Written down before the first full run. */
export const claims: readonly Comparison[] = [
  {
    id: "same-ranking",
    text: "Methods learned and judged by the pool are ranked as when learned and judged by people: Spearman above 0.8.",
    metric: "spearman",
    arm: "leaderboards",
    expect: { above: 0.8 },
  },
  {
    id: "agreement-not-lower",
    text: "One of the pool agrees with the majority of people at most 3 points less than one more person does.",
    metric: "agreement",
    arm: "one-of-the-pool",
    against: "one-more-person",
    expect: { above: -MARGIN },
  },
  {
    id: "agreement-not-higher",
    text: "And at most 3 points more.",
    metric: "agreement",
    arm: "one-of-the-pool",
    against: "one-more-person",
    expect: { below: MARGIN },
  },
  ...learnedMethods.map(wins),
  {
    id: "reward-models-beat-direct",
    text: "Methods with a reward model win more often with people than methods without one.",
    metric: "people-win-rate",
    arm: "reward-model-methods",
    against: "direct-methods",
    expect: { above: 0 },
  },
  {
    id: "ppo-best-of-trained",
    text: "PPO on labels of people wins more often with people than expert iteration.",
    metric: "people-win-rate",
    arm: "people-ppo",
    against: "people-expert-iteration",
    expect: { above: 0 },
  },
  turns("people", "best-of-256", "the best of n"),
  turns("pool", "best-of-256", "the best of n"),
  turns("people", "ppo", "PPO"),
  turns("pool", "ppo", "PPO"),
  ...(["dpo", "best-of-256"] as const).map(
    (method): Comparison => ({
      id: `shuffled-${method}-gains-nothing`,
      text: `On labels dealt to other pairs ${METHOD_NAMES[method]} wins at most 5 points more than the policy itself.`,
      metric: "people-win-rate",
      arm: `shuffled-${method}`,
      against: "sft",
      expect: { below: 0.05 },
    }),
  ),
];

export const paper: readonly PaperFigure[] = [
  {
    text: "Rankings of eleven methods by simulated and by human feedback agree: Spearman 0.98; simulation costs a 45th.",
    source: "[seed] abstract, [paper page]",
  },
  {
    text: "Simulated annotators agree with the human majority in 65 %, people in 66 %.",
    source: "[paper page]",
  },
  {
    text: "Human win rates against Davinci003: SFT 44 %, best of 1,024 50.7 %, PPO 55 %; direct methods barely above SFT.",
    source: "[paper page]",
  },
  {
    text: "Over-optimisation appears with people and with the noisy pool, not with one deterministic judge.",
    source: "[paper page]",
  },
];
