import type { ArmInfo, Comparison, PaperFigure } from "#core/study.ts";
import {
  ABLATED,
  AGGREGATIONS,
  FEWER_MEMBERS,
  FLIPS,
  MAIN_AGGREGATIONS,
  MEMBERS,
  REGIME_IDS,
  REGIMES,
  type Regime,
} from "./study-arms.ts";
import { FULL_REWARD_ARMS } from "./study-full-reward.ts";
import { POLICY_RUNS, POLICY_RUNS_FULL, type PolicyRun } from "./study-policy.ts";

const NAMES: Readonly<Record<string, string>> = {
  single: `one reward model (each of the ${MEMBERS} in turn)`,
  "single-bootstrap": "one member on a resample of the pairs",
  mean: "mean",
  wco: "worst case",
};
const nameOf = (arm: string) => NAMES[arm] ?? `uncertainty-weighted, λ ${arm.split("-")[1]}`;

const armOf = (regime: Regime, flips: number, last: string) => `${regime}-${flips}-${last}`;

function regimeInfos(regime: Regime, flips: number): ArmInfo[] {
  const info = (last: string, title: string, role: ArmInfo["role"]): ArmInfo => ({
    id: armOf(regime, flips, last),
    title: `${REGIMES[regime].title}, ${flips} % flips: ${title}`,
    role,
  });
  const shown = flips > 0 ? Object.keys(AGGREGATIONS) : MAIN_AGGREGATIONS;
  const arms = [
    info("single", nameOf("single"), "baseline"),
    ...shown.map((name) => info(name, nameOf(name), name === "mean" ? "baseline" : "method")),
  ];
  if (flips === 0) return arms;
  return [
    ...arms,
    info("single-bootstrap", nameOf("single-bootstrap"), "ablation"),
    ...ABLATED.flatMap((name) => [
      info(`${name}-bootstrap`, `${nameOf(name)} of bootstrapped members`, "ablation"),
      info(`${name}-k${FEWER_MEMBERS}`, `${nameOf(name)} of ${FEWER_MEMBERS} members`, "ablation"),
    ]),
  ];
}

const cautious = (name: string) => name === "wco" || name.startsWith("uwo");

function policyInfo({ arm, by, reward, klWeight }: PolicyRun): ArmInfo {
  const trainer = by === "ppo" ? "PPO" : "Policy gradient";
  const on = reward === "single" ? "one reward model" : nameOf(reward);
  const penalty = klWeight === 0 ? "" : `, KL weight ${klWeight}`;
  const role = cautious(reward) ? "method" : "baseline";
  return { id: arm, title: `${trainer} on ${on}${penalty}`, role };
}

/** In the order they are printed. */
export const arms: readonly ArmInfo[] = [
  ...FLIPS.flatMap((flips) => REGIME_IDS.flatMap((regime) => regimeInfos(regime, flips))),
  ...POLICY_RUNS.map(policyInfo),
  { id: "random", title: "A reward that knows nothing", role: "control" },
  { id: "oracle", title: "Gold itself", role: "bound" },
];

const WORSE: Readonly<Record<Regime, string>> = {
  good: "With good reward models",
  scarce: "With few pairs",
  overfitted: "With overfitted reward models",
};

const better = (
  regime: Regime,
  flips: number,
  { arm, against, than }: { arm: string; against: string; than: string },
): Comparison => ({
  id: `${armOf(regime, flips, arm)}-beats-${against}`,
  text: `${WORSE[regime]} (${flips} % flips) ${nameOf(arm)} reaches more gold at the largest n than ${than}.`,
  metric: "gold-at-most",
  arm: armOf(regime, flips, arm),
  against: armOf(regime, flips, against),
  expect: { above: 0 },
});

const overSingle = (regime: Regime, flips: number, arm: string) =>
  better(regime, flips, { arm, against: "single", than: "one reward model" });
const overMean = (regime: Regime, arm: string) =>
  better(regime, 25, { arm, against: "mean", than: "the mean" });

const turnsLess = (arm: string, against: string): Comparison => ({
  id: `overfitted-turn-over-${arm}-below-${against}`,
  text: `With overfitted reward models (25 % flips) ${nameOf(arm)} loses less past its peak than ${nameOf(against)}.`,
  metric: "turn-over",
  arm: armOf("overfitted", 25, arm),
  against: armOf("overfitted", 25, against),
  expect: { below: 0 },
});

/** Past its peak a loss below this is none worth speaking of; the best arms gain about 1. */
const LOSS_SMALL = 0.1;

const removed = (regime: Regime): Comparison => ({
  id: `${regime}-wco-hardly-turns-over`,
  text: `${WORSE[regime]} (25 % flips) the worst case loses less than ${LOSS_SMALL} past its peak: over-optimisation is practically removed.`,
  metric: "turn-over",
  arm: armOf(regime, 25, "wco"),
  expect: { below: LOSS_SMALL },
});

const trains = (arm: string, against: string, than: string): Comparison => ({
  id: `policy-${arm}-beats-${against}`,
  text: `A policy trained on ${nameOf(arm)} ends with more gold than one trained on ${than}.`,
  metric: "gold-final",
  arm: `policy-${arm}`,
  against: `policy-${against}`,
  expect: { above: 0 },
});

/** Written down before the first full run. */
export const claims: readonly Comparison[] = [
  {
    id: "overfitted-single-over-optimises",
    text: `With overfitted reward models (25 % flips) one reward model loses more than ${LOSS_SMALL} past its peak: it is over-optimised.`,
    metric: "turn-over",
    arm: armOf("overfitted", 25, "single"),
    expect: { above: LOSS_SMALL },
  },
  turnsLess("mean", "single"),
  turnsLess("wco", "mean"),
  turnsLess("uwo-0.5", "mean"),
  ...REGIME_IDS.map(removed),
  ...REGIME_IDS.flatMap((regime) => [
    overSingle(regime, 25, "mean"),
    overSingle(regime, 25, "wco"),
    overSingle(regime, 25, "uwo-0.5"),
  ]),
  ...REGIME_IDS.flatMap((regime) => [overMean(regime, "wco"), overMean(regime, "uwo-0.5")]),
  ...REGIME_IDS.map((regime) => overSingle(regime, 0, "wco")),
  {
    id: "uwo-robust-to-lambda",
    text: "Uncertainty weighting hardly depends on λ: at 0.25 it reaches at most 0.1 less gold than at 2 with overfitted reward models.",
    metric: "gold-at-most",
    arm: armOf("overfitted", 25, "uwo-2"),
    against: armOf("overfitted", 25, "uwo-0.25"),
    expect: { below: 0.1 },
  },
  {
    id: "five-members-beat-three",
    text: "Five members reach more gold than three under the worst case with overfitted reward models.",
    metric: "gold-at-most",
    arm: armOf("overfitted", 25, "wco"),
    against: armOf("overfitted", 25, `wco-k${FEWER_MEMBERS}`),
    expect: { above: 0 },
  },
  {
    id: "bootstrap-members-no-better",
    text: "Resampling the pairs for each member gains less than 0.1 gold under the worst case with overfitted reward models.",
    metric: "gold-at-most",
    arm: armOf("overfitted", 25, "wco-bootstrap"),
    against: armOf("overfitted", 25, "wco"),
    expect: { below: 0.1 },
  },
  {
    id: "policy-single-over-optimises",
    text: "Trained on by policy gradient without a KL penalty, one reward model loses more than 0.05 gold past the peak.",
    metric: "gold-lost",
    arm: "policy-single",
    expect: { above: 0.05 },
  },
  trains("mean", "single", "one reward model"),
  trains("wco", "single", "one reward model"),
  trains("uwo-0.1", "single", "one reward model"),
  trains("wco", "mean", "the mean"),
  {
    id: "random-gains-nothing",
    text: "A reward that knows nothing gains nothing: the area under its curve is less than 0.1 above one reply.",
    metric: "gain",
    arm: "random",
    expect: { below: 0.1 },
  },
];

/** Of a policy's gold, a loss past its peak below this is noise. */
const LOST_SMALL = 0.05;
const LOST: Omit<Comparison, "id" | "text" | "arm" | "expect"> = { metric: "gold-lost" };

const losesLess = (reward: string): Comparison => ({
  ...LOST,
  id: `ppo-${reward}-loses-less`,
  text: `Trained on by PPO without a KL penalty, ${nameOf(reward)} loses less gold past the peak than one reward model.`,
  arm: `ppo-${reward}`,
  against: "ppo-single",
  expect: { below: 0 },
});

const prevented = (reward: string): Comparison[] => [
  {
    ...LOST,
    id: `ppo-${reward}-small-kl-prevents`,
    text: `With PPO and a KL weight of 0.02, ${nameOf(reward)} loses less than ${LOST_SMALL} gold past the peak: over-optimisation is prevented.`,
    arm: `ppo-${reward}-kl-0.02`,
    expect: { below: LOST_SMALL },
  },
  {
    id: `ppo-${reward}-small-kl-costs-nothing`,
    text: `With PPO on ${nameOf(reward)} a KL weight of 0.02 costs less than 0.1 gold.`,
    metric: "gold-final",
    arm: `ppo-${reward}-kl-0.02`,
    against: `ppo-${reward}`,
    expect: { above: -0.1 },
  },
  {
    id: `ppo-${reward}-small-kl-beats-single-large-kl`,
    text: `With PPO, ${nameOf(reward)} at a KL weight of 0.02 ends with more gold than one reward model at 0.1.`,
    metric: "gold-final",
    arm: `ppo-${reward}-kl-0.02`,
    against: "ppo-single-kl-0.1",
    expect: { above: 0 },
  },
];

/** Only in full runs. Written down before the first of them. */
export const full = {
  arms: [
    ...FULL_REWARD_ARMS.map(
      (last): ArmInfo => ({
        id: `full-${last}`,
        title: `Reward models with a trunk of their own, 25 % flips: ${nameOf(last)}`,
        role: cautious(last) ? "method" : "baseline",
      }),
    ),
    ...POLICY_RUNS_FULL.map(policyInfo),
  ],
  claims: [
    {
      id: "full-rewards-are-bad",
      text: "Reward models with a trunk of their own put fewer than 65 % of pairs in the order of gold.",
      metric: "accuracy",
      arm: "full-single",
      expect: { below: 0.65 },
    },
    {
      id: "no-ensemble-rescues-bad-rewards",
      text: "No ensemble rescues bad reward models: the worst case of those with a trunk of their own ends less than 0.1 above one reply.",
      metric: "gain",
      arm: "full-wco",
      expect: { below: 0.1 },
    },
    {
      ...LOST,
      id: "ppo-single-over-optimises",
      text: `Trained on by PPO without a KL penalty, one reward model loses more than ${LOST_SMALL} gold past the peak.`,
      arm: "ppo-single",
      expect: { above: LOST_SMALL },
    },
    ...["mean", "wco", "uwo-0.1"].map(losesLess),
    ...["wco", "uwo-0.1"].flatMap(prevented),
  ] satisfies Comparison[],
};

export const paper: readonly PaperFigure[] = [
  {
    text: "Best-of-n: conservative objectives practically remove over-optimisation, with up to 70 % better results.",
    source: "[seed] abstract",
  },
  {
    text: "PPO: they always reduce over-optimisation, and with a small KL penalty prevent it at no cost. (Judged in full runs.)",
    source: "[seed] abstract",
  },
  {
    text: "Without label noise up to about 30 % better than the average member; with 25 % noise up to about 75 %, where the mean still over-optimises.",
    source: "[paper page]",
  },
];
