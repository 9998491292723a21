import type { Rng } from "#core/rng.ts";
import {
  type FeaturedTopic,
  featured,
  type LabelledTopic,
  type PairCorrector,
  pairProbabilities,
  placeStudies,
  type TrainOptions,
  trainPairCorrector,
} from "#learn/pair-corrector/corrector.ts";
import type { Decoding } from "#learn/pair-corrector/decode.ts";
import { riskiestPairs, riskOfPairs } from "#learn/pair-corrector/risk.ts";
import type { StudyTopic, StudyWorld } from "./study-world.ts";

/** How an arm learns and places. */
interface How extends Omit<TrainOptions, "rng"> {
  /** Corrected topics it is taught by; all when absent. */
  readonly topics?: number;
  readonly decoding: Decoding;
}

const logistic = { learner: "logistic" } as const;

export const HOW: Readonly<Record<string, How>> = {
  corrector: { ...logistic, decoding: "strict" },
  "corrector-5": { ...logistic, topics: 5, decoding: "strict" },
  "corrector-10": { ...logistic, topics: 10, decoding: "strict" },
  "corrector-25": { ...logistic, topics: 25, decoding: "strict" },
  closure: { ...logistic, decoding: "closure" },
  "closure-5": { ...logistic, topics: 5, decoding: "closure" },
  "closure-10": { ...logistic, topics: 10, decoding: "closure" },
  "closure-25": { ...logistic, topics: 25, decoding: "closure" },
  "not-aggregated": { ...logistic, decoding: "none" },
  boosted: { learner: "boosted", decoding: "strict" },
  "boosted-closure": { learner: "boosted", decoding: "closure" },
  mlp: { learner: "mlp", decoding: "strict" },
  "mlp-closure": { learner: "mlp", decoding: "closure" },
  "no-proposal": { ...logistic, without: ["proposal"], decoding: "strict" },
  "no-tree": { ...logistic, without: ["tree"], decoding: "strict" },
};

/** The topics of a world with the features of their pairs. */
export interface Prepared {
  readonly train: readonly LabelledTopic[];
  readonly test: readonly FeaturedTopic[];
}

export const prepare = ({ train, test }: StudyWorld): Prepared => ({
  train: train.map(({ topic, labels }) => ({ ...featured(topic), labels })),
  test: test.map(({ topic }) => featured(topic)),
});

/** Correctors by what they are taught: arms that differ in how they place share one. */
export function trainer({ train }: Prepared, rng: Rng): (how: How) => PairCorrector {
  const known = new Map<string, PairCorrector>();
  return ({ learner, without = [], topics = train.length }) => {
    const key = JSON.stringify([learner, without, topics]);
    const found =
      known.get(key) ?? trainPairCorrector(train.slice(0, topics), { learner, without, rng });
    known.set(key, found);
    return found;
  };
}

export const placeAll = (
  corrector: PairCorrector,
  test: readonly FeaturedTopic[],
  decoding: Decoding,
): Uint8Array[] => test.map((topic) => placeStudies(corrector, topic, decoding));

/** The control: as many answers of each kind, to other pairs of the same topic. */
export const shuffledAnswers = (train: readonly LabelledTopic[], rng: Rng): LabelledTopic[] =>
  train.map((topic, t) => ({
    ...topic,
    labels: Int8Array.from(rng.split(`topic-${t}`).shuffle([...topic.labels])),
  }));

/** Judged pairs after each round of asking. */
export const BUDGETS = [200, 400, 800, 1_600] as const;
export const BUDGETS_FAST = [100, 200] as const;

/**
 * Pairs are asked one budget after another out of all training topics: the first at random, then
 * those the corrector learned so far is least sure of, or at random again. One corrector a budget.
 */
export function asking(
  { train }: Prepared,
  how: {
    readonly choose: "risk" | "random";
    readonly budgets: readonly number[];
    readonly rng: Rng;
  },
): PairCorrector[] {
  const asked = train.map(({ labels }) => new Int8Array(labels.length).fill(-1));
  const open = () =>
    asked.flatMap((labels, topic) =>
      Array.from(labels.keys())
        .filter((pair) => labels[pair] === -1)
        .map((pair) => ({ topic, pair })),
    );
  let corrector: PairCorrector | undefined;
  return how.budgets.map((budget, round) => {
    const count = budget - (how.budgets[round - 1] ?? 0);
    const model = corrector;
    const chosen =
      model === undefined || how.choose === "random"
        ? how.rng.split(`round-${round}`).shuffle(open()).slice(0, count)
        : riskiestPairs(
            train.map((topic) =>
              riskOfPairs(pairProbabilities(model, topic), model.thresholds.closure),
            ),
            { count, isOpen: (topic, pair) => asked[topic]?.[pair] === -1 },
          );
    for (const { topic, pair } of chosen) {
      const labels = asked[topic];
      if (labels !== undefined) labels[pair] = train[topic]?.labels[pair] ?? -1;
    }
    corrector = trainPairCorrector(
      train.map((topic, t) => ({ ...topic, labels: asked[t] ?? topic.labels })),
      { learner: "logistic", rng: how.rng.split("train") },
    );
    return corrector;
  });
}

/** Pairs of the training topics whose proposal an expert changes: what systematic correction costs. */
export const correctionsIn = (topics: readonly StudyTopic[]): number =>
  topics.reduce(
    (sum, { topic, labels }) =>
      sum + labels.reduce((wrong, label, p) => wrong + (label === topic.proposed[p] ? 0 : 1), 0),
    0,
  );
