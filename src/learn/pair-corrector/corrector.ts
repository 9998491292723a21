/** Learns, from pairs that people judged, which studies belong in which category of a tree. */
import { z } from "zod";
import { Problem } from "#core/errors.ts";
import type { Rng } from "#core/rng.ts";
import { microF1, pairCounts } from "#measure/tree/pair-f1.ts";
import { Boosted, boostedProbabilities, fitBoosted } from "./boosted.ts";
import { type Decoding, decodePairs, strictLabels } from "./decode.ts";
import { columnsWithout, FEATURES, type FeatureGroup, pairFeatures } from "./features.ts";
import { fitLogistic, Logistic, logisticProbabilities, type Rows } from "./logistic.ts";
import { fitMlp, Mlp, mlpProbabilities } from "./mlp.ts";
import type { PairLabels, PairTopic } from "./topic.ts";

export const PairLearner = z.enum(["logistic", "boosted", "mlp"]);
export type PairLearner = z.infer<typeof PairLearner>;

const PairModel = z.discriminatedUnion("kind", [Logistic, Boosted, Mlp]);
type PairModel = z.infer<typeof PairModel>;

/** A learned corrector as plain data. */
export const PairCorrector = z.strictObject({
  /** Columns of the features it reads. */
  columns: z.array(z.int().nonnegative().lt(FEATURES.length)).min(1),
  model: PairModel,
  /** Probability above which a pair counts as in, by decoding. */
  thresholds: z.strictObject({ none: z.number(), strict: z.number(), closure: z.number() }),
  /** What it was learned from. */
  topics: z.int().positive(),
  pairs: z.int().positive(),
});
export type PairCorrector = z.infer<typeof PairCorrector>;

/** A topic with the features of its pairs, which several correctors may read. */
export interface FeaturedTopic {
  readonly topic: PairTopic;
  readonly features: Float64Array;
}

export const featured = (topic: PairTopic): FeaturedTopic => ({
  topic,
  features: pairFeatures(topic),
});

export interface LabelledTopic extends FeaturedTopic {
  readonly labels: PairLabels;
}

export interface TrainOptions {
  readonly learner: PairLearner;
  /** Groups of features it goes without. */
  readonly without?: readonly FeatureGroup[];
  readonly rng: Rng;
}

const FOLDS = 3;
const DECODINGS = ["none", "strict", "closure"] as const;
/** Cuts that are tried: 0.05, 0.075, … 0.95. */
const CUTS = Array.from({ length: 37 }, (_, i) => 0.05 + 0.025 * i);

const parentsOf = ({ categories }: PairTopic): number[] => categories.map(({ parent }) => parent);

/** The chosen columns of the given pairs, row-major. */
function select(
  { features }: FeaturedTopic,
  columns: readonly number[],
  pairs: Iterable<number>,
): number[] {
  const out: number[] = [];
  for (const pair of pairs)
    for (const column of columns) out.push(features[pair * FEATURES.length + column] as number);
  return out;
}

const judgedPairs = ({ labels }: LabelledTopic): number[] =>
  Array.from(labels.keys()).filter((pair) => (labels[pair] as number) >= 0);

function rowsOf(topics: readonly LabelledTopic[], columns: readonly number[]): Rows {
  const x = topics.flatMap((topic) => select(topic, columns, judgedPairs(topic)));
  const y = topics.flatMap((topic) =>
    judgedPairs(topic).map((pair) => topic.labels[pair] as number),
  );
  return { x: Float64Array.from(x), y: Uint8Array.from(y), width: columns.length };
}

function fitModel(rows: Rows, { learner, rng }: TrainOptions): PairModel {
  if (learner === "logistic") return fitLogistic(rows);
  return learner === "boosted" ? fitBoosted(rows) : fitMlp(rows, rng);
}

function probabilitiesOf(model: PairModel, x: Float64Array): Float64Array {
  if (model.kind === "logistic") return logisticProbabilities(model, x);
  return model.kind === "boosted" ? boostedProbabilities(model, x) : mlpProbabilities(model, x);
}

const allProbabilities = (
  model: PairModel,
  columns: readonly number[],
  topic: FeaturedTopic,
): Float64Array =>
  probabilitiesOf(
    model,
    Float64Array.from(
      select(topic, columns, Array(topic.features.length / FEATURES.length).keys()),
    ),
  );

/**
 * Fits on the judged pairs of some topics. The thresholds are those of greatest F1 on training topics,
 * each judged by a model of the other folds.
 *
 * @throws Problem `bad-input` where no pair is judged, or all alike.
 */
export function trainPairCorrector(
  topics: readonly LabelledTopic[],
  options: TrainOptions,
): PairCorrector {
  const columns = columnsWithout(options.without ?? []);
  const judged = topics.filter((topic) => judgedPairs(topic).length > 0);
  const rows = rowsOf(judged, columns);
  const belong = rows.y.reduce((sum, label) => sum + label, 0);
  if (belong === 0 || belong === rows.y.length)
    throw new Problem("bad-input", "Nothing can be learned from these corrections", {
      expected: "pairs that belong and pairs that do not",
      got: `${belong} that belong, of ${rows.y.length}`,
      hint: "Correct more: a move gives one pair of each.",
    });
  return {
    columns,
    model: fitModel(rows, options),
    thresholds: thresholdsOf(judged, columns, options),
    topics: judged.length,
    pairs: rows.y.length,
  };
}

interface Held {
  readonly topic: LabelledTopic;
  readonly probabilities: Float64Array;
}

/** Probabilities of each topic by a model of the others; of itself where it is the only one. */
function heldOut(
  topics: readonly LabelledTopic[],
  columns: readonly number[],
  options: TrainOptions,
): Held[] {
  const folds = Math.min(FOLDS, topics.length);
  const foldOf = options.rng.split("folds").permutation(topics.length);
  return Array.from({ length: folds }, (_, fold) => {
    const inside = topics.filter((_, i) => (foldOf[i] as number) % folds === fold);
    const outside = folds === 1 ? topics : topics.filter((topic) => !inside.includes(topic));
    const model = fitModel(rowsOf(outside, columns), options);
    return inside.map((topic) => ({
      topic,
      probabilities: allProbabilities(model, columns, topic),
    }));
  }).flat();
}

function thresholdsOf(
  topics: readonly LabelledTopic[],
  columns: readonly number[],
  options: TrainOptions,
): PairCorrector["thresholds"] {
  const held = heldOut(topics, columns, options);
  const best = (decoding: Decoding): number => {
    let [threshold, highest] = [0.5, -1];
    for (const cut of CUTS) {
      const { f1 } = microF1(held.map((one) => judgedCounts(one, { threshold: cut, decoding })));
      if (f1 > highest) [threshold, highest] = [cut, f1];
    }
    return threshold;
  };
  const [none = 0.5, strict = 0.5, closure = 0.5] = DECODINGS.map(best);
  return { none, strict, closure };
}

/** Counts over the pairs that were judged; gold is aggregated as the placements are. */
function judgedCounts(
  { topic, probabilities }: Held,
  how: { readonly threshold: number; readonly decoding: Decoding },
) {
  const { labels } = topic;
  const parents = parentsOf(topic.topic);
  const placed = decodePairs(probabilities, parents, how);
  const complete = labels.every((label) => label >= 0);
  const gold = how.decoding !== "none" && complete ? strictLabels(labels, parents) : labels;
  const pairs = judgedPairs(topic);
  return pairCounts(
    pairs.map((pair) => placed[pair] as number),
    pairs.map((pair) => gold[pair] as number),
  );
}

/** [n · k] probability that each study belongs in each category. */
export const pairProbabilities = (
  { model, columns }: PairCorrector,
  topic: FeaturedTopic,
): Float64Array => allProbabilities(model, columns, topic);

/** [n · k] placements: 1 where the corrector would have a study in a category. */
export const placeStudies = (
  corrector: PairCorrector,
  topic: FeaturedTopic,
  decoding: Decoding,
): Uint8Array =>
  decodePairs(pairProbabilities(corrector, topic), parentsOf(topic.topic), {
    threshold: corrector.thresholds[decoding],
    decoding,
  });
