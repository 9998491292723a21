import type { Episode } from "#core/episode.ts";
import { fitFamiliarity } from "#learn/episodes/familiarity.ts";
import { type Cut, proposeCuts, withCuts } from "#learn/episodes/segments.ts";
import { takeOvers } from "#learn/episodes/take-overs.ts";

interface Splitting {
  readonly neighbours: number;
  readonly circular: readonly number[];
  readonly progressSlack: number;
}

/** An episode with the cuts of its take-overs, which are written into its rows. */
export interface SplitEpisode {
  readonly episode: Episode;
  readonly cuts: readonly Cut[];
}

/**
 * Recovery and correction for every real take-over. Demonstrations are only needed where a take-over
 * was recorded without its parts. Throws a `bad-input` problem when there are too few of them.
 */
export function splitEpisodes(
  episodes: readonly Episode[],
  { neighbours, circular, progressSlack }: Splitting,
): SplitEpisode[] {
  const unsplit = (episode: Episode) =>
    takeOvers(episode).some(
      ({ real, start, end }) =>
        real && episode.rows.slice(start, end).every(({ segment }) => segment === undefined),
    );
  if (!episodes.some(unsplit))
    return episodes.map((episode) => ({ episode, cuts: proposeCuts(episode, null) }));
  const shown = episodes.filter(({ rows }) => rows.every(({ source }) => source === "demo"));
  const familiarity = fitFamiliarity(shown, { neighbours, circular });
  return episodes.map((episode) => {
    const cuts = proposeCuts(episode, familiarity, { progressSlack });
    return { episode: withCuts(episode, cuts), cuts };
  });
}
