/** What lasts of episodes: the rows as recorded, what is known of them, and what was said of them since. */
import type { Correction } from "#core/correction.ts";
import type { Episode, StepRow } from "#core/episode.ts";
import type {
  EpisodeChange,
  EpisodeEdits,
  EpisodeFacts,
  EpisodeHead,
} from "#core/episode-edits.ts";
import type { ItemId, ProjectId } from "#core/ids.ts";

/** An episode without its rows: what is known of it, and what was said of it since. */
export interface EpisodeRow {
  readonly id: ItemId;
  /** Place in the log of the event that recorded it. */
  readonly seq: number;
  /** Hash of its rows' blob. */
  readonly blob: string;
  readonly facts: EpisodeFacts;
  readonly edits: EpisodeEdits;
  /** 1 as recorded, and one more with every edit. */
  readonly version: number;
  readonly atMs: number;
}

/** An episode on its way in, with a correction for each of its take-overs. */
export interface RecordedEpisode {
  readonly episode: Episode;
  readonly corrections: readonly Correction<string>[];
}

export interface EpisodeFilter {
  readonly round?: number | undefined;
  readonly policyId?: string | undefined;
  readonly end?: Episode["end"] | undefined;
  readonly discarded?: boolean | undefined;
}

export type EpisodeEdited =
  | { readonly kind: "edited" | "stale"; readonly row: EpisodeRow }
  | { readonly kind: "no-such-episode" };

export interface EpisodeStore {
  /**
   * Durable before it resolves, all of them or none: each with its corrections in the log, and its
   * running rows gone. Those whose id is there already are left as they are.
   */
  recordEpisodes(
    id: ProjectId,
    recorded: readonly RecordedEpisode[],
    by: string,
  ): Promise<{ accepted: ItemId[]; duplicates: ItemId[] }>;
  /** `correction` goes into the log with it. Throws what `advanceEdits` throws. */
  editEpisode(
    id: ProjectId,
    asked: {
      readonly episodeId: ItemId;
      readonly change: EpisodeChange;
      readonly correction?: Correction<string> | undefined;
      readonly expectedVersion: number;
      readonly by: string;
    },
  ): Promise<EpisodeEdited>;
  /** Those recorded last first. `total` counts all that match. */
  episodes(
    id: ProjectId,
    how: EpisodeFilter & { readonly limit: number; readonly beforeSeq?: number | undefined },
  ): Promise<{ rows: EpisodeRow[]; total: number }>;
  /** Streams them in the order they were recorded. */
  allEpisodes(id: ProjectId): AsyncIterable<EpisodeRow[]>;
  /** One with its rows, as recorded. */
  episode(
    id: ProjectId,
    episodeId: ItemId,
  ): Promise<{ row: EpisodeRow; episode: Episode } | undefined>;
  /**
   * Rows of an episode that still runs, durable before it resolves to how many there are. Rows sent
   * again are left as they are; a gap, or an episode that has ended, is a `conflict`.
   */
  appendEpisodeRows(
    id: ProjectId,
    asked: {
      readonly episodeId: ItemId;
      readonly head: Omit<EpisodeHead, "id">;
      readonly rows: readonly StepRow[];
    },
  ): Promise<number>;
  runningEpisode(
    id: ProjectId,
    episodeId: ItemId,
  ): Promise<{ head: Omit<EpisodeHead, "id">; rows: StepRow[] } | undefined>;
  runningEpisodes(id: ProjectId): Promise<ItemId[]>;
}
