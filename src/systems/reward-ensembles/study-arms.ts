import { type Aggregate, combine } from "#assess/reward/ensemble.ts";
import { HEAD_TRAINING } from "#assess/reward/reward-head.ts";
import {
  type EnsembleTraining,
  fitRewardModel,
  memberScores,
  type RewardModel,
} from "#assess/reward/reward-model.ts";
import type { Rng } from "#core/rng.ts";
import type { BriefWorld } from "./study-world.ts";

export const MEMBERS = 5;
export const LAMBDAS = [0.25, 0.5, 1, 2] as const;
export const FLIPS = [25, 0] as const;

/** How well the members are taught: pairs as a share of those labelled, passes, units. */
export const REGIMES = {
  good: { share: 1, epochs: 8, hidden: 32, title: "Good" },
  scarce: { share: 0.25, epochs: 8, hidden: 32, title: "Scarce" },
  overfitted: { share: 0.5, epochs: 25, hidden: 64, title: "Overfitted" },
} as const;
export type Regime = keyof typeof REGIMES;
export const REGIME_IDS = ["good", "scarce", "overfitted"] as const satisfies readonly Regime[];

/** What an arm chooses by. Several scorings of one arm are its repetitions: metrics are averaged. */
export interface Scoring {
  /** [candidates] */
  readonly candidates: Float64Array;
  /** [2 test pairs] */
  readonly test: Float64Array;
}

/** An aggregate by its name in an arm's id. */
export const AGGREGATIONS: Readonly<Record<string, Aggregate>> = {
  mean: { kind: "mean" },
  wco: { kind: "wco" },
  ...Object.fromEntries(LAMBDAS.map((lambda) => [`uwo-${lambda}`, { kind: "uwo", lambda }])),
};

/** The aggregates that are run everywhere; the others only with flips. */
export const MAIN_AGGREGATIONS = ["mean", "wco", "uwo-0.5"] as const;
/** Of these the ablations are made. */
export const ABLATED = ["mean", "wco", "uwo-0.5"] as const;
export const FEWER_MEMBERS = 3;

/**
 * The scorings of every arm of one regime and rate of flips, by the last part of the arm's id. The
 * single reward model is each member in turn: all have seen all pairs.
 */
export function regimeArms(
  world: BriefWorld,
  { regime, flips }: { readonly regime: Regime; readonly flips: (typeof FLIPS)[number] },
  { rng, signal }: { readonly rng: Rng; readonly signal: AbortSignal },
): Record<string, Scoring[]> {
  const members = scoredMembers(world, { regime, flips, bootstrap: false }, { rng, signal });
  const arms: Record<string, Scoring[]> = { single: members };
  const noisy = flips > 0;
  for (const [name, aggregate] of Object.entries(AGGREGATIONS))
    if (noisy || MAIN_AGGREGATIONS.some((main) => main === name))
      arms[name] = [combined(members, aggregate)];
  if (!noisy) return arms;
  const resampled = scoredMembers(world, { regime, flips, bootstrap: true }, { rng, signal });
  arms["single-bootstrap"] = resampled;
  for (const name of ABLATED) {
    const aggregate = AGGREGATIONS[name] as Aggregate;
    arms[`${name}-bootstrap`] = [combined(resampled, aggregate)];
    arms[`${name}-k${FEWER_MEMBERS}`] = members.map((_, from) =>
      combined(inTurn(members, from, FEWER_MEMBERS), aggregate),
    );
  }
  return arms;
}

/** `count` members from the `from`-th on, around the end. */
const inTurn = (members: readonly Scoring[], from: number, count: number): Scoring[] =>
  Array.from({ length: count }, (_, i) => members[(from + i) % members.length] as Scoring);

/** What the members say together. */
export const combined = (members: readonly Scoring[], aggregate: Aggregate): Scoring => ({
  candidates: combine(
    members.map(({ candidates }) => candidates),
    aggregate,
  ).scores,
  test: combine(
    members.map(({ test }) => test),
    aggregate,
  ).scores,
});

interface Condition {
  readonly regime: Regime;
  readonly flips: number;
  readonly bootstrap: boolean;
}

/** Fits the members and reads the candidates and test replies with each, standardised. */
function scoredMembers(
  world: BriefWorld,
  { regime, flips, bootstrap }: Condition,
  { rng, signal }: { readonly rng: Rng; readonly signal: AbortSignal },
): Scoring[] {
  const { share, epochs, hidden } = REGIMES[regime];
  const labels = world.labels(flips / 100);
  const pairs = Math.round(share * world.sizes.pairs);
  const training: EnsembleTraining = {
    ...HEAD_TRAINING,
    epochs,
    hidden,
    members: MEMBERS,
    bootstrap,
  };
  // The first pairs alone: columns must be scaled by what a regime may see.
  const { cols, values } = world.pairs.features;
  const features = { rows: 2 * pairs, cols, values: values.subarray(0, 2 * pairs * cols) };
  const model: RewardModel = fitRewardModel(
    {
      features,
      chosen: labels.chosen.subarray(0, pairs),
      rejected: labels.rejected.subarray(0, pairs),
    },
    training,
    { rng: rng.split(regime), reference: world.test.features, signal },
  );
  const test = memberScores(model, world.test.features);
  return memberScores(model, world.candidates.features).map((candidates, m) => ({
    candidates,
    test: test[m] as Float64Array,
  }));
}
