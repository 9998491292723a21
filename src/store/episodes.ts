/** Episodes: whole ones as blobs with what is folded from the log, running ones row by row. */
import { z } from "zod";
import { Episode, StepRow } from "#core/episode.ts";
import { advanceEdits, episodeFacts, firstEdits } from "#core/episode-edits.ts";
import { Problem } from "#core/errors.ts";
import type { EventBody } from "#core/event.ts";
import { ItemId, type ProjectId } from "#core/ids.ts";
import type { Blobs } from "./blobs.ts";
import { bulk, type Db, pages } from "./db.ts";
import type { EpisodeEdited, EpisodeFilter, EpisodeRow, RecordedEpisode } from "./episode-store.ts";
import { foldCases, isCaseEvent } from "./fold-cases.ts";
import {
  EPISODE_FIELDS,
  foldEpisodes,
  isEpisodeEvent,
  lockEpisodes,
  toEpisodeRow,
} from "./fold-episodes.ts";
import { log } from "./log.ts";
import { hasNul, type Tx, type Value } from "./sql.ts";
import type { Store } from "./store.ts";

type EpisodeStore = Pick<
  Store,
  | "recordEpisodes"
  | "editEpisode"
  | "episodes"
  | "allEpisodes"
  | "episode"
  | "appendEpisodeRows"
  | "runningEpisode"
  | "runningEpisodes"
>;

/** Episodes a stream reads at a time. */
const BATCH = 200;
/** Longer ones are refused: an hour at 50 steps a second is within it. */
const STEPS_MAX = 200_000;

const bytesOf = (episode: Episode): Uint8Array => Buffer.from(JSON.stringify(episode));

/** Logs what happened to episodes, corrections among it, and folds it. */
async function happen(
  db: Db,
  tx: Tx,
  at: {
    readonly id: ProjectId;
    readonly no: number;
    readonly bodies: readonly EventBody[];
    readonly episodes: ReadonlyMap<ItemId, EpisodeRow>;
  },
): Promise<void> {
  const { id, no, bodies, episodes } = at;
  const events = await log(tx, { projectId: id, no, atMs: db.clock.nowMs() }, bodies);
  await foldEpisodes(tx, no, { events: events.filter(isEpisodeEvent), episodes });
  const corrected = events.filter(isCaseEvent);
  if (corrected.length > 0) await foldCases(tx, no, { events: corrected, cases: new Map() });
}

function requireStorable({ id, rows }: Pick<Episode, "id" | "rows">): void {
  if (hasNul(id))
    throw new Problem("bad-input", "The id of an episode contains a NUL character", {
      expected: "text without U+0000, which PostgreSQL cannot hold",
      at: { field: "id" },
    });
  if (rows.length > STEPS_MAX)
    throw new Problem("too-large", `The episode "${id}" is too long`, {
      expected: `at most ${STEPS_MAX.toLocaleString("en")} steps`,
      got: rows.length.toLocaleString("en"),
    });
}

async function record(
  db: Db,
  blobs: Blobs,
  id: ProjectId,
  { recorded, by }: { readonly recorded: readonly RecordedEpisode[]; readonly by: string },
): Promise<{ accepted: ItemId[]; duplicates: ItemId[] }> {
  for (const { episode } of recorded) requireStorable(episode);
  const named = await Promise.all(
    recorded.map(async (one) => ({
      ...one,
      id: ItemId.parse(one.episode.id),
      // On disk before the log speaks of it.
      blob: await blobs.putBlob(bytesOf(one.episode)),
    })),
  );
  return await db.change(id, async (tx, no) => {
    const there = await lockEpisodes(
      tx,
      no,
      named.map((one) => one.id),
    );
    const seen = new Set(there.keys());
    const fresh = named.filter((one) => !seen.has(one.id) && seen.add(one.id));
    const bodies = fresh.flatMap(({ id: episodeId, episode, blob, corrections }): EventBody[] => [
      {
        kind: "episode-recorded",
        episodeId,
        blob,
        facts: episodeFacts(episode),
        edits: firstEdits(episode),
        by,
      },
      ...corrections.map((correction) => ({
        kind: "corrected" as const,
        correction: { ...correction, operations: [...correction.operations] },
      })),
    ]);
    if (bodies.length > 0) await happen(db, tx, { id, no, bodies, episodes: there });
    const accepted = fresh.map((one) => one.id);
    await tx.query(
      "delete from running_episodes where project_no = $1 and episode_id = any($2::text[])",
      [no, named.map((one) => one.id)],
    );
    return {
      accepted,
      duplicates: named.filter((one) => !fresh.includes(one)).map((one) => one.id),
    };
  });
}

async function edit(
  db: Db,
  id: ProjectId,
  asked: Parameters<Store["editEpisode"]>[1],
): Promise<EpisodeEdited> {
  const { episodeId, change, correction, expectedVersion, by } = asked;
  return await db.change(id, async (tx, no) => {
    const episodes = await lockEpisodes(tx, no, [episodeId]);
    const before = episodes.get(episodeId);
    if (before === undefined) return { kind: "no-such-episode" };
    if (before.version !== expectedVersion) return { kind: "stale", row: before };
    const edits = advanceEdits(before.edits, change, before.facts);
    const bodies: EventBody[] = [{ kind: "episode-edited", episodeId, change, by }];
    if (correction !== undefined)
      bodies.push({
        kind: "corrected",
        correction: { ...correction, operations: [...correction.operations] },
      });
    await happen(db, tx, { id, no, bodies, episodes });
    return { kind: "edited", row: { ...before, edits, version: before.version + 1 } };
  });
}

const PartRow = z.object({
  from_t: z.int(),
  head: Episode.pick({ world: true, seed: true, round: true, policyId: true, controlHz: true }),
  rows: z.array(StepRow),
});

async function append(
  db: Db,
  id: ProjectId,
  { episodeId, head, rows }: Parameters<Store["appendEpisodeRows"]>[1],
): Promise<number> {
  requireStorable({ id: episodeId, rows: [...rows] });
  return await db.change(id, async (tx, no) => {
    if ((await lockEpisodes(tx, no, [episodeId])).has(episodeId))
      throw new Problem("conflict", "The episode has ended already", {
        got: episodeId,
        hint: "A recorded episode takes no further rows: begin another under an id of its own.",
      });
    const [found] = await tx.query<{ there: number }>(
      `select coalesce(sum(count), 0)::int as there from running_episodes
       where project_no = $1 and episode_id = $2`,
      [no, episodeId],
    );
    const there = found?.there ?? 0;
    const fresh = rows.filter(({ t }) => t >= there);
    const gap = fresh.find(({ t }, k) => t !== there + k);
    if (gap !== undefined)
      throw new Problem("conflict", "Rows of the episode are missing", {
        expected: `a row with t ${there} next`,
        got: `t ${gap.t}`,
        at: { field: "rows" },
        hint: `${there} rows are there: send what follows them.`,
      });
    if (there + fresh.length > STEPS_MAX)
      throw new Problem("too-large", "The episode is too long", {
        expected: `at most ${STEPS_MAX.toLocaleString("en")} steps`,
      });
    if (fresh.length > 0)
      await tx.query(
        `insert into running_episodes(project_no, episode_id, from_t, count, head, rows)
         values ($1, $2, $3, $4, $5::json, $6::json)`,
        [no, episodeId, there, fresh.length, JSON.stringify(head), JSON.stringify(fresh)],
      );
    return there + fresh.length;
  });
}

/** Conditions of a filter, with their values after the project's number. */
function conditions({ round, policyId, end, discarded }: EpisodeFilter): {
  readonly where: string;
  readonly values: Value[];
} {
  const asked = [
    ["round =", round],
    ["policy_id =", policyId],
    ["ended =", end],
    ["discarded =", discarded],
  ] as const;
  const given = asked.flatMap(([what, value]) =>
    value === undefined ? [] : [[what, value] as const],
  );
  return {
    where: given.map(([what], k) => ` and ${what} $${k + 2}`).join(""),
    values: given.map(([, value]) => value),
  };
}

export function episodeStore(db: Db, blobs: Blobs): EpisodeStore {
  const bodyOf = async ({ id, blob }: EpisodeRow): Promise<Episode> => {
    const bytes = await blobs.blob(blob);
    if (bytes === undefined)
      throw new Problem("unavailable", `The rows of the episode "${id}" are not there`, {
        expected: `the blob ${blob}`,
        hint: "Are the blobs in another folder?",
      });
    return Episode.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  };
  return {
    recordEpisodes: (id, recorded, by) => record(db, blobs, id, { recorded, by }),
    editEpisode: (id, asked) => edit(db, id, asked),
    async episodes(id, { limit, beforeSeq, ...filter }) {
      const no = await db.projectNo(id);
      const { where, values } = conditions(filter);
      const rows = await bulk(
        db.sql,
        `select ${EPISODE_FIELDS} from episodes where project_no = $1${where}
         ${beforeSeq === undefined ? "" : `and seq < $${values.length + 3}`}
         order by seq desc limit $${values.length + 2}`,
        [no, ...values, limit, ...(beforeSeq === undefined ? [] : [beforeSeq])],
      );
      const [counted] = await db.sql.query<{ total: number }>(
        `select count(*)::int as total from episodes where project_no = $1${where}`,
        [no, ...values],
      );
      return { rows: rows.map(toEpisodeRow), total: counted?.total ?? 0 };
    },
    async *allEpisodes(id) {
      const no = await db.projectNo(id);
      const stream = pages<{ seq: number }>(
        (last, limit) =>
          bulk(
            db.sql,
            `select ${EPISODE_FIELDS} from episodes where project_no = $1 and seq > $2
             order by seq limit $3`,
            [no, last?.seq ?? 0, limit],
          ),
        BATCH,
      );
      for await (const rows of stream) yield rows.map(toEpisodeRow);
    },
    async episode(id, episodeId) {
      const [row] = await db.sql.query(
        `select ${EPISODE_FIELDS} from episodes where project_no = $1 and id = $2`,
        [await db.projectNo(id), episodeId],
      );
      if (row === undefined) return undefined;
      const found = toEpisodeRow(row);
      return { row: found, episode: await bodyOf(found) };
    },
    appendEpisodeRows: (id, asked) => append(db, id, asked),
    async runningEpisode(id, episodeId) {
      const parts = await db.sql.query(
        `select from_t, head, rows from running_episodes
         where project_no = $1 and episode_id = $2 order by from_t`,
        [await db.projectNo(id), episodeId],
      );
      const parsed = parts.map((part) => PartRow.parse(part));
      const [first] = parsed;
      if (first === undefined) return undefined;
      return { head: first.head, rows: parsed.flatMap(({ rows }) => rows) };
    },
    async runningEpisodes(id) {
      const rows = await db.sql.query<{ id: string }>(
        `select distinct episode_id as id from running_episodes where project_no = $1 order by 1`,
        [await db.projectNo(id)],
      );
      return rows.map((row) => ItemId.parse(row.id));
    },
  };
}
