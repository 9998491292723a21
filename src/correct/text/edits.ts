import { Problem, quoted } from "#core/errors.ts";
import type { TextEdit } from "#core/text.ts";

/** Order of a text: by where an edit begins; an insertion comes before what is replaced behind it. */
const byPlace = (a: TextEdit, b: TextEdit): number => a.start - b.start || a.end - b.end;

const isInsertion = ({ start, end }: TextEdit) => start === end;
const isDeletion = ({ start, end, after }: TextEdit) => start < end && after === "";

/** Whether both change the same stretch, or both insert at one place: no text has both. */
const overlaps = (first: TextEdit, second: TextEdit): boolean =>
  first.end > second.start ||
  (isInsertion(first) && isInsertion(second) && first.start === second.start);

/** Whether one inserts right beside what the other deletes: together they are one replacement. */
const meet = (first: TextEdit, second: TextEdit): boolean =>
  first.end === second.start &&
  ((isInsertion(first) && isDeletion(second)) || (isDeletion(first) && isInsertion(second)));

/**
 * Whether two edits of one text stand in each other's way: they overlap, insert at the same place, one inserts strictly
 * inside what the other replaces, or one inserts at the edge of what the other deletes. Edits free of conflict can be
 * decided in any order: apply one, `rebaseEdit` the others, and the text is the same in the end.
 */
export function conflict(a: TextEdit, b: TextEdit): boolean {
  const [first, second] = byPlace(a, b) <= 0 ? [a, b] : [b, a];
  return overlaps(first, second) || meet(first, second);
}

function check(text: string, edit: TextEdit): void {
  const { start, end, before } = edit;
  if (!(start >= 0 && start <= end && end <= text.length))
    throw new Problem("bad-input", "The edit lies outside the text", {
      expected: `a stretch between 0 and ${text.length}`,
      got: `${start} to ${end}`,
      at: { field: "edits" },
    });
  if (end - start !== before.length || !text.startsWith(before, start))
    throw new Problem("bad-input", "The edit is not of this text", {
      expected: `${quoted(before)} from ${start} to ${end}`,
      got: quoted(text.slice(start, end)),
      at: { field: "edits" },
    });
}

/**
 * The text after all `edits`, which are of `text` as it is and may come in any order. A `Problem` says which edit lies
 * outside the text, is of another text, or overlaps another.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const pieces: string[] = [];
  let copied = 0;
  let last: TextEdit | undefined;
  for (const edit of edits.toSorted(byPlace)) {
    check(text, edit);
    if (last !== undefined && overlaps(last, edit))
      throw new Problem("bad-input", "Two edits change the same place", {
        expected: "edits that do not overlap",
        got: `${last.start} to ${last.end} and ${edit.start} to ${edit.end}`,
        at: { field: "edits" },
      });
    pieces.push(text.slice(copied, edit.start), edit.after);
    copied = edit.end;
    last = edit;
  }
  pieces.push(text.slice(copied));
  return pieces.join("");
}

/**
 * Edits of the text after `edits` that give the text before them, ascending. Deletions side by side come back as one
 * insertion.
 */
export function reverseEdits(edits: readonly TextEdit[]): TextEdit[] {
  const reversed: TextEdit[] = [];
  let shift = 0;
  for (const { start, before, after } of edits.toSorted(byPlace)) {
    const place = start + shift;
    const last = reversed.at(-1);
    if (last !== undefined && isInsertion(last) && last.start === place && after === "")
      reversed[reversed.length - 1] = { ...last, after: last.after + before };
    else reversed.push({ start: place, end: place + after.length, before: after, after: before });
    shift += after.length - before.length;
  }
  return reversed;
}

/** Where `edit` would stand among edits in the order of the text. */
function placeAmong(edits: readonly { readonly edit: TextEdit }[], edit: TextEdit): number {
  let low = 0;
  let high = edits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = edits[middle];
    if (other !== undefined && byPlace(other.edit, edit) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Keeps edits greedily by score, highest first, ties by place, and drops what conflicts with one kept. Both lists come
 * back in the order of the text.
 */
export function withoutConflicts<E extends { readonly edit: TextEdit }>(
  edits: readonly E[],
  score: (edit: E) => number,
): { kept: E[]; dropped: E[] } {
  const kept: E[] = [];
  const dropped: E[] = [];
  const best = edits.toSorted((a, b) => score(b) - score(a) || byPlace(a.edit, b.edit));
  for (const candidate of best) {
    // Those kept are free of conflict among themselves, so only the neighbours can be in the way.
    const at = placeAmong(kept, candidate.edit);
    const beside = [kept[at - 1], kept[at]];
    if (beside.some((other) => other !== undefined && conflict(other.edit, candidate.edit)))
      dropped.push(candidate);
    else kept.splice(at, 0, candidate);
  }
  return { kept, dropped: dropped.sort((a, b) => byPlace(a.edit, b.edit)) };
}

/** Where `edit` is once `over`, edits of the same text, were applied; null when one of them conflicts with it. */
export function rebaseEdit(edit: TextEdit, over: readonly TextEdit[]): TextEdit | null {
  let shift = 0;
  for (const other of over) {
    if (conflict(edit, other)) return null;
    if (byPlace(other, edit) < 0) shift += other.after.length - other.before.length;
  }
  return { ...edit, start: edit.start + shift, end: edit.end + shift };
}

/** Words on the left and right by which a place is known, the surest first. One side may have been changed itself. */
const CONTEXTS = [
  { left: 8, right: 8 },
  { left: 3, right: 3 },
  { left: 1, right: 1 },
  { left: 3, right: 0 },
  { left: 0, right: 3 },
] as const;
/** No context reaches farther, whatever counts as a word there. */
const CONTEXT_CHARS_MAX = 400;

/** The end of `text` that holds its last `words` words, with what stands between and behind them. */
function lastWords(text: string, words: number): string {
  if (words === 0) return "";
  const near = text.slice(-CONTEXT_CHARS_MAX);
  const starts = [...near.matchAll(/\S+/g)].map(({ index }) => index);
  return near.slice(starts.at(-words) ?? 0);
}

/** The beginning of `text` that holds its first `words` words. */
function firstWords(text: string, words: number): string {
  if (words === 0) return "";
  const near = text.slice(0, CONTEXT_CHARS_MAX);
  const found = [...near.matchAll(/\S+/g)][words - 1];
  return found === undefined ? near : near.slice(0, found.index + found[0].length);
}

const WORD_CHARACTER = /[\p{L}\p{M}\p{N}_]/u;

/** Whether a word goes on across an offset. */
const insideWord = (text: string, at: number): boolean =>
  WORD_CHARACTER.test(text.charAt(at - 1)) && WORD_CHARACTER.test(text.charAt(at));

/** Up to two places of `text` where `stretch` stands, beginning and ending as words do. */
function placesOf(text: string, stretch: string): number[] {
  const places: number[] = [];
  for (
    let at = text.indexOf(stretch);
    at >= 0 && places.length < 2;
    at = text.indexOf(stretch, at + 1)
  )
    if (!insideWord(text, at) && !insideWord(text, at + stretch.length)) places.push(at);
  return places;
}

/**
 * The same edit in `to`, a later state of `from` that was made elsewhere: found by the words around it. Null when they
 * are gone or stand in more than one place: better no suggestion than one in the wrong place.
 */
export function rebaseByContext(edit: TextEdit, from: string, to: string): TextEdit | null {
  check(from, edit);
  if (from === to) return edit;
  for (const { left, right } of CONTEXTS) {
    const before = lastWords(from.slice(0, edit.start), left);
    const behind = firstWords(from.slice(edit.end), right);
    // Where only one side is asked for, it must say something.
    if ((left === 0 || right === 0) && (before + behind).trim() === "") continue;
    const stretch = before + edit.before + behind;
    if (stretch.trim() === "") continue;
    const [place, another] = placesOf(to, stretch);
    if (another !== undefined) return null;
    if (place === undefined) continue;
    const start = place + before.length;
    return { ...edit, start, end: start + edit.before.length };
  }
  return null;
}
