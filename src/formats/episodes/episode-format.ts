/** What every format of episodes reads into and writes from. */
import type { Episode, EpisodeEnd } from "#core/episode.ts";
import type { Reject } from "#formats/format.ts";

export interface EpisodeBatch {
  readonly episodes: readonly Episode[];
  readonly rejects: readonly Reject[];
}

/** What a data set does not say of itself, and what to take of it. */
export interface EpisodeReadOptions {
  /** Named in messages and rejects. */
  readonly file?: string;
  /** The world or robot, where the data do not name it. */
  readonly world: string;
  /** The round, where the data do not say. Default: 0. */
  readonly round?: number;
  /** Parts of an observation to put together, in this order. Default: all that are numbers. */
  readonly observations?: readonly string[];
  /** Control steps a second, where the data do not say. Default: 20. */
  readonly controlHz?: number;
  /** How episodes ended, where the data do not say. Default: success. */
  readonly end?: EpisodeEnd;
  readonly signal?: AbortSignal;
  /** Told what of the data is not taken in, each thing once, in a sentence. */
  note?(sentence: string): void;
}

export const CONTROL_HZ_DEFAULT = 20;

export interface EpisodeWriteOptions {
  /**
   * Leaves the policy's own steps out: what is written is each stretch of a person's steps as an
   * episode of its own, so that nothing is learned across a seam.
   */
  readonly humanOnly?: boolean;
  /** [rows] classes of an episode's steps, for formats that keep them (Sirius: `intv_labels`). */
  classesOf?(episode: Episode): readonly string[];
  readonly signal?: AbortSignal;
}

/** The stretches of an episode that a person acted in, each renumbered from step 0. */
export function humanParts(episode: Episode): Episode[] {
  const parts: Episode[] = [];
  const { rows, notReal } = episode;
  const isHuman = (k: number): boolean => {
    const row = rows[k];
    if (row === undefined || row.source === "policy") return false;
    return row.interventionId === undefined || !notReal.includes(row.interventionId);
  };
  const sameParty = (a: number, b: number): boolean =>
    rows[a]?.source === rows[b]?.source && rows[a]?.interventionId === rows[b]?.interventionId;
  let start = 0;
  for (let end = 1; end <= rows.length; end++) {
    if (end < rows.length && isHuman(end) === isHuman(end - 1) && sameParty(end, end - 1)) continue;
    if (isHuman(start)) parts.push(partOf(episode, start, end));
    start = end;
  }
  return parts;
}

function partOf(episode: Episode, start: number, end: number): Episode {
  const { rows, preWindows: _, notReal: __, videos, ...head } = episode;
  if (start === 0 && end === rows.length) return episode;
  const seconds = (steps: number) => steps / episode.controlHz;
  return {
    ...head,
    ...(videos && {
      videos: Object.fromEntries(
        Object.entries(videos).map(([camera, video]) => [
          camera,
          { ...video, fromS: video.fromS + seconds(start), toS: video.fromS + seconds(end) },
        ]),
      ),
    }),
    id: `${episode.id}/steps-${start}-${end}`,
    rows: rows.slice(start, end).map((row, t) => ({ ...row, t })),
    notReal: [],
    preWindows: {},
  };
}

/** Episodes as they are to be written. */
export async function* written(
  episodes: AsyncIterable<Episode>,
  { humanOnly = false, signal }: EpisodeWriteOptions,
): AsyncGenerator<Episode> {
  for await (const episode of episodes) {
    signal?.throwIfAborted();
    if (humanOnly) yield* humanParts(episode);
    else yield episode;
  }
}
