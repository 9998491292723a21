/** What the formats of revised text read into and write from. */
import { Problem, problemText, quoted } from "#core/errors.ts";
import type { Intent, TextEdit } from "#core/text.ts";
import { RAW_CHARS_MAX, type Reject } from "#formats/format.ts";
import { placed } from "#formats/row.ts";

/** An edit and what is known of it. */
export interface RevisedEdit {
  /** Of the text before the revision, in UTF-16 code units. */
  readonly edit: TextEdit;
  readonly intent: Intent | null;
  /** What each annotator said the intent was, in the words of the file. */
  readonly rawIntents: readonly string[];
  /** What the writer said of it; null where nobody was asked. */
  readonly accepted: boolean | null;
}

/** One pass over a document. */
export interface RevisedDocument {
  readonly id: string;
  /** Which pass, from 1 on. */
  readonly depth: number;
  /** Where the text is from: `arxiv`, `wiki`, `news`. */
  readonly domain: string | null;
  readonly before: string;
  readonly after: string;
  /** Ascending and free of overlap. */
  readonly edits: readonly RevisedEdit[];
  /** Where each sentence of the text before begins, in UTF-16 code units; null where nobody says. */
  readonly sentenceStarts: readonly number[] | null;
}

const overlap = (last: TextEdit, edit: TextEdit): boolean =>
  edit.start < last.end ||
  (edit.start === edit.end && last.start === last.end && edit.start === last.start);

/**
 * The edits in the order of the text. A `Problem` names the first (`field`: its place in the list) that lies outside the
 * text, is of another text or overlaps another.
 */
export function inOrder<E extends { readonly edit: TextEdit }>(
  text: string,
  edits: readonly E[],
  field: string,
): E[] {
  const numbered = edits.map((each, i) => ({ each, i }));
  numbered.sort(
    (a, b) => a.each.edit.start - b.each.edit.start || a.each.edit.end - b.each.edit.end,
  );
  let last: TextEdit = { start: -1, end: 0, before: "", after: "" };
  for (const { each, i } of numbered) {
    const { edit } = each;
    const found = text.slice(edit.start, edit.end);
    const at = { field: `${field}.${i}` };
    if (edit.start > edit.end || edit.end > text.length || found !== edit.before)
      throw new Problem("bad-input", "The edit is not of this text", {
        expected: `${quoted(edit.before)} from ${edit.start} to ${edit.end}`,
        got: edit.end > text.length ? `a text of ${text.length}` : quoted(found),
        at,
      });
    if (overlap(last, edit))
      throw new Problem("bad-input", "Two edits change the same place", {
        expected: `an edit from ${last.end} on`,
        got: `one from ${edit.start} to ${edit.end}`,
        at,
      });
    last = edit;
  }
  return numbered.map(({ each }) => each);
}

/** What a file of records holds: the good ones, and what is wrong with the others. */
export interface Records<T> {
  readonly records: T[];
  readonly rejects: Reject[];
}

/** Reads a file of one JSON value a line. A line that does not parse is a reject of its own; blank lines are none. */
export function readLines<T>(
  text: string,
  file: string | undefined,
  parse: (value: unknown) => T,
): Records<T> {
  const records: T[] = [];
  const rejects: Reject[] = [];
  for (const [i, line] of text
    .replace(/^\ufeff/, "")
    .split("\n")
    .entries()) {
    if (line.trim() === "") continue;
    const at = { ...(file === undefined ? {} : { file }), line: i + 1 };
    try {
      records.push(parse(parseJson(line)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const problem = problemText(placed(error, at));
      rejects.push({ ...at, raw: line.slice(0, RAW_CHARS_MAX), problem });
    }
  }
  return { records, rejects };
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem("bad-input", "The text is not JSON", {
      expected: "one JSON object",
      got: error instanceof Error ? error.message : String(error),
    });
  }
}
