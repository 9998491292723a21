import { unreachable } from "#core/assert.ts";
import type { CorrectionId, LessonId } from "#core/ids.ts";

/**
 * The loop, seen from the project: corrections gather, a lesson is learned from them, measured against the one in
 * force on held-out items, and goes live only if it beats it.
 *
 *     gathering ─▶ learning ─▶ measuring ─┬─▶ promoted   ─▶ gathering
 *                                         └─▶ held back  ─▶ gathering
 */
export interface Round {
  readonly phase: "gathering" | "learning" | "measuring" | "gating";
  /** Standing corrections no lesson in force or held back has seen yet. */
  readonly fresh: ReadonlySet<CorrectionId>;
  readonly candidate: LessonId | null;
  readonly inForce: LessonId | null;
  /** Lessons that were in force, oldest first: where a roll back can go. */
  readonly before: readonly LessonId[];
  readonly refitEvery: number;
}

export type RoundEvent =
  | { readonly kind: "corrected"; readonly correctionId: CorrectionId }
  | { readonly kind: "undone"; readonly correctionId: CorrectionId }
  /** A person wants a refit now. */
  | { readonly kind: "refit-asked" }
  /** `seen`: the corrections it was learned from. */
  | {
      readonly kind: "learned";
      readonly lessonId: LessonId;
      readonly seen: ReadonlySet<CorrectionId>;
    }
  | { readonly kind: "learn-failed" }
  | { readonly kind: "measured" }
  | { readonly kind: "promoted"; readonly lessonId: LessonId }
  | { readonly kind: "held-back"; readonly lessonId: LessonId }
  | { readonly kind: "rolled-back"; readonly to: LessonId };

export type RoundCommand = { readonly run: "gather" | "learn" | "measure" | "gate" };

export const firstRound = (refitEvery: number): Round => ({
  phase: "gathering",
  fresh: new Set(),
  candidate: null,
  inForce: null,
  before: [],
  refitEvery,
});

/** The round after `event`. Corrections that come while a lesson is being learned wait for the next one. */
export function advanceRound(round: Round, event: RoundEvent): Round {
  switch (event.kind) {
    case "corrected": {
      const fresh = new Set(round.fresh).add(event.correctionId);
      return due({ ...round, fresh });
    }
    case "undone": {
      const fresh = new Set(round.fresh);
      fresh.delete(event.correctionId);
      return { ...round, fresh };
    }
    case "refit-asked":
      return round.phase === "gathering" ? { ...round, phase: "learning" } : round;
    case "learned":
      return {
        ...round,
        phase: "measuring",
        candidate: event.lessonId,
        fresh: new Set([...round.fresh].filter((id) => !event.seen.has(id))),
      };
    case "learn-failed":
      return { ...round, phase: "gathering", candidate: null };
    case "measured":
      return { ...round, phase: "gating" };
    case "promoted":
      return due({
        ...round,
        phase: "gathering",
        candidate: null,
        inForce: event.lessonId,
        before: round.inForce === null ? round.before : [...round.before, round.inForce],
      });
    case "held-back":
      return due({ ...round, phase: "gathering", candidate: null });
    case "rolled-back":
      return {
        ...round,
        inForce: event.to,
        before: round.before.includes(event.to)
          ? round.before.slice(0, round.before.indexOf(event.to))
          : round.before,
      };
    default:
      return unreachable(event);
  }
}

export function nextRoundCommand(round: Round): RoundCommand {
  switch (round.phase) {
    case "gathering":
      return { run: "gather" };
    case "learning":
      return { run: "learn" };
    case "measuring":
      return { run: "measure" };
    case "gating":
      return { run: "gate" };
    default:
      return unreachable(round.phase);
  }
}

const due = (round: Round): Round =>
  round.phase === "gathering" && round.fresh.size >= round.refitEvery
    ? { ...round, phase: "learning" }
    : round;
