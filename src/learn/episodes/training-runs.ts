import { assert } from "#core/assert.ts";
import type { Episode } from "#core/episode.ts";
import { type TakeOver, takeOvers } from "./take-overs.ts";

/** Consecutive steps of one episode that are learned from together: chunks never reach beyond. */
export interface FrameRun {
  readonly episode: Episode;
  /** Rows from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
}

/** Every step of every episode that was not thrown away, cut where the acting party changes. */
export function allRuns(episodes: readonly Episode[]): FrameRun[] {
  return episodes
    .filter(({ end }) => end !== "discarded")
    .flatMap((episode) => cutRuns(episode, (i) => partyAt(episode, i)));
}

/** Runs of equal keys; rows of an undefined key are left out. */
function cutRuns(episode: Episode, keyAt: (row: number) => string | undefined): FrameRun[] {
  const runs: FrameRun[] = [];
  const { length } = episode.rows;
  let start = 0;
  for (let end = 1; end <= length; end++) {
    const key = keyAt(end - 1);
    if (end < length && keyAt(end) === key) continue;
    if (key !== undefined) runs.push({ episode, start, end });
    start = end;
  }
  return runs;
}

function partyAt({ rows }: Episode, i: number): string {
  const row = rows[i];
  return row?.source === "human" ? `human ${row.interventionId ?? ""}` : (row?.source ?? "");
}

/** Why a take-over is not learned from. */
export type PartialReason = "no-recovery" | "no-correction" | "cut-short" | "not-real";

export interface PartialTakeOver {
  readonly episodeId: string;
  readonly interventionId: number;
  readonly because: PartialReason;
}

export interface HumanOnly {
  readonly runs: FrameRun[];
  /** Roll-outs that finished the whole task with nobody's help, and are learned from for that. */
  readonly alone: string[];
  readonly partial: PartialTakeOver[];
}

export interface HumanOnlyRules {
  /** Learn from roll-outs that succeeded alone. */
  readonly alone?: boolean;
  /**
   * `whole`: only take-overs with a recovery and a correction, both finished. `any`: all real ones,
   * where nobody recorded which part is which.
   */
  readonly takeOvers?: "whole" | "any";
}

/**
 * The steps of people only (RaC 2025, its data filter): the policy's own are not learned from, unless
 * the roll-out completed the whole task with no take-over.
 */
export function humanOnlyRuns(
  episodes: readonly Episode[],
  { alone = true, takeOvers: which = "whole" }: HumanOnlyRules = {},
): HumanOnly {
  const found: HumanOnly = { runs: [], alone: [], partial: [] };
  for (const episode of episodes) {
    if (episode.end === "discarded") continue;
    const stretches = takeOvers(episode);
    found.runs.push(
      ...cutRuns(episode, (i) => (episode.rows[i]?.source === "demo" ? "demo" : undefined)),
    );
    if (alone && succeededAlone(episode)) {
      found.alone.push(episode.id);
      found.runs.push({ episode, start: 0, end: episode.rows.length });
    }
    for (const takeOver of stretches) {
      const because = partialReason(episode, takeOver, which);
      if (because === undefined) found.runs.push({ episode, ...spanOf(takeOver) });
      else found.partial.push({ episodeId: episode.id, interventionId: takeOver.id, because });
    }
  }
  return found;
}

const spanOf = ({ start, end }: TakeOver) => ({ start, end });

const succeededAlone = ({ rows, end }: Episode): boolean =>
  end === "success" && rows.every(({ source }) => source === "policy");

function partialReason(
  { rows, end }: Episode,
  takeOver: TakeOver,
  which: NonNullable<HumanOnlyRules["takeOvers"]>,
): PartialReason | undefined {
  if (!takeOver.real) return "not-real";
  if (which === "any") return undefined;
  const last = takeOver.end === rows.length;
  if (last && (end === "time-out" || end === "stopped" || end === "failure")) return "cut-short";
  const segments = new Set(rows.slice(takeOver.start, takeOver.end).map(({ segment }) => segment));
  if (!segments.has("recovery")) return "no-recovery";
  if (!segments.has("correction")) return "no-correction";
  return undefined;
}

/** Runs as the arrays a learner takes. */
export interface TrainingFrames {
  /** [frames × observation size] and [frames × action size], row by row. */
  readonly observations: Float32Array;
  readonly actions: Float32Array;
  /** [frames] what the loss of a frame is multiplied by. */
  readonly weights: Float32Array;
  /** [runs] first frame of each run. */
  readonly episodes: Uint32Array;
}

/** `weightOf`: of a row of an episode; 1 where absent. Episodes must have been checked. */
export function trainingFrames(
  runs: readonly FrameRun[],
  weightOf: (episode: Episode, row: number) => number = () => 1,
): TrainingFrames {
  const first = runs[0]?.episode.rows[0];
  assert(first !== undefined, "at least one frame to learn from");
  const [observationSize, actionSize] = [first.obs.length, first.action.length];
  const count = runs.reduce((sum, { start, end }) => sum + end - start, 0);
  const observations = new Float32Array(count * observationSize);
  const actions = new Float32Array(count * actionSize);
  const weights = new Float32Array(count);
  const starts = new Uint32Array(runs.length);
  let at = 0;
  runs.forEach(({ episode, start, end }, r) => {
    starts[r] = at;
    for (let i = start; i < end; i++, at++) {
      const row = episode.rows[i];
      assert(row?.obs.length === observationSize, "observations of one size");
      assert(row.action.length === actionSize, "actions of one size");
      observations.set(row.obs, at * observationSize);
      actions.set(row.action, at * actionSize);
      weights[at] = weightOf(episode, i);
    }
  });
  return { observations, actions, weights, episodes: starts };
}
