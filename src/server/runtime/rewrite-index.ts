/**
 * What is kept in memory of a project's rewrites, so that a request is answered without the database. It follows the
 * log: any process may change a state or mine anew, and the others see it.
 */
import type { LessonId, ProjectId } from "#core/ids.ts";
import type { Project } from "#core/project.ts";
import type { RewriteOutcomes, Tally } from "#learn/rewrite-outcomes.ts";
import { type RewriteTable, rewriteTable } from "#learn/rewrite-table.ts";
import { changedIn, outcomesFor, tallyOf } from "#store/outcomes.ts";
import type { RewriteHead } from "#store/store.ts";
import { type Host, perStore, projectOf } from "./host.ts";
import { rewriteOptions, rewriteProject } from "./rewrite-projects.ts";

export interface RewriteIndex {
  readonly project: Project;
  /** Share of users a live rewrite leaves alone. */
  readonly holdOut: number;
  readonly lessonId: LessonId | null;
  readonly minedAtMs: number | null;
  /** When the lesson in force came in force. */
  readonly sinceMs: number;
  readonly heads: ReadonlyMap<string, RewriteHead>;
  /** The live ones and those in shadow, the former first where both are of one request. */
  readonly table: RewriteTable;
  readonly outcomes: RewriteOutcomes;
}

interface Following extends RewriteIndex {
  /** The log up to here is in it. */
  seq: number;
  readonly lessonSeq: number;
  readonly configSeq: number;
  heads: Map<string, RewriteHead>;
  table: RewriteTable;
}

interface Slot {
  known: Following | undefined;
  /** The last of what is done to it, one after another. */
  turn: Promise<unknown>;
  lookedAtMs: number;
}

/** What another process did is seen this soon after the next request. */
const LOOK_EVERY_MS = 1_000;

const slotsOf = perStore(() => new Map<ProjectId, Slot>());

function slotOf(host: Host, id: ProjectId): Slot {
  const slots = slotsOf(host);
  const slot = slots.get(id) ?? { known: undefined, turn: Promise.resolve(), lookedAtMs: 0 };
  slots.set(id, slot);
  return slot;
}

/**
 * Does something with a project's index, after what was begun before; the index is up to the log.
 *
 * @param work `again` gives the index as it is after what the work itself logged.
 */
export function withIndex<T>(
  host: Host,
  id: ProjectId,
  work: (index: RewriteIndex, again: () => Promise<RewriteIndex>) => Promise<T>,
): Promise<T> {
  const slot = slotOf(host, id);
  const turn = slot.turn
    .catch(() => undefined)
    .then(async () => work(await caughtUp(host, id, slot), () => caughtUp(host, id, slot)));
  slot.turn = turn.catch(() => {
    // There is no such project: nothing is kept of it.
    if (slot.known === undefined) slotsOf(host).delete(id);
  });
  return turn;
}

/**
 * The index as it was last known, at once; it catches up behind the request.
 *
 * @throws Problem `not-found`, or `conflict` for a project without rewrites.
 */
export async function knownIndex(host: Host, id: ProjectId): Promise<RewriteIndex> {
  const slot = slotOf(host, id);
  if (slot.known === undefined) return withIndex(host, id, async (index) => index);
  const nowMs = host.clock.nowMs();
  if (nowMs - slot.lookedAtMs >= LOOK_EVERY_MS) {
    slot.lookedAtMs = nowMs;
    withIndex(host, id, (index) => foldTurns(host, index)).catch((err: unknown) =>
      host.log.warn({ err, projectId: id }, "rewrites could not be looked at"),
    );
  }
  return slot.known;
}

/** Whether a project is known to hold rewrites, without a look at the database. */
export const isIndexed = (host: Host, id: ProjectId): boolean =>
  slotsOf(host).get(id)?.known !== undefined;

async function caughtUp(host: Host, id: ProjectId, slot: Slot): Promise<RewriteIndex> {
  slot.lookedAtMs = host.clock.nowMs();
  slot.known ??= await load(host, id);
  const state = await host.states.of(id);
  const { lessonSeq, configSeq, seq } = slot.known;
  if (lessonSeq !== state.lessonSeq || configSeq !== state.configSeq)
    slot.known = await load(host, id);
  else if (seq < state.seq) await takeSaid(host, slot.known);
  return slot.known;
}

async function load(host: Host, id: ProjectId): Promise<Following> {
  const project = rewriteProject(await projectOf(host, id));
  const { seq, lessonSeq, configSeq } = await host.states.of(id);
  const lesson = (await host.store.lessonInForce(id))?.lesson;
  const heads = new Map((await host.store.rewriteHeads(id)).map((head) => [head.id, head]));
  const index: Following = {
    project,
    holdOut: rewriteOptions(project.config).holdOut,
    lessonId: lesson?.id ?? null,
    minedAtMs: lesson?.atMs ?? null,
    sinceMs: (await host.store.inForceSinceMs(id)) ?? 0,
    heads,
    table: tableOf(host, id, heads.values()),
    outcomes: outcomesFor(project.config, lesson, heads.values()),
    seq,
    lessonSeq,
    configSeq,
  };
  await foldTurns(host, index);
  await writeTallies(host, index, heads.keys());
  return index;
}

/** Takes in what was said of rewrites since. */
async function takeSaid(host: Host, known: Following): Promise<void> {
  const { id } = known.project;
  const changed = new Set<string>();
  for (;;) {
    const events = await host.store.events(id, { afterSeq: known.seq });
    for (const { seq, body } of events) {
      known.seq = seq;
      if (body.kind === "rewrite-set") changed.add(body.ruleId);
    }
    if (events.length === 0) break;
  }
  if (changed.size === 0) return;
  for (const head of await host.store.rewriteHeads(id, [...changed]))
    known.heads.set(head.id, head);
  known.table = tableOf(host, id, known.heads.values());
  await writeTallies(host, known, changed);
}

/** Folds what users said since; returns the rewrites whose counts changed, which are written down. */
export async function foldTurns(host: Host, index: RewriteIndex): Promise<string[]> {
  const { outcomes, project } = index;
  for await (const batch of host.store.turns(project.id, { afterSeq: outcomes.seq }))
    for (const { seq, record } of batch) outcomes.take(seq, record);
  const changed = changedIn(outcomes.takeChanged(), index.heads);
  await writeTallies(host, index, changed);
  return changed;
}

async function writeTallies(
  host: Host,
  { project, heads, outcomes }: RewriteIndex,
  ruleIds: Iterable<string>,
): Promise<void> {
  const tallies = new Map<string, Tally>();
  for (const ruleId of ruleIds) {
    const head = heads.get(ruleId);
    if (head !== undefined) tallies.set(ruleId, tallyOf(outcomes, head));
  }
  await host.store.putOutcomes(project.id, tallies);
}

/** Live before shadow, pinned before others, the highest score first: of two for one request the first stands. */
const byStanding = (a: RewriteHead, b: RewriteHead): number =>
  Number(b.state === "live") - Number(a.state === "live") ||
  Number(b.pinned) - Number(a.pinned) ||
  b.score - a.score ||
  (a.id < b.id ? -1 : 1);

function tableOf(host: Host, projectId: ProjectId, heads: Iterable<RewriteHead>): RewriteTable {
  const running = [...heads]
    .filter(({ state }) => state === "live" || state === "shadow")
    .sort(byStanding);
  const table = rewriteTable(running);
  if (table.size < running.length)
    host.log.warn(
      { projectId, rewrites: running.length, requests: table.size },
      "several rewrites of one request: the live one of the highest score stands",
    );
  return table;
}
