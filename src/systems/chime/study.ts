import type { Ctx } from "#core/contracts.ts";
import type { Curve, SeedResult, Study, StudySize } from "#core/study.ts";
import { trainPairCorrector } from "#learn/pair-corrector/corrector.ts";
import { resampleIndices } from "#measure/bootstrap.ts";
import {
  asking,
  BUDGETS,
  BUDGETS_FAST,
  correctionsIn,
  HOW,
  type Prepared,
  placeAll,
  prepare,
  shuffledAnswers,
  trainer,
} from "./study-arms.ts";
import { cardMetrics, type Metrics, placementMetrics, type Scoring } from "./study-metrics.ts";
import { arms, claims, paper } from "./study-text.ts";
import { NOISE, type StudyWorld, studyWorld, TOPICS } from "./study-world.ts";

const REPLICATES = 200;
const REPLICATES_FAST = 20;

export const study: Study = {
  id: "chime",
  title: "Placing texts in WordNet's topics, with an expert who corrects drafted trees",
  seedsDefault: 5,
  arms,
  claims,
  paper,
  options: {
    data: "hypernymy of WordNet 3.1's nouns: glosses of leaves placed in inner synsets",
    topics: TOPICS,
    split: "test topics are of subjects (lexicographer files) no training topic is of",
    proposer: "most similar aspect, then most similar child, by tf-idf",
    noise: NOISE,
    thresholds: "greatest F1 on training topics, each judged by a model of other folds",
    replicates: REPLICATES,
  },
  runSeed,
};

async function runSeed(seed: number, ctx: Ctx, { fast }: StudySize): Promise<SeedResult> {
  const { rng, signal } = ctx;
  const names = Object.keys(HOW);
  const step = (done: number, label: string) => {
    signal.throwIfAborted();
    ctx.progress({ done, total: names.length + 4, label });
  };
  step(0, "drafting trees");
  const world = studyWorld(rng.split("world"), { fast });
  const prepared = prepare(world);
  const scoring: Scoring = {
    topics: world.test,
    resamples: resampleIndices(
      rng.split("resamples"),
      world.test.length,
      fast ? REPLICATES_FAST : REPLICATES,
    ),
  };
  const metrics: Record<string, Metrics> = {
    proposer: placementMetrics(
      scoring,
      world.test.map(({ topic }) => topic.proposed),
    ),
    "best-sibling": placementMetrics(
      scoring,
      world.test.map(({ bestSibling }) => bestSibling),
    ),
  };
  const train = trainer(prepared, rng.split("train"));
  for (const [done, arm] of names.entries()) {
    step(done + 1, `learning: ${arm}`);
    const how = HOW[arm];
    if (how === undefined) continue;
    const placed = placeAll(train(how), prepared.test, how.decoding);
    metrics[arm] = placementMetrics(scoring, placed);
  }
  step(names.length + 1, "learning: shuffled");
  const shuffled = trainPairCorrector(shuffledAnswers(prepared.train, rng.split("shuffle")), {
    learner: "logistic",
    rng: rng.split("train"),
  });
  metrics.shuffled = placementMetrics(scoring, placeAll(shuffled, prepared.test, "strict"));
  step(names.length + 2, "asking pair by pair");
  const asked = askingArms(prepared, scoring, ctx, fast);
  Object.assign(metrics, asked.metrics, cardMetrics(scoring));
  const curves = [
    ...asked.curves,
    topicsCurve("corrector", metrics),
    topicsCurve("closure", metrics),
  ];
  return { seed, arms: metrics, curves, facts: factsOf(world) };
}

/** Both ways of asking: the metrics at the middle budget, and F1 at all of them. */
function askingArms(prepared: Prepared, scoring: Scoring, ctx: Ctx, fast: boolean) {
  const budgets = fast ? BUDGETS_FAST : BUDGETS;
  const metrics: Record<string, Metrics> = {};
  const curves: Curve[] = [];
  for (const choose of ["risk", "random"] as const) {
    const arm = choose === "risk" ? "ask-risky" : "ask-random";
    const rng = ctx.rng.split("asking");
    const each = asking(prepared, { choose, budgets, rng }).map((corrector) =>
      placementMetrics(scoring, placeAll(corrector, prepared.test, "closure")),
    );
    metrics[arm] = each[Math.ceil(budgets.length / 2)] ?? {};
    curves.push({
      id: `f1-by-answers/${arm}`,
      arm,
      xLabel: "pairs asked",
      yLabel: "F1 of placements",
      x: [...budgets],
      y: each.map(({ f1 }) => f1?.value ?? Number.NaN),
    });
  }
  return { metrics, curves };
}

const topicsCurve = (arm: string, metrics: Readonly<Record<string, Metrics>>): Curve => ({
  id: `f1-by-topics/${arm}`,
  arm,
  xLabel: "topics corrected",
  yLabel: "F1 of placements",
  x: [0, 5, 10, 25, TOPICS.train],
  y: ["proposer", `${arm}-5`, `${arm}-10`, `${arm}-25`, arm].map(
    (name) => metrics[name]?.f1?.value ?? Number.NaN,
  ),
});

function factsOf({ train, test }: StudyWorld): SeedResult["facts"] {
  const pairs = (topics: StudyWorld["train"]) =>
    topics.reduce((sum, { gold }) => sum + gold.length, 0);
  const links = train.flatMap(({ linkRight }) => linkRight);
  return {
    "topics corrected": train.length,
    "topics tested": test.length,
    "subjects tested": new Set(test.map(({ subject }) => subject)).size,
    "pairs judged": pairs(train),
    "pairs the expert changes": correctionsIn(train),
    "pairs tested": pairs(test),
    "links that are wrong": links.filter((right) => !right).length / links.length,
  };
}
