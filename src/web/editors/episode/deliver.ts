/** What a person recorded of an episode, on its way to the server. */
import type { Episode, EpisodeEnd } from "#core/episode.ts";
import type { EpisodeSummary, EpisodesReport, RowsInput } from "#core/episode-views.ts";

export type EpisodeAct =
  | {
      readonly kind: "episode-rows";
      readonly projectId: string;
      /** The episode. */
      readonly itemId: string;
      readonly input: RowsInput;
    }
  | {
      readonly kind: "episode-end";
      readonly projectId: string;
      readonly itemId: string;
      readonly end: EpisodeEnd;
      /** All of it, in case the server took the silence of a lost connection for its end; null where it is thrown away. */
      readonly whole: Episode | null;
    };

/** An act in a few words. */
export const episodeActText = (act: EpisodeAct): string =>
  act.kind === "episode-end" ? `ended: ${act.end}` : `${act.input.rows.length} steps`;

export interface EpisodeWire {
  put(path: string, body: unknown): Promise<unknown>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** The status of an answer that was none of success; null for any other error. */
  statusOf(error: unknown): number | null;
}

/** The server's answer to whole episodes, where it took none of them. */
export class NotTaken extends Error {
  override readonly name = "NotTaken";
}

/**
 * Sends one act; sent twice it does no more than once. Rows for an episode that ended meanwhile are left to its end, which
 * carries them all: what the server then lacks goes in as an episode of its own, and the torso is discarded.
 */
export async function deliverEpisode(act: EpisodeAct, wire: EpisodeWire): Promise<void> {
  const { itemId } = act;
  const at = `/episodes/${encodeURIComponent(itemId)}`;
  if (act.kind === "episode-rows") {
    await wire.put(`${at}/rows`, act.input).catch((error: unknown) => {
      if (wire.statusOf(error) !== 409) throw error;
    });
    return;
  }
  const { end, whole } = act;
  const summary = await wire.post<EpisodeSummary>(`${at}/end`, { end }).catch((error: unknown) => {
    if (wire.statusOf(error) !== 404) throw error;
    return null;
  });
  if (whole === null) return;
  if (summary === null) return takeWhole(whole, wire);
  if (summary.steps >= whole.rows.length) return;
  await takeWhole({ ...whole, id: `${itemId}-whole` }, wire);
  if (summary.discarded) return;
  const change = { kind: "discarded", discarded: true };
  await wire.post(`${at}/changes`, { version: summary.version, change });
}

async function takeWhole(whole: Episode, wire: EpisodeWire): Promise<void> {
  const { rejected, problems } = await wire.post<EpisodesReport>("/episodes", {
    episodes: [whole],
  });
  if (rejected > 0) throw new NotTaken(problems.join(". "));
}
