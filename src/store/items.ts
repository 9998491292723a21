import { randomUUID } from "node:crypto";
import { Problem } from "#core/errors.ts";
import type { ItemId, ProjectId } from "#core/ids.ts";
import { bulk, type Db, pages } from "./db.ts";
import { log } from "./log.ts";
import {
  CASE_FIELDS,
  ITEM_COLUMNS,
  ITEM_FIELDS,
  ITEM_TABLES,
  itemLine,
  requireStorable,
  toCase,
  toCorrection,
  toItem,
} from "./rows.ts";
import type { ItemRow, Store } from "./store.ts";

/** Rows a stream reads at a time. */
const BATCH = 1_000;
/**
 * Rows a COPY takes at a time, however large the batches that come in: how long a reviewer waits
 * for an import, and memory.
 */
const COPY_ROWS_MAX = 2_000;

const CASE_OF_ITEM = `left join lateral (
    select * from cases c where c.project_no = i.project_no and c.item_id = i.id limit 1
  ) c on true`;

interface Appended {
  readonly accepted: number;
  readonly duplicates: ItemId[];
}

/** Appends the rows whose ids are new, with their event, in one transaction. */
async function append(
  db: Db,
  id: ProjectId,
  { rows, format, batch }: { rows: readonly ItemRow[]; format: string; batch: string },
): Promise<Appended> {
  rows.forEach(requireStorable);
  return await db.change(id, async (tx, no) => {
    const found = await tx.query<{ id: string }>(
      "select id from items where project_no = $1 and id = any($2::text[])",
      [no, rows.map((row) => row.id)],
    );
    const there = new Set(found.map((row) => row.id));
    const duplicates: ItemId[] = [];
    const lines: string[] = [];
    let heldOut = 0;
    for (const row of rows) {
      if (there.has(row.id)) {
        duplicates.push(row.id);
        continue;
      }
      there.add(row.id);
      lines.push(itemLine(no, row));
      if (row.split === "heldout") heldOut += 1;
    }
    if (lines.length > 0) {
      await tx.copyIn("items", ITEM_COLUMNS, lines);
      await tx.query(
        "update counts set items = items + $2, held_out = held_out + $3 where project_no = $1",
        [no, lines.length, heldOut],
      );
      await log(tx, { projectId: id, no, atMs: db.clock.nowMs() }, [
        { kind: "imported", batch, rows: lines.length, rejected: 0, format },
      ]);
    }
    return { accepted: lines.length, duplicates };
  });
}

/**
 * Cases of the items after `after` up to `upTo`, each with the answer that stands. A scan of their
 * own: to join them to the items costs a look-up a row, twice the time of all the rest.
 */
async function casesBetween(
  db: Db,
  no: number,
  after: string,
  upTo: string,
): Promise<Map<string, { item_id: string; correction: unknown }>> {
  const rows = await bulk<{ item_id: string; correction: unknown }>(
    db.sql,
    `select ${CASE_FIELDS}, a.correction
     from cases c
     left join lateral (
       select e.body->'correction' as correction
       from corrections s join events e on e.seq = s.seq
       where s.project_no = c.project_no and s.id = c.answer_id limit 1
     ) a on true
     where c.project_no = $1 and c.item_id > $2 and c.item_id <= $3`,
    [no, after, upTo],
  );
  return new Map(rows.map((row) => [row.item_id, row]));
}

export function itemStore(db: Db): Pick<Store, "importItems" | "item" | "items" | "answers"> {
  return {
    async importItems(id, batches, { format, signal, progress }) {
      const run = randomUUID();
      const duplicates: ItemId[] = [];
      let accepted = 0;
      let part = 0;
      for await (const rows of batches)
        for (let from = 0; from < rows.length; from += COPY_ROWS_MAX) {
          if (signal?.aborted)
            throw new Problem("cancelled", "The import was stopped", {
              hint: `${accepted} items are in; import the file again to add the rest.`,
            });
          const slice = rows.slice(from, from + COPY_ROWS_MAX);
          const appended = await append(db, id, { rows: slice, format, batch: `${run}/${part++}` });
          accepted += appended.accepted;
          duplicates.push(...appended.duplicates);
          progress?.({ done: accepted, total: accepted, label: "importing" });
        }
      return { accepted, duplicates };
    },

    async item(id, itemId) {
      const [row] = await db.sql.query(
        `select ${ITEM_FIELDS} from ${ITEM_TABLES} where i.project_no = $1 and i.id = $2`,
        [await db.projectNo(id), itemId],
      );
      return row === undefined ? undefined : toItem(row);
    },

    async *items(id, { split, unassessed = false, batch = BATCH } = {}) {
      const no = await db.projectNo(id);
      const which = split === undefined ? "" : `and i.held_out = ${split === "heldout"}`;
      const [tables, fresh] = unassessed
        ? [`${ITEM_TABLES} ${CASE_OF_ITEM}`, "and not i.held_out and c.item_id is null"]
        : [ITEM_TABLES, ""];
      const stream = pages<{ id: string }>(
        (last, limit) =>
          bulk(
            db.sql,
            `select ${ITEM_FIELDS} from ${tables}
             where i.project_no = $1 and i.id > $2 ${which} ${fresh}
             order by i.id limit $3`,
            [no, last?.id ?? "", limit],
          ),
        batch,
      );
      for await (const rows of stream) yield rows.map(toItem);
    },

    async *answers(id) {
      const no = await db.projectNo(id);
      const stream = pages<{ id: string }>(
        (last, limit) =>
          bulk(
            db.sql,
            `select ${ITEM_FIELDS} from ${ITEM_TABLES}
             where i.project_no = $1 and i.id > $2
             order by i.id limit $3`,
            [no, last?.id ?? "", limit],
          ),
        BATCH,
      );
      let after = "";
      for await (const rows of stream) {
        const upTo = rows.at(-1)?.id ?? after;
        const cases = await casesBetween(db, no, after, upTo);
        after = upTo;
        yield rows.map((row) => {
          const found = cases.get(row.id);
          return {
            item: toItem(row),
            correction: found?.correction == null ? null : toCorrection(found.correction),
            case: found === undefined ? null : toCase(found),
          };
        });
      }
    },
  };
}
