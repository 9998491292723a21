import type { Ctx } from "#core/contracts.ts";
import type { ArmMetric, Curve, SeedResult, Study, StudySize } from "#core/study.ts";
import { doublings } from "#measure/best-of-n.ts";
import { resampleIndices } from "#measure/bootstrap.ts";
import {
  FLIPS,
  LAMBDAS,
  MAIN_AGGREGATIONS,
  MEMBERS,
  REGIME_IDS,
  REGIMES,
  regimeArms,
  type Scoring,
} from "./study-arms.ts";
import { FULL_REWARD, FULL_REWARD_ARMS, fullRewardArms } from "./study-full-reward.ts";
import { accuracyOf, armCurves, armMetrics, type Measures, mean } from "./study-metrics.ts";
import {
  KL_WEIGHTS,
  POLICY_RUNS,
  POLICY_RUNS_FULL,
  POLICY_SIZES,
  POLICY_SIZES_FAST,
  PPO,
  policyArms,
} from "./study-policy.ts";
import { arms, claims, full, paper } from "./study-text.ts";
import { type BriefWorld, briefWorld, SIZES, SIZES_FAST } from "./study-world.ts";

const SEEDS = 5;
const REPLICATES = 200;
const REPLICATES_FAST = 20;

export const study: Study = {
  id: "reward-ensembles",
  title: "Best-of-n against one and against several learned rewards, in a tiny language",
  seedsDefault: SEEDS,
  arms,
  claims,
  full,
  paper,
  options: {
    world: "family brief of the tiny language; policy of 63,024 parameters, fine-tuned",
    ...SIZES,
    members: `${MEMBERS} tanh heads on frozen features, by Adam`,
    regimes: REGIMES,
    flipsPercent: FLIPS,
    lambdas: LAMBDAS,
    policyGradient: { ...POLICY_SIZES, groupSize: 4, klWeight: 0, pairs: 1000, flipsPercent: 25 },
    replicates: REPLICATES,
    full: { klWeights: KL_WEIGHTS, ppo: PPO, fullReward: FULL_REWARD },
  },
  runSeed,
};

async function runSeed(
  seed: number,
  ctx: Ctx,
  { fast, full: whole = false }: StudySize,
): Promise<SeedResult> {
  const { rng, signal } = ctx;
  const total = 2 + FLIPS.length * REGIME_IDS.length;
  ctx.progress({ done: 0, total, label: "sampling replies" });
  const sizes = fast ? SIZES_FAST : SIZES;
  const world = briefWorld(sizes, rng.split("world"));
  const measures: Measures = {
    world,
    ns: doublings(sizes.candidates),
    resamples: resampleIndices(
      rng.split("resamples"),
      sizes.prompts,
      fast ? REPLICATES_FAST : REPLICATES,
    ),
  };
  const metrics: Record<string, Record<string, ArmMetric>> = {};
  const curves: Curve[] = [];
  const facts: Record<string, number | string> = factsOf(world);
  let done = 1;
  for (const flips of FLIPS)
    for (const regime of REGIME_IDS) {
      signal.throwIfAborted();
      ctx.progress({ done: done++, total, label: `${regime} rewards, ${flips} % flips` });
      const scored = regimeArms(world, { regime, flips }, { rng: rng.split("rewards"), signal });
      for (const [last, scorings] of Object.entries(scored)) {
        const arm = `${regime}-${flips}-${last}`;
        metrics[arm] = armMetrics(measures, scorings);
        if (last === "single" || MAIN_AGGREGATIONS.some((name) => name === last))
          curves.push(...armCurves(measures, arm, scorings));
      }
      facts[`accuracy of one reward model, ${regime}, ${flips} % flips`] = mean(
        (scored.single ?? []).map(({ test }) => accuracyOf(measures, test)),
      );
    }
  for (const [arm, scoring] of Object.entries(boundScorings(world, ctx))) {
    const of = armMetrics(measures, [scoring]);
    metrics[arm] = arm === "random" ? { ...of, gain: gainOf(of) } : of;
    curves.push(...armCurves(measures, arm, [scoring]));
  }
  if (whole) {
    ctx.progress({ done, total, label: "reward models with a trunk of their own" });
    const scored = await fullRewardArms(world, {
      members: MEMBERS,
      rng: rng.split("full-rewards"),
      signal,
    });
    for (const last of FULL_REWARD_ARMS) {
      const scorings = scored[last];
      const of = armMetrics(measures, scorings);
      metrics[`full-${last}`] = { ...of, gain: gainOf(of) };
      curves.push(...armCurves(measures, `full-${last}`, scorings));
    }
  }
  const learned = await policyArms(
    world,
    {
      runs: whole ? [...POLICY_RUNS, ...POLICY_RUNS_FULL] : POLICY_RUNS,
      replicates: measures.resamples.length,
      sizes: fast ? POLICY_SIZES_FAST : POLICY_SIZES,
    },
    {
      ...ctx,
      rng: rng.split("policy"),
      progress: ({ label }) => ctx.progress({ done, total, label }),
    },
  );
  Object.assign(metrics, learned.arms);
  curves.push(...learned.curves);
  return { seed, arms: metrics, curves, facts };
}

/** What frames the rest: no knowledge, and all of it. */
function boundScorings({ candidates, test }: BriefWorld, { rng }: Ctx): Record<string, Scoring> {
  const draws = rng.split("random");
  const random = ({ length }: Float64Array) => Float64Array.from({ length }, () => draws.normal());
  return {
    random: { candidates: random(candidates.gold), test: random(test.gold) },
    oracle: { candidates: candidates.gold, test: test.gold },
  };
}

/**
 * Gold under the curve over that of one reply, replicate by replicate: the largest n alone is a
 * single pick a prompt, too noisy to show a gain of nothing.
 */
function gainOf(metrics: Record<string, ArmMetric>): ArmMetric {
  const [most, one] = [metrics.area, metrics["gold-at-1"]];
  return {
    value: (most?.value ?? Number.NaN) - (one?.value ?? Number.NaN),
    replicates: (most?.replicates ?? []).map((r, i) => r - (one?.replicates?.[i] ?? Number.NaN)),
  };
}

function factsOf(world: BriefWorld): Record<string, number | string> {
  const { gold, replies } = world.pairs;
  const agreement = (flips: number) => {
    const { chosen, rejected } = world.labels(flips / 100);
    const leads = Array.from(
      chosen,
      (row, p) => (gold[row] as number) - (gold[rejected[p] as number] as number),
    ).filter((lead) => Math.abs(lead) > 1e-9);
    return leads.filter((lead) => lead > 0).length / leads.length;
  };
  const same = world.pairs.prompts.filter(
    (_, p) => String(replies[2 * p]) === String(replies[2 * p + 1]),
  ).length;
  return {
    "gold of the policy's replies": mean(Array.from(gold)),
    "pairs of two equal replies": same / world.pairs.prompts.length,
    ...Object.fromEntries(
      FLIPS.map((flips) => [`labels that agree with gold, ${flips} % flips`, agreement(flips)]),
    ),
  };
}
