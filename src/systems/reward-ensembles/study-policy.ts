import { type Aggregate, combine } from "#assess/reward/ensemble.ts";
import { HEAD_TRAINING } from "#assess/reward/reward-head.ts";
import { fitRewardModel, memberScores } from "#assess/reward/reward-model.ts";
import type { Ctx } from "#core/contracts.ts";
import type { Rng } from "#core/rng.ts";
import type { ArmMetric, Curve } from "#core/study.ts";
import { klOfReplies, policyGradient } from "#learn/policy-gradient.ts";
import { resampleIndices } from "#measure/bootstrap.ts";
import { winRate } from "#measure/win-rate.ts";
import { type Policy, type Prompted, policyOf } from "#propose/tiny-lm.ts";
import { loadBase } from "#worlds/language/base.ts";
import { type BriefPrompt, brief, GOLD } from "#worlds/language/brief.ts";
import { goldOf } from "#worlds/language/world.ts";
import { MEMBERS, REGIMES } from "./study-arms.ts";
import { mean } from "./study-metrics.ts";
import type { BriefWorld } from "./study-world.ts";

/** What the policy is trained by; λ of the released PPO configuration. */
export const POLICY_ARMS: Readonly<Record<string, Aggregate | "single">> = {
  single: "single",
  mean: { kind: "mean" },
  wco: { kind: "wco" },
  "uwo-0.1": { kind: "uwo", lambda: 0.1 },
};

interface Sizes {
  readonly steps: number;
  readonly groups: number;
  /** Steps between two looks at gold, and prompts of a look. */
  readonly every: number;
  readonly prompts: number;
}

const GROUP_SIZE = 4;
export const POLICY_SIZES: Sizes = { steps: 140, groups: 16, every: 20, prompts: 256 };
export const POLICY_SIZES_FAST: Sizes = { steps: 2, groups: 2, every: 1, prompts: 16 };
const LEARNING_RATE = 2e-3;
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
 * Trains the policy by policy gradient against each combination of the same members. Gold is only
 * ever looked at, on prompts of their own.
 */
export async function policyArms(
  world: BriefWorld,
  { replicates, sizes }: { readonly replicates: number; readonly sizes: Sizes },
  ctx: Ctx,
): Promise<{ arms: Record<string, Record<string, ArmMetric>>; curves: Curve[] }> {
  const { rng } = ctx;
  const base = loadBase();
  const start = policyOf(base);
  const members = memberReader(world, start, { rng: rng.split("members"), signal: ctx.signal });
  const draws = rng.split("looks");
  const prompts = Array.from({ length: sizes.prompts }, () => brief.prompt(draws));
  const resamples = resampleIndices(rng.split("resamples"), sizes.prompts, replicates);
  const arms: Record<string, Record<string, ArmMetric>> = {};
  const curves: Curve[] = [];
  let done = 0;
  for (const [name, how] of Object.entries(POLICY_ARMS)) {
    ctx.progress({
      done: done++,
      total: Object.keys(POLICY_ARMS).length,
      label: `training a policy: ${name}`,
    });
    const score: Scorer = (groups) => {
      const scored = members(groups);
      return how === "single" ? (scored[0] as Float64Array) : combine(scored, how).scores;
    };
    const looks: Look[] = [];
    await policyGradient(
      base,
      { prompt: (own) => brief.tokens(brief.prompt(own)), reward: score },
      {
        steps: sizes.steps,
        groups: sizes.groups,
        groupSize: GROUP_SIZE,
        replyTokensMax: brief.replyTokensMax,
        learningRate: LEARNING_RATE,
        klWeight: 0,
        rng: rng.split("training"), // the same prompts for every arm
        signal: ctx.signal,
        onStep: ({ step, policy }) => {
          if (step % sizes.every === 0) looks.push(look(policy, start, { prompts, score, rng }));
        },
      },
    );
    arms[`policy-${name}`] = policyMetrics(looks, resamples);
    curves.push(...policyCurves(`policy-${name}`, looks));
  }
  return { arms, curves };
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

const meanAt = (values: Float64Array, drawn: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < drawn.length; i++) sum += values[drawn[i] as number] as number;
  return sum / drawn.length;
};

const picked = (values: Float64Array, drawn: ArrayLike<number>): Float64Array =>
  Float64Array.from(drawn, (i) => values[i] as number);

function policyMetrics(
  looks: readonly Look[],
  resamples: readonly Uint32Array[],
): Record<string, ArmMetric> {
  const last = looks.at(-1) as Look;
  const first = looks[0] as Look; // the base policy, on the same prompts
  const all = Uint32Array.from(last.gold.keys());
  const metric = (read: (drawn: ArrayLike<number>) => number): ArmMetric => ({
    value: read(all),
    replicates: resamples.map(read),
  });
  return {
    "gold-final": metric((drawn) => meanAt(last.gold, drawn)),
    "gold-lost": metric((drawn) => {
      const path = looks.map(({ gold }) => meanAt(gold, drawn));
      return Math.max(...path) - (path.at(-1) as number);
    }),
    "win-rate": metric((drawn) => winRate(picked(last.gold, drawn), picked(first.gold, drawn))),
    "kl-final": metric((drawn) => meanAt(last.kl, drawn)),
    "proxy-final": metric((drawn) => meanAt(last.proxy, drawn)),
    "repeats-final": metric((drawn) => meanAt(last.repeated, drawn)),
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
