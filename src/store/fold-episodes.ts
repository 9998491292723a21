/** Folds what happened to episodes into their rows. */
import { z } from "zod";
import { advanceEdits, EpisodeEdits, EpisodeFacts } from "#core/episode-edits.ts";
import type { EventBody, LoggedEvent } from "#core/event.ts";
import { ItemId } from "#core/ids.ts";
import type { EpisodeRow } from "./episode-store.ts";
import type { Queryable } from "./sql.ts";

export type EpisodeEvent = LoggedEvent & {
  readonly body: Extract<EventBody, { kind: "episode-recorded" | "episode-edited" }>;
};

export const isEpisodeEvent = (event: LoggedEvent): event is EpisodeEvent =>
  event.body.kind === "episode-recorded" || event.body.kind === "episode-edited";

const Row = z
  .object({
    id: ItemId,
    seq: z.int(),
    blob: z.string(),
    facts: EpisodeFacts,
    edits: EpisodeEdits,
    version: z.int(),
    at_ms: z.number(),
  })
  .transform(({ at_ms, ...same }): EpisodeRow => ({ ...same, atMs: at_ms }));

export const EPISODE_FIELDS = "id, seq, blob, facts, edits, version, at_ms";
export const toEpisodeRow = (row: unknown): EpisodeRow => Row.parse(row);

/** Episodes as they stand, locked for this transaction. */
export async function lockEpisodes(
  tx: Queryable,
  no: number,
  ids: readonly ItemId[],
): Promise<Map<ItemId, EpisodeRow>> {
  const rows = await tx.query(
    `select ${EPISODE_FIELDS} from episodes where project_no = $1 and id = any($2::text[])
     order by id for update`,
    [no, [...new Set(ids)]],
  );
  return new Map(rows.map(toEpisodeRow).map((row) => [row.id, row]));
}

/** Folds logged events, in order, into episodes as locked, and writes those that changed, each once. */
export async function foldEpisodes(
  tx: Queryable,
  no: number,
  run: {
    readonly events: readonly EpisodeEvent[];
    readonly episodes: ReadonlyMap<ItemId, EpisodeRow>;
  },
): Promise<void> {
  const episodes = new Map(run.episodes);
  for (const { body, seq, atMs } of run.events) {
    const { episodeId: id } = body;
    if (body.kind === "episode-recorded") {
      const { blob, facts, edits } = body;
      episodes.set(id, { id, seq, blob, facts, edits, version: 1, atMs });
      continue;
    }
    const before = episodes.get(id);
    if (before === undefined) continue;
    const edits = advanceEdits(before.edits, body.change, before.facts);
    episodes.set(id, { ...before, edits, version: before.version + 1 });
  }
  for (const id of new Set(run.events.map(({ body }) => body.episodeId))) {
    const row = episodes.get(id);
    if (row !== undefined) await writeEpisode(tx, no, row);
  }
}

const writeEpisode = (tx: Queryable, no: number, row: EpisodeRow): Promise<unknown> =>
  tx.query(
    `insert into episodes(project_no, id, seq, blob, round, policy_id, ended, discarded, facts,
       edits, version, at_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9::json, $10::json, $11, $12)
     on conflict (project_no, id) do update set discarded = excluded.discarded,
       edits = excluded.edits, version = excluded.version`,
    [
      no,
      row.id,
      row.seq,
      row.blob,
      row.facts.round,
      row.facts.policyId,
      row.facts.end,
      isDiscarded(row),
      JSON.stringify(row.facts),
      JSON.stringify(row.edits),
      row.version,
      row.atMs,
    ],
  );

export const isDiscarded = ({ facts, edits }: Pick<EpisodeRow, "facts" | "edits">): boolean =>
  edits.discarded || facts.end === "discarded";
