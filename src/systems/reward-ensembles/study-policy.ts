import { type Aggregate, combine } from "#assess/reward/ensemble.ts";
import { HEAD_TRAINING } from "#assess/reward/reward-head.ts";
import { fitRewardModel, memberScores } from "#assess/reward/reward-model.ts";
import type { Ctx } from "#core/contracts.ts";
import type { Rng } from "#core/rng.ts";
import type { ArmMetric, Curve } from "#core/study.ts";
import { policyGradient } from "#learn/policy-gradient.ts";
import { ppo } from "#learn/ppo.ts";
import { type Climb, klOfReplies } from "#learn/rollouts.ts";
import { turnOver } from "#measure/best-of-n.ts";
import { meanOf, resampleIndices, type Statistic } from "#measure/bootstrap.ts";
import { winRate } from "#measure/win-rate.ts";
import { type Policy, type Prompted, policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { loadBase } from "#worlds/language/base.ts";
import { type BriefPrompt, brief, GOLD } from "#worlds/language/brief.ts";
import { goldOf } from "#worlds/language/world.ts";
import { MEMBERS, REGIMES } from "./study-arms.ts";
import { mean } from "./study-metrics.ts";
import type { BriefWorld } from "./study-world.ts";

/** What the policy is trained on; λ of the released PPO configuration. */
export const POLICY_REWARDS: Readonly<Record<string, Aggregate | "single">> = {
  single: "single",
  mean: { kind: "mean" },
  wco: { kind: "wco" },
  "uwo-0.1": { kind: "uwo", lambda: 0.1 },
};
export const KL_WEIGHTS = [0, 0.02, 0.1] as const;

/** One policy in training. */
export interface PolicyRun {
  readonly arm: string;
  readonly by: "policy-gradient" | "ppo";
  readonly reward: string;
  readonly klWeight: number;
}

const runsOf = (by: PolicyRun["by"], name: string, klWeights: readonly number[]): PolicyRun[] =>
  klWeights.flatMap((klWeight) =>
    Object.keys(POLICY_REWARDS).map((reward) => ({
      arm: klWeight === 0 ? `${name}-${reward}` : `${name}-${reward}-kl-${klWeight}`,
      ...{ by, reward, klWeight },
    })),
  );

/** In every run of the study: policy gradient without a penalty. */
export const POLICY_RUNS = runsOf("policy-gradient", "policy", [0]);
/** In a full run besides: the rest of the grid, and all of it by PPO. */
export const POLICY_RUNS_FULL = [
  ...runsOf("policy-gradient", "policy", KL_WEIGHTS.slice(1)),
  ...runsOf("ppo", "ppo", KL_WEIGHTS),
];

interface Sizes {
  readonly steps: number;
  /** Of PPO, which takes several minibatches a step. */
  readonly ppoSteps: number;
  readonly groups: number;
  /** Steps between two looks at gold, and prompts of a look. */
  readonly every: number;
  readonly ppoEvery: number;
  readonly prompts: number;
}

const GROUP_SIZE = 4;
export const POLICY_SIZES: Sizes = {
  ...{ steps: 140, ppoSteps: 60, groups: 16, every: 20, ppoEvery: 10, prompts: 256 },
};
export const POLICY_SIZES_FAST: Sizes = {
  ...{ steps: 2, ppoSteps: 2, groups: 2, every: 1, ppoEvery: 1, prompts: 16 },
};
const LEARNING_RATE = 2e-3;
/**
 * As published but for the learning rate, which is half of policy gradient's since a step moves
 * four times, and two passes for four. Not tuned.
 */
export const PPO = {
  innerEpochs: 2,
  minibatch: 32,
  clip: 0.2,
  valueCoefficient: 1,
  gamma: 1,
  lambda: 0.95,
  whiten: false,
  learningRate: 1e-3,
} as const;
/** Labels of the policy study: a quarter of the pairs, a quarter of them turned around. */
const FLIP_RATE = 0.25;

/** One look at a policy in training. */
interface Look {
  /** [prompts] of one reply each. */
  readonly gold: Float64Array;
  readonly repeated: Float64Array;
  readonly proxy: Float64Array;
  readonly kl: Float64Array;
}

type Scorer = (groups: readonly Prompted[]) => Float64Array;

/**
 * Trains a policy for each run against combinations of the same members. Gold is only ever looked
 * at, on prompts of their own.
 */
export async function policyArms(
  world: BriefWorld,
  {
    runs,
    replicates,
    sizes,
  }: {
    readonly runs: readonly PolicyRun[];
    readonly replicates: number;
    readonly sizes: Sizes;
  },
  ctx: Ctx,
): Promise<{ arms: Record<string, Record<string, ArmMetric>>; curves: Curve[] }> {
  const { rng, signal } = ctx;
  const base = loadBase();
  const start = policyOf(base);
  const members = memberReader(world, start, { rng: rng.split("members"), signal });
  const draws = rng.split("looks");
  const prompts = Array.from({ length: sizes.prompts }, () => brief.prompt(draws));
  const resamples = resampleIndices(rng.split("resamples"), sizes.prompts, replicates);
  const arms: Record<string, Record<string, ArmMetric>> = {};
  const curves: Curve[] = [];
  for (const [done, run] of runs.entries()) {
    const { arm, by, reward } = run;
    const every = by === "ppo" ? sizes.ppoEvery : sizes.every;
    ctx.progress({ done, total: runs.length, label: `training a policy: ${arm}` });
    const how = POLICY_REWARDS[reward] as Aggregate | "single"; // the runs are made from its keys
    const score: Scorer = (groups) => {
      const scored = members(groups);
      return how === "single" ? (scored[0] as Float64Array) : combine(scored, how).scores;
    };
    const looks = [look(start, start, { prompts, score, rng })];
    const seen = (step: number, policy: () => Policy) => {
      if (step % every === 0) looks.push(look(policy(), start, { prompts, score, rng }));
    };
    const climb: Climb = { prompt: (own) => brief.tokens(brief.prompt(own)), reward: score };
    // The same prompts for every arm.
    await trained(run, { base, climb, sizes, seen }, { rng: rng.split("training"), signal });
    arms[arm] = policyMetrics(looks, resamples);
    curves.push(...policyCurves(arm, looks));
  }
  return { arms, curves };
}

interface Course {
  readonly base: TinyLm;
  readonly climb: Climb;
  readonly sizes: Sizes;
  /** Told after each step, counted from 1. */
  seen(step: number, policy: () => Policy): void;
}

/** As many replies a step, and as many steps, for every reward and penalty of one trainer. */
function trained(
  { by, klWeight }: PolicyRun,
  { base, climb, sizes, seen }: Course,
  { rng, signal }: { readonly rng: Rng; readonly signal: AbortSignal },
): Promise<TinyLm> {
  const { groups, steps, ppoSteps } = sizes;
  const shared = { klWeight, replyTokensMax: brief.replyTokensMax, rng, signal };
  if (by === "policy-gradient")
    return policyGradient(base, climb, {
      ...{ ...shared, steps, groups, groupSize: GROUP_SIZE, learningRate: LEARNING_RATE },
      onStep: ({ step, policy }) => {
        if (step > 0) seen(step, () => policy);
      },
    });
  return ppo(base, climb, {
    ...{ ...shared, ...PPO, steps: ppoSteps, replies: groups * GROUP_SIZE },
    onStep: ({ step, model }) => seen(step + 1, () => policyOf(model())),
  });
}

/** [members][replies] standardised scores, features read by the policy everything starts from. */
function memberReader(
  world: BriefWorld,
  start: Policy,
  { rng, signal }: { readonly rng: Rng; readonly signal: AbortSignal },
): (groups: readonly Prompted[]) => Float64Array[] {
  const { share, epochs, hidden } = REGIMES.scarce;
  const pairs = Math.round(share * world.sizes.pairs);
  const { chosen, rejected } = world.labels(FLIP_RATE);
  const cols = start.featureCount;
  const values = world.pairs.features.values.subarray(0, 2 * pairs * cols);
  const model = fitRewardModel(
    {
      features: { rows: 2 * pairs, cols, values },
      chosen: chosen.subarray(0, pairs),
      rejected: rejected.subarray(0, pairs),
    },
    { ...HEAD_TRAINING, epochs, hidden, members: MEMBERS, bootstrap: false },
    { rng, reference: world.test.features, signal },
  );
  return (groups) => {
    const read = start.features(groups);
    return memberScores(model, { rows: read.length / cols, cols, values: read });
  };
}

function look(
  policy: Policy,
  start: Policy,
  how: { readonly prompts: readonly BriefPrompt[]; readonly score: Scorer; readonly rng: Rng },
): Look {
  const { prompts, score, rng } = how;
  const read = prompts.map(brief.tokens);
  const replies = policy.sample(read, {
    n: 1,
    replyTokensMax: brief.replyTokensMax,
    rng: rng.split("look"), // the same draws at every look of every arm
  });
  const groups = read.map((prompt, p) => ({ prompt, replies: replies[p] ?? [] }));
  const judged = (judge: (prompt: BriefPrompt, reply: Uint8Array) => number) =>
    Float64Array.from(prompts, (prompt, p) => judge(prompt, replies[p]?.[0] ?? new Uint8Array()));
  return {
    gold: judged((prompt, reply) => goldOf(brief, prompt, reply)),
    repeated: judged((prompt, reply) => (brief.terms(prompt, reply).repeated ?? 0) / GOLD.repeated),
    proxy: score(groups),
    kl: Float64Array.from(klOfReplies(policy, start, groups), ([nats]) => nats ?? Number.NaN),
  };
}

const picked = (values: Float64Array, drawn: ArrayLike<number>): Float64Array =>
  Float64Array.from(drawn, (i) => values[i] as number);

function policyMetrics(
  looks: readonly Look[],
  resamples: readonly Uint32Array[],
): Record<string, ArmMetric> {
  const last = looks.at(-1) as Look;
  const first = looks[0] as Look; // the base policy, on the same prompts
  const all = Uint32Array.from(last.gold.keys());
  const metric = (read: Statistic): ArmMetric => ({
    value: read(all),
    replicates: resamples.map(read),
  });
  return {
    "gold-final": metric(meanOf(last.gold)),
    "gold-lost": metric((drawn) => turnOver(looks.map(({ gold }) => meanOf(gold)(drawn)))),
    "win-rate": metric((drawn) => winRate(picked(last.gold, drawn), picked(first.gold, drawn))),
    "kl-final": metric(meanOf(last.kl)),
    "proxy-final": metric(meanOf(last.proxy)),
    "repeats-final": metric(meanOf(last.repeated)),
  };
}

function policyCurves(arm: string, looks: readonly Look[]): Curve[] {
  const path = (read: (look: Look) => Float64Array) =>
    looks.map((look) => mean(Array.from(read(look))));
  const shared = { arm, xLabel: "KL from the base policy, nats", x: path(({ kl }) => kl) };
  const [gold, proxy] = [path((look) => look.gold), path((look) => look.proxy)];
  return [
    { ...shared, id: `policy-gold/${arm}`, yLabel: "gold reward", y: gold },
    { ...shared, id: `policy-proxy/${arm}`, yLabel: "proxy reward, s.d.", y: proxy },
  ];
}
