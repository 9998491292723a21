import type { Ctx } from "#core/contracts.ts";
import type { ArmMetric, Curve } from "#core/study.ts";
import { resampleIndices } from "#measure/bootstrap.ts";
import { resampledMean } from "#measure/resampled-mean.ts";
import type { PolicyModel } from "#propose/policy/model.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { demonstrate } from "#worlds/manipulation/demonstrations.ts";
import { evaluate, verticalAtTakeOver } from "#worlds/manipulation/rollout.ts";
import type { InsertionWorld } from "#worlds/manipulation/world.ts";
import { REACTIONS, type Reaction, SLOW } from "./study-arms.ts";
import {
  cloned,
  deploy,
  PLAIN,
  type Round,
  type Site,
  type Sizes,
  trainingData,
} from "./study-rounds.ts";

export type Metrics = Record<string, ArmMetric>;

/** A world with its demonstrations and first policy, and how policies are measured in it. */
export interface MeasuredSite {
  /** The same under a person of another reaction time. */
  at(reaction: Reaction): Site;
  /** Of the first policy. */
  initialMetrics(): Metrics;
  roundMetrics(reaction: Reaction, rounds: readonly Round[]): Metrics;
  /** Success against the round. */
  curveOf(arm: string, rounds: readonly Round[]): Curve;
  dispose(): void;
}

export async function openSite(
  { rng: root, signal }: Ctx,
  sizes: Sizes,
  { label, makeWorld }: { readonly label: string; readonly makeWorld: () => InsertionWorld },
): Promise<MeasuredSite> {
  const rng = root.split(label);
  const world = makeWorld();
  const demonstrations = demonstrate(world, sizes.demonstrations, rng.split("demonstrations"));
  const training = { steps: sizes.trainingSteps, rng: rng.split("initial"), signal };
  const initial = await cloned(trainingData(demonstrations, PLAIN, rng), training);
  const site: Site = { world, reaction: SLOW, sizes, demonstrations, initial, rng };
  // Take-overs from the first policy on episodes of their own, that no arm learns from.
  const onsetsOf = (reaction: Reaction) =>
    deploy({ ...site, reaction, rng: rng.split(`onsets-w${reaction}`) }, initial, {
      round: 0,
      episodes: sizes.onsetEpisodes,
    });
  const onsets = new Map(REACTIONS.map((reaction) => [reaction, onsetsOf(reaction)]));
  const successes = successesIn(makeWorld, sizes, { rng, signal });
  const resamples = resampleIndices(
    rng.split("resamples"),
    sizes.evaluationEpisodes,
    sizes.replicates,
  );
  /** Of the last policy, and of the mean over all of them. */
  const metricsOf = (models: readonly PolicyModel[]): Metrics => {
    const each = models.map(successes);
    const last = each.at(-1) as Float64Array; // a site has a first policy and a round or more
    const overRounds = last.map(
      (_, i) => each.reduce((sum, one) => sum + (one[i] as number), 0) / each.length,
    );
    return {
      success: resampledMean(last, resamples),
      "success-over-rounds": resampledMean(overRounds, resamples),
    };
  };
  return {
    at: (reaction) => ({ ...site, reaction, rng: rng.split(`w${reaction}`) }),
    initialMetrics: () => metricsOf([initial]),
    roundMetrics(reaction, rounds) {
      const last = rounds.at(-1)?.model ?? initial;
      const vertical = verticalAtTakeOver(policyRunner(last), world, {
        episodes: onsets.get(reaction) ?? [],
        rng: rng.split("vertical"),
      });
      const share = (round: Round | undefined) => round?.humanShare ?? 0;
      return {
        ...metricsOf(rounds.map(({ model }) => model)),
        // 0 where the smallest run has no take-over to read it on.
        "vertical-at-take-over": { value: Number.isNaN(vertical) ? 0 : vertical },
        "human-share-last": { value: share(rounds.at(-1)) },
        "human-share-fall": { value: share(rounds[0]) - share(rounds.at(-1)) },
        "human-steps": { value: rounds.reduce((sum, { humanSteps }) => sum + humanSteps, 0) },
        remembered: { value: rounds.at(-1)?.remembered ?? 0 },
      };
    },
    curveOf: (arm, rounds) => ({
      ...{ id: `success/${arm}`, arm, xLabel: "round", yLabel: "success alone" },
      x: [0, ...rounds.keys()].map((_, i) => i),
      y: [initial, ...rounds.map(({ model }) => model)].map((model) => mean(successes(model))),
    }),
    dispose: () => world.dispose(),
  };
}

/** [episodes] 1 where a policy succeeded alone, on the same starts for every policy. */
function successesIn(
  makeWorld: () => InsertionWorld,
  { evaluationEpisodes }: Sizes,
  { rng, signal }: Pick<Ctx, "rng" | "signal">,
): (model: PolicyModel) => Float64Array {
  const seeds = Array.from({ length: evaluationEpisodes }, (_, i) => i);
  const known = new Map<PolicyModel, Float64Array>();
  return (model) => {
    const found = known.get(model);
    if (found !== undefined) return found;
    const how = { seeds, rng: rng.split("evaluation"), signal };
    const { episodes } = evaluate(policyRunner(model), makeWorld, how);
    const values = Float64Array.from(episodes, ({ success }) => (success ? 1 : 0));
    known.set(model, values);
    return values;
  };
}

const mean = (values: Float64Array): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
