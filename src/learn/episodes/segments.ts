import type { Episode, StepRow } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";
import { type Familiarity, sightingOf } from "./familiarity.ts";
import { type TakeOver, takeOvers } from "./take-overs.ts";

/** Where a take-over turns from getting back to getting on. */
export interface Cut {
  readonly interventionId: number;
  /** Rows of the take-over: from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
  /** First row of the correction; `end` where familiar ground was never reached. */
  readonly at: number;
  /**
   * Share of the steps around the cut that lie on the side of familiar that the cut says, 0 to 1; 1
   * for a cut that was recorded or moved by a person.
   */
  readonly confidence: number;
  readonly by: "person" | "familiarity";
}

export interface CutOptions {
  /** How much further along than at the take-over still counts as having gone back (ε). */
  readonly progressSlack?: number;
}

const PROGRESS_SLACK = 0.05;
/** Steps on either side of a cut that its confidence rests on. */
const AROUND = 5;

/**
 * Cuts for the real take-overs of an episode. Recorded segments stand; elsewhere the recovery lasts
 * until the first state that is familiar and no further along the task than the take-over was.
 * Without `familiarity` only recorded segments are cut.
 */
export function proposeCuts(
  episode: Episode,
  familiarity: Familiarity | null,
  options: CutOptions = {},
): Cut[] {
  return takeOvers(episode)
    .filter(({ real }) => real)
    .flatMap((takeOver) => {
      const recorded = recordedCut(episode, takeOver);
      if (recorded !== undefined) return [recorded];
      return familiarity === null ? [] : [foundCut(episode, takeOver, familiarity, options)];
    });
}

function recordedCut({ rows }: Episode, { id, start, end }: TakeOver): Cut | undefined {
  const own = rows.slice(start, end);
  if (own.every(({ segment }) => segment === undefined)) return undefined;
  const first = own.findIndex(({ segment }) => segment === "correction");
  const at = first < 0 ? end : start + first;
  return { interventionId: id, start, end, at, confidence: 1, by: "person" };
}

function foundCut(
  { rows }: Episode,
  { id, start, end }: TakeOver,
  familiarity: Familiarity,
  { progressSlack = PROGRESS_SLACK }: CutOptions,
): Cut {
  const sightings = rows.slice(start, end).map(({ obs }) => sightingOf(familiarity, obs));
  const latest = (sightings[0]?.progress ?? 0) + progressSlack;
  const first = sightings.findIndex(({ familiar, progress }) => familiar && progress <= latest);
  const offset = first < 0 ? sightings.length : first;
  const around = sightings
    .map(({ familiar }, i) => ({ i, agrees: familiar === i >= offset }))
    .filter(({ i }) => i >= offset - AROUND && i < offset + AROUND);
  const confidence = first < 0 ? 0 : around.filter(({ agrees }) => agrees).length / around.length;
  return { interventionId: id, start, end, at: start + offset, confidence, by: "familiarity" };
}

/**
 * The episode with a take-over cut at row `at`: recovery before it, correction from it on. `at` may
 * be the take-over's first row (nothing to recover) or the row after its last (nothing but recovery).
 *
 * @throws Problem `not-found` without such a take-over, `bad-input` for a cut outside of it.
 */
export function withCut(
  episode: Episode,
  { interventionId, at }: Pick<Cut, "interventionId" | "at">,
): Episode {
  const takeOver = takeOvers(episode).find(({ id }) => id === interventionId);
  if (takeOver === undefined)
    throw new Problem("not-found", "The episode has no such take-over", {
      got: `take-over ${interventionId} of episode "${episode.id}"`,
    });
  const { start, end } = takeOver;
  if (!Number.isSafeInteger(at) || at < start || at > end)
    throw new Problem("bad-input", "The cut lies outside of its take-over", {
      expected: `a row from ${start} to ${end}`,
      got: String(at),
    });
  const rows = episode.rows.map((row, i): StepRow => {
    if (i < start || i >= end) return row;
    return { ...row, segment: i < at ? "recovery" : "correction" };
  });
  return { ...episode, rows };
}

/** The episode with every cut written into its rows. */
export const withCuts = (episode: Episode, cuts: readonly Cut[]): Episode =>
  cuts.reduce(withCut, episode);
