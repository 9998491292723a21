import { z } from "zod";
import { Episode, type StepRow } from "#core/episode.ts";
import { Problem, problemText, quoted } from "#core/errors.ts";

const EPISODES_MAX = 10_000;

/** Episodes as an operation takes them. */
export const episodeRows = z.array(Episode).min(1).max(EPISODES_MAX);

export const RejectedEpisode = z.strictObject({
  id: z.string(),
  /** Where it stood among those given, from 1. */
  row: z.int(),
  /** Where, what was expected, what came. */
  problem: z.string(),
});
export type RejectedEpisode = z.infer<typeof RejectedEpisode>;

export interface CheckedEpisodes {
  readonly good: Episode[];
  readonly rejected: RejectedEpisode[];
  /** Numbers in an observation and in an action; 0 where nothing was good. */
  readonly observationSize: number;
  readonly actionSize: number;
  readonly warnings: string[];
}

/** Rounding of a recorder, in units of the action's range. */
const ACTION_SLACK = 1e-6;

/**
 * Sorts out episodes that cannot be learned from together: numbers missing or not finite, actions
 * outside [-1, 1], rows out of order, sizes other than the first good episode's, and recordings that
 * came twice. The others go through.
 */
export function checkEpisodes(episodes: readonly Episode[]): CheckedEpisodes {
  const good: Episode[] = [];
  const rejected: RejectedEpisode[] = [];
  const ids = new Set<string>();
  const ends = new Map<string, Episode[]>();
  let sizes: Sizes | undefined;
  episodes.forEach((episode, i) => {
    const { id } = episode;
    const alike = ends.get(endsOf(episode)) ?? [];
    const twin = alike.find((other) => sameSteps(other, episode));
    const problem = ids.has(id)
      ? refuse("There is an earlier episode of this id", { got: quoted(id) })
      : twin !== undefined
        ? refuse("The same steps were given before", { got: `a copy of ${quoted(twin.id)}` })
        : problemOf(episode, sizes);
    if (problem !== undefined) {
      rejected.push({ id, row: i + 1, problem: problemText(problem) });
      return;
    }
    sizes ??= sizesOf(episode);
    ids.add(id);
    ends.set(endsOf(episode), [...alike, episode]);
    good.push(episode);
  });
  return {
    good,
    rejected,
    observationSize: sizes?.observation ?? 0,
    actionSize: sizes?.action ?? 0,
    warnings: warningsOf(good),
  };
}

/**
 * The same for those who cannot go on without: throws a `bad-input` problem, with the first one's
 * reason, when no episode is left.
 */
export function gatherEpisodes(given: readonly Episode[]): CheckedEpisodes {
  const checked = checkEpisodes(given);
  if (checked.good.length > 0) return checked;
  throw new Problem("bad-input", "None of the episodes can be learned from", {
    expected: "at least one whole recording",
    got: checked.rejected[0]?.problem ?? "no episodes",
  });
}

interface Sizes {
  readonly observation: number;
  readonly action: number;
}

const sizesOf = ({ rows }: Episode): Sizes => ({
  observation: rows[0]?.obs.length ?? 0,
  action: rows[0]?.action.length ?? 0,
});

const refuse = (title: string, detail: Problem["detail"]): Problem =>
  new Problem("bad-input", title, detail);

/** Only episodes that begin and end alike are compared step by step. */
const endsOf = ({ rows }: Episode): string => {
  const body = ({ obs, action }: StepRow) => [obs, action];
  return JSON.stringify([rows.length, ...rows.slice(0, 1).map(body), ...rows.slice(-1).map(body)]);
};

/** Episodes are the same recording where every observation and action is. */
const sameSteps = (a: Episode, b: Episode): boolean =>
  a.rows.length === b.rows.length &&
  a.rows.every((row, i) => {
    const other = b.rows[i];
    return other !== undefined && equal(row.obs, other.obs) && equal(row.action, other.action);
  });

const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

function problemOf(episode: Episode, sizes = sizesOf(episode)): Problem | undefined {
  if (sizes.observation === 0 || sizes.action === 0)
    return refuse("A step has no numbers", {
      expected: "an observation and an action of at least one number",
      got: `${sizes.observation} and ${sizes.action}`,
      at: { field: "rows.0" },
    });
  for (const [i, { t, obs, action }] of episode.rows.entries()) {
    const at = (field: string) => ({ at: { field: `rows.${i}.${field}` } });
    if (t !== i)
      return refuse("Steps are missing or out of order", {
        expected: `t ${i}`,
        got: String(t),
        ...at("t"),
      });
    if (obs.length !== sizes.observation || action.length !== sizes.action)
      return refuse("A step is of another size than those before", {
        expected: `${sizes.observation} numbers observed, ${sizes.action} in an action`,
        got: `${obs.length} and ${action.length}`,
        ...at(obs.length === sizes.observation ? "action" : "obs"),
      });
    const odd = obs.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0)
      return refuse("An observation is not a number", {
        expected: "finite numbers",
        got: String(obs[odd]),
        ...at(`obs.${odd}`),
      });
    const out = action.findIndex((value) => !(Math.abs(value) <= 1 + ACTION_SLACK));
    if (out >= 0)
      return refuse("An action is out of range", {
        expected: "numbers from -1 to 1",
        got: String(action[out]),
        hint: "Divide actions by the largest the robot takes.",
        ...at(`action.${out}`),
      });
  }
  return undefined;
}

function warningsOf(episodes: readonly Episode[]): string[] {
  const rates = [...new Set(episodes.map(({ controlHz }) => controlHz))].sort((a, b) => a - b);
  const worlds = [...new Set(episodes.map(({ world }) => world))].sort();
  return [
    ...(rates.length > 1
      ? [`Control rates differ (${rates.join(", ")} Hz): state windows in seconds.`]
      : []),
    ...(worlds.length > 1 ? [`Episodes come from several worlds: ${worlds.join(", ")}.`] : []),
  ];
}
