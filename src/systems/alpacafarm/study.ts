import type { Ctx } from "#core/contracts.ts";
import type { ArmMetric, Curve, SeedResult, Study, StudySize } from "#core/study.ts";
import { klOfReplies } from "#learn/rollouts.ts";
import { bestOfN, bestOfNKl, doublings, turnOver } from "#measure/best-of-n.ts";
import { meanOf, resampleIndices, type Statistic } from "#measure/bootstrap.ts";
import { kendall, spearman } from "#measure/rank-correlation.ts";
import type { Policy } from "#propose/tiny-lm.ts";
import { policyOf } from "#propose/tiny-lm.ts";
import { brief } from "#worlds/language/brief.ts";
import { goldOf } from "#worlds/language/world.ts";
import { agreementWithPeople, judged, rightShare, worthOf } from "./study-judges.ts";
import {
  bestAmong,
  LEARNING_RATES,
  learned,
  METHODS,
  type Method,
  repliesOf,
  rewardOf,
  startReplies,
  TRAINED,
} from "./study-methods.ts";
import { arms, CONTROL_METHODS, claims, DIRECT_ARM, paper, REWARDED_ARM } from "./study-text.ts";
import {
  type FarmWorld,
  farmWorld,
  labelled,
  SIZES,
  SIZES_FAST,
  SIZES_FULL,
  type Sizes,
  SOURCES,
  shuffledLabels,
} from "./study-world.ts";

const SEEDS = 5;
const REPLICATES = 200;
const REPLICATES_FAST = 20;
const AGREEMENT_PAIRS = 2000;

export const study: Study = {
  id: "alpacafarm",
  title: "Nine ways to learn from comparisons, by simulated people and by their simulators",
  seedsDefault: SEEDS,
  arms,
  claims,
  paper,
  options: {
    world: "family brief of the tiny language; policy of 63,024 parameters, fine-tuned",
    ...SIZES,
    learningRates: LEARNING_RATES,
    replicates: REPLICATES,
  },
  runSeed,
};

async function runSeed(seed: number, ctx: Ctx, { fast, full }: StudySize): Promise<SeedResult> {
  const { rng, signal } = ctx;
  const sizes = fast ? SIZES_FAST : full ? SIZES_FULL : SIZES;
  const total = 1 + SOURCES.length * TRAINED.length;
  ctx.progress({ done: 0, total, label: "sampling replies" });
  const world = farmWorld(sizes, rng.split("world"));
  const board = boardOf(world, ctx, fast ? REPLICATES_FAST : REPLICATES);
  const labels = SOURCES.map((source) => ({
    source,
    labels: labelled(world, source, rng.split(`labels-${source}`)),
  }));
  const pool = labels.find(({ source }) => source === "pool") as (typeof labels)[number];
  const shuffled = shuffledLabels(pool.labels, rng.split("shuffled"));
  let done = 1;
  board.enter("sft", startReplies(world, rng.split("sft")));
  for (const { source, labels: own } of [...labels, { source: "shuffled", labels: shuffled }]) {
    const reward = rewardOf(world, own, { rng: rng.split(`reward-${source}`), signal });
    const gold = board.goldCurve(source, reward.candidates);
    for (const method of METHODS) {
      if (method === "sft") continue;
      if (source === "shuffled" && !CONTROL_METHODS.some((one) => one === method)) continue;
      signal.throwIfAborted();
      const arm = `${source}-${method}`;
      const n = bestOf(method);
      if (n !== null) {
        const among = Math.min(n, sizes.candidates);
        board.enter(arm, bestAmong(world, reward.candidates, among));
        board.add(arm, { kl: { value: bestOfNKl(among) } });
        continue;
      }
      ctx.progress({ done: done++, total, label: `${source}: ${method}` });
      const trained = method as (typeof TRAINED)[number]; // neither the start nor a best of n
      const looks = board.looks(source);
      const { model, ask } = await learned(
        world,
        trained,
        { labels: own, reward },
        {
          learningRate: LEARNING_RATES[trained],
          rng: rng.split(`training-${method}`), // the same prompts and draws for every source
          signal,
          ...(method === "ppo" && { look: looks.look }),
        },
      );
      const policy = policyOf(model);
      const replies = repliesOf(world, { policy, ask }, rng.split("judged"));
      board.enter(arm, replies);
      if (method === "reward-conditioning") continue; // its prompts are others: no KL to speak of
      board.add(arm, { kl: board.kl(policy, replies) });
      if (method === "ppo") board.add(arm, looks.metrics());
    }
    board.add(`${source}-best-of-256`, { "turn-over": gold });
  }
  board.summarise();
  const goldOfPairs = pairGold(world);
  const facts: Record<string, number | string> = {
    ...Object.fromEntries(
      labels.map(({ source, labels: own }) => [
        `labels that agree with gold, ${source}`,
        rightShare(goldOfPairs, own),
      ]),
    ),
    "sequences each trained method learns": sizes.steps * sizes.batch,
    "replies it may sample besides": samplesOf(sizes),
  };
  return { seed, arms: board.arms, curves: board.curves, facts };
}

const bestOf = (method: Method): number | null =>
  method.startsWith("best-of-") ? Number(method.slice("best-of-".length)) : null;

const samplesOf = ({ steps, batch }: Sizes): string =>
  `PPO ${(steps * batch) / 2}, Quark ${2 * steps * batch} (a quarter learned), expert iteration ${16 * Math.ceil((steps * batch) / 3)}`;

function pairGold({ pairs }: FarmWorld): Float64Array {
  return Float64Array.from(pairs.replies, (reply, row) =>
    goldOf(brief, pairs.prompts[row >> 1] as (typeof pairs.prompts)[number], reply),
  );
}

/** What is entered for an arm, prompt by prompt. */
interface Entry {
  readonly people: Float64Array;
  readonly pool: Float64Array;
  readonly gold: Float64Array;
  readonly length: Float64Array;
}

/** The leaderboards of a seed: every arm judged on the same prompts by the same judges. */
function boardOf(world: FarmWorld, { rng }: Ctx, replicates: number) {
  const { prompts, sizes, candidates } = world;
  const entries = new Map<string, Entry>();
  const arms: Record<string, Record<string, ArmMetric>> = {};
  const curves: Curve[] = [];
  const all = Uint32Array.from(prompts.keys());
  const resamples = resampleIndices(rng.split("resamples"), prompts.length, replicates);
  const metric = (read: Statistic): ArmMetric => ({
    value: read(all),
    replicates: resamples.map(read),
  });
  const add = (arm: string, metrics: Record<string, ArmMetric>) => {
    arms[arm] = { ...arms[arm], ...metrics };
  };
  const goldOfReplies = (replies: readonly Uint8Array[]) =>
    Float64Array.from(prompts, (prompt, p) => goldOf(brief, prompt, replies[p] as Uint8Array));

  return {
    arms,
    curves,
    add,
    enter(arm: string, replies: readonly Uint8Array[]) {
      const by = (judges: "people" | "pool") =>
        worthOf(judged(world, judges, { replies, rng: rng.split(`judges-${judges}`) }));
      const entry: Entry = {
        people: by("people"),
        pool: by("pool"),
        gold: goldOfReplies(replies),
        length: Float64Array.from(replies, ({ length }) => length),
      };
      entries.set(arm, entry);
      add(arm, {
        "people-win-rate": metric(meanOf(entry.people)),
        "pool-win-rate": metric(meanOf(entry.pool)),
        gold: metric(meanOf(entry.gold)),
        length: metric(meanOf(entry.length)),
      });
    },
    kl(policy: Policy, replies: readonly Uint8Array[]): ArmMetric {
      const groups = prompts.map((prompt, p) => ({
        prompt: brief.tokens(prompt),
        replies: [replies[p] as Uint8Array],
      }));
      const nats = Float64Array.from(
        klOfReplies(policy, world.policy, groups),
        ([own]) => own ?? Number.NaN,
      );
      return metric(meanOf(nats));
    },
    /** Gold against n, and how far it ends below its peak. */
    goldCurve(source: string, scores: Float64Array): ArmMetric {
      const ns = doublings(sizes.candidates);
      const byPrompt = candidates.map((replies, p) => {
        const prompt = prompts[p] as (typeof prompts)[number];
        const proxy = scores.subarray(p * replies.length, (p + 1) * replies.length);
        const worth = replies.map((reply) => goldOf(brief, prompt, reply));
        return bestOfN({ proxy, worth }, ns);
      });
      const path = (drawn: Uint32Array) =>
        ns.map((_, i) => meanOf(Float64Array.from(byPrompt, (own) => own[i] as number))(drawn));
      curves.push({
        id: `best-of/${source}`,
        arm: `${source}-best-of-256`,
        xLabel: "KL from the base policy, nats",
        yLabel: "gold reward",
        x: ns.map(bestOfNKl),
        y: path(all),
      });
      return metric((drawn) => turnOver(path(drawn)));
    },
    /** Gold of PPO as it goes. */
    looks(source: string) {
      const seen: { step: number; gold: Float64Array }[] = [];
      return {
        look: (step: number, policy: Policy) => {
          const ask = (prompt: readonly number[]) => prompt;
          const replies = repliesOf(world, { policy, ask }, rng.split("look"));
          seen.push({ step, gold: goldOfReplies(replies) });
        },
        metrics(): Record<string, ArmMetric> {
          const path = (drawn: Uint32Array) => seen.map(({ gold }) => meanOf(gold)(drawn));
          curves.push({
            id: `ppo/${source}`,
            arm: `${source}-ppo`,
            xLabel: "PPO steps",
            yLabel: "gold reward",
            x: seen.map(({ step }) => step),
            y: path(all),
          });
          return { "turn-over": metric((drawn) => turnOver(path(drawn))) };
        },
      };
    },
    /** What is said of methods together and of leaderboards. */
    summarise() {
      const rate = (arm: string, by: "people" | "pool", drawn: Uint32Array) =>
        meanOf((entries.get(arm) as Entry)[by])(drawn);
      const ranked = (source: "people" | "pool", drawn: Uint32Array) =>
        METHODS.map((m) => rate(m === "sft" ? m : `${source}-${m}`, source, drawn));
      const boards = (of: typeof spearman) =>
        metric((drawn) => of(ranked("pool", drawn), ranked("people", drawn)) ?? 0);
      add("leaderboards", { spearman: boards(spearman), kendall: boards(kendall) });
      for (const [arm, methods] of [DIRECT_ARM, REWARDED_ARM] as const)
        add(arm, {
          "people-win-rate": metric(
            (drawn) =>
              methods.reduce((sum, m) => sum + rate(`people-${m}`, "people", drawn), 0) /
              methods.length,
          ),
        });
      const count = Math.min(AGREEMENT_PAIRS, sizes.pairs);
      const agreement = agreementWithPeople(world, { count, rng: rng.split("agreement") });
      const drawn = resampleIndices(rng.split("agreement-resamples"), count, replicates);
      const share = (values: Float64Array): ArmMetric => ({
        value: meanOf(values)(Uint32Array.from(values.keys())),
        replicates: drawn.map(meanOf(values)),
      });
      add("one-more-person", { agreement: share(agreement.person) });
      add("one-of-the-pool", { agreement: share(agreement.pool) });
    },
  };
}
