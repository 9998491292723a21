import { z } from "zod";
import { assert } from "#core/assert.ts";
import { type Correction, standing } from "#core/correction.ts";
import type { ItemId, ProjectId } from "#core/ids.ts";
import type { Db } from "./db.ts";
import { foldCases, histories, isCaseEvent, lockCases, type Standing } from "./fold-cases.ts";
import { grouped } from "./group.ts";
import { log } from "./log.ts";
import { toCorrection } from "./rows.ts";
import type { Tx } from "./sql.ts";
import type { Store, Taken } from "./store.ts";

/** Taken, now or before. */
type Accepted = Extract<Taken, { correction: unknown }>;
type Repeated = Accepted & { readonly kind: "repeated" };

interface Asked {
  readonly correction: Correction<string>;
  readonly expectedVersion: number;
}

const EarlierRow = z.object({ id: z.string(), version: z.int(), correction: z.unknown() });

/** Corrections that came before under the same ids, with the versions they made. */
async function earlier(tx: Tx, no: number, ids: readonly string[]): Promise<Map<string, Repeated>> {
  const rows = await tx.query(
    `select c.id, c.version, e.body->'correction' as correction
     from corrections c join events e on e.seq = c.seq
     where c.project_no = $1 and c.id = any($2::text[])`,
    [no, [...ids]],
  );
  return new Map(
    rows.map((row) => {
      const { id, version, correction } = EarlierRow.parse(row);
      return [id, { kind: "repeated", correction: toCorrection(correction), version } as const];
    }),
  );
}

/** Decides each in order, as if they came one by one. */
function decide(
  asked: readonly Asked[],
  known: ReadonlyMap<string, Taken>,
  cases: ReadonlyMap<ItemId, Standing>,
): Taken[] {
  const seen = new Map(known);
  const versions = new Map<ItemId, number>();
  return asked.map(({ correction, expectedVersion }): Taken => {
    const before = seen.get(correction.id);
    if (before?.kind === "taken") return { ...before, kind: "repeated" };
    if (before !== undefined) return before;
    const known = cases.get(correction.itemId);
    if (known === undefined) return { kind: "no-such-case" };
    const version = versions.get(correction.itemId) ?? known.fold.version;
    if (version !== expectedVersion) return { kind: "stale", version };
    versions.set(correction.itemId, version + 1);
    const taken: Taken = { kind: "taken", correction, version: version + 1 };
    seen.set(correction.id, taken);
    return taken;
  });
}

const isTaken = (t: Taken): t is Accepted => t.kind === "taken";

/** Logs and folds what was taken; nothing else is written. */
async function record(
  db: Db,
  tx: Tx,
  at: {
    readonly projectId: ProjectId;
    readonly no: number;
    readonly taken: readonly Correction<string>[];
    readonly cases: ReadonlyMap<ItemId, Standing>;
  },
): Promise<void> {
  if (at.taken.length === 0) return;
  const events = await log(
    tx,
    { projectId: at.projectId, no: at.no, atMs: db.clock.nowMs() },
    at.taken.map((correction) => ({ kind: "corrected", correction })),
  );
  await foldCases(tx, at.no, { events: events.filter(isCaseEvent), cases: at.cases });
}

async function take(db: Db, id: ProjectId, asked: readonly Asked[]): Promise<Taken[]> {
  return await db.change(id, async (tx, no) => {
    const ids = asked.map(({ correction }) => correction.id);
    const known = await earlier(tx, no, ids);
    const cases = await lockCases(
      tx,
      no,
      asked.map(({ correction }) => correction.itemId),
    );
    const decided = decide(asked, known, cases);
    const taken = decided.filter(isTaken).map(({ correction }) => correction);
    await record(db, tx, { projectId: id, no, taken, cases });
    return decided;
  });
}

async function undo(
  db: Db,
  id: ProjectId,
  asked: { readonly correctionId: string; readonly undo: Correction<string> },
): Promise<Taken> {
  return await db.change(id, async (tx, no) => {
    const known = await earlier(tx, no, [asked.undo.id, asked.correctionId]);
    const repeated = known.get(asked.undo.id);
    if (repeated !== undefined) return repeated;
    const target = known.get(asked.correctionId);
    if (target === undefined) return { kind: "no-such-case" };
    const { itemId } = target.correction;
    assert(asked.undo.itemId === itemId, "an undo is about the item of what it takes back");
    const cases = await lockCases(tx, no, [itemId]);
    const version = cases.get(itemId)?.fold.version;
    if (version === undefined) return { kind: "no-such-case" };
    const history = (await histories(tx, no, [itemId])).get(itemId) ?? [];
    const inForce =
      target.correction.decision === "undone"
        ? !history.some((entry) => entry.undoes === asked.correctionId)
        : standing(history).some((entry) => entry.id === asked.correctionId);
    if (!inForce) return { kind: "stale", version };
    await record(db, tx, { projectId: id, no, taken: [asked.undo], cases });
    return { kind: "taken", correction: asked.undo, version: version + 1 };
  });
}

export function correctionStore(db: Db): Pick<Store, "correct" | "undo" | "corrections"> {
  const queues = new Map<ProjectId, (asked: Asked) => Promise<Taken>>();
  function queueOf(id: ProjectId): (asked: Asked) => Promise<Taken> {
    let queue = queues.get(id);
    if (queue === undefined) {
      queue = grouped((batch: readonly Asked[]) => take(db, id, batch));
      queues.set(id, queue);
    }
    return queue;
  }
  return {
    async correct(id, correction, expectedVersion) {
      assert(correction.undoes === undefined, "an undo is made by `undo`");
      return await queueOf(id)({ correction, expectedVersion });
    },
    async undo(id, correctionId, correction) {
      assert(
        correction.decision === "undone" && correction.undoes === correctionId,
        "an undo names what it takes back",
      );
      return await undo(db, id, { correctionId, undo: correction });
    },
    async corrections(id, { itemId, forLearning = false } = {}) {
      const rows = await db.sql.query<{ correction: unknown; revoked: boolean }>(
        `select e.body->'correction' as correction, c.revoked
         from corrections c join events e on e.seq = c.seq
         where c.project_no = $1 ${itemId === undefined ? "" : "and c.item_id = $2"}
         order by c.seq`,
        [await db.projectNo(id), ...(itemId === undefined ? [] : [itemId])],
      );
      if (!forLearning) return rows.map((row) => toCorrection(row.correction));
      const revoked = new Set<string>();
      const all = rows.map((row) => {
        const correction = toCorrection(row.correction);
        if (row.revoked) revoked.add(correction.id);
        return correction;
      });
      return standing(all).filter(({ id }) => !revoked.has(id));
    },
  };
}
