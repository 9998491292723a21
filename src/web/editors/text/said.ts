/** What is said of an edit, and what it cost. */
import type { Effort } from "#core/correction.ts";
import type { TextEdit } from "#core/text.ts";

/** Text that is to be seen on one line: line ends and lone blanks get a sign. */
export const visible = (text: string): string =>
  /^ +$/.test(text) ? text.replaceAll(" ", "␣") : text.replaceAll(/\r?\n/g, "↵");

const QUOTED_CHARS_MAX = 40;

function quote(text: string): string {
  if (text.trim() === "") return "blank";
  return text.length > QUOTED_CHARS_MAX ? `“${text.slice(0, QUOTED_CHARS_MAX - 1)}…”` : `“${text}”`;
}

/** An edit in one line. */
export function changeText({ before, after }: TextEdit): string {
  if (before === "") return `+ ${quote(after)}`;
  return after === "" ? `− ${quote(before)}` : `${quote(before)} → ${quote(after)}`;
}

/** What each of several edits decided with one key cost: the time in equal parts, the key once. */
export const shareOf =
  ({ ms, gestures, edit }: Effort, count: number) =>
  (i: number): Effort => ({
    ms: ms / count,
    gestures: i === 0 ? gestures : 0,
    edit: edit / count,
  });
