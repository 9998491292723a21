import { emLabelModel } from "#assess/em-label-model.ts";
import { fitHarmoniser, type Harmoniser, type HarmoniserOptions } from "#assess/harmoniser.ts";
import { majorityVote } from "#assess/majority.ts";
import { SCALARISERS } from "#assess/scalarisers.ts";
import { gradientCorrelation, maxEigWeights, minVarWeights } from "#assess/source-weights.ts";
import { fitTriplet, tripletProbabilities } from "#assess/triplet.ts";
import { mostProbable, riskOf, type VoteMatrix, voteColumns, voteRows } from "#assess/votes.ts";
import { accuraciesFromAgreement, weightedVote } from "#assess/weighted-vote.ts";
import { unwrap } from "#core/result.ts";
import type { Rng } from "#core/rng.ts";
import { type Matrix, takeRows } from "#num/matrix.ts";
import { GRID } from "./fit.ts";
import { CLASSES, type MailWorld } from "./study-world.ts";

/** What an arm says of the test mails. */
export interface Judgement {
  /** [test] probability that the proposer's label is wrong. */
  readonly risk: Float64Array;
  /** [test] the arm's own label. */
  readonly labels: Int16Array;
}

const k = CLASSES.length;
/** An accuracy outside is held to be a source talking to itself. */
const ACCURACY_RANGE = [0.55, 0.95] as const;
const ACCURACY_FREE = [1e-6, 1 - 1e-6] as const;

/** The parts of a world an arm is given, cut to rows once. */
export interface Cut {
  readonly train: { readonly features: Matrix; readonly votes: VoteMatrix };
  readonly validation: { readonly features: Matrix; readonly votes: VoteMatrix };
  readonly test: { readonly features: Matrix; readonly votes: VoteMatrix };
  /** [test] */
  readonly proposed: Int16Array;
}

export function cut(world: MailWorld): Cut {
  const at = (rows: Uint32Array) => ({
    features: takeRows(world.features, rows),
    votes: voteRows(world.votes, rows),
  });
  const { train, validation, test } = world;
  return {
    train: at(train),
    validation: at(validation),
    test: at(test),
    proposed: Int16Array.from(test, (i) => world.proposed[i] as number),
  };
}

const judgement = (probabilities: ArrayLike<number>, { proposed }: Cut): Judgement => ({
  risk: riskOf(probabilities, k, proposed),
  labels: mostProbable(Float64Array.from(probabilities), k),
});

type Fitting = Pick<HarmoniserOptions, "scalariser" | "weights" | "select">;

/**
 * A linear harmoniser on the training votes, `votes` replacing them where given; judged on the test
 * mails.
 */
function harmonise(
  cut: Cut,
  how: Partial<Fitting> & { readonly votes?: (of: VoteMatrix) => VoteMatrix },
  rng: Rng,
): { harmoniser: Harmoniser; judged: Judgement } {
  const votes = how.votes ?? ((of) => of);
  const { features, votes: held } = cut.validation;
  const harmoniser = unwrap(
    fitHarmoniser({
      features: cut.train.features,
      votes: votes(cut.train.votes),
      scalariser: how.scalariser ?? "linear",
      select: how.select ?? { kind: "weak", features, votes: votes(held) },
      ...(how.weights && { weights: how.weights }),
      head: { kind: "linear" },
      grid: GRID,
      rng: rng.split("harmonise"),
    }),
  );
  return { harmoniser, judged: judgement(harmoniser.probabilities(cut.test.features), cut) };
}

/**
 * The paper's arms: four scalarisers, each stopped by weak votes and by gold, and re-weighted
 * sources.
 */
export function harmoniserArms(world: MailWorld, cut: Cut, rng: Rng): Record<string, Judgement> {
  const arms: Record<string, Judgement> = {};
  const gold = {
    kind: "gold",
    features: cut.validation.features,
    gold: Array.from(world.validation, (i) => world.gold[i] as number),
  } as const;
  for (const scalariser of SCALARISERS) {
    arms[`polar-${scalariser}-weak`] = harmonise(cut, { scalariser }, rng).judged;
    arms[`polar-${scalariser}-gold`] = harmonise(cut, { scalariser, select: gold }, rng).judged;
  }
  const { harmoniser } = harmonise(cut, {}, rng);
  const { features, votes } = cut.train;
  const correlation = gradientCorrelation(votes, harmoniser.probabilities(features));
  const maxEig = maxEigWeights(correlation);
  const minVar = minVarWeights(correlation);
  arms["polar-linear-max-eig"] = harmonise(cut, { weights: maxEig }, rng).judged;
  arms["polar-linear-min-var"] = harmonise(cut, { weights: minVar }, rng).judged;
  arms["polar-linear-shuffled"] = harmonise(cut, { votes: shuffledVotes(rng) }, rng).judged;
  return arms;
}

/** Votes dealt to other mails, row by row: each source keeps its habits, and knows nothing. */
const shuffledVotes = (rng: Rng) => (of: VoteMatrix) =>
  voteRows(of, rng.split("shuffle").split(of.items).permutation(of.items));

/**
 * What POLAR must beat: label models on the votes alone, imitation of the proposer, its own
 * confidence.
 */
export function baselineArms(world: MailWorld, cut: Cut, rng: Rng): Record<string, Judgement> {
  const { balance: prior } = world;
  const even = new Float64Array(k).fill(1 / k);
  const { train, test } = cut;
  const accuracies = accuraciesFromAgreement(train.votes);
  const triplet = unwrap(fitTriplet(train.votes, { classBalance: prior }));
  // An even balance: with that of 40 labels this model runs to the larger class on a third of the
  // seeds.
  const fixed = emLabelModel(train.votes, { classBalance: even, accuracyRange: ACCURACY_RANGE });
  const free = emLabelModel(train.votes);
  const proposer = [world.ruleIds.length];
  const confidence = Float64Array.from(world.test, (i) => 1 - (world.confidence[i] as number));
  return {
    majority: judgement(majorityVote(test.votes, prior), cut),
    "weighted-vote": judgement(weightedVote(test.votes, accuracies, { prior }), cut),
    triplet: judgement(tripletProbabilities(triplet, test.votes), cut),
    "em-fixed": judgement(
      weightedVote(test.votes, fixed.accuracies, { prior: even, accuracyRange: ACCURACY_RANGE }),
      cut,
    ),
    "em-free": judgement(
      weightedVote(test.votes, free.accuracies, {
        prior: free.classBalance,
        accuracyRange: ACCURACY_FREE,
      }),
      cut,
    ),
    distilled: harmonise(cut, { votes: (of) => voteColumns(of, proposer) }, rng).judged,
    "own-confidence": { risk: confidence, labels: cut.proposed },
  };
}

/** What frames the rest: no knowledge, and all of it. */
export function boundArms(world: MailWorld, cut: Cut, rng: Rng): Record<string, Judgement> {
  const random = rng.split("random");
  return {
    random: {
      risk: Float64Array.from(cut.proposed, () => random.uniform()),
      labels: cut.proposed,
    },
    oracle: {
      risk: Float64Array.from(world.test, (i, t) => (world.gold[i] === cut.proposed[t] ? 0 : 1)),
      labels: Int16Array.from(world.test, (i) => world.gold[i] as number),
    },
  };
}
