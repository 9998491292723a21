import type { Ctx } from "#core/contracts.ts";
import type { Episode } from "#core/episode.ts";
import type { Rng } from "#core/rng.ts";
import { roundStatistics } from "#learn/episodes/episode-statistics.ts";
import { type Eviction, evict } from "#learn/episodes/eviction.ts";
import { humanOnlyRuns, trainingFrames } from "#learn/episodes/training-runs.ts";
import { cloneBehaviour } from "#learn/imitation/clone.ts";
import type { CloneData } from "#learn/imitation/clone-data.ts";
import type { PolicyModel } from "#propose/policy/model.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { rollOut } from "#worlds/manipulation/rollout.ts";
import { demonstrator, simHuman, siriusOperator } from "#worlds/manipulation/sim-human.ts";
import type { InsertionWorld } from "#worlds/manipulation/world.ts";
import { rememberedOf } from "./remembered.ts";
import { type Weighting, weighFrames } from "./weigh.ts";

export interface Sizes {
  readonly demonstrations: number;
  readonly rounds: number;
  readonly episodesPerRound: number;
  readonly evaluationEpisodes: number;
  /** Take-overs that nobody learns from, on which the mechanism is read. */
  readonly onsetEpisodes: number;
  readonly trainingSteps: number;
  readonly replicates: number;
}

export const SIZES: Sizes = {
  demonstrations: 10,
  rounds: 3,
  episodesPerRound: 35,
  evaluationEpisodes: 150,
  onsetEpisodes: 40,
  trainingSteps: 2000,
  replicates: 200,
};

/** Small, but every arm runs. */
export const SIZES_FAST: Sizes = {
  demonstrations: 3,
  rounds: 2,
  episodesPerRound: 3,
  evaluationEpisodes: 4,
  onsetEpisodes: 2,
  trainingSteps: 20,
  replicates: 5,
};

/** How an arm makes training data of what it has recorded. */
export type Learning =
  | {
      readonly kind: "weighted";
      readonly weighting: Weighting;
      readonly preWindow: boolean;
      readonly preIntervention: number;
    }
  /** The same weights, dealt out to the steps of the deployment at random. */
  | { readonly kind: "shuffled" }
  /** Steps of people only (HG-DAgger). */
  | { readonly kind: "human-only" };

export interface Plan {
  readonly learning: Learning;
  /** IWR's code shortens gradients to 1. */
  readonly clipNorm?: number;
  readonly memory?: { readonly strategy: Eviction; readonly capacity: number };
}

/** A world with who supervises it, and where all arms of a seed start. */
export interface Site {
  readonly world: InsertionWorld;
  /** Steps of pressing on the board that the person tolerates (W). */
  readonly reaction: number;
  readonly sizes: Sizes;
  readonly demonstrations: readonly Episode[];
  readonly initial: PolicyModel;
  /** Of the site: arms share it, so that their worlds and people draw the same numbers. */
  readonly rng: Rng;
}

/** What one deployment round recorded and what was learned after it. */
export interface Round {
  readonly model: PolicyModel;
  /** Of all steps recorded, kept or not. */
  readonly humanShare: number;
  readonly humanSteps: number;
  readonly kept: number;
  readonly remembered: number;
}

export const cloned = async (
  data: CloneData,
  {
    steps,
    rng,
    signal,
    clipNorm,
  }: { steps: number; rng: Rng; signal: AbortSignal; clipNorm?: number | undefined },
): Promise<PolicyModel> => {
  const { model } = await cloneBehaviour(data, {
    policy: { kind: "mlp", hidden: [64, 64] },
    steps,
    rng,
    signal,
    ...(clipNorm !== undefined && { clipNorm }),
  });
  return model;
};

/** One round of deployment: the policy acts, the person takes over. Starts are the same in every arm. */
export function deploy(
  { world, reaction, rng }: Site,
  model: PolicyModel,
  { round, episodes }: { readonly round: number; readonly episodes: number },
): Episode[] {
  const policy = policyRunner(model);
  const person = simHuman(world, siriusOperator(reaction));
  return Array.from({ length: episodes }, (_, i) =>
    rollOut(world, policy, person, {
      rng: rng.split(`round-${round}`).split(i),
      id: `round-${round}-${i}`,
      round,
    }),
  );
}

/**
 * Deploy, keep what person and robot finished together, learn anew from everything kept, and again.
 * The signal to stop is heeded between rounds and in training.
 */
export async function runRounds(site: Site, plan: Plan, { signal }: Ctx): Promise<Round[]> {
  const { sizes, rng } = site;
  const rounds: Round[] = [];
  let remembered: readonly Episode[] = site.demonstrations;
  let model = site.initial;
  for (let round = 1; round <= sizes.rounds; round++) {
    const recorded = deploy(site, model, { round, episodes: sizes.episodesPerRound });
    const kept = recorded.filter(({ end }) => end === "success");
    remembered = withinCapacity([...remembered, ...kept], plan, rng.split(`evict-${round}`));
    const data = trainingData(remembered, plan.learning, rng.split(`shuffle-${round}`));
    const training = { steps: sizes.trainingSteps, rng: rng.split(`train-${round}`), signal };
    model = await cloned(data, { ...training, clipNorm: plan.clipNorm });
    const [statistics] = roundStatistics(recorded);
    rounds.push({
      model,
      humanShare: statistics?.humanShare ?? 0,
      humanSteps: statistics?.humanSteps ?? 0,
      kept: kept.length,
      remembered: remembered.length,
    });
  }
  return rounds;
}

/**
 * The strongest plain use of the same effort: full demonstrations for as many of a person's steps as
 * `rounds` took, and plain cloning.
 */
export async function runDemonstrations(
  site: Site,
  rounds: readonly Round[],
  { signal }: Ctx,
): Promise<Round[]> {
  const { sizes, rng, world } = site;
  const person = demonstrator(world);
  const learned: Round[] = [];
  let shown = [...site.demonstrations];
  let owed = 0;
  for (const [at, { humanSteps }] of rounds.entries()) {
    const round = at + 1;
    owed += humanSteps;
    const added: Episode[] = [];
    // Never fewer steps than the others had: the last one may run over, and is owed less next time.
    for (let i = 0; owed > 0 && i < sizes.episodesPerRound * 10; i++) {
      const episode = rollOut(world, null, person, {
        rng: rng.split(`more-${round}`).split(i),
        id: `more-${round}-${i}`,
      });
      owed -= episode.rows.length;
      added.push(episode);
    }
    shown = [...shown, ...added];
    const data = trainingData(shown, PLAIN, rng);
    const training = { steps: sizes.trainingSteps, rng: rng.split(`train-${round}`), signal };
    const steps = added.reduce((sum, { rows }) => sum + rows.length, 0);
    learned.push({
      model: await cloned(data, training),
      humanShare: 1,
      humanSteps: steps,
      kept: added.length,
      remembered: shown.length,
    });
  }
  return learned;
}

export const PLAIN: Learning = {
  kind: "weighted",
  weighting: "none",
  preWindow: true,
  preIntervention: 0,
};

function withinCapacity(
  episodes: readonly Episode[],
  { memory }: Plan,
  rng: Rng,
): readonly Episode[] {
  if (memory === undefined) return episodes;
  const kept = new Set(evict(episodes.map(rememberedOf), { ...memory, rng }).kept);
  return episodes.filter(({ id }) => kept.has(id));
}

export function trainingData(
  episodes: readonly Episode[],
  learning: Learning,
  rng: Rng,
): CloneData {
  if (learning.kind === "human-only")
    return trainingFrames(humanOnlyRuns(episodes, { alone: false, takeOvers: "any" }).runs);
  if (learning.kind === "weighted") {
    const { weighting, preWindow, preIntervention } = learning;
    return weighFrames(episodes, {
      weighting,
      rules: preWindow ? {} : { preWindow: { steps: 0 } },
      target: { intervention: 0.5, preIntervention },
    }).data;
  }
  const { data, classes } = weighFrames(episodes, { weighting: "sirius" });
  const deployed = [...classes.keys()].filter((frame) => classes[frame] !== "demo");
  const weights = data.weights.slice();
  rng.shuffle(deployed).forEach((from, at) => {
    weights[deployed[at] as number] = data.weights[from] as number;
  });
  return { ...data, weights };
}
