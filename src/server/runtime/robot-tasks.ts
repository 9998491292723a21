/** Fitting and measuring policies, in whatever thread it runs. */
import { assert } from "#core/assert.ts";
import type { Episode } from "#core/episode.ts";
import type { FitInput } from "#core/episode-views.ts";
import { Problem } from "#core/errors.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { checkEpisodes } from "#learn/episodes/check-episodes.ts";
import { CLASS_TARGET } from "#learn/episodes/class-weights.ts";
import { episodeStatistics } from "#learn/episodes/episode-statistics.ts";
import { evict } from "#learn/episodes/eviction.ts";
import { humanOnlyRuns, trainingFrames } from "#learn/episodes/training-runs.ts";
import { cloneBehaviour } from "#learn/imitation/clone.ts";
import type { CloneData } from "#learn/imitation/clone-data.ts";
import { type PolicyModel, PolicySpec } from "#propose/policy/model.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { weighFrames } from "#systems/sirius/weigh.ts";
import { evaluate } from "#worlds/manipulation/rollout.ts";
import type { Hooks } from "./compute-tasks.ts";
import { worldMaker } from "./robot-projects.ts";

export interface FitTask {
  readonly episodes: readonly Episode[];
  readonly fit: FitInput;
  /** Steps before a take-over held against the policy. */
  readonly preWindow: number;
  readonly seed: string;
}

export interface FittedPolicy {
  readonly model: PolicyModel;
  /** Ids of the episodes it was learned from. */
  readonly learnedFrom: readonly string[];
  readonly frames: number;
  readonly evicted: readonly string[];
  /** Episodes that could not be learned from, each in a sentence. */
  readonly rejected: readonly string[];
  readonly warnings: readonly string[];
  /** Means of stretches of equal length. */
  readonly losses: readonly number[];
}

export interface TrialsTask {
  readonly world: string;
  readonly models: readonly PolicyModel[];
  readonly episodes: number;
  /** Path of the randomness that episodes are drawn from: the same for all models. */
  readonly seed: string;
}

export interface RobotTasks {
  fitPolicy(task: FitTask, hooks: Hooks): Promise<FittedPolicy>;
  /** [models][episodes] whether each ended in success, on the same episodes for all. */
  tryPolicies(task: TrialsTask, hooks: Hooks): Promise<boolean[][]>;
}

/** Steps between two words on how it goes. */
const REPORT_STEPS = 20;
const CURVE_POINTS = 100;
/** Episodes between two looks at whether to stop. */
const TRIALS_A_TURN = 5;

export const robotTasks = (): RobotTasks => ({
  fitPolicy: async ({ episodes, fit, preWindow, seed }, hooks) => {
    const rng = rngOf(seed);
    const { good, rejected, warnings } = checkEpisodes(episodes);
    const { kept, evicted } = remembered(good.filter(fits(fit)), fit, rng);
    const { steps, batch, learningRate } = fit;
    const data = cloneData(kept, fit, preWindow);
    const { model, losses } = await cloneBehaviour(data, {
      policy: PolicySpec.parse({
        kind: fit.kind,
        ...(fit.hidden !== undefined && { hidden: fit.hidden }),
      }),
      steps,
      batch,
      learningRate,
      rng: rng.split("clone"),
      signal: hooks.signal,
      onStep: ({ step, loss }) => {
        if (step % REPORT_STEPS === 0 || step === steps - 1)
          hooks.progress({
            done: step + 1,
            total: steps,
            label: `step ${step + 1} of ${steps}`,
            figures: { loss },
          });
      },
    });
    return {
      model,
      learnedFrom: kept.map(({ id }) => id),
      frames: data.weights.length,
      evicted,
      rejected: rejected.map(({ id, problem }) => `episode "${id}": ${problem}`),
      warnings,
      losses: thinned(losses, CURVE_POINTS),
    };
  },

  tryPolicies: async ({ world, models, episodes, seed }, hooks) => {
    const makeWorld = await worldMaker(world);
    const rng = rngOf(seed);
    const outcomes: boolean[][] = [];
    for (const [m, model] of models.entries()) {
      const policy = policyRunner(model);
      const of: boolean[] = [];
      for (let from = 0; from < episodes; from += TRIALS_A_TURN) {
        await new Promise(setImmediate); // a cancel can then arrive
        const seeds = range(from, Math.min(episodes, from + TRIALS_A_TURN));
        const done = evaluate(policy, makeWorld, { seeds, rng, signal: hooks.signal });
        of.push(...done.episodes.map(({ success }) => success));
        hooks.progress({
          done: m * episodes + of.length,
          total: models.length * episodes,
          label: `trying policy ${m + 1} of ${models.length}`,
        });
      }
      outcomes.push(of);
    }
    return outcomes;
  },
});

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, k) => from + k);

/** Which episodes a method learns from. What failed teaches its own failing; a person's steps of it do not. */
const fits =
  ({ method }: FitInput) =>
  ({ end, rows }: Episode): boolean => {
    if (end === "discarded") return false;
    if (method === "rac" || method === "human-only") return true;
    return end === "success" || rows.every(({ source }) => source === "demo");
  };

function remembered(
  episodes: readonly Episode[],
  { memory }: FitInput,
  rng: Rng,
): { readonly kept: readonly Episode[]; readonly evicted: readonly string[] } {
  if (episodes.length === 0)
    throw new Problem("conflict", "There is no episode to learn from", {
      expected: "demonstrations, or episodes that ended in success",
      hint: "Record some, or import them.",
    });
  if (memory === null) return { kept: episodes, evicted: [] };
  const known = episodes.map((episode) => ({
    id: episode.id,
    round: episode.round,
    humanShare: episodeStatistics(episode).humanShare,
  }));
  const plan = evict(known, { ...memory, rng });
  const stays = new Set(plan.kept);
  return { kept: episodes.filter(({ id }) => stays.has(id)), evicted: plan.evicted };
}

function cloneData(
  episodes: readonly Episode[],
  { method, preShare }: FitInput,
  preWindow: number,
): CloneData {
  if (method === "rac" || method === "human-only") {
    const whole = method === "rac";
    const { runs } = humanOnlyRuns(episodes, { alone: whole, takeOvers: whole ? "whole" : "any" });
    if (runs.length === 0)
      throw new Problem("conflict", "There is no step of a person to learn from", {
        expected: whole
          ? "demonstrations, or take-overs with a recovery and a correction"
          : "demonstrations or take-overs",
      });
    return trainingFrames(runs);
  }
  const weighting = method === "bc" ? "none" : method;
  return weighFrames(episodes, {
    weighting,
    rules: { preWindow: { steps: preWindow } },
    target: { ...CLASS_TARGET, preIntervention: preShare },
  }).data;
}

function thinned(values: Float64Array, points: number): number[] {
  assert(values.length > 0, "at least one step");
  const count = Math.min(points, values.length);
  return range(0, count).map((k) => {
    const from = Math.floor((k * values.length) / count);
    const to = Math.floor(((k + 1) * values.length) / count);
    const part = values.subarray(from, to);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
