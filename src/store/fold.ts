/**
 * How an item's case follows from the log: the same pure fold live and in `rebuild`.
 *
 *     state = answered, if a correction stands
 *             skipped,  if it was skipped and not asked again since
 *             waiting,  if a proposer failed after the assessor last said something
 *             else what the assessor said
 */
import { standing } from "#core/correction.ts";
import type { CorrectionId } from "#core/ids.ts";
import type { CaseStatus } from "./store.ts";

/** What the assessor said last, and up to where in the log it knew. */
export interface CaseBase {
  readonly state: CaseStatus;
  readonly waitingFor: string | null;
  readonly putSeq: number;
}

/** What the log adds. */
export interface CaseFold {
  /** Grows with every correction and every undo. */
  readonly version: number;
  /** The correction that stands. */
  readonly answerId: string | null;
  readonly skipped: boolean;
  readonly failure: string | null;
}

export interface CaseState {
  readonly state: CaseStatus;
  readonly waitingFor: string | null;
}

export function stateOf(base: CaseBase, fold: CaseFold): CaseState {
  if (fold.answerId !== null) return { state: "answered", waitingFor: null };
  if (fold.skipped) return { state: "skipped", waitingFor: null };
  if (fold.failure !== null) return { state: "waiting", waitingFor: fold.failure };
  return { state: base.state, waitingFor: base.waitingFor };
}

/** What standing is decided on. */
export interface Entry {
  readonly id: CorrectionId;
  readonly decision: "undone" | "confirmed";
  readonly undoes?: CorrectionId | undefined;
}

/**
 * After one more correction; `history` holds all of the item's, this one last. An answer ends a
 * skip and a failure.
 */
export const corrected = (fold: CaseFold, history: readonly Entry[]): CaseFold => ({
  version: fold.version + 1,
  answerId: standing(history).at(-1)?.id ?? null,
  skipped: false,
  failure: null,
});

export const skipped = (fold: CaseFold): CaseFold => ({ ...fold, skipped: true });
export const askedAgain = (fold: CaseFold): CaseFold => ({
  ...fold,
  skipped: false,
  failure: null,
});
export const proposeFailed = (
  base: CaseBase,
  fold: CaseFold,
  { seq, reason }: { readonly seq: number; readonly reason: string },
): CaseFold => (seq > base.putSeq ? { ...fold, failure: reason } : fold);
