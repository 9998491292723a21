import { z } from "zod";
import { Problem } from "#core/errors.ts";
import type { ItemId, ProjectId } from "#core/ids.ts";
import type { ReviewOrder } from "#core/project.ts";
import { bulk, type Db, pages } from "./db.ts";
import { foldCases, isCaseEvent, lockCases } from "./fold-cases.ts";
import { log } from "./log.ts";
import { baseState, CASE_COLUMNS, CASE_FIELDS, caseFields, toCase, waitingFor } from "./rows.ts";
import { copyRow, type Tx } from "./sql.ts";
import type { CaseRow, CaseStatus, Store } from "./store.ts";

const BATCH = 1_000;
/** Rows at a time: how long a reviewer waits for a refit. */
const PUT_ROWS_MAX = 2_000;
/**
 * A lease that meets another reviewer's looks again; with the other's rows gone it finds
 * different ones.
 */
const LEASE_TRIES_MAX = 3;

/** Column of each order, each with its index. */
const RANK: Record<ReviewOrder, string> = {
  cost: "cost",
  uncertainty: "uncertainty",
  diversity: "diversity",
  random: "random",
};

const Cursor = z.tuple([z.number(), z.string()]);

const toCursor = (row: CaseRow, order: ReviewOrder): string =>
  Buffer.from(JSON.stringify([row[order], row.itemId])).toString("base64url");

function fromCursor(cursor: string): z.infer<typeof Cursor> {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
  } catch {
    throw new Problem("bad-input", "The cursor is not one of this queue", {
      expected: "the `next` of an earlier page",
      got: cursor,
    });
  }
}

const BASE = CASE_COLUMNS.join(", ");
const REPLACED = CASE_COLUMNS.filter(
  (column) => !["project_no", "item_id", "base_version"].includes(column),
);

/** What the assessor says now; version and skips stay, and answered cases are left alone. */
const REPLACE = `
  update cases c set ${REPLACED.map((column) => `${column} = s.${column}`).join(", ")},
    put_seq = $2, failure = null,
    state = case when c.skipped then 'skipped' else s.base_state end,
    waiting_for = case when c.skipped then null else s.base_waiting_for end
  from staged_cases s where c.project_no = $1 and c.item_id = s.item_id and c.answer_id is null`;

const COUNT = `
  update counts set open = open + $2, skipped = skipped + $3, accepted = accepted + $4,
    waiting = waiting + $5
  where project_no = $1`;

async function put(tx: Tx, no: number, rows: readonly CaseRow[]): Promise<void> {
  // The last word on an item wins, as it would one by one.
  const latest = new Map(rows.map((row) => [row.itemId, row]));
  const there = await tx.query<{ item_id: ItemId; state: CaseStatus }>(
    "select item_id, state from cases where project_no = $1 and item_id = any($2::text[])",
    [no, [...latest.keys()]],
  );
  const [mark] = await tx.query<{ seq: number }>(
    "select coalesce(max(seq), 0) as seq from events where project_no = $1",
    [no],
  );
  const putSeq = mark?.seq ?? 0;
  const delta = { open: 0, answered: 0, skipped: 0, accepted: 0, waiting: 0 };
  const replaced: string[] = [];
  for (const { item_id, state } of there) {
    const row = latest.get(item_id);
    latest.delete(item_id);
    if (row === undefined || state === "answered") continue;
    replaced.push(copyRow(caseFields(no, row)));
    delta[state] -= 1;
    delta[state === "skipped" ? state : baseState(row.state)] += 1;
  }
  const added: string[] = [];
  for (const row of latest.values()) {
    const state = baseState(row.state);
    added.push(copyRow([...caseFields(no, row), putSeq, state, waitingFor(row), row.version]));
    delta[state] += 1;
  }
  if (added.length > 0)
    await tx.copyIn(
      "cases",
      [...CASE_COLUMNS, "put_seq", "state", "waiting_for", "version"],
      added,
    );
  if (replaced.length > 0) {
    await tx.exec(
      `create temp table if not exists staged_cases on commit delete rows
       as select ${BASE} from cases with no data`,
    );
    await tx.copyIn("staged_cases", CASE_COLUMNS, replaced);
    await tx.query(REPLACE, [no, putSeq]);
  }
  await tx.query(COUNT, [no, delta.open, delta.skipped, delta.accepted, delta.waiting]);
}

/**
 * States as they stand in a query: spelled out, so that the planner sees which index holds them.
 */
const STATE: Record<CaseStatus, string> = {
  open: "'open'",
  answered: "'answered'",
  skipped: "'skipped'",
  accepted: "'accepted'",
  waiting: "'waiting'",
};

const QUEUE = (of: { rank: string; state: CaseStatus; after: boolean }) => `
  select ${CASE_FIELDS} from cases c
  where c.project_no = $1 and c.state = ${STATE[of.state]}
    ${of.after ? `and (c.${of.rank}, c.item_id) < ($3, $4)` : ""}
  order by c.${of.rank} desc, c.item_id desc limit $2`;

const LEASE = (rank: string) => `
  with picked as materialized (
    select c.* from cases c
    where c.project_no = $1 and c.state = 'open' and c.item_id <> all($2::text[])
      and not exists (
        select 1 from leases l
        where l.project_no = c.project_no and l.item_id = c.item_id
          and l.reviewer <> $3 and l.until_ms > $4)
    order by c.${rank} desc, c.item_id desc limit $5
    for update of c skip locked
  ),
  taken as (
    insert into leases(project_no, item_id, reviewer, until_ms)
    select $1, item_id, $3, $6 from picked
    on conflict (project_no, item_id)
      do update set reviewer = excluded.reviewer, until_ms = excluded.until_ms
      where leases.reviewer = excluded.reviewer or leases.until_ms <= $4
    returning item_id
  )
  select ${CASE_FIELDS} from picked c join taken t using (item_id)
  -- A lease that a crash takes back costs nobody anything: no need to wait for the disk.
  where set_config('synchronous_commit', 'off', true) is not null
  order by c.${rank} desc, c.item_id desc`;

export function caseStore(
  db: Db,
): Pick<Store, "putCases" | "case" | "cases" | "queue" | "lease" | "skip"> {
  return {
    async putCases(id, rows) {
      for (let from = 0; from < rows.length; from += PUT_ROWS_MAX)
        await db.change(id, (tx, no) => put(tx, no, rows.slice(from, from + PUT_ROWS_MAX)));
    },

    async case(id, itemId) {
      const [row] = await db.sql.query(
        `select ${CASE_FIELDS} from cases c where c.project_no = $1 and c.item_id = $2`,
        [await db.projectNo(id), itemId],
      );
      return row === undefined ? undefined : toCase(row);
    },

    async *cases(id, state) {
      const no = await db.projectNo(id);
      const stream = pages<{ cost: number; item_id: string }>(
        (last, limit) =>
          bulk(db.sql, QUEUE({ rank: "cost", state, after: last !== undefined }), [
            no,
            limit,
            ...(last === undefined ? [] : [last.cost, last.item_id]),
          ]),
        BATCH,
      );
      for await (const rows of stream) yield rows.map(toCase);
    },

    async queue(id, { order, state = "open", limit, cursor }) {
      const rank = RANK[order];
      const after = cursor === undefined ? undefined : fromCursor(cursor);
      const rows = await db.sql.query(QUEUE({ rank, state, after: after !== undefined }), [
        await db.projectNo(id),
        limit + 1,
        ...(after ?? []),
      ]);
      const page = rows.slice(0, limit).map(toCase);
      const last = page.at(-1);
      return {
        rows: page,
        next: rows.length > limit && last !== undefined ? toCursor(last, order) : null,
      };
    },

    async lease(id, { reviewer, order, count, leaseMs, exclude = [] }) {
      const no = await db.projectNo(id);
      const nowMs = db.clock.nowMs();
      const leased: CaseRow[] = [];
      for (let attempt = 0; attempt < LEASE_TRIES_MAX && leased.length < count; attempt++) {
        const skip = [...exclude, ...leased.map(({ itemId }) => itemId)];
        const rows = await db.sql.query(LEASE(RANK[order]), [
          no,
          skip,
          reviewer,
          nowMs,
          count - leased.length,
          nowMs + leaseMs,
        ]);
        leased.push(...rows.map(toCase));
        // One connection meets nobody: what is missing is not there.
        if (db.sql.driver === "pglite") break;
      }
      return leased;
    },

    async skip(id, itemId, by) {
      await skipCase(db, id, { itemId, by });
    },
  };
}

async function skipCase(
  db: Db,
  id: ProjectId,
  { itemId, by }: { readonly itemId: ItemId; readonly by: string },
): Promise<void> {
  await db.change(id, async (tx, no) => {
    const cases = await lockCases(tx, no, [itemId]);
    if (!cases.has(itemId))
      throw new Problem("not-found", "There is no case of this item", { got: itemId });
    const events = await log(tx, { projectId: id, no, atMs: db.clock.nowMs() }, [
      { kind: "skipped", itemId, by },
    ]);
    await foldCases(tx, no, { events: events.filter(isCaseEvent), cases });
  });
}
