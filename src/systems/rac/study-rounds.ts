import type { Episode } from "#core/episode.ts";
import type { Rng } from "#core/rng.ts";
import { episodeStatistics, roundStatistics } from "#learn/episodes/episode-statistics.ts";
import { fitFamiliarity } from "#learn/episodes/familiarity.ts";
import { proposeCuts } from "#learn/episodes/segments.ts";
import {
  allRuns,
  type FrameRun,
  humanOnlyRuns,
  trainingFrames,
} from "#learn/episodes/training-runs.ts";
import { cloneBehaviour } from "#learn/imitation/clone.ts";
import type { CloneData } from "#learn/imitation/clone-data.ts";
import type { PolicyModel, PolicySpec } from "#propose/policy/model.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { rollOut } from "#worlds/manipulation/rollout.ts";
import {
  demonstrator,
  HG_OPERATOR,
  RAC_OPERATOR,
  type SimHumanOptions,
  simHuman,
} from "#worlds/manipulation/sim-human.ts";
import type { InsertionWorld } from "#worlds/manipulation/world.ts";

export interface Sizes {
  readonly demonstrations: number;
  readonly rounds: number;
  /** A person's steps in a round; what one arm overruns it is owed less in the next. */
  readonly humanStepsPerRound: number;
  /** Roll-outs of a round end here even if the person had little to do. */
  readonly rollOutsMax: number;
  readonly evaluationEpisodes: number;
  readonly trainingSteps: number;
  readonly replicates: number;
}

/** What of a round is learned from. */
export type Filter =
  /** People's steps and roll-outs that succeeded alone, take-overs whole. */
  | "whole"
  /** The same, whatever a take-over holds. */
  | "any"
  /** As `whole`, without the recoveries. */
  | "corrections"
  /** As `whole`, and the policy's own steps. */
  | "with-policy"
  /** As `whole`, with what the person did dealt out at random over where. */
  | "shuffled";

/** How an arm collects and what it learns from; no operator: full demonstrations. */
export interface Plan {
  readonly operator: SimHumanOptions | null;
  readonly filter: Filter;
}

export const PLANS = {
  demos: { operator: null, filter: "whole" },
  hg: { operator: HG_OPERATOR, filter: "any" },
  "rule-2": { operator: { ...HG_OPERATOR, afterwards: "end" }, filter: "any" },
  "rule-1": { operator: { ...RAC_OPERATOR, afterwards: "hand-back" }, filter: "any" },
  rac: { operator: RAC_OPERATOR, filter: "whole" },
  "no-recovery": { operator: RAC_OPERATOR, filter: "corrections" },
  "with-policy": { operator: RAC_OPERATOR, filter: "with-policy" },
  shuffled: { operator: RAC_OPERATOR, filter: "shuffled" },
} as const satisfies Readonly<Record<string, Plan>>;
export type PlanName = keyof typeof PLANS;

/** A world and where all arms in it start. */
export interface Site {
  readonly world: InsertionWorld;
  readonly sizes: Sizes;
  readonly policy: PolicySpec;
  readonly demonstrations: readonly Episode[];
  readonly initial: PolicyModel;
  /** Arms share it, so that their worlds and people draw the same numbers. */
  readonly rng: Rng;
  readonly signal: AbortSignal;
}

export interface Round {
  readonly model: PolicyModel;
  readonly humanSteps: number;
  readonly takeOvers: number;
  readonly rollOuts: number;
  readonly recoverySteps: number;
  /** All that was recorded in it. */
  readonly recorded: readonly Episode[];
}

export async function cloned(
  data: CloneData,
  how: {
    readonly policy: PolicySpec;
    readonly steps: number;
    readonly rng: Rng;
    readonly signal: AbortSignal;
  },
): Promise<PolicyModel> {
  return (await cloneBehaviour(data, how)).model;
}

/** Roll out until the person has spent the round's steps, learn anew from everything, and again. */
export async function runRounds(site: Site, { operator, filter }: Plan): Promise<Round[]> {
  const { sizes, rng, policy, signal } = site;
  const rounds: Round[] = [];
  let recorded: Episode[] = [...site.demonstrations];
  let model = site.initial;
  let owed = 0;
  for (let round = 1; round <= sizes.rounds; round++) {
    owed += sizes.humanStepsPerRound;
    const added = collect(site, { model, operator, round, owed });
    const [statistics] = roundStatistics(added);
    const humanSteps = statistics?.humanSteps ?? 0;
    owed -= humanSteps;
    recorded = [...recorded, ...added];
    const data = trainingData(recorded, filter, rng.split(`shuffle-${round}`));
    const training = { policy, steps: sizes.trainingSteps, signal };
    model = await cloned(data, { ...training, rng: rng.split(`train-${round}`) });
    rounds.push({
      model,
      humanSteps,
      takeOvers: statistics?.takeOvers ?? 0,
      rollOuts: added.length,
      recoverySteps: statistics?.recoverySteps ?? 0,
      recorded: added,
    });
  }
  return rounds;
}

function collect(
  { world, sizes, rng }: Site,
  how: {
    readonly model: PolicyModel;
    readonly operator: SimHumanOptions | null;
    readonly round: number;
    readonly owed: number;
  },
): Episode[] {
  const { model, operator, round } = how;
  const acting = operator === null ? null : policyRunner(model);
  const person = operator === null ? demonstrator(world) : simHuman(world, operator);
  const added: Episode[] = [];
  let left = how.owed;
  for (let i = 0; left > 0 && i < sizes.rollOutsMax; i++) {
    const episode = rollOut(world, acting, person, {
      rng: rng.split(`round-${round}`).split(i),
      id: `round-${round}-${i}`,
      round,
    });
    left -= episodeStatistics(episode).humanSteps;
    added.push(episode);
  }
  return added;
}

export function trainingData(episodes: readonly Episode[], filter: Filter, rng: Rng): CloneData {
  if (filter === "with-policy") return trainingFrames(allRuns(episodes));
  const { runs } = humanOnlyRuns(episodes, { takeOvers: filter === "any" ? "any" : "whole" });
  if (filter === "corrections") return trainingFrames(runs.flatMap(withoutRecovery));
  const data = trainingFrames(runs);
  return filter === "shuffled" ? shuffledActions(data, runs, rng) : data;
}

/** The stretches of a run in which nobody was recovering. */
function withoutRecovery({ episode, start, end }: FrameRun): FrameRun[] {
  const recovering = (row: number) => episode.rows[row]?.segment === "recovery";
  const runs: FrameRun[] = [];
  let from = start;
  for (let row = start; row <= end; row++) {
    if (row < end && !recovering(row)) continue;
    if (row > from) runs.push({ episode, start: from, end: row });
    from = row + 1;
  }
  return runs;
}

/** Actions of take-overs dealt out at random among the steps of take-overs. */
function shuffledActions(data: CloneData, runs: readonly FrameRun[], rng: Rng): CloneData {
  const taken = runs
    .flatMap(({ episode, start, end }) => episode.rows.slice(start, end))
    .flatMap(({ source }, frame) => (source === "human" ? [frame] : []));
  const size = data.actions.length / data.weights.length;
  const actions = data.actions.slice();
  rng.shuffle(taken).forEach((from, at) => {
    const action = data.actions.subarray(from * size, (from + 1) * size);
    actions.set(action, (taken[at] as number) * size);
  });
  return { ...data, actions };
}

/** Cuts this near to the person's own are as good as theirs. */
const NEAR_STEPS = 3;

/**
 * Share of the take-overs whose cut the splitter finds within three steps of where the person said
 * that the recovery ended; 0 without any.
 */
export function splitterAccuracy(
  demonstrations: readonly Episode[],
  recorded: readonly Episode[],
): number {
  const familiarity = fitFamiliarity(demonstrations);
  const near = recorded.flatMap((episode) => {
    const rows = episode.rows.map(({ segment: _, ...row }) => row);
    const found = proposeCuts({ ...episode, rows }, familiarity);
    const said = proposeCuts(episode, null);
    return found.map(({ at }, i) => Math.abs(at - (said[i]?.at ?? Number.NaN)) <= NEAR_STEPS);
  });
  return near.length === 0 ? 0 : near.filter((hit) => hit).length / near.length;
}
