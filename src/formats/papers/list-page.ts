/**
 * The text of a saved list of daily papers: a header, then of each paper a title, an abstract and a trailer of who, `·`
 * and when, parted by blank lines. Pages get damaged on the way into a file, so nothing is keyed on line numbers, and
 * whatever is odd is said beside the paper.
 */
import { Problem, quoted } from "#core/errors.ts";
import type { ImportWarning, Paper } from "#core/paper.ts";
import { countOf, dayOf, type PrintedDate } from "./dates.ts";
import { type PapersRead, paperOf, type ReadOptions, warning } from "./draft.ts";
import { blocksOf, type Pair, pairsOf } from "./list-blocks.ts";
import { type ListLines, linesOf, listLines, type Trailer } from "./list-lines.ts";

/** The year and day that the dates of a page are read against. */
interface PageTime {
  readonly year: number | undefined;
  readonly inferred: boolean;
  /** `YYYY-MM-DD` of the header. */
  readonly today: string | undefined;
}

const READABLE =
  "titles, abstracts of more than 300 characters, and lines such as “• 5 authors · Mar 12”";

/** @throws Problem `bad-input` where nothing in the text is a paper. */
export function readListPage(text: string, options: ReadOptions = {}): PapersRead {
  const list = listLines(linesOf(text));
  const times = timesOf(list, options.pageYear);
  const papers: Paper[] = [];
  const warnings: ImportWarning[] = list.adverts.map(({ text: advert, number }) =>
    warning("advert", `An advertisement is left out: ${quoted(advert)}`, { line: number }),
  );
  for (const { runs, trailer, page } of list.segments) {
    const { pairs, left } = pairsOf(blocksOf(runs), trailer !== undefined);
    for (const { text: unpaired, line } of left)
      warnings.push(
        warning("unpaired-text", `Belongs to no paper and is left out: ${quoted(unpaired)}`, {
          line,
        }),
      );
    if (pairs.length === 0 && trailer !== undefined)
      warnings.push(
        warning("unpaired-trailer", `A trailer without a paper: ${quoted(trailer.raw)}`, {
          line: trailer.line,
        }),
      );
    const time = times[page] ?? NO_TIME;
    pairs.forEach((pair, i) => {
      papers.push(pairedPaper(pair, i === pairs.length - 1 ? trailer : undefined, time));
    });
  }
  if (papers.length === 0)
    throw new Problem("bad-input", "No paper is in the text", {
      expected: READABLE,
      got: quoted(text.trim()),
    });
  return { papers, warnings };
}

const NO_TIME: PageTime = { year: undefined, inferred: false, today: undefined };

/**
 * A year is printed only where it is not the page's own, so that a page's year is told by its latest printed one; a year
 * given by the user goes first.
 */
function timesOf({ segments, pageDates }: ListLines, given: number | undefined): PageTime[] {
  const printed = segments.map(({ trailer, page }) => ({ page, year: trailer?.date?.year }));
  const latest = (page?: number): number | undefined => {
    let most: number | undefined;
    for (const { page: of, year } of printed)
      if (year !== undefined && (page === undefined || of === page))
        most = most === undefined ? year : Math.max(most, year);
    return most;
  };
  const overall = latest();
  return pageDates.map((date, page) => {
    const last = latest(page) ?? overall;
    const year = given ?? date?.year ?? (last === undefined ? undefined : last + 1);
    return {
      year,
      inferred: given === undefined && date?.year === undefined,
      today:
        date?.month === undefined || year === undefined
          ? undefined
          : dayOf(date.year ?? year, date.month, date.day),
    };
  });
}

function pairedPaper(
  { title, abstract, doubts }: Pair,
  trailer: Trailer | undefined,
  time: PageTime,
): Paper {
  const line = title.line;
  const when = whenOf(trailer?.date, trailer?.line ?? line, time);
  return paperOf({
    title: title.text,
    abstract: abstract?.text,
    authorCount: trailer?.authorCount === 0 ? undefined : trailer?.authorCount,
    organisation: trailer?.organisation,
    publishedAt: when.day,
    comments: when.comments,
    source: "list-page",
    sourceLine: line,
    raw: [title.raw, abstract?.raw, trailer?.raw].filter((part) => part !== undefined).join("\n\n"),
    warnings: [
      ...doubts.map((doubt) => warning("odd-pairing", `${doubt}: ${quoted(title.text)}`, { line })),
      ...(trailer === undefined
        ? [warning("missing-trailer", "Authors and date are missing", { line })]
        : trailerWarnings(trailer)),
      ...when.warnings,
    ],
  });
}

const trailerWarnings = ({ authorCount, organisation, date, line }: Trailer): ImportWarning[] => [
  ...(organisation === undefined && (authorCount === undefined || authorCount === 0)
    ? [
        warning("odd-trailer", "Neither authors nor an organisation", {
          field: "authorCount",
          line,
        }),
      ]
    : []),
  ...(date === undefined
    ? [warning("odd-trailer", "The date is missing", { field: "publishedAt", line })]
    : []),
];

/** Day and comments of a trailer's date line. A date that cannot be is told and left out, never mended. */
function whenOf(
  date: PrintedDate | undefined,
  line: number,
  time: PageTime,
): {
  readonly day?: string | undefined;
  readonly comments?: number | undefined;
  readonly warnings: ImportWarning[];
} {
  const warnings: ImportWarning[] = [];
  if (date === undefined) return { warnings };
  const say = (kind: string, message: string, field = "publishedAt") =>
    warnings.push(warning(kind, message, { field, line }));
  const comments = date.count === undefined ? undefined : countOf(date.count);
  if (date.count !== undefined && comments === undefined)
    say("bad-count", `${quoted(date.count)} is no count`, "comments");
  else if (date.year === undefined && /^(?:19|20)\d\d$/.test(date.count ?? ""))
    say("odd-count", `${date.count} was read as comments; it looks like a year`, "comments");
  if (date.month === undefined) {
    say("unknown-month", "The month is in no language that is known");
    return { comments, warnings };
  }
  if (!date.english)
    say("translated-month", `The month was read as number ${date.month} of the year`);
  const year = date.year ?? time.year;
  if (year === undefined) {
    say("year-unknown", "The date has no year, and nothing on the page tells it");
    return { comments, warnings };
  }
  const day = dayOf(year, date.month, date.day);
  if (day === undefined) {
    say("bad-date", `The calendar has no ${year}-${date.month}-${date.day}`);
    return { comments, warnings };
  }
  if (time.today !== undefined && day > time.today) {
    if (date.year === undefined) {
      say(
        "date-after-page",
        `A date without year, ${day}, would be after the page's, ${time.today}`,
      );
      return { comments, warnings };
    }
    say("future-date", `${day} is after the page's date, ${time.today}`);
  }
  if (date.year === undefined && time.inferred)
    say("year-inferred", `The year ${year} was inferred from the years printed on the page`);
  return { day, comments, warnings };
}
