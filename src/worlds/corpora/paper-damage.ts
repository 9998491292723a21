/** What happens to a saved page on its way into a file, and how well a reader copes: counted against the known papers. */
import { assert } from "#core/assert.ts";
import type { ImportWarning } from "#core/paper.ts";
import type { Rng } from "#core/rng.ts";
import {
  type Block,
  blocksOf,
  type ListedPaper,
  type PaperPage,
  pageHtml,
  pageText,
  paperPage,
} from "./paper-pages.ts";

/** A page as it is found in a file, and the papers that are still in it. */
export interface DamagedPage {
  readonly text: string;
  readonly papers: readonly ListedPaper[];
}

/** Month names as browsers translate pages; by hand, so that a reader's own table is put to the test. */
const TRANSLATED: readonly { readonly months: readonly string[]; readonly dayFirst: boolean }[] = [
  {
    months: "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.".split(" "),
    dayFirst: true,
  },
  {
    months: "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split(" "),
    dayFirst: true,
  },
  {
    months:
      "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(
        " ",
      ),
    dayFirst: false,
  },
];

const ADVERTS = [
  "Sponsored: three months of computing for the price of two",
  "Advertisement",
  "Train your next model on our cloud and save half",
  "Promoted · A keyboard for people who correct a lot",
  "Our autumn conference is sold out, but the stream is free.",
  "Read the handbook that forty thousand engineers keep on their desk",
];
const WIDTH = 78;
const SHARE_WITHOUT_TRAILER = 0.2;

/** Lines of at most `width` characters, broken at blanks. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const textOf = (page: PaperPage): string => pageText(blocksOf(page));
const same = (page: PaperPage, text: string): DamagedPage => ({ text, papers: page.papers });

const wrapAbstract = (block: Block): Block =>
  block.kind === "abstract" ? { ...block, lines: wrapped(block.lines[0] ?? "", WIDTH) } : block;

function withoutSomeTrailers({ papers, date }: PaperPage, rng: Rng): PaperPage {
  return {
    date,
    papers: papers.map((paper, i) =>
      // The first tells the year of the page.
      i > 0 && rng.bernoulli(SHARE_WITHOUT_TRAILER)
        ? { title: paper.title, abstract: paper.abstract }
        : paper,
    ),
  };
}

function withAdverts(page: PaperPage, rng: Rng, between?: string): string {
  const blocks = blocksOf(page);
  const adverts = 1 + rng.int(3);
  for (let i = 0; i < adverts; i++)
    blocks.splice(1 + rng.int(blocks.length), 0, { kind: "advert", lines: [rng.pick(ADVERTS)] });
  return pageText(blocks, between);
}

function translated(page: PaperPage, rng: Rng): string {
  const { months, dayFirst } = rng.pick(TRANSLATED);
  return pageText(
    blocksOf(page, (day, withYear) => {
      const [year = "", month = "", date = ""] = day.split("-");
      const name = months[Number(month) - 1] ?? "";
      if (dayFirst) return `${Number(date)} ${name}${withYear ? ` ${year}` : ""}`;
      return `${name} ${Number(date)}${withYear ? `, ${year}` : ""}`;
    }),
  );
}

function wrappedTitles(page: PaperPage): string {
  return pageText(
    blocksOf(page).map((block) =>
      block.kind === "title" ? { ...block, lines: wrapped(block.lines[0] ?? "", 48) } : block,
    ),
  );
}

/** Each kind of damage by name. */
export const DAMAGE = {
  none: (page) => same(page, textOf(page)),
  crlf: (page) => same(page, textOf(page).replaceAll("\n", "\r\n")),
  "no-break-blanks": (page, rng) =>
    same(
      page,
      textOf(page).replace(/ /g, (blank) => (rng.bernoulli(0.3) ? "\u00a0" : blank)),
    ),
  "trailing-blanks": (page) => same(page, textOf(page).replaceAll("\n", "  \n")),
  "lost-blank-lines": (page) => same(page, pageText(blocksOf(page), "\n")),
  "some-blank-lines-lost": (page, rng) =>
    same(
      page,
      textOf(page).replace(/\n\n/g, (gap) => (rng.bernoulli(0.4) ? "\n" : gap)),
    ),
  "more-blank-lines": (page) => same(page, pageText(blocksOf(page), "\n\n\n\n")),
  "trailers-on-one-line": (page) =>
    same(
      page,
      pageText(
        blocksOf(page).map((block) =>
          block.kind === "trailer" ? { ...block, lines: [block.lines.join(" ")] } : block,
        ),
      ),
    ),
  "missing-trailers": (page, rng) => {
    const left = withoutSomeTrailers(page, rng);
    return same(left, textOf(left));
  },
  "missing-trailers-lost-blank-lines": (page, rng) => {
    const left = withoutSomeTrailers(page, rng);
    return same(left, pageText(blocksOf(left), "\n"));
  },
  "translated-months": (page, rng) => same(page, translated(page, rng)),
  adverts: (page, rng) => same(page, withAdverts(page, rng)),
  "adverts-lost-blank-lines": (page, rng) => same(page, withAdverts(page, rng, "\n")),
  "adverts-missing-trailers": (page, rng) => {
    const left = withoutSomeTrailers(page, rng);
    return same(left, withAdverts(left, rng));
  },
  "wrapped-abstracts": (page) => same(page, pageText(blocksOf(page).map(wrapAbstract))),
  "wrapped-titles": (page) => same(page, wrappedTitles(page)),
  "wrapped-lost-blank-lines": (page) =>
    same(page, pageText(blocksOf(page).map(wrapAbstract), "\n")),
  "pasted-twice": (page) => same(page, `${textOf(page)}\n\n${textOf(page)}`),
  html: (page) => same(page, pageHtml(page)),
} satisfies Readonly<Record<string, (page: PaperPage, rng: Rng) => DamagedPage>>;

export type DamageName = keyof typeof DAMAGE;
export const DAMAGE_NAMES = Object.keys(DAMAGE) as DamageName[]; // the keys of the object above

/** What a reader makes of a text, as far as it is judged here. */
export type PaperReader = (text: string) => {
  readonly papers: readonly {
    readonly title: string;
    readonly abstract: string;
    readonly authors?: readonly string[] | undefined;
    readonly authorCount?: number | undefined;
    readonly publishedAt?: string | undefined;
    readonly comments?: number | undefined;
    readonly organisation?: { readonly slug: string; readonly name: string } | undefined;
    readonly warnings: readonly ImportWarning[];
  }[];
};

export interface ReadingScore {
  readonly papers: number;
  /** Papers whose title and abstract were found together, letter by letter. */
  readonly recovered: number;
  /** Papers that were read and are none. */
  readonly mispaired: number;
  /** Of those, the ones that no warning tells of. */
  readonly silent: number;
  /** Fields of recovered papers with a value that is not the page's, and no warning. */
  readonly silentFields: number;
}

const NOTHING: ReadingScore = { papers: 0, recovered: 0, mispaired: 0, silent: 0, silentFields: 0 };

const plus = (a: ReadingScore, b: ReadingScore): ReadingScore => ({
  papers: a.papers + b.papers,
  recovered: a.recovered + b.recovered,
  mispaired: a.mispaired + b.mispaired,
  silent: a.silent + b.silent,
  silentFields: a.silentFields + b.silentFields,
});

const pairKey = ({ title, abstract }: { readonly title: string; readonly abstract: string }) =>
  `${title}\n${abstract}`;

/** Compares what was read with what the page holds. */
export function readingScore(
  read: ReturnType<PaperReader>["papers"],
  papers: readonly ListedPaper[],
): ReadingScore {
  const known = new Map(papers.map((paper) => [pairKey(paper), paper]));
  const found = new Set<string>();
  let [mispaired, silent, silentFields] = [0, 0, 0];
  for (const paper of read) {
    const key = pairKey(paper);
    const truth = known.get(key);
    if (truth === undefined || found.has(key)) {
      mispaired++;
      if (!paper.warnings.some(({ kind }) => kind === "odd-pairing")) silent++;
      continue;
    }
    found.add(key);
    const warned = (field: string) => paper.warnings.some((warning) => warning.field === field);
    const count = paper.authors?.length ?? paper.authorCount;
    const differs: readonly (readonly [string, boolean])[] = [
      ["authorCount", count !== truth.authorCount],
      ["publishedAt", paper.publishedAt !== truth.publishedAt],
      ["comments", paper.comments !== truth.comments],
      ["organisation", paper.organisation?.name !== truth.organisation?.name],
    ];
    silentFields += differs.filter(([field, wrong]) => wrong && !warned(field)).length;
  }
  return { papers: papers.length, recovered: found.size, mispaired, silent, silentFields };
}

export interface ParserStudy {
  readonly total: ReadingScore;
  readonly byDamage: Readonly<Record<string, ReadingScore>>;
}

export interface ParserStudyOptions {
  readonly pages?: number;
  readonly papersPerPage?: number;
  readonly damage?: readonly DamageName[];
}

/** Reads damaged pages, one kind of damage after the other, and counts what came back. Same seed, same counts. */
export function parserStudy(
  read: PaperReader,
  rng: Rng,
  { pages = 200, papersPerPage = 42, damage = DAMAGE_NAMES }: ParserStudyOptions = {},
): ParserStudy {
  assert(pages > 0 && papersPerPage > 0 && damage.length > 0, "there is something to read");
  const byDamage: Record<string, ReadingScore> = {};
  let total = NOTHING;
  for (let i = 0; i < pages; i++) {
    const name = damage[i % damage.length] as DamageName; // within the list
    const own = rng.split(i);
    const page = DAMAGE[name](paperPage(own.split("page"), papersPerPage), own.split("damage"));
    const score = readingScore(read(page.text).papers, page.papers);
    byDamage[name] = plus(byDamage[name] ?? NOTHING, score);
    total = plus(total, score);
  }
  return { total, byDamage };
}
