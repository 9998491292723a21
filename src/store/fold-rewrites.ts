/**
 * Folds the rewrites of a project: which of them a lesson brings in force, and what was said of each.
 *
 * A row outlives its lesson once something was said of it: blocked once, a rewrite stays blocked when it is mined again.
 */
import { z } from "zod";
import type { EventBody } from "#core/event.ts";
import type { LessonId } from "#core/ids.ts";
import { RewriteState } from "#core/rewrite.ts";
import type { Queryable } from "./sql.ts";

export type RewriteBody = Extract<EventBody, { kind: "rewrite-set" }>;

/** `kind` of a lesson whose body holds rewrites. */
export const REWRITES_KIND = "rewrites";

export async function foldRewrite(tx: Queryable, no: number, body: RewriteBody): Promise<void> {
  await tx.query(
    `update rewrites set state = $3, pinned = $4, to_text = $5, because = $6
     where project_no = $1 and rule_id = $2`,
    [no, body.ruleId, body.state, body.pinned, body.toText, body.because],
  );
}

/** Whether rows came or went: a lesson of another kind has none. */
async function bringIn(tx: Queryable, no: number, lessonId: LessonId): Promise<boolean> {
  const [lesson] = await tx.query<{ kind: string }>(
    "select body->>'kind' as kind from lessons where project_no = $1 and id = $2",
    [no, lessonId],
  );
  if (lesson?.kind !== REWRITES_KIND) return false;
  await tx.query(
    `insert into rewrites(project_no, rule_id, lesson_id, rule, state, pinned, because)
     select $1, rule->>'id', l.id, rule, 'proposed', false, ''
     from lessons l, json_array_elements(l.body->'body'->'rules') rule
     where l.project_no = $1 and l.id = $2
     on conflict (project_no, rule_id)
       do update set lesson_id = excluded.lesson_id, rule = excluded.rule`,
    [no, lessonId],
  );
  await tx.query(
    `delete from rewrites where project_no = $1 and lesson_id <> $2
       and state = 'proposed' and not pinned and to_text is null`,
    [no, lessonId],
  );
  return true;
}

/** A lesson takes the place of the one in force: what both hold stands as it stood. */
export async function foldRewritesPromoted(
  tx: Queryable,
  no: number,
  lessonId: LessonId,
): Promise<void> {
  await bringIn(tx, no, lessonId);
}

const Said = z.object({
  rule_id: z.string(),
  state: RewriteState,
  pinned: z.boolean(),
  to_text: z.string().nullable(),
  because: z.string(),
});

/**
 * An earlier lesson comes back, its rewrites as they stood when it was last in force; but what was blocked or pinned
 * since stays so.
 *
 * @param seq of the event that says so.
 */
export async function foldRewritesRolledBack(
  tx: Queryable,
  no: number,
  { to, seq }: { readonly to: LessonId; readonly seq: number },
): Promise<void> {
  if (!(await bringIn(tx, no, to))) return;
  // What was applied under the lesson that goes alone: mined again, somebody must approve it again.
  await tx.query(
    `update rewrites set state = 'proposed', because = ''
     where project_no = $1 and lesson_id <> $2 and state in ('shadow', 'live') and not pinned`,
    [no, to],
  );
  const rows = await tx.query(
    `with retired as (
       select coalesce(max(seq), 0) as seq from events
       where project_no = $1 and seq < $3 and (
         (kind = 'promoted' and body->>'previous' = $2 and body->>'lessonId' <> $2)
         or (kind = 'rolled-back' and body->>'from' = $2))
     ), said as (
       select distinct on (e.body->>'ruleId') e.body->>'ruleId' as rule_id, e.body as body
       from events e, retired r
       where e.project_no = $1 and e.kind = 'rewrite-set' and e.seq < $3
         and (e.seq < r.seq or e.body->>'state' = 'blocked' or (e.body->>'pinned')::boolean)
       order by e.body->>'ruleId', e.seq desc
     )
     select w.rule_id, coalesce(s.body->>'state', 'proposed') as state,
       coalesce((s.body->>'pinned')::boolean, false) as pinned, s.body->>'toText' as to_text,
       coalesce(s.body->>'because', '') as because
     from rewrites w left join said s on s.rule_id = w.rule_id
     where w.project_no = $1 and w.lesson_id = $2`,
    [no, to, seq],
  );
  const said = rows.map((row) => Said.parse(row));
  await tx.query(
    `update rewrites w set state = u.state, pinned = u.pinned, to_text = u.to_text, because = u.because
     from unnest($2::text[], $3::text[], $4::bool[], $5::text[], $6::text[])
       as u(rule_id, state, pinned, to_text, because)
     where w.project_no = $1 and w.rule_id = u.rule_id`,
    [
      no,
      said.map((row) => row.rule_id),
      said.map((row) => row.state),
      said.map((row) => row.pinned),
      said.map((row) => row.to_text),
      said.map((row) => row.because),
    ],
  );
}
