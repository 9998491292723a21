/**
 * Saved list pages of daily papers with texts of our own: the layout as such pages have it, the damage that happens to
 * them on the way into a file, and what a reader should find all the same.
 */
import type { Rng } from "#core/rng.ts";
import { paperText } from "./paper-texts.ts";

/** A paper as the page shows it. */
export interface ListedPaper {
  readonly title: string;
  readonly abstract: string;
  readonly authorCount?: number;
  readonly organisation?: { readonly slug: string; readonly name: string };
  /** `YYYY-MM-DD`; absent where the trailer is missing. */
  readonly publishedAt?: string;
  readonly comments?: number;
}

export interface PaperPage {
  readonly papers: readonly ListedPaper[];
  /** `YYYY-MM-DD` of the header, which prints no year. */
  readonly date: string;
}

const ORGANISATIONS = [
  { slug: "harbour-lab", name: "Harbour Lab" },
  { slug: "northwind", name: "NORTHWIND" },
  { slug: "alder.ai", name: "Alder Institute of Applied Inference" },
];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

const dayOf = (year: number, month: number, day: number): string =>
  `${year}-${String(month + 1).padStart(2, "0")}-${String(day).padStart(2, "0")}`;

/** Shares as on a real page: of dates with the page's own year, of comments, of organisations in place of authors. */
const SHARES = { thisYear: 0.25, comments: 0.27, organisation: 0.05 } as const;

/** A page of `count` papers with titles of their own, put out in the page's year or up to six years before. */
export function paperPage(rng: Rng, count: number): PaperPage {
  const year = 2025;
  const [month, day] = [3 + rng.int(9), 1 + rng.int(28)];
  const titles = new Set<string>();
  const papers: ListedPaper[] = [];
  while (papers.length < count) {
    const text = paperText(rng);
    // Few topics make many papers alike; a number in the title parts them.
    const title = titles.has(text.title) ? `${text.title}, Part ${papers.length + 1}` : text.title;
    titles.add(title);
    const thisYear = rng.bernoulli(SHARES.thisYear);
    papers.push({
      title,
      abstract: text.abstract,
      ...(rng.bernoulli(SHARES.organisation)
        ? { organisation: rng.pick(ORGANISATIONS) }
        : { authorCount: 1 + Math.floor(51 * rng.uniform() ** 3) }),
      publishedAt: thisYear
        ? dayOf(year, rng.int(month), 1 + rng.int(28))
        : dayOf(papers.length === 0 ? year - 1 : 2019 + rng.int(6), rng.int(12), 1 + rng.int(28)),
      ...(rng.bernoulli(SHARES.comments) && { comments: 1 + rng.int(5) }),
    });
  }
  return { papers, date: dayOf(year, month, day) };
}

export interface Block {
  readonly kind: "header" | "title" | "abstract" | "trailer" | "advert";
  readonly lines: readonly string[];
}

/** How a date is printed: the month by its short English name, the year only where it is not the page's. */
type DateText = (day: string, withYear: boolean) => string;

const englishDate: DateText = (day, withYear) => {
  const [year = "", month = "", date = ""] = day.split("-");
  const name = MONTHS[Number(month) - 1] ?? "";
  return `${name} ${Number(date)}${withYear ? `, ${year}` : ""}`;
};

const trailerOf = (paper: ListedPaper, pageDate: string, dateText: DateText): string[] => {
  const { authorCount, organisation, publishedAt = "", comments } = paper;
  const who =
    organisation === undefined
      ? `  • ${authorCount} authors`
      : `${organisation.slug} ${organisation.name}`;
  const date = dateText(publishedAt, publishedAt.slice(0, 4) !== pageDate.slice(0, 4));
  return [who, "·", comments === undefined ? date : `${date} ${comments}`];
};

/** The page as blocks, each of which a blank line ends. */
export function blocksOf({ papers, date }: PaperPage, dateText: DateText = englishDate): Block[] {
  const header = [
    "new",
    "Get trending papers in your email inbox!",
    "Subscribe",
    "Daily Papers",
    "byAK and the research community",
    dateText(date, false),
  ];
  return [
    ...header.map((line): Block => ({ kind: "header", lines: [line] })),
    ...papers.flatMap((paper): Block[] => [
      { kind: "title", lines: [paper.title] },
      { kind: "abstract", lines: [paper.abstract] },
      ...(paper.publishedAt === undefined
        ? []
        : [{ kind: "trailer" as const, lines: trailerOf(paper, date, dateText) }]),
    ]),
  ];
}

/** Blocks with a blank line between, and no line end after the last. */
export const pageText = (blocks: readonly Block[], between = "\n\n"): string =>
  blocks.map(({ lines }) => lines.join("\n")).join(between);

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (each) => ESCAPES[each] ?? each);

/** The page as a browser saves it: what it shows is made from the JSON in an attribute. */
export function pageHtml({ papers, date }: PaperPage): string {
  const dailyPapers = papers.map((paper, i) => ({
    paper: {
      id: `25${String(1 + (i % 12)).padStart(2, "0")}.${String(10_000 + i)}`,
      title: paper.title,
      summary: paper.abstract,
      ...(paper.authorCount !== undefined && {
        authors: Array.from({ length: paper.authorCount }, (_, a) => ({
          _id: `${i}-${a}`,
          name: `Author ${a + 1} of ${i + 1}`,
          hidden: false,
        })),
      }),
      ...(paper.publishedAt !== undefined && { publishedAt: `${paper.publishedAt}T00:00:00.000Z` }),
      submittedOnDailyAt: `${date}T08:10:00.000Z`,
    },
    title: paper.title,
    summary: paper.abstract,
    ...(paper.comments !== undefined && { numComments: paper.comments }),
    ...(paper.organisation !== undefined && {
      organization: { _id: "o", name: paper.organisation.slug, fullname: paper.organisation.name },
    }),
  }));
  const props = escaped(JSON.stringify({ dailyPapers, dateString: date, lastDate: date }));
  const shown = papers.map(({ title }) => `<article><h3>${escaped(title)}</h3></article>`);
  return [
    '<!doctype html><html><head><title>Daily Papers</title><script>let x = "</div>";</script></head><body>',
    '<div class="SVELTE_HYDRATER contents" data-target="MainHeader" data-props="{&quot;user&quot;:1}"></div>',
    `<div class="SVELTE_HYDRATER contents" data-target="DailyPapers" data-props="${props}">`,
    ...shown,
    "</div></body></html>",
  ].join("\n");
}
