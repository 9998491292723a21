import type { Episode, StepRow } from "#core/episode.ts";

/** An unbroken stretch of a person's steps within an episode. */
export interface TakeOver {
  /** `interventionId` of its rows; counted from 0 where an import brought none. */
  readonly id: number;
  /** Rows from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
  /** False where a person marked it as not a real intervention. */
  readonly real: boolean;
}

type Rows = Pick<Episode, "rows" | "notReal">;

/** Take-overs of an episode in order; two that touch are two where their ids differ. */
export function takeOvers({ rows, notReal }: Rows): TakeOver[] {
  const found: TakeOver[] = [];
  let start = 0;
  for (let end = 1; end <= rows.length; end++) {
    const [last, next] = [rows[end - 1], rows[end]];
    if (last === undefined || (next !== undefined && sameStretch(last, next))) continue;
    if (last.source === "human") {
      const id = last.interventionId ?? found.length;
      found.push({ id, start, end, real: !notReal.includes(id) });
    }
    start = end;
  }
  return found;
}

const sameStretch = (a: StepRow, b: StepRow): boolean =>
  a.source === b.source && (a.source !== "human" || a.interventionId === b.interventionId);
