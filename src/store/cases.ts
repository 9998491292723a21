import { z } from "zod";
import { Problem } from "#core/errors.ts";
import type { ItemId, ProjectId } from "#core/ids.ts";
import type { ReviewOrder } from "#core/project.ts";
import { type Db, pages } from "./db.ts";
import { foldCases, isCaseEvent, lockCases } from "./fold-cases.ts";
import { log } from "./log.ts";
import { CASE_COLUMNS, CASE_FIELDS, caseLine, toCase } from "./rows.ts";
import type { Tx } from "./sql.ts";
import type { CaseRow, Store } from "./store.ts";

const BATCH = 1_000;
const PUT_ROWS_MAX = 5_000;
const ANALYZE_ROWS = 10_000;
/** A lease that meets another reviewer's looks again; with the other's rows gone it finds different ones. */
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

const STAGED = CASE_COLUMNS.join(", ");
const REPLACED = CASE_COLUMNS.filter(
  (column) => !["project_no", "item_id", "base_version"].includes(column),
);

/**
 * New rows as they come; rows that are there get what the assessor says now, keep version and skips,
 * and are left alone once answered. `counts` follows from the states before and after.
 */
const MERGE = `
  with mark as (select coalesce(max(seq), 0) as seq from events where project_no = $1),
  before as (
    select c.state from staged_cases s join cases c on c.project_no = $1 and c.item_id = s.item_id
    where c.answer_id is null
  ),
  put as (
    insert into cases(${STAGED}, put_seq, state, waiting_for, version)
    select ${CASE_COLUMNS.map((column) => `s.${column}`).join(", ")},
      mark.seq, s.base_state, s.base_waiting_for, s.base_version
    from staged_cases s cross join mark order by s.item_id
    on conflict (project_no, item_id) do update set
      ${REPLACED.map((column) => `${column} = excluded.${column}`).join(", ")},
      put_seq = excluded.put_seq, failure = null,
      state = case when cases.skipped then 'skipped' else excluded.base_state end,
      waiting_for = case when cases.skipped then null else excluded.base_waiting_for end
    where cases.answer_id is null
    returning state
  ),
  delta as (
    select state, sum(n)::int as n
    from (select state, 1 as n from put union all select state, -1 from before) moved
    group by state
  )
  update counts set
    open = open + coalesce((select n from delta where state = 'open'), 0),
    skipped = skipped + coalesce((select n from delta where state = 'skipped'), 0),
    accepted = accepted + coalesce((select n from delta where state = 'accepted'), 0),
    waiting = waiting + coalesce((select n from delta where state = 'waiting'), 0)
  where project_no = $1`;

async function put(tx: Tx, no: number, rows: readonly CaseRow[]): Promise<void> {
  await tx.exec(
    `create temp table if not exists staged_cases on commit delete rows
     as select ${STAGED} from cases with no data`,
  );
  // The last word on an item wins, as it would one by one.
  const latest = new Map(rows.map((row) => [row.itemId, row]));
  await tx.copyIn(
    "staged_cases",
    CASE_COLUMNS,
    [...latest.values()].map((row) => caseLine(no, row)),
  );
  await tx.query(MERGE, [no]);
}

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
      if (rows.length >= ANALYZE_ROWS) await db.sql.exec("analyze cases");
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
      const stream = pages<{ risk_rank: number; item_id: string }>(
        (last, limit) =>
          db.sql.query(
            `select ${CASE_FIELDS}, c.risk_rank from cases c
             where c.project_no = $1 and c.state = $2
               ${last === undefined ? "" : "and (c.risk_rank, c.item_id) < ($4, $5)"}
             order by c.risk_rank desc, c.item_id desc limit $3`,
            [no, state, limit, ...(last === undefined ? [] : [last.risk_rank, last.item_id])],
          ),
        BATCH,
      );
      for await (const rows of stream) yield rows.map(toCase);
    },

    async queue(id, { order, state = "open", limit, cursor }) {
      const rank = RANK[order];
      const after = cursor === undefined ? undefined : fromCursor(cursor);
      const rows = await db.sql.query(
        `select ${CASE_FIELDS} from cases c
         where c.project_no = $1 and c.state = $2
           ${after === undefined ? "" : `and (c.${rank}, c.item_id) < ($4, $5)`}
         order by c.${rank} desc, c.item_id desc limit $3`,
        [await db.projectNo(id), state, limit + 1, ...(after ?? [])],
      );
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
