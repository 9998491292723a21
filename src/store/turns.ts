/** What users said to a project, and what became known of it later: appended by COPY, never changed. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { Problem, quoted } from "#core/errors.ts";
import { isLate, TurnRecord } from "#core/rewrite.ts";
import { bulk, type Db, pages } from "./db.ts";
import { jsonb } from "./rows.ts";
import { copyRow, hasNul, type Queryable } from "./sql.ts";
import type { Store, StoredTurn } from "./store.ts";

/** Turns a stream reads at a time. */
const BATCH = 1_000;
/** Turns a COPY takes at a time: how long anybody else waits for it. */
const COPY_ROWS_MAX = 2_000;
const ID_HEX_CHARS = 32;

/**
 * The id of a record: the sender's own, else one made of what it says. Two turns without ids are the same turn when
 * the same words were said in the same session at the same millisecond.
 */
function idOf(record: TurnRecord): string {
  if (record.id !== undefined) {
    if (!hasNul(record.id)) return record.id;
    throw new Problem("bad-input", "The id of a turn contains a NUL character", {
      expected: "text without U+0000, which PostgreSQL cannot hold",
      got: quoted(record.id),
      at: { field: "id" },
    });
  }
  const { ts } = record;
  const said = isLate(record)
    ? [record.turnId, ts, record.signals]
    : [record.sessionId, record.userId, ts, record.locale, record.utterance, record.rewrite];
  const hash = createHash("sha256").update(JSON.stringify(said)).digest("hex");
  return `content-${hash.slice(0, ID_HEX_CHARS)}`;
}

async function append(
  db: Db,
  id: Parameters<Store["appendTurns"]>[0],
  records: readonly TurnRecord[],
): Promise<number> {
  const named = records.map((record) => ({ ...record, id: idOf(record) }));
  return await db.change(id, async (tx, no) => {
    const found = await tx.query<{ id: string }>(
      "select id from turns where project_no = $1 and id = any($2::text[])",
      [no, named.map((record) => record.id)],
    );
    const there = new Set(found.map((row) => row.id));
    const lines: string[] = [];
    for (const record of named) {
      if (there.has(record.id)) continue;
      there.add(record.id);
      lines.push(copyRow([no, record.id, jsonb(record)]));
    }
    if (lines.length > 0) await tx.copyIn("turns", ["project_no", "id", "body"], lines);
    return lines.length;
  });
}

const Row = z
  .object({ seq: z.int(), body: TurnRecord })
  .transform(({ seq, body }): StoredTurn => ({ seq, record: body }));

/** Turns after `afterSeq`, in the order they came, `batch` at a time. */
export async function* turnsAfter(
  sql: Queryable,
  no: number,
  { afterSeq, batch = BATCH }: { readonly afterSeq: number; readonly batch?: number | undefined },
): AsyncGenerator<StoredTurn[]> {
  const stream = pages<{ seq: number }>(
    (last, limit) =>
      bulk(
        sql,
        "select seq, body from turns where project_no = $1 and seq > $2 order by seq limit $3",
        [no, last?.seq ?? afterSeq, limit],
      ),
    batch,
  );
  for await (const rows of stream) yield rows.map((row) => Row.parse(row));
}

export function turnStore(db: Db): Pick<Store, "appendTurns" | "turns"> {
  return {
    async appendTurns(id, records) {
      let accepted = 0;
      for (let from = 0; from < records.length; from += COPY_ROWS_MAX)
        accepted += await append(db, id, records.slice(from, from + COPY_ROWS_MAX));
      return { accepted, duplicates: records.length - accepted };
    },
    async *turns(id, { afterSeq = 0, batch } = {}) {
      yield* turnsAfter(db.sql, await db.projectNo(id), { afterSeq, batch });
    },
  };
}
