/** Sessions out of a log of turns: what a user said in one go, in order. */
import type { UserTurn } from "#core/rewrite.ts";

export interface SessionOptions {
  /** Silence after which what comes is another session, milliseconds. */
  readonly gapMs: number;
  /** Turns that are read of one user: somebody with more is a machine, or teaches nothing new. */
  readonly turnsPerUserMax: number;
}

export interface Session {
  readonly user: string;
  /** As the turns have it; undefined where they do not say. */
  readonly locale: string | undefined;
  readonly turns: readonly UserTurn[];
}

/** A turn that was left out. `row`: 1-based, in the order given. */
export interface Skipped {
  readonly row: number;
  readonly problem: string;
}

interface Open {
  readonly user: string;
  readonly locale: string | undefined;
  turns: UserTurn[];
  lastMs: number;
}

const HAS_WORDS = /[\p{L}\p{N}]/u;

/** Why a turn cannot be used by itself, or undefined. */
function problemOf({ userId, sessionId, ts, utterance }: UserTurn): string | undefined {
  if (userId === undefined && sessionId === undefined)
    return "There is neither a userId nor a sessionId: whom it belongs to is not known.";
  if (!Number.isFinite(ts)) return `ts is ${ts}, expected milliseconds since 1970.`;
  if (!HAS_WORDS.test(utterance)) return "The utterance is empty.";
  return undefined;
}

/**
 * Turns of one user (or session, where users are not told apart) in one locale, cut where nothing came for longer than
 * the gap. Turns of several users may be mixed as long as each user's are in order: one that goes back in time is left
 * out, like every other that cannot be used; each is told to `skip`. Equal times keep their order.
 */
export function* sessionsOf(
  turns: Iterable<UserTurn>,
  { gapMs, turnsPerUserMax }: SessionOptions,
  skip: (skipped: Skipped) => void,
): Generator<Session> {
  const open = new Map<string, Open>();
  const counts = new Map<string, number>();
  let row = 0;
  for (const turn of turns) {
    row++;
    const problem = problemOf(turn);
    if (problem !== undefined) {
      skip({ row, problem });
      continue;
    }
    const user = turn.userId ?? turn.sessionId ?? "";
    const key = `${user}\n${turn.sessionId ?? ""}\n${turn.locale ?? ""}`;
    const held = open.get(key);
    if (held !== undefined && turn.ts < held.lastMs) {
      const back = held.lastMs - turn.ts;
      skip({ row, problem: `It is ${back} ms earlier than this user's turn before it.` });
      continue;
    }
    const seen = (counts.get(user) ?? 0) + 1;
    counts.set(user, seen);
    if (seen > turnsPerUserMax) {
      if (seen === turnsPerUserMax + 1)
        skip({
          row,
          problem: `The user has more than ${turnsPerUserMax} turns: the rest is not read.`,
        });
      continue;
    }
    if (held === undefined) {
      open.set(key, { user, locale: turn.locale, turns: [turn], lastMs: turn.ts });
      continue;
    }
    if (turn.ts - held.lastMs > gapMs) {
      yield { user, locale: held.locale, turns: held.turns };
      held.turns = [];
    }
    held.turns.push(turn);
    held.lastMs = turn.ts;
  }
  for (const { user, locale, turns: last } of open.values()) yield { user, locale, turns: last };
}
