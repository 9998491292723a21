import { assert, unreachable } from "#core/assert.ts";
import type { Assessment, Route } from "#core/assessment.ts";
import { type Correction, standing } from "#core/correction.ts";
import type { Proposal } from "#core/proposal.ts";

/**
 * The loop, seen from one item. People answer hours later, so a turn is a fold over events, never one long await:
 * the server folds what is in its log, a study folds what its simulated corrector says, both with this file.
 *
 *     asked ─▶ proposed ─▶ assessed ─┬─▶ accepted ─────────────▶ (out, audited now and then)
 *                 ▲                  ├─▶ open ─▶ corrected ───▶ (out; what it teaches: see round.ts)
 *                 └── asked again ───┴─▶ blocked
 */
export interface Turn<O> {
  readonly phase: Phase;
  /** Grows with every event: a correction made against an older one is stale. */
  readonly version: number;
  readonly proposal: Proposal<O> | null;
  readonly assessment: Assessment<O> | null;
  /** Drawn to audit what would have gone out unseen. */
  readonly audit: boolean;
  /** Every correction, undo records included, in order. The standing one is the latest not taken back. */
  readonly history: readonly Correction<O>[];
  readonly attempts: number;
  /** Why it waits, after a proposer failed. */
  readonly waitingFor: string | null;
}

export type Phase =
  /** No proposal yet, or asked again. */
  | "proposing"
  /** A proposal nobody has assessed. */
  | "assessing"
  /** Waits for a person. */
  | "open"
  /** Answered by a person. */
  | "answered"
  /** Went out without a person. */
  | "accepted"
  /** Must not go out. */
  | "blocked";

export type TurnEvent<O> =
  | { readonly kind: "proposed"; readonly proposal: Proposal<O> }
  | { readonly kind: "propose-failed"; readonly reason: string }
  | { readonly kind: "assessed"; readonly assessment: Assessment<O>; readonly audit: boolean }
  | { readonly kind: "corrected"; readonly correction: Correction<O> }
  | { readonly kind: "asked-again" };

/** What is to be done next for this item. `rest`: nothing until a person, a clock or a new lesson moves it. */
export type Command =
  | { readonly run: "propose"; readonly attempt: number }
  | { readonly run: "assess" }
  | { readonly run: "correct" }
  | { readonly run: "rest" };

export const asked: Turn<never> = {
  phase: "proposing",
  version: 0,
  proposal: null,
  assessment: null,
  audit: false,
  history: [],
  attempts: 0,
  waitingFor: null,
};

/** A proposer is asked so many times before the item waits for a person with the reason. */
export const ATTEMPTS_MAX = 3;

/** The turn after `event`. Pure; events that came before are never seen again. */
export function advance<O>(turn: Turn<O>, event: TurnEvent<O>): Turn<O> {
  const next = { ...turn, version: turn.version + 1 };
  switch (event.kind) {
    case "proposed":
      return {
        ...next,
        phase: turn.phase === "answered" ? "answered" : "assessing",
        proposal: event.proposal,
        assessment: null,
        waitingFor: null,
      };
    case "propose-failed": {
      const attempts = turn.attempts + 1;
      const givenUp = attempts >= ATTEMPTS_MAX && turn.phase === "proposing";
      return {
        ...next,
        phase: givenUp ? "open" : turn.phase,
        attempts,
        waitingFor: event.reason,
      };
    }
    case "assessed": {
      assert(turn.proposal !== null, "an assessment is of a proposal");
      assert(
        event.assessment.proposalId === turn.proposal.id,
        "an assessment is of the proposal in force",
      );
      return {
        ...next,
        phase:
          turn.phase === "answered" ? "answered" : phaseOf(event.assessment.route, event.audit),
        assessment: event.assessment,
        audit: event.audit && event.assessment.route === "accept",
      };
    }
    case "corrected":
      return corrected(turn, event.correction);
    case "asked-again":
      return { ...next, phase: "proposing", attempts: 0, waitingFor: null };
    default:
      return unreachable(event);
  }
}

export function nextCommand<O>(turn: Turn<O>): Command {
  switch (turn.phase) {
    case "proposing":
      return { run: "propose", attempt: turn.attempts + 1 };
    case "assessing":
      return { run: "assess" };
    case "open":
      return { run: "correct" };
    case "answered":
    case "accepted":
    case "blocked":
      return { run: "rest" };
    default:
      return unreachable(turn.phase);
  }
}

/** What goes out for the item as things stand; null while nothing may. */
export function output<O>(turn: Turn<O>): O | null {
  const answer = standingAnswer(turn);
  if (answer !== undefined) return answer.after;
  return turn.phase === "accepted" ? (turn.proposal?.output ?? null) : null;
}

/** The correction that stands: the latest that was not taken back. */
export const standingAnswer = <O>(turn: Turn<O>): Correction<O> | undefined =>
  standing(turn.history).at(-1);

function phaseOf(route: Route, audit: boolean): Phase {
  switch (route) {
    case "accept":
      return audit ? "open" : "accepted";
    case "ask":
      return "open";
    case "retry":
      return "proposing";
    case "block":
      return "blocked";
    default:
      return unreachable(route);
  }
}

/** Delivery may repeat: a correction whose id is already there changes nothing, not even the version. */
function corrected<O>(turn: Turn<O>, correction: Correction<O>): Turn<O> {
  if (turn.history.some((known) => known.id === correction.id)) return turn;
  const next = { ...turn, version: turn.version + 1, history: [...turn.history, correction] };
  const answered = standingAnswer(next) !== undefined;
  return { ...next, phase: answered ? "answered" : "open", waitingFor: null };
}
