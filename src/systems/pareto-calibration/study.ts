import { EPOCHS_DEFAULT } from "#assess/harmoniser.ts";
import { SCALARISERS } from "#assess/scalarisers.ts";
import { sourceStatistics } from "#assess/votes.ts";
import { assert } from "#core/assert.ts";
import type { Ctx } from "#core/contracts.ts";
import type { ArmMetric, Curve, SeedResult, Study } from "#core/study.ts";
import { resampleIndices } from "#measure/bootstrap.ts";
import { reliabilityBins } from "#measure/reliability.ts";
import { riskCoverage } from "#measure/selective.ts";
import { GRID } from "./fit.ts";
import { baselineArms, boundArms, cut, harmoniserArms, type Judgement } from "./study-arms.ts";
import { askAgainArms } from "./study-ask-again.ts";
import {
  ECE_BINS,
  errorAfter,
  labelMetricsOf,
  reviewMetrics,
  riskMetrics,
  type Scoring,
} from "./study-metrics.ts";
import { loopOutcome, REVIEW_SHARES, review } from "./study-people.ts";
import { llmFromEnv } from "./study-proposer.ts";
import { arms, claims, paper } from "./study-text.ts";
import { CLASSES, type MailWorld, mailWorld } from "./study-world.ts";

const REPLICATES = 200;
const REPLICATES_FAST = 20;
const SEEDS = 10;

export const study: Study = {
  id: "pareto-calibration",
  title: "Risk of a mail classifier's answers from fourteen rules, without gold labels",
  seedsDefault: SEEDS,
  arms,
  claims,
  paper,
  options: {
    data: "SpamAssassin public corpus, 6,046 mails",
    proposer:
      "scripted proposer: naive Bayes on 40 labelled mails, subject and 200 characters, bare label",
    split: "60 / 10 / 30 of the rest, anew for every seed",
    harmonizer: "linear on 4,096 hashed words of headers and body",
    epochs: EPOCHS_DEFAULT,
    grid: GRID,
    eceBins: ECE_BINS,
    replicates: REPLICATES,
  },
  runSeed,
};

async function runSeed(
  seed: number,
  ctx: Ctx,
  { fast }: { readonly fast: boolean },
): Promise<SeedResult> {
  const { rng } = ctx;
  const step = (done: number, label: string) => {
    ctx.signal.throwIfAborted();
    ctx.progress({ done, total: 6, label });
  };
  step(0, "reading mails");
  const llm = llmFromEnv(process.env, CLASSES);
  const worldCtx = { ...ctx, rng: rng.split("world") };
  const world = await mailWorld(worldCtx, { fast, ...(llm && { proposer: llm }) });
  const { test, gold, proposed } = world;
  const scoring: Scoring = {
    wrong: Float64Array.from(test, (i) => (proposed[i] === gold[i] ? 0 : 1)),
    gold: Int16Array.from(test, (i) => gold[i] as number),
    resamples: resampleIndices(
      rng.split("resamples"),
      test.length,
      fast ? REPLICATES_FAST : REPLICATES,
    ),
  };
  const parts = cut(world);
  step(1, "fitting harmonisers");
  const judged: Record<string, Judgement> = {
    ...harmoniserArms(world, parts, rng.split("arms")),
    ...baselineArms(world, parts, rng.split("arms")),
    ...boundArms(world, parts, rng.split("arms")),
  };
  step(2, "reviewing and learning");
  const loops = await loopArms(world, { ...ctx, rng: rng.split("loop") });
  for (const [arm, { after }] of Object.entries(loops)) judged[arm] = after;
  judged["loop-before"] = loops["loop-cost"].before;
  step(3, "scoring");
  const metrics: Record<string, Record<string, ArmMetric>> = {};
  for (const [arm, judgement] of Object.entries(judged))
    metrics[arm] = riskMetrics(scoring, judgement);
  for (const [arm, { minutes, corrections, promoted }] of Object.entries(loops))
    Object.assign(metrics[arm] ?? {}, {
      minutes: { value: minutes },
      corrections: { value: corrections },
      promoted: { value: promoted },
    });
  step(4, "asking again");
  const main = judged[MAIN];
  assert(main !== undefined, "the main arm was run");
  for (const [arm, { answers, calls }] of Object.entries(await askAgainArms(world, main, ctx)))
    metrics[arm] = { ...labelMetricsOf(scoring, answers), calls: { value: calls } };
  step(5, "reviewing by risk");
  for (const [arm, order] of [
    ["review-polar", MAIN],
    ["review-own-confidence", "own-confidence"],
    ["review-random", "random"],
  ] as const) {
    const by = judged[order];
    assert(by !== undefined, "the order of a review is an arm's risk");
    const reviewed = await review(world, by, { ...ctx, rng: rng.split("review") });
    metrics[arm] = reviewMetrics(scoring, reviewed);
  }
  return { seed, arms: metrics, curves: curvesOf(judged, scoring), facts: factsOf(world, scoring) };
}

/** The arm other arms build on: what a user gets by default. */
const MAIN = "polar-linear-weak";

async function loopArms(world: MailWorld, ctx: Ctx) {
  return {
    "loop-cost": await loopOutcome(world, { order: "cost", answers: "right" }, ctx),
    "loop-random-order": await loopOutcome(world, { order: "random", answers: "right" }, ctx),
    "loop-shuffled": await loopOutcome(world, { order: "cost", answers: "shuffled" }, ctx),
  };
}

const CURVE_POINTS = 41;

/** Error against coverage, and risk against error, of the arms a reader compares. */
function curvesOf(judged: Readonly<Record<string, Judgement>>, { wrong }: Scoring): Curve[] {
  return [MAIN, "majority", "weighted-vote", "distilled", "own-confidence", "oracle"].flatMap(
    (arm): Curve[] => {
      const risk = judged[arm]?.risk;
      if (risk === undefined) return [];
      const { coverage, error } = riskCoverage(risk, wrong);
      const at = Array.from({ length: CURVE_POINTS }, (_, p) =>
        Math.round((p / (CURVE_POINTS - 1)) * (coverage.length - 1)),
      );
      const bins = reliabilityBins(risk, wrong, { bins: ECE_BINS }).filter(({ n }) => n > 0);
      return [
        {
          id: `risk-coverage/${arm}`,
          arm,
          xLabel: "share answered without review",
          yLabel: "error among them",
          x: at.map((i) => coverage[i] as number),
          y: at.map((i) => error[i] as number),
        },
        {
          id: `reliability/${arm}`,
          arm,
          xLabel: "mean risk in the bin",
          yLabel: "share wrong",
          x: bins.map(({ predicted }) => predicted),
          y: bins.map(({ observed }) => observed ?? 0),
        },
      ];
    },
  );
}

function factsOf(world: MailWorld, { wrong }: Scoring): SeedResult["facts"] {
  const { coverage } = sourceStatistics(world.votes);
  const rules = coverage.slice(0, world.ruleIds.length);
  return {
    "mails proposed on": world.mails.length,
    "mails trained on": world.train.length,
    "mails tested": world.test.length,
    rules: rules.length,
    "least covering rule": Math.min(...rules),
    "most covering rule": Math.max(...rules),
    "proposer error": wrong.reduce((sum, w) => sum + w, 0) / wrong.length,
    proposer: world.proposer.title,
    "mails without an answer": world.unanswered,
    "review shares": REVIEW_SHARES.map((share) => errorAfter(share)).join(", "),
    scalarisers: SCALARISERS.join(", "),
  };
}
