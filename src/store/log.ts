/** The append-only log of a project. */

import { z } from "zod";
import { EventBody, type LoggedEvent } from "#core/event.ts";
import type { ProjectId } from "#core/ids.ts";
import { jsonb } from "./rows.ts";
import type { Queryable } from "./sql.ts";

type DeepReadonly<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer E)[]
      ? readonly DeepReadonly<E>[]
      : { readonly [K in keyof T]: DeepReadonly<T[K]> };

/** Logs events in order. Only inside `Db.change`, and only by who then folds them. */
export async function log(
  tx: Queryable,
  at: { readonly projectId: ProjectId; readonly no: number; readonly atMs: number },
  bodies: readonly DeepReadonly<EventBody>[],
): Promise<LoggedEvent[]> {
  const rows = await tx.query<{ seq: number }>(
    `insert into events(project_no, at_ms, kind, body)
     select $1, $2, u.kind, u.body::jsonb
     from unnest($3::text[], $4::text[]) with ordinality as u(kind, body, n) order by u.n
     returning seq`,
    [at.no, at.atMs, bodies.map(({ kind }) => kind), bodies.map((body) => jsonb(body))],
  );
  return bodies.map((body, k) => ({
    seq: z.int().parse(rows[k]?.seq),
    projectId: at.projectId,
    atMs: at.atMs,
    body: body as EventBody, // The same, but for who may write to it.
  }));
}

const EventRow = z.object({ seq: z.int(), at_ms: z.number(), body: EventBody });

/** Events after `afterSeq` in order, at most `limit`. */
export async function eventsAfter(
  db: Queryable,
  project: { readonly id: ProjectId; readonly no: number },
  { afterSeq, limit }: { readonly afterSeq: number; readonly limit: number },
): Promise<LoggedEvent[]> {
  const rows = await db.query(
    `select seq, at_ms, body from events
     where project_no = $1 and seq > $2 order by seq limit $3`,
    [project.no, afterSeq, limit],
  );
  return rows.map((row) => {
    const { seq, at_ms, body } = EventRow.parse(row);
    return { seq, projectId: project.id, atMs: at_ms, body };
  });
}
