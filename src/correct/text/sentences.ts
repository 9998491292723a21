/** A stretch of a text: UTF-16 code units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is always followed by the rest of its sentence. */
const OPEN_ABBREVIATIONS = new Set(
  (
    "dr mr mrs ms prof rev hon gen col capt lt sgt gov sen rep pres mt e.g i.e cf vs viz ca approx resp " +
    "fig figs eq eqs sec secs ch chap tab ref refs no nos vol pp ed eds"
  ).split(" "),
);
/** What may stand at the end of a sentence as well: the word after it decides. */
const CLOSED_ABBREVIATIONS = new Set(
  (
    "al st jr sr inc ltd co corp bros dept univ est ave blvd a.m p.m ph.d m.d b.a m.a d.c " +
    "jan feb mar apr jun jul aug sep sept oct nov dec"
  ).split(" "),
);
/** Words that so often begin a sentence that they end the one before. */
const STARTERS = new Set(
  (
    "a an the this that these those it he she we they you i in on at as if when while after before since for from with " +
    "and but or so yet then there here however moreover furthermore thus therefore hence also its his her our their your " +
    "my no not what who why how"
  ).split(" "),
);

/** Last word of a sentence that ends with a full stop: letters and inner stops, without the last one. */
const LAST_WORD = /(?:^|[^\p{L}\p{N}.])((?:\p{L}\.)*\p{L}+)\.$/u;
const FIRST_WORD = /^["'“‘«([]*(\p{L}+)/u;
/** The marker of a list item, alone: `1.`, `a)`, `-`. */
const LIST_MARKER = /^(?:\p{N}{1,3}[.)]|\p{L}[.)]|[-*+•])$/u;
const BEGINS_MARKUP = /^(?:[#>|*+•-]|\p{N}{1,3}[.)]\s|```|~~~|\$\$)/u;
const TERMINATED = /[.!?…。！？:;]["'”’»)\]]*$/u;
/** A line at least so long was broken to fit, not because something ended. */
const WRAPPED_CHARS_MIN = 50;
/** Nothing that is looked at reaches farther from a boundary. */
const NEAR_CHARS = 40;

/** Whether the full stop at the end of `near` belongs to an abbreviation or to initials. */
function endsOpen(near: string, next: string): boolean {
  const last = LAST_WORD.exec(near)?.[1];
  if (last === undefined) return false;
  const word = last.toLowerCase();
  if (OPEN_ABBREVIATIONS.has(word)) return true;
  const initials = /^(?:\p{Lu}\.)*\p{Lu}$/u.test(last) && last !== "I";
  if (!initials && !CLOSED_ABBREVIATIONS.has(word)) return false;
  const following = FIRST_WORD.exec(next)?.[1];
  return following === undefined || !STARTERS.has(following.toLowerCase());
}

/** Whether what the segmenter parted at a boundary is one sentence. `between`: the blanks there. */
function goesOn(text: string, before: Span, after: Span): boolean {
  const between = text.slice(before.end, after.start);
  const breaks = between.match(/\r\n|[\n\r\u2028\u2029]/g)?.length ?? 0;
  if (breaks > 1) return false;
  const near = text.slice(Math.max(before.start, before.end - NEAR_CHARS), before.end);
  const next = text.slice(after.start, Math.min(after.end, after.start + NEAR_CHARS));
  if (breaks === 0) {
    if (before.end - before.start <= 4 && LIST_MARKER.test(near)) return true;
    // "Really?" she asked.
    return endsOpen(near, next) || /^["'“‘([]*\p{Ll}/u.test(next);
  }
  if (BEGINS_MARKUP.test(next)) return false;
  if (TERMINATED.test(near)) return endsOpen(near, next);
  const lineStart = Math.max(before.start, text.lastIndexOf("\n", before.end - 1) + 1);
  return /^\p{Ll}/u.test(next) || before.end - lineStart >= WRAPPED_CHARS_MIN;
}

let segmenter: Intl.Segmenter | undefined;

/**
 * The sentences of a text, ascending, with exact offsets: together they cover all but the blanks between them. Unicode's
 * rules (UAX 29, through `Intl.Segmenter`), repaired where those part abbreviations, initials, list markers, quoted
 * questions and lines that were broken to fit a width. A blank line always ends a sentence.
 */
export function sentences(text: string): Span[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "sentence" });
  const spans: Span[] = [];
  for (const { segment, index } of segmenter.segment(text)) {
    const start = index + segment.length - segment.trimStart().length;
    const end = index + segment.trimEnd().length;
    if (start >= end) continue;
    const span = { start, end };
    const last = spans.at(-1);
    if (last !== undefined && goesOn(text, last, span))
      spans[spans.length - 1] = { start: last.start, end };
    else spans.push(span);
  }
  return spans;
}
