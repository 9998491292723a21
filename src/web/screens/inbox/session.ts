/**
 * A sitting at the Inbox as a fold over what happens. Rows that were shown up to three after the current one
 * are pinned: whatever re-orders the queue moves only what lies below them.
 */
import type { CaseView, QueueRow } from "#core/views.ts";

const PINNED_AHEAD = 3;
const TITLE_CHARS_MAX = 120;

export interface Decided {
  readonly itemId: string;
  readonly kind: "confirmed" | "edited" | "skipped";
  /** The label given; null for a skip. */
  readonly label: string | null;
  readonly correctionId: string | null;
  /** Key of the act in the outbox. */
  readonly entry: string;
}

export interface Session {
  readonly pinned: readonly QueueRow[];
  readonly current: string | null;
  /** What was decided in this sitting and stands, oldest first. */
  readonly decided: readonly Decided[];
}

export const emptySession: Session = { pinned: [], current: null, decided: [] };

/** The list as shown: pinned rows where they were, then the queue as it is now. */
export function lineupOf(pinned: readonly QueueRow[], fresh: readonly QueueRow[]): QueueRow[] {
  const ids = new Set<string>(pinned.map(({ itemId }) => itemId));
  return [...pinned, ...fresh.filter(({ itemId }) => !ids.has(itemId))];
}

/** A case as a row of the list, for cases that came ahead of the queue's page. */
export function rowOf(open: CaseView): QueueRow {
  const { subject, from } = open.item.fields;
  const words = open.item.text.trimStart().slice(0, TITLE_CHARS_MAX).replaceAll(/\s+/g, " ");
  return {
    itemId: open.itemId,
    title: typeof subject === "string" && subject !== "" ? subject : words,
    from: typeof from === "string" ? from : null,
    risk: open.assessment?.risk ?? null,
    cost: open.assessment?.risk ?? 0,
    proposed: open.suggestionShown ? (open.proposal?.output ?? null) : null,
    route: open.assessment?.route ?? "ask",
    state: open.state,
    waitingFor: open.waitingFor,
  };
}

export const isDecided = (session: Session, itemId: string): boolean =>
  session.decided.some((decided) => decided.itemId === itemId);

/** Rows of the list after the current one that still ask for an answer. */
export function ahead(session: Session, lineup: readonly QueueRow[]): QueueRow[] {
  const at = lineup.findIndex(({ itemId }) => itemId === session.current);
  return lineup.slice(at + 1).filter(({ itemId }) => !isDecided(session, itemId));
}

/** Makes a row current and pins the list down to three rows below it. */
export function open(session: Session, itemId: string, lineup: readonly QueueRow[]): Session {
  const at = lineup.findIndex((row) => row.itemId === itemId);
  const end = Math.max(session.pinned.length, at + 1 + PINNED_AHEAD);
  return { ...session, current: itemId, pinned: at < 0 ? session.pinned : lineup.slice(0, end) };
}

/** New cases come in below what is pinned. The first becomes current when there was none. */
export function serve(session: Session, rows: readonly QueueRow[]): Session {
  const pinned = lineupOf(session.pinned, rows);
  const first = pinned.find(({ itemId }) => !isDecided(session, itemId));
  return { ...session, pinned, current: session.current ?? first?.itemId ?? null };
}

/** The row `step` away in the list; stays at the ends. */
export function move(session: Session, step: 1 | -1, lineup: readonly QueueRow[]): Session {
  const at = lineup.findIndex(({ itemId }) => itemId === session.current);
  const target = lineup[at + step];
  return target === undefined ? session : open(session, target.itemId, lineup);
}

/** Notes the decision and goes on: to the next open row below, else the first open one above, else nowhere. */
export function decide(session: Session, made: Decided, lineup: readonly QueueRow[]): Session {
  const others = session.decided.filter(({ itemId }) => itemId !== made.itemId);
  const after = { ...session, decided: [...others, made] };
  const next = ahead(after, lineup)[0] ?? lineup.find(({ itemId }) => !isDecided(after, itemId));
  return next === undefined ? { ...after, current: null } : open(after, next.itemId, lineup);
}

/** Takes the last decision back and returns to its item. */
export function undo(session: Session): Session {
  const last = session.decided.at(-1);
  if (last === undefined) return session;
  return { ...session, decided: session.decided.slice(0, -1), current: last.itemId };
}
