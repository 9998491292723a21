import type { Ctx } from "#core/contracts.ts";
import type { Curve, SeedResult, Study } from "#core/study.ts";
import { resampleIndices } from "#measure/bootstrap.ts";
import { HOW, type Revised, revise } from "./study-arms.ts";
import { intentArms } from "./study-intents.ts";
import {
  curveOf,
  distances,
  type Metrics,
  metricsBefore,
  metricsOf,
  type Scoring,
} from "./study-metrics.ts";
import { reviseAlone } from "./study-people.ts";
import { studyProposers } from "./study-proposer.ts";
import { arms, claims, paper } from "./study-text.ts";
import { DOCUMENTS, FIRE, proposeFor, type StudyWorld, studyWorld } from "./study-world.ts";

const REPLICATES = 200;
const REPLICATES_FAST = 20;
const SEEDS = 10;

export const study: Study = {
  id: "r3",
  title: "Revising spoilt prose in passes, with a writer who decides each edit",
  seedsDefault: SEEDS,
  arms,
  claims,
  paper,
  options: {
    data: "example sentences of WordNet 3.1, and paragraphs of ham mails of the SpamAssassin corpus",
    documents: DOCUMENTS,
    corruption: "typos, lost articles, wordy phrases, slips of tone, doubled connectives",
    proposer: "spelling, grammar, phrases and articles; each edit proposed with probability",
    fires: FIRE,
    writer: "accepts an edit that brings the text nearer to the clean one; flips 8 %",
    replicates: REPLICATES,
  },
  runSeed,
};

async function runSeed(
  seed: number,
  ctx: Ctx,
  { fast }: { readonly fast: boolean },
): Promise<SeedResult> {
  const { rng, signal } = ctx;
  const steps = Object.keys(HOW).length + 2;
  const step = (done: number, label: string) => {
    signal.throwIfAborted();
    ctx.progress({ done, total: steps, label });
  };
  step(0, "reading and spoiling texts");
  const world = await studyWorld(rng.split("world"), { fast });
  const { documents } = world;
  const scoring: Scoring = {
    documents,
    resamples: resampleIndices(
      rng.split("resamples"),
      documents.length,
      fast ? REPLICATES_FAST : REPLICATES,
    ),
  };
  const { title, proposers } = await studyProposers(process.env);
  const propose = proposeFor(proposers, { ...ctx, progress: () => undefined });
  const revised: Record<string, readonly Revised[]> = {};
  const metrics: Record<string, Metrics> = { before: metricsBefore(scoring) };
  for (const [arm, how] of Object.entries(HOW)) {
    step(Object.keys(revised).length + 1, `revising: ${arm}`);
    const done = await revise(documents, how, { propose, rng: rng.split("revise"), signal });
    revised[arm] = done;
    metrics[arm] = metricsOf(scoring, done, {
      reviewed: how.decides === "writer",
      depths: how.depthMax,
    });
  }
  const spent = (revised.r3 ?? []).map(({ ms }) => ms);
  const alone = reviseAlone(documents, spent, rng.split("revise"));
  metrics["human-only"] = metricsOf(scoring, alone, { reviewed: false, depths: 1 });
  step(steps - 1, "telling intents");
  Object.assign(metrics, intentArms(world, scoring, rng.split("intents")));
  return { seed, arms: metrics, curves: curvesOf(world, revised), facts: factsOf(world, title) };
}

/** The arms a reader compares. */
function curvesOf(
  { documents }: StudyWorld,
  revised: Readonly<Record<string, readonly Revised[]>>,
): Curve[] {
  return ["r3", "r3-filter", "r3-no-memory", "r3-char-diff"].flatMap((arm) => {
    const done = revised[arm];
    return done === undefined ? [] : [curveOf(arm, documents, done)];
  });
}

function factsOf({ documents, others }: StudyWorld, proposer: string): SeedResult["facts"] {
  const words = documents.reduce((sum, { clean }) => sum + clean.split(/\s+/).length, 0);
  const errors = distances(
    documents,
    documents.map(({ corrupted }) => corrupted.text),
  ).reduce((sum, distance) => sum + distance, 0);
  const kinds = documents.flatMap(({ corrupted }) => corrupted.corruptions.map(({ kind }) => kind));
  const perDocument = (kind: string) =>
    kinds.filter((one) => one === kind).length / documents.length;
  return {
    proposer,
    "documents revised": documents.length,
    "words a document": words / documents.length,
    "errors a word before": errors / words,
    "typos a document": perDocument("typo"),
    "lost articles a document": perDocument("article"),
    "wordy phrases a document": perDocument("wordy"),
    "slips of tone a document": perDocument("slip"),
    "doubled connectives a document": perDocument("connective"),
    "documents the intent tagger is trained on": others.length,
  };
}
