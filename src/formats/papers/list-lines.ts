/**
 * The lines of a saved list page, told apart: what belongs to the page around the papers, the three-line trailers that
 * end a paper, and the text in between.
 */
import { type PrintedDate, printedDate } from "./dates.ts";

export interface Line {
  readonly text: string;
  /** Of the file, from 1. */
  readonly number: number;
}

export interface Trailer {
  readonly authorCount: number | undefined;
  readonly organisation: { readonly slug: string; readonly name: string } | undefined;
  readonly date: PrintedDate | undefined;
  readonly line: number;
  /** As printed. */
  readonly raw: string;
}

/** Paragraphs as blank lines part them, the trailer they lead to, and the page they stand on. */
export interface Segment {
  readonly runs: readonly (readonly Line[])[];
  /** Undefined at the end of a page. */
  readonly trailer: Trailer | undefined;
  /** Counts from 0 where several pages were pasted together. */
  readonly page: number;
}

export interface ListLines {
  readonly segments: readonly Segment[];
  /** Date line of each page's header. */
  readonly pageDates: readonly (PrintedDate | undefined)[];
  /** Lines that advertise, left out. */
  readonly adverts: readonly Line[];
}

/** Lines of the page around the papers, in lower case. */
const NAVIGATION = new Set([
  "new",
  "get trending papers in your email inbox!",
  "get trending papers in your email inbox once a day!",
  "subscribe",
  "subscribesubmitted by",
  "submitted by",
  "byak and the research community",
  "by ak and the research community",
  "back",
  "next",
  "previous",
  "trending papers",
  "daily",
  "weekly",
  "monthly",
  "log in",
  "sign up",
  "hugging face",
  "models",
  "datasets",
  "spaces",
  "community",
  "docs",
  "pricing",
]);
const PAGE_TITLE = "daily papers";
const BEFORE_USER = new Set(["submitted by", "subscribesubmitted by"]);
const USER_NAME = /^[\w.-]{2,42}$/;
const PAGE_NUMBER = /^(?:page )?\d+(?: (?:of|\/) \d+)?$/i;
const PAGER_CHARS_MAX = 80;
const PAGER_PART = /previous|next|\d+|…|\.\.\./gi;

/** `3`, `Page 3 of 7`, `Previous123…Next`. */
const isPager = (text: string): boolean =>
  text.length <= PAGER_CHARS_MAX &&
  (PAGE_NUMBER.test(text) ||
    ((text.match(PAGER_PART)?.length ?? 0) > 1 && text.replace(PAGER_PART, "").trim() === ""));

const ADVERT =
  /^(?:\[?(?:sponsored|advertisement|promoted|ad)\]?)(?:\s*[:·|–—-]|\s*$| by\b| content\b)/i;

/** The bullet tells it where the word is translated. */
const AUTHORS = /^(?:[•*] ?(\d+) ?\p{L}[\p{L} ]{0,24}|(\d+) authors?)$/iu;
const ORGANISATION = /^([A-Za-z0-9][\w.-]{0,60}) (\S.{0,79})$/;
const DOT = /^[·•]$/;
const ONE_LINE = /^(.{1,140}?)\s*·\s*(\S.{3,40})$/;
const BLANK_LINES_INSIDE_MAX = 1;

/** Lines with their line ends, no-break blanks and trailing blanks made alike. */
export const linesOf = (text: string): Line[] =>
  text
    .replace(/^\ufeff/, "")
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/[\u00a0\u202f\u2007\t]/g, " ")
    .replace(/[\u200b\u2060\ufeff]/g, "")
    .split("\n")
    .map((line, i) => ({ text: line.trim().replace(/ {2,}/g, " "), number: i + 1 }));

type Who = Pick<Trailer, "authorCount" | "organisation">;

function authorsOf(text: string): number | undefined {
  const [, marked, plain] = AUTHORS.exec(text) ?? [];
  const digits = marked ?? plain;
  return digits === undefined ? undefined : Number(digits);
}

function whoOf(text: string): Who | undefined {
  const authors = authorsOf(text);
  if (authors !== undefined) return { authorCount: authors, organisation: undefined };
  const [, slug, name] = ORGANISATION.exec(text) ?? [];
  return slug === undefined || name === undefined || /[.!?:]$/.test(text)
    ? undefined
    : { authorCount: undefined, organisation: { slug, name } };
}

const NOBODY: Who = { authorCount: undefined, organisation: undefined };

/** The next line with something on it, at most one blank line on. */
function nextAt(lines: readonly Line[], at: number): number | undefined {
  for (let i = at + 1; i <= at + 1 + BLANK_LINES_INSIDE_MAX && i < lines.length; i++)
    if (lines[i]?.text !== "") return i;
  return undefined;
}

/** Whether a line is not part of the text around it: what is above has ended, and below nothing goes on. */
function standsAlone(lines: readonly Line[], at: number): boolean {
  const [above, below] = [lines[at - 1]?.text ?? "", lines[at + 1]?.text ?? ""];
  return (above === "" || /[.!?)\]"'”’]$/.test(above)) && !/^[\p{Ll}]/u.test(below);
}

/** A trailer and the line after it. */
interface Found {
  readonly trailer: Trailer;
  readonly until: number;
}

const TRAILER_LINE_CHARS_MAX = 200;

/** A trailer that begins at a line: whole on one line, on two or three, or what is left of one. */
function trailerAt(lines: readonly Line[], at: number): Found | undefined {
  const text = lines[at]?.text ?? "";
  if (text === "" || text.length > TRAILER_LINE_CHARS_MAX) return undefined;
  return oneLineTrailer(lines, at) ?? linesTrailer(lines, at) ?? halfTrailer(lines, at);
}

/** The trailer of some lines, from the first of them to the last. */
const found = (
  lines: readonly Line[],
  [first, last]: readonly [first: number, last: number],
  { who, date }: { readonly who: Who; readonly date: PrintedDate | undefined },
): Found => ({
  trailer: {
    ...who,
    date,
    line: lines[first]?.number ?? 1,
    raw: lines
      .slice(first, last + 1)
      .map(({ text }) => text)
      .join("\n"),
  },
  until: last + 1,
});

/** `• 5 authors · Mar 12, 2024`, the dot once or on both sides of the line's end. */
function oneLineTrailer(lines: readonly Line[], at: number): Found | undefined {
  const [, left = "", right = ""] = ONE_LINE.exec(lines[at]?.text ?? "") ?? [];
  const date = printedDate(right.replace(/^· ?/, ""));
  const who = date === undefined ? undefined : whoOf(left.trim());
  if (who === undefined || (who.organisation !== undefined && !standsAlone(lines, at)))
    return undefined;
  return found(lines, [at, at], { who, date });
}

/** Who, `·` and when on a line each; without who; or `· Mar 12` on the second. */
function linesTrailer(lines: readonly Line[], at: number): Found | undefined {
  const text = lines[at]?.text ?? "";
  const dotAt = DOT.test(text) ? at : nextAt(lines, at);
  const who = DOT.test(text) ? NOBODY : whoOf(text);
  if (dotAt === undefined || who === undefined) return undefined;
  const dot = lines[dotAt]?.text ?? "";
  if (dotAt !== at && dot.startsWith("· ")) {
    const date = printedDate(dot.slice(2));
    if (date !== undefined) return found(lines, [at, dotAt], { who, date });
  }
  const dateAt = DOT.test(dot) ? nextAt(lines, dotAt) : undefined;
  const date = dateAt === undefined ? undefined : printedDate(lines[dateAt]?.text ?? "");
  return dateAt === undefined || date === undefined
    ? undefined
    : found(lines, [at, dateAt], { who, date });
}

/** A dot, or a count of authors, whose date is gone. A bullet before another word may be of a list in an abstract. */
function halfTrailer(lines: readonly Line[], at: number): Found | undefined {
  const text = lines[at]?.text ?? "";
  if (DOT.test(text)) return found(lines, [at, at], { who: NOBODY, date: undefined });
  const authorCount = authorsOf(text);
  const next = nextAt(lines, at);
  const dotAt = next !== undefined && DOT.test(lines[next]?.text ?? "") ? next : undefined;
  if (authorCount === undefined || (dotAt === undefined && !/authors?$/i.test(text)))
    return undefined;
  const who = { authorCount, organisation: undefined };
  return found(lines, [at, dotAt ?? at], { who, date: undefined });
}

/** Cuts a page into segments that end at a trailer, or where the page ends. */
export function listLines(lines: readonly Line[]): ListLines {
  const segments: Segment[] = [];
  const pageDates: (PrintedDate | undefined)[] = [undefined];
  const adverts: Line[] = [];
  let runs: Line[][] = [];
  let run: Line[] = [];
  let page = 0;
  const endRun = () => {
    if (run.length > 0) runs.push(run);
    run = [];
  };
  const endSegment = (trailer?: Trailer) => {
    endRun();
    if (runs.length > 0 || trailer !== undefined) segments.push({ runs, trailer, page });
    runs = [];
  };
  // A single word right below text is the last of a wrapped title, such as `Models`.
  const goesOn = (word: string) => run.length > 0 && !word.includes(" ");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    if (line === undefined) break;
    const lower = line.text.toLowerCase();
    if (line.text === "") endRun();
    else if (lower === PAGE_TITLE) {
      endSegment();
      if (segments.some((segment) => segment.page === page)) pageDates[++page] = undefined;
    } else if (NAVIGATION.has(lower) && !goesOn(lower)) {
      endRun();
      if (BEFORE_USER.has(lower)) at = userAfter(lines, at);
    } else if (isPager(line.text) && run.length === 0) endRun();
    else if (ADVERT.test(line.text)) {
      endRun();
      adverts.push(line);
    } else {
      const ending = trailerAt(lines, at);
      const date = ending === undefined ? printedDate(line.text) : undefined;
      if (ending !== undefined) {
        endSegment(ending.trailer);
        at = ending.until - 1;
      } else if (date?.month !== undefined && date.count === undefined) {
        endRun();
        pageDates[page] ??= date;
      } else run.push(line);
    }
  }
  endSegment();
  return { segments, pageDates, adverts };
}

/** Steps over the name of who submitted a paper; a name is one word, so a title is not taken for it. */
function userAfter(lines: readonly Line[], at: number): number {
  const next = nextAt(lines, at);
  const text = next === undefined ? "" : (lines[next]?.text ?? "");
  return next !== undefined && USER_NAME.test(text) ? next : at;
}
