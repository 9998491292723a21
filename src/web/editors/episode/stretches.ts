/** An episode as the stretches that a time line is drawn from. */
import type { Episode, StepRow } from "#core/episode.ts";
import { frameClasses } from "#learn/episodes/frame-classes.ts";
import { takeOvers } from "#learn/episodes/take-overs.ts";

/** `held-against`: the policy's own steps just before a take-over. */
export type StretchKind =
  | "demonstration"
  | "policy"
  | "held-against"
  | "take-over"
  | "recovery"
  | "correction"
  | "not-real";

/** Steps from `from` up to, not including, `to`. */
export interface Stretch {
  readonly kind: StretchKind;
  readonly from: number;
  readonly to: number;
}

export type Shown = Pick<Episode, "rows" | "notReal" | "preWindows" | "controlHz">;

/** Runs of steps that are alike. */
export function stretchesOf(episode: Shown, preWindow: number): Stretch[] {
  const { rows } = episode;
  const classes = frameClasses(episode, { preWindow: { steps: preWindow } });
  const found: Stretch[] = [];
  rows.forEach((row, t) => {
    const kind = kindOf(row, classes[t]);
    const last = found.at(-1);
    if (last?.kind === kind && row.interventionId === rows[t - 1]?.interventionId)
      found[found.length - 1] = { ...last, to: t + 1 };
    else found.push({ kind, from: t, to: t + 1 });
  });
  return found;
}

function kindOf({ source, segment }: StepRow, is: string | undefined): StretchKind {
  if (source === "demo") return "demonstration";
  if (source === "human") return is === "intervention" ? (segment ?? "take-over") : "not-real";
  return is === "pre-intervention" ? "held-against" : "policy";
}

/** A take-over with the places of it that a person can move. */
export interface Editable {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly real: boolean;
  /** First step that is held against the policy because of it; `from` where none is. */
  readonly windowFrom: number;
  /** As far back as the window can reach. */
  readonly windowMin: number;
  /** First step of correction; null where it is not cut into recovery and correction. */
  readonly cut: number | null;
}

export function editablesOf(episode: Shown, preWindow: number): Editable[] {
  const { rows, preWindows } = episode;
  const all = takeOvers(episode);
  return all.map(({ id, start, end, real }, i) => {
    const windowMin = all.slice(0, i).findLast((earlier) => earlier.real)?.end ?? 0;
    const steps = preWindows[String(id)] ?? preWindow;
    const own = rows.slice(start, end);
    const first = own.findIndex(({ segment }) => segment === "correction");
    const cut = own.every(({ segment }) => segment === undefined)
      ? null
      : first < 0
        ? end
        : start + first;
    const windowFrom = Math.max(windowMin, start - steps);
    return { id, from: start, to: end, real, windowFrom, windowMin, cut };
  });
}

const WORDS: Readonly<Record<StretchKind, string>> = {
  demonstration: "demonstration",
  policy: "policy",
  "held-against": "before a take-over",
  "take-over": "you",
  recovery: "you, recovery",
  correction: "you, correction",
  "not-real": "not a real take-over",
};
export const stretchWord = (kind: StretchKind): string => WORDS[kind];

/** "policy 0–33, you 34–52": the line in words. */
export const lineText = (stretches: readonly Stretch[]): string =>
  stretches.map(({ kind, from, to }) => `${WORDS[kind]} ${from}–${to - 1}`).join(", ");
