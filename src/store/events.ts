import { assert } from "#core/assert.ts";
import { Problem } from "#core/errors.ts";
import type { LoggedEvent } from "#core/event.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Db } from "./db.ts";
import { type CaseEvent, foldCases, isCaseEvent, itemOf, lockCases } from "./fold-cases.ts";
import { type ComparisonEvent, foldComparisons, isComparisonEvent } from "./fold-comparisons.ts";
import {
  type DocumentEvent,
  foldDocuments,
  isDocumentEvent,
  lockDocuments,
} from "./fold-documents.ts";
import { type EpisodeEvent, foldEpisodes, isEpisodeEvent, lockEpisodes } from "./fold-episodes.ts";
import { foldOther, foldProposed, type OtherBody, type ProposedEvent } from "./fold-lessons.ts";
import { eventsAfter, log } from "./log.ts";
import { recount } from "./outcomes.ts";
import type { Queryable } from "./sql.ts";
import type { Store } from "./store.ts";

/** Events read at a time when the log is folded anew. */
const RUN = 1_000;
const EVENTS_MAX = 1_000;

type OtherEvent = LoggedEvent & { readonly body: OtherBody };
type Run =
  | { readonly of: "cases"; readonly events: CaseEvent[] }
  | { readonly of: "comparisons"; readonly events: ComparisonEvent[] }
  | { readonly of: "documents"; readonly events: DocumentEvent[] }
  | { readonly of: "episodes"; readonly events: EpisodeEvent[] }
  | { readonly of: "proposals"; readonly events: ProposedEvent[] }
  | { readonly of: "others"; readonly events: OtherEvent[] };

const isProposed = (event: LoggedEvent): event is ProposedEvent => event.body.kind === "proposed";
const isOther = (event: LoggedEvent): event is OtherEvent =>
  !isCaseEvent(event) &&
  !isComparisonEvent(event) &&
  !isDocumentEvent(event) &&
  !isEpisodeEvent(event) &&
  !isProposed(event);

/** Neighbours of one sort together, order kept. */
function runs(events: readonly LoggedEvent[]): Run[] {
  const found: Run[] = [];
  for (const event of events) {
    const last = found.at(-1);
    if (isCaseEvent(event)) {
      if (last?.of === "cases") last.events.push(event);
      else found.push({ of: "cases", events: [event] });
    } else if (isComparisonEvent(event)) {
      if (last?.of === "comparisons") last.events.push(event);
      else found.push({ of: "comparisons", events: [event] });
    } else if (isDocumentEvent(event)) {
      if (last?.of === "documents") last.events.push(event);
      else found.push({ of: "documents", events: [event] });
    } else if (isEpisodeEvent(event)) {
      if (last?.of === "episodes") last.events.push(event);
      else found.push({ of: "episodes", events: [event] });
    } else if (isProposed(event)) {
      if (last?.of === "proposals") last.events.push(event);
      else found.push({ of: "proposals", events: [event] });
    } else if (isOther(event)) {
      if (last?.of === "others") last.events.push(event);
      else found.push({ of: "others", events: [event] });
    }
  }
  return found;
}

async function fold(tx: Queryable, no: number, events: readonly LoggedEvent[]): Promise<void> {
  for (const run of runs(events)) {
    if (run.of === "cases") {
      const cases = await lockCases(tx, no, run.events.map(itemOf));
      await foldCases(tx, no, { events: run.events, cases });
    } else if (run.of === "comparisons") await foldComparisons(tx, no, run.events);
    else if (run.of === "documents") {
      const ids = run.events.map(({ body }) => body.documentId);
      const documents = await lockDocuments(tx, no, ids);
      await foldDocuments(tx, no, { events: run.events, documents });
    } else if (run.of === "episodes") {
      const ids = run.events.map(({ body }) => body.episodeId);
      const episodes = await lockEpisodes(tx, no, ids);
      await foldEpisodes(tx, no, { events: run.events, episodes });
    } else if (run.of === "proposals") await foldProposed(tx, no, run.events);
    else for (const event of run.events) await foldOther(tx, no, event);
  }
}

/** Everything folded, back to what it was before the first event. */
async function reset(tx: Queryable, no: number): Promise<void> {
  await tx.query("delete from corrections where project_no = $1", [no]);
  await tx.query("delete from proposals where project_no = $1", [no]);
  await tx.query("delete from comparisons where project_no = $1", [no]);
  await tx.query("delete from documents where project_no = $1", [no]);
  await tx.query("delete from episodes where project_no = $1", [no]);
  await tx.query("delete from rewrites where project_no = $1", [no]);
  await tx.query("update projects set in_force = null where no = $1", [no]);
  await tx.query(
    `update lessons set version = 0, status = 'candidate', measurements = '[]', gate = null
     where project_no = $1`,
    [no],
  );
  await tx.query(
    `update cases set state = base_state, waiting_for = base_waiting_for, version = base_version,
       answer_id = null, skipped = false, failure = null
     where project_no = $1 and (version <> base_version or state <> base_state
       or answer_id is not null or skipped or failure is not null)`,
    [no],
  );
  await tx.query(
    `update counts set (items, held_out) =
         (select count(*), count(*) filter (where held_out) from items where project_no = $1),
       (open, answered, skipped, accepted, waiting) =
         (select count(*) filter (where state = 'open'), count(*) filter (where state = 'answered'),
            count(*) filter (where state = 'skipped'), count(*) filter (where state = 'accepted'),
            count(*) filter (where state = 'waiting')
          from cases where project_no = $1)
     where project_no = $1`,
    [no],
  );
}

export async function rebuild(db: Db, id: ProjectId): Promise<void> {
  await db.change(id, async (tx, no) => {
    await reset(tx, no);
    let afterSeq = 0;
    for (;;) {
      const events = await eventsAfter(tx, { id, no }, { afterSeq, limit: RUN });
      await fold(tx, no, events);
      const last = events.at(-1);
      if (events.length < RUN || last === undefined) break;
      afterSeq = last.seq;
    }
    await recount(tx, no);
  });
}

export function eventStore(db: Db): Pick<Store, "append" | "events" | "rebuild" | "putProposals"> {
  return {
    async append(id, body) {
      assert(body.kind !== "corrected", "corrections are logged by `correct` and `undo`");
      assert(
        body.kind !== "compared" && body.kind !== "comparison-skipped",
        "comparisons are logged by `compare`, `undoComparison` and `passOver`",
      );
      assert(body.kind !== "document", "acts on documents are logged by `actOnDocument`");
      assert(
        !body.kind.startsWith("episode-"),
        "episodes are logged as they are recorded or edited",
      );
      return await db.change(id, async (tx, no) => {
        if (body.kind === "skipped" && !(await lockCases(tx, no, [body.itemId])).has(body.itemId))
          throw new Problem("not-found", "There is no case of this item", { got: body.itemId });
        const [event] = await log(tx, { projectId: id, no, atMs: db.clock.nowMs() }, [body]);
        assert(event !== undefined, "an event was logged");
        await fold(tx, no, [event]);
        return event;
      });
    },
    async events(id, { afterSeq = 0, limit = EVENTS_MAX } = {}) {
      return await eventsAfter(
        db.sql,
        { id, no: await db.projectNo(id) },
        { afterSeq, limit: Math.min(limit, EVENTS_MAX) },
      );
    },
    rebuild: (id) => rebuild(db, id),
    async putProposals(id, proposals) {
      for (let from = 0; from < proposals.length; from += RUN) {
        const part = proposals.slice(from, from + RUN);
        await db.change(id, async (tx, no) => {
          const rows = await tx.query<{ id: string }>(
            "select id from items where project_no = $1 and id = any($2::text[])",
            [no, part.map(({ itemId }) => itemId)],
          );
          const there = new Set(rows.map((row) => row.id));
          const events = await log(
            tx,
            { projectId: id, no, atMs: db.clock.nowMs() },
            part
              .filter(({ itemId }) => there.has(itemId))
              .map((proposal) => ({ kind: "proposed", proposal })),
          );
          await foldProposed(tx, no, events.filter(isProposed));
        });
      }
    },
  };
}
