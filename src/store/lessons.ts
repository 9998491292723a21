import { z } from "zod";
import { Problem } from "#core/errors.ts";
import type { EventBody } from "#core/event.ts";
import { LessonId, type ProjectId } from "#core/ids.ts";
import type { Db } from "./db.ts";
import { foldOther, type OtherBody } from "./fold-lessons.ts";
import { log } from "./log.ts";
import { LESSON_FIELDS, LessonIdRecord, toLesson } from "./rows.ts";
import type { Tx } from "./sql.ts";
import type { LessonRow, Store } from "./store.ts";

const InForce = z.object({ in_force: LessonId.nullable() });

async function inForce(tx: Pick<Tx, "query">, no: number): Promise<LessonId | null> {
  const [row] = await tx.query("select in_force from projects where no = $1", [no]);
  return InForce.parse(row).in_force;
}

/** Whether the lesson may go live; throws when it is not there or stale. */
async function requireLive(tx: Tx, no: number, lessonId: LessonId): Promise<void> {
  const [row] = await tx.query<{ status: string }>(
    "select status from lessons where project_no = $1 and id = $2",
    [no, lessonId],
  );
  if (row === undefined)
    throw new Problem("not-found", "There is no such lesson", { got: lessonId });
  if (row.status === "stale")
    throw new Problem("conflict", "The lesson is stale", {
      expected: "a lesson without revoked corrections among those it was learned from",
      got: lessonId,
      hint: "Learn it again, then promote the new one.",
    });
}

/** Logs events and folds each. */
async function happen(
  db: Db,
  tx: Tx,
  at: {
    readonly projectId: ProjectId;
    readonly no: number;
    readonly bodies: readonly (OtherBody & EventBody)[];
  },
): Promise<void> {
  const events = await log(
    tx,
    { projectId: at.projectId, no: at.no, atMs: db.clock.nowMs() },
    at.bodies,
  );
  for (const [k, body] of at.bodies.entries())
    await foldOther(tx, at.no, { seq: events[k]?.seq ?? 0, body });
}

/** Lessons learned from a correction, and all that descend from those. */
const DESCENDANTS = `
  with recursive touched as (
    select id from lessons where project_no = $1 and $2 = any(learned_from)
    union
    select l.id from lessons l join touched t on l.parent = t.id where l.project_no = $1
  )
  select id from touched order by id`;

async function revoke(
  db: Db,
  id: ProjectId,
  { correctionId, by }: { correctionId: Parameters<Store["revoke"]>[1]; by: string },
): Promise<LessonId[]> {
  return await db.change(id, async (tx, no) => {
    const [row] = await tx.query<{ revoked: boolean }>(
      "select revoked from corrections where project_no = $1 and id = $2",
      [no, correctionId],
    );
    if (row === undefined)
      throw new Problem("not-found", "There is no such correction", { got: correctionId });
    const stale = (await tx.query(DESCENDANTS, [no, correctionId])).map(
      (found) => LessonIdRecord.parse(found).id,
    );
    // Revoked already: said once in the log, answered the same.
    if (!row.revoked)
      await happen(db, tx, {
        projectId: id,
        no,
        bodies: [{ kind: "revoked", correctionId, by, stale }],
      });
    return stale;
  });
}

export function lessonStore(
  db: Db,
): Pick<
  Store,
  | "putLesson"
  | "lessons"
  | "lesson"
  | "lessonInForce"
  | "promote"
  | "holdBack"
  | "rollBack"
  | "revoke"
> {
  const one = async (where: string, value: string | number): Promise<LessonRow | undefined> => {
    const [row] = await db.sql.query(`select ${LESSON_FIELDS} from lessons l ${where}`, [value]);
    return row === undefined ? undefined : toLesson(row);
  };
  return {
    async putLesson(id, lesson, measurements) {
      await db.change(id, async (tx, no) => {
        const rows = await tx.query(
          `insert into lessons(id, project_no, parent, learned_from, body, version, status, measurements)
           values ($1, $2, $3, $4::text[], $5::json, 0, 'candidate', '[]')
           on conflict (id) do nothing returning id`,
          [lesson.id, no, lesson.parent, lesson.learnedFrom, JSON.stringify(lesson)],
        );
        const corrections = lesson.learnedFrom.length;
        await happen(db, tx, {
          projectId: id,
          no,
          bodies: [
            // A lesson is immutable: put again, it is only measured again.
            ...(rows.length === 1
              ? [{ kind: "learned" as const, lessonId: lesson.id, corrections }]
              : []),
            { kind: "measured", lessonId: lesson.id, measurements: [...measurements] },
          ],
        });
      });
    },
    async lessons(id) {
      const rows = await db.sql.query(
        `select ${LESSON_FIELDS} from lessons l where l.project_no = $1 order by l.version`,
        [await db.projectNo(id)],
      );
      return rows.map(toLesson);
    },
    lesson: (id) => one("where l.id = $1", id),
    async lessonInForce(id) {
      const no = await db.projectNo(id);
      return await one("join projects p on p.in_force = l.id where p.no = $1", no);
    },
    async promote(id, lessonId, gate) {
      await db.change(id, async (tx, no) => {
        await requireLive(tx, no, lessonId);
        const previous = await inForce(tx, no);
        await happen(db, tx, {
          projectId: id,
          no,
          bodies: [{ kind: "promoted", lessonId, previous, gate }],
        });
      });
    },
    async holdBack(id, lessonId, gate) {
      await db.change(id, async (tx, no) => {
        await requireLive(tx, no, lessonId);
        await happen(db, tx, {
          projectId: id,
          no,
          bodies: [{ kind: "held-back", lessonId, gate }],
        });
      });
    },
    async rollBack(id, to, by) {
      await db.change(id, async (tx, no) => {
        await requireLive(tx, no, to);
        const from = await inForce(tx, no);
        if (from === null || from === to)
          throw new Problem("conflict", "There is nothing to roll back", {
            expected: "a later lesson in force",
            got: from === null ? "no lesson in force" : `${to}, which is in force already`,
          });
        await happen(db, tx, {
          projectId: id,
          no,
          bodies: [{ kind: "rolled-back", from, to, by }],
        });
      });
    },
    revoke: (id, correctionId, by) => revoke(db, id, { correctionId, by }),
  };
}
