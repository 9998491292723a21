/**
 * What became of rewrites, counted from turns as they come: a fold, so that the same turns give the same counts,
 * whether they are folded as they arrive or all anew.
 */
import { judgeTurns } from "#assess/defects.ts";
import { isLate, type TurnRecord, type TurnSignals, type UserTurn } from "#core/rewrite.ts";
import { maskKey, normaliseUtterance } from "#correct/utterance.ts";
import type { Ended } from "./rewrite-guard.ts";
import { LOCALE_UNSTATED } from "./rewrite-table.ts";

type Outcome = "success" | "defect";

/** A rewrite whose requests, and whose targets said by users themselves, are counted where nothing was rewritten. */
export interface Watched {
  readonly id: string;
  readonly locale: string;
  readonly fromKey: string;
  readonly toKey: string;
}

/** How requests ended where a rewrite was applied, and where it was held out. */
export interface Tally {
  readonly treated: Ended;
  readonly holdOut: Ended;
}

/** One outcome of a request that was drawn to be rewritten, or not to be. */
export interface DrawnOutcome {
  readonly ruleId: string;
  readonly user: string;
  readonly arm: "treated" | "hold-out";
  readonly propensity: number;
  readonly ts: number;
  readonly outcome: Outcome;
  /** The first of this user with this rewrite: those that follow are no independent ones. */
  readonly first: boolean;
}

export interface OutcomeOptions {
  /** Silence after which a session is over, ms. */
  readonly gapMs: number;
  readonly watched: Iterable<Watched>;
  /** Turns up to this one taught the lesson in force; what came later is fresh evidence of it. */
  readonly freshAfterSeq: number;
}

/** Outcomes of one user that count for one rewrite: nobody decides alone what happens to all. */
const OUTCOMES_A_USER_MAX = 3;
/** Outcomes kept one by one, the latest: what later signals can still change, and figures over time are made of. */
const RECENT_MAX = 100_000;

type Side = "treated" | "holdOut";
/** Where an outcome is counted. */
interface Cell {
  readonly counts: Map<string, Counts>;
  readonly ruleId: string;
  readonly side: Side;
}
type Counts = Record<Side, { success: number; defect: number }>;

const none = (): Counts => ({
  treated: { success: 0, defect: 0 },
  holdOut: { success: 0, defect: 0 },
});

/** A turn whose end is not known yet. */
interface Open {
  readonly id: string;
  readonly seq: number;
  turn: UserTurn;
}

interface Kept {
  readonly drawn: DrawnOutcome;
  readonly cells: readonly Cell[];
  readonly turn: UserTurn;
  readonly next: UserTurn | undefined;
}

const userOf = ({ userId, sessionId }: UserTurn): string => userId ?? sessionId ?? "";

/** Turns of one user are told apart by session and locale, where these are said. */
const sessionOf = (turn: UserTurn): string =>
  `${userOf(turn)}\n${turn.sessionId ?? ""}\n${turn.locale ?? ""}`;

/**
 * How a turn ended, from what its user said next within the gap. Where it was rewritten, both what was said and what it
 * was answered as may be said again.
 */
function outcomeOf(turn: UserTurn, next: UserTurn | undefined): Outcome {
  const follow = next === undefined ? [] : [next];
  const { rewrite, ...asAnswered } = turn;
  const readings = rewrite?.arm === "treated" ? [turn, asAnswered] : [turn];
  const ended = readings.map((reading) => judgeTurns([reading, ...follow])[0]?.outcome);
  return ended.includes("defect") ? "defect" : "success";
}

const withSignals = (turn: UserTurn, signals: TurnSignals): UserTurn => ({
  ...turn,
  signals: { ...turn.signals, ...signals },
});

/** Rewrites with other counts than before, by what was counted. */
export interface Changed {
  readonly drawn: Set<string>;
  readonly fresh: Set<string>;
}
const noChange = (): Changed => ({ drawn: new Set(), fresh: new Set() });

export class RewriteOutcomes {
  /** Turns folded, late signals not among them. */
  turns = 0;
  /** The last record folded. */
  seq = 0;
  private changed: Changed = noChange();
  private readonly options: OutcomeOptions;
  private readonly requests = new Map<string, string[]>();
  private readonly targets = new Map<string, string[]>();
  private latestMs = 0;
  /** By session, oldest first. */
  private readonly open = new Map<string, Open>();
  private readonly sessionOf = new Map<string, string>();
  private readonly drawn = new Map<string, Counts>();
  private readonly fresh = new Map<string, Counts>();
  private readonly counted = new Map<string, number>();
  private readonly kept = new Map<string, Kept>();
  private readonly undone = new Map<string, Set<string>>();

  constructor(options: OutcomeOptions) {
    this.options = options;
    for (const { id, locale, fromKey, toKey } of options.watched) {
      add(this.requests, `${locale}\n${fromKey}`, id);
      add(this.targets, `${locale}\n${toKey}`, id);
    }
  }

  take(seq: number, record: TurnRecord): void {
    this.seq = seq;
    if (isLate(record)) this.takeLate(record.turnId, record.signals);
    else this.takeTurn(seq, record);
  }

  /** Where it was drawn by chance whether to rewrite. */
  drawnTally = (ruleId: string): Tally => this.drawn.get(ruleId) ?? none();

  /** Where nothing was rewritten and the lesson had not seen it: those who said the target themselves, and the request. */
  freshTally = (ruleId: string): Tally => this.fresh.get(ruleId) ?? none();

  /** Users who took a rewrite back. */
  undoneBy = (ruleId: string): number => this.undone.get(ruleId)?.size ?? 0;

  hasUndone = (ruleId: string, user: string): boolean =>
    this.undone.get(ruleId)?.has(user) ?? false;

  /** Every rewrite that was drawn for anybody. */
  drawnTallies = (): Iterable<Tally> => this.drawn.values();

  /** The latest drawn outcomes, oldest first. */
  *recent(): Iterable<DrawnOutcome> {
    for (const { drawn } of this.kept.values()) yield drawn;
  }

  /** What changed since this was asked before. */
  takeChanged(): Changed {
    const { changed } = this;
    this.changed = noChange();
    return changed;
  }

  private takeTurn(seq: number, turn: UserTurn): void {
    this.turns += 1;
    const session = sessionOf(turn);
    const before = this.open.get(session);
    // A clock that went back says nothing of what came next.
    if (before !== undefined && turn.ts < before.turn.ts) return;
    if (before !== undefined) {
      const within = turn.ts - before.turn.ts <= this.options.gapMs;
      this.settle(session, before, within ? turn : undefined);
    }
    this.latestMs = Math.max(this.latestMs, turn.ts);
    this.settleSilent();
    if (turn.signals?.undone) this.noteUndone(turn.rewrite, userOf(turn));
    if (userOf(turn) === "" || !this.isCounted(seq, turn)) return;
    const id = turn.id ?? String(seq);
    this.open.delete(session);
    this.open.set(session, { id, seq, turn });
    this.sessionOf.set(id, session);
  }

  private isCounted(seq: number, turn: UserTurn): boolean {
    return turn.rewrite !== undefined || this.freshCells(seq, turn).length > 0;
  }

  /** Sessions that have been silent for longer than the gap, by the latest time anybody spoke. */
  private settleSilent(): void {
    for (const [session, open] of this.open) {
      if (open.turn.ts + this.options.gapMs >= this.latestMs) return;
      this.settle(session, open, undefined);
    }
  }

  private settle(session: string, { id, seq, turn }: Open, next: UserTurn | undefined): void {
    this.open.delete(session);
    this.sessionOf.delete(id);
    const outcome = outcomeOf(turn, next);
    const user = userOf(turn);
    const { rewrite } = turn;
    const cells = this.freshCells(seq, turn);
    // A propensity of 1 was no draw: it compares with nothing.
    const drawnCell: Cell[] =
      rewrite === undefined || rewrite.propensity === 1
        ? []
        : [
            {
              counts: this.drawn,
              ruleId: rewrite.ruleId,
              side: rewrite.arm === "treated" ? "treated" : "holdOut",
            },
          ];
    const counting = [...cells, ...drawnCell].filter((cell) => this.mayCount(cell, user));
    for (const cell of counting) this.count(cell, outcome, 1);
    if (rewrite === undefined || drawnCell.length === 0) return;
    const { ruleId, arm, propensity } = rewrite;
    const first = this.counted.get(`${ruleId}\n${user}`) === 1;
    const drawn = { ruleId, user, arm, propensity, ts: turn.ts, outcome, first };
    this.kept.set(id, { drawn, cells: counting, turn, next });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= RECENT_MAX) break;
      this.kept.delete(oldest);
    }
  }

  private freshCells(seq: number, turn: UserTurn): Cell[] {
    if (seq <= this.options.freshAfterSeq || turn.rewrite?.arm === "treated") return [];
    const key = normaliseUtterance(turn.utterance);
    const locale = turn.locale ?? LOCALE_UNSTATED;
    const ids = (of: ReadonlyMap<string, string[]>) =>
      of.get(`${locale}\n${key}`) ?? of.get(`${locale}\n${maskKey(key).key}`) ?? [];
    const cells = (found: readonly string[], side: Side) =>
      found.map((ruleId): Cell => ({ counts: this.fresh, ruleId, side }));
    return [...cells(ids(this.targets), "treated"), ...cells(ids(this.requests), "holdOut")];
  }

  private mayCount({ counts, ruleId, side }: Cell, user: string): boolean {
    const key = counts === this.drawn ? `${ruleId}\n${user}` : `${ruleId}\n${side}\n${user}`;
    const before = this.counted.get(key) ?? 0;
    this.counted.set(key, before + 1);
    return before < OUTCOMES_A_USER_MAX;
  }

  private count({ counts, ruleId, side }: Cell, outcome: Outcome, by: 1 | -1): void {
    const cell = counts.get(ruleId) ?? none();
    counts.set(ruleId, cell);
    cell[side][outcome] += by;
    (counts === this.drawn ? this.changed.drawn : this.changed.fresh).add(ruleId);
  }

  private noteUndone(drawn: Pick<DrawnOutcome, "ruleId" | "arm"> | undefined, user: string): void {
    if (drawn?.arm !== "treated") return;
    const { ruleId } = drawn;
    const users = this.undone.get(ruleId) ?? new Set();
    this.undone.set(ruleId, users.add(user));
    this.changed.drawn.add(ruleId);
  }

  /** Signals that came after their turn: while it is open they join it, afterwards they may turn its outcome. */
  private takeLate(turnId: string, signals: TurnSignals): void {
    const session = this.sessionOf.get(turnId);
    const open = session === undefined ? undefined : this.open.get(session);
    if (open !== undefined && open.id === turnId) {
      open.turn = withSignals(open.turn, signals);
      if (signals.undone) this.noteUndone(open.turn.rewrite, userOf(open.turn));
      return;
    }
    const kept = this.kept.get(turnId);
    if (kept === undefined) return;
    const { drawn, cells, next } = kept;
    if (signals.undone) this.noteUndone(drawn, drawn.user);
    const turn = withSignals(kept.turn, signals);
    const outcome = outcomeOf(turn, next);
    if (outcome !== drawn.outcome)
      for (const cell of cells) {
        this.count(cell, drawn.outcome, -1);
        this.count(cell, outcome, 1);
      }
    this.kept.set(turnId, { drawn: { ...drawn, outcome }, cells, turn, next });
  }
}

function add(map: Map<string, string[]>, key: string, id: string): void {
  const ids = map.get(key);
  if (ids === undefined) map.set(key, [id]);
  else ids.push(id);
}
