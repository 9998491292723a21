/** What of a session the server has to hear of, and when. */
import type { EpisodeEnd, StepRow } from "#core/episode.ts";
import type { Session } from "./session.ts";

/** Rows that go together: about a second's worth. */
export const CHUNK_ROWS = 10;

/** How far the server was told of an episode. */
export interface Told {
  readonly episodeId: string;
  readonly rows: number;
  readonly ended: boolean;
}

export type Telling =
  | { readonly kind: "rows"; readonly episodeId: string; readonly rows: readonly StepRow[] }
  | {
      readonly kind: "end";
      readonly episodeId: string;
      readonly end: EpisodeEnd;
      /** All of it, should the server have given the episode up meanwhile. */
      readonly rows: readonly StepRow[];
    };

export const toldNothing = (episodeId: string): Told => ({ episodeId, rows: 0, ended: false });

/**
 * What is to be told after a session changed. Rows go a second's worth at a time, and at once when
 * nothing moves. An episode that was rewound from is discarded as far as it was told, unless it had
 * ended: then it stands as it ended.
 */
export function tell(told: Told, session: Session): { told: Told; tellings: Telling[] } {
  const { episodeId, rows, end, phase } = session;
  // One may still go forward again, or further back.
  if (phase === "rewound") return { told, tellings: [] };
  const tellings: Telling[] = [];
  let now = told;
  if (told.episodeId !== episodeId) {
    if (told.rows > 0 && !told.ended)
      tellings.push({ kind: "end", episodeId: told.episodeId, end: "discarded", rows: [] });
    now = toldNothing(episodeId);
  }
  const moving = phase === "policy" || phase === "human";
  const fresh = rows.slice(now.rows);
  if (fresh.length > 0 && (!moving || fresh.length >= CHUNK_ROWS)) {
    tellings.push({ kind: "rows", episodeId, rows: fresh });
    now = { ...now, rows: rows.length };
  }
  if (end !== null && !now.ended && rows.length > 0) {
    tellings.push({ kind: "end", episodeId, end, rows });
    now = { ...now, ended: true };
  }
  return { told: now, tellings };
}
