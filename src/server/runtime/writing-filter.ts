/**
 * What was learned of the writer over a project's documents: a fold of the decisions that stand, kept in memory and
 * caught up from the log before every use. A deleted document takes what it taught with it.
 */
import { z } from "zod";
import { Problem } from "#core/errors.ts";
import type { LoggedEvent } from "#core/event.ts";
import { type ActorId, type ItemId, LessonId, type ProjectId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import type { FilterView, RejectedHabit } from "#core/revision.ts";
import { Intent } from "#core/text.ts";
import { rejectionKey } from "#learn/rejection-memory.ts";
import { wilson } from "#measure/proportion.ts";
import { emptyFilter, learnFilter } from "#systems/r3/filter.ts";
import { filterToJson } from "#systems/r3/rows.ts";
import type { WriterFilter } from "#systems/r3/session-pass.ts";
import { decisionsOf, type WriterDecision } from "#systems/r3/session-view.ts";
import { type Host, perStore } from "./host.ts";
import { writingProject } from "./writing-projects.ts";

/** Kind of the lesson a finished pass leaves. */
export const WRITER_FILTER = "writer-filter";
/** Rejections of one edit, with no acceptance among them, after which it is never proposed again. */
const NEVER_AFTER = 3;
const EVENTS_A_READ = 1_000;
const EXAMPLES_SHOWN = 3;
const HABITS_SHOWN = 200;
const WEIGHTS_SHOWN = 30;

interface Known {
  seq: number;
  readonly documents: Map<ItemId, { readonly title: string; readonly decisions: WriterDecision[] }>;
  /** When all was forgotten, and when one habit was. */
  clearedMs: number;
  readonly clearedHabitsMs: Map<string, number>;
  /** The writer's own word on a habit. */
  readonly never: Map<string, boolean>;
}

const knownOf = perStore(() => new Map<ProjectId, Promise<Known>>());

/** One reader at a time for each project: what is read twice is folded once. */
function caughtUp(host: Host, id: ProjectId): Promise<Known> {
  const all = knownOf(host);
  const next = (all.get(id) ?? Promise.resolve(nothing()))
    .catch(nothing)
    .then((known) => catchUp(host, id, known));
  all.set(id, next);
  return next;
}

const nothing = (): Known => ({
  seq: 0,
  documents: new Map(),
  clearedMs: Number.NEGATIVE_INFINITY,
  clearedHabitsMs: new Map(),
  never: new Map(),
});

async function catchUp(host: Host, id: ProjectId, known: Known): Promise<Known> {
  const changed = new Set<ItemId>();
  for (;;) {
    const events = await host.store.events(id, { afterSeq: known.seq, limit: EVENTS_A_READ });
    for (const event of events) fold(known, event, changed);
    if (events.length < EVENTS_A_READ) break;
  }
  for (const documentId of changed) {
    const state = await host.store.document(id, documentId);
    if (state === undefined) known.documents.delete(documentId);
    else known.documents.set(documentId, { title: state.title, decisions: decisionsOf(state) });
  }
  return known;
}

function fold(known: Known, { seq, atMs, body }: LoggedEvent, changed: Set<ItemId>): void {
  known.seq = seq;
  if (body.kind === "document" || body.kind === "document-deleted") changed.add(body.documentId);
  if (body.kind === "never-again") known.never.set(body.habit, body.never);
  if (body.kind !== "filter-cleared") return;
  if (body.habit === null) {
    known.clearedMs = atMs;
    known.never.clear();
  } else {
    known.clearedHabitsMs.set(body.habit, atMs);
    known.never.delete(body.habit);
  }
}

interface Remembered extends WriterDecision {
  readonly key: string;
  readonly documentId: ItemId;
  readonly title: string;
}

/** Decisions that count, oldest first. */
function remembered({ documents, clearedMs, clearedHabitsMs }: Known): Remembered[] {
  const all = [...documents].flatMap(([documentId, { title, decisions }]) =>
    decisions.map((decision): Remembered => {
      const key = rejectionKey(decision.text, decision.proposed, "wide");
      return { ...decision, key, documentId, title };
    }),
  );
  return all
    .filter(({ key, atMs }) => atMs > clearedMs && atMs > (clearedHabitsMs.get(key) ?? clearedMs))
    .sort((a, b) => a.atMs - b.atMs || (a.documentId < b.documentId ? -1 : 1));
}

/** The filter as it stands. */
export async function writerFilter(host: Host, id: ProjectId): Promise<WriterFilter> {
  const known = await caughtUp(host, id);
  return filterOf(known, remembered(known));
}

function filterOf(known: Known, decisions: readonly Remembered[]): WriterFilter {
  const never = habitsOf(known, decisions).filter((habit) => habit.never);
  return { ...learnFilter(emptyFilter, decisions), never: new Set(never.map(({ key }) => key)) };
}

const Key = z.tuple([z.string(), Intent, z.string(), z.string()]);

/** What was turned down, or said to be never wanted, most often first. */
function habitsOf({ never }: Known, decisions: readonly Remembered[]): RejectedHabit[] {
  const byKey = new Map<string, Remembered[]>([...never.keys()].map((key) => [key, []]));
  for (const decision of decisions) {
    const same = byKey.get(decision.key);
    if (same === undefined) byKey.set(decision.key, [decision]);
    else same.push(decision);
  }
  return [...byKey]
    .map(([key, made]): RejectedHabit => {
      const [, intent, before, after] = Key.parse(JSON.parse(key));
      const turnedDown = made.filter(({ accepted }) => !accepted);
      const rejected = turnedDown.length;
      const accepted = made.length - rejected;
      return {
        key,
        before,
        after,
        intent,
        rejected,
        accepted,
        never: never.get(key) ?? (rejected >= NEVER_AFTER && accepted === 0),
        examples: turnedDown
          .slice(-EXAMPLES_SHOWN)
          .map(({ documentId, title, text }) => ({ documentId, title, around: text })),
      };
    })
    .filter(({ key, rejected }) => rejected > 0 || never.has(key))
    .sort((a, b) => b.rejected - a.rejected || a.accepted - b.accepted || (a.key < b.key ? -1 : 1));
}

export async function filterView(host: Host, id: ProjectId): Promise<FilterView> {
  await writingProject(host, id);
  const known = await caughtUp(host, id);
  const decisions = remembered(known);
  const { acceptance } = filterOf(known, decisions);
  return {
    decisions: decisions.length,
    weights: Object.entries(acceptance.weights)
      .map(([feature, weight]) => ({ feature, weight }))
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
      .slice(0, WEIGHTS_SHOWN),
    habits: habitsOf(known, decisions).slice(0, HABITS_SHOWN),
  };
}

/** Forgets what was learned up to now: all of it, or one habit. */
export async function clearFilter(
  host: Host,
  id: ProjectId,
  habit: string | null,
  by: ActorId,
): Promise<FilterView> {
  await writingProject(host, id);
  await host.store.append(id, { kind: "filter-cleared", habit, by });
  return filterView(host, id);
}

/** @throws Problem `not-found` for a habit the writer has not shown. */
export async function setNever(
  host: Host,
  id: ProjectId,
  { habit, never }: { readonly habit: string; readonly never: boolean },
  by: ActorId,
): Promise<FilterView> {
  await writingProject(host, id);
  const known = await caughtUp(host, id);
  if (!habitsOf(known, remembered(known)).some(({ key }) => key === habit))
    throw new Problem("not-found", "No such edit was turned down", {
      got: habit,
      hint: "GET …/writing-filter lists those that were, by their keys.",
    });
  await host.store.append(id, { kind: "never-again", habit, never, by });
  return filterView(host, id);
}

/**
 * Puts down what a finished pass taught as a lesson, with its lineage. It is in force at once: the filter learns from
 * every decision as it is made, and what it hides is shown now and then to see whether it is wrong.
 */
export async function recordFilter(
  host: Host,
  { projectId, documentId }: { readonly projectId: ProjectId; readonly documentId: ItemId },
  pass: number,
): Promise<void> {
  const known = await caughtUp(host, projectId);
  const decisions = remembered(known);
  if (decisions.length === 0) return;
  const filter = filterOf(known, decisions);
  const parent = (await host.store.lessonInForce(projectId))?.lesson.id ?? null;
  const id = LessonId.parse(`${projectId}/${documentId}/pass-${pass}`);
  const habits = [...filter.rejected.values()].filter((net) => net > 0);
  await host.store.putLesson(
    projectId,
    {
      id,
      kind: WRITER_FILTER,
      parent,
      learnedFrom: decisions.map(({ correctionId }) => correctionId),
      code: "1",
      options: {},
      seed: "none",
      summary: `The writer's filter after ${decisions.length} decisions: ${habits.length} edits turned down, ${filter.never.size} never to come again`,
      body: filterToJson(filter),
      atMs: host.clock.nowMs(),
    },
    [acceptanceOf(decisions)],
  );
  await host.store.promote(
    projectId,
    id,
    "learned with every decision, and checked by what is shown all the same",
  );
}

function acceptanceOf(decisions: readonly WriterDecision[]): Measurement {
  const accepted = decisions.filter((decision) => decision.accepted).length;
  const n = decisions.length;
  return { metric: "acceptance", value: accepted / n, interval: wilson(accepted, n), n };
}
