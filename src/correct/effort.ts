import { assert, unreachable } from "#core/assert.ts";
import type { Effort } from "#core/correction.ts";

/**
 * The longest stretch without a sign of life that still counts as attention, milliseconds. Reading
 * one screen of text (about 1,400 characters at 238 words a minute; Brysbaert 2019) takes a minute;
 * a longer silence is a phone call, and counts as one minute.
 */
export const IDLE_MS_MAX = 60_000;

/**
 * What a reviewer did on one case, in order. Undo is part of the same log, so that what is sent and
 * what it cost can never disagree.
 */
export type EffortCommand<Op> =
  /** The case is on the screen. Always first. */
  | { readonly kind: "show"; readonly atMs: number }
  /** The window has attention, or lost it: time between `blur` and `focus` is nobody's. */
  | { readonly kind: "focus" | "blur"; readonly atMs: number }
  /** A key press or click, whatever it does. What it does to the answer is logged beside it. */
  | { readonly kind: "gesture"; readonly atMs: number }
  | { readonly kind: "edit"; readonly operations: readonly Op[]; readonly atMs: number }
  /** Takes back the last edit that stands. With nothing to take back it does nothing. */
  | { readonly kind: "undo"; readonly atMs: number }
  /** The answer is given: what follows costs this case nothing. */
  | { readonly kind: "decide"; readonly atMs: number };

/** A fold of the log so far. */
export interface EffortState<Op> {
  readonly ms: number;
  readonly gestures: number;
  /** Edits that stand, in the order they were made. */
  readonly edits: readonly (readonly Op[])[];
  readonly lastMs: number;
  readonly focused: boolean;
  readonly decided: boolean;
}

/** The case is shown: the meter runs. */
export const effortStart = <Op>(atMs: number): EffortState<Op> => ({
  ms: 0,
  gestures: 0,
  edits: [],
  lastMs: atMs,
  focused: true,
  decided: false,
});

/** One command further. Times that run backwards (a clock set back) count as no time. */
export function effortStep<Op>(
  state: EffortState<Op>,
  command: EffortCommand<Op>,
): EffortState<Op> {
  if (state.decided) return state;
  const gapMs = Math.min(Math.max(command.atMs - state.lastMs, 0), IDLE_MS_MAX);
  const next = {
    ...state,
    ms: state.focused ? state.ms + gapMs : state.ms,
    lastMs: Math.max(command.atMs, state.lastMs),
  };
  switch (command.kind) {
    case "show":
    case "focus":
      return { ...next, focused: true };
    case "blur":
      return { ...next, focused: false };
    case "gesture":
      return { ...next, gestures: state.gestures + 1 };
    case "edit":
      return { ...next, edits: [...state.edits, command.operations] };
    case "undo":
      return { ...next, edits: state.edits.slice(0, -1) };
    case "decide":
      return { ...next, decided: true };
    default:
      return unreachable(command);
  }
}

/** The whole log of one case. */
export function effortState<Op>(log: readonly EffortCommand<Op>[]): EffortState<Op> {
  const [first, ...rest] = log;
  assert(first?.kind === "show", "an effort log begins with the case being shown");
  return rest.reduce(effortStep<Op>, effortStart<Op>(first.atMs));
}

/** What the case cost. `editSize` is the task kind's: only edits that stand have a size. */
export const effortOf = <Op>(
  state: EffortState<Op>,
  editSize: (operations: readonly Op[]) => number,
): Effort => ({
  ms: state.ms,
  gestures: state.gestures,
  edit: editSize(standingOperations(state)),
});

/** The operations that stand, for the correction's record. */
export const standingOperations = <Op>({ edits }: EffortState<Op>): Op[] => edits.flat();
