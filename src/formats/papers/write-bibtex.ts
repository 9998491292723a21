import type { Paper } from "#core/paper.ts";
import { normalTitle } from "#core/paper-keys.ts";
import { toLatex } from "./latex.ts";

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const SMALL_WORDS = new Set(
  "a an the on of in for to from with and how what why is are".split(" "),
);

/** Entries whose keys are unique: first author, year, first word of weight, and a letter where that is not enough. */
export function writeBibtex(papers: readonly Paper[]): string {
  const taken = new Map<string, number>();
  return papers.map((paper) => `${entryOf(paper, keyOf(paper, taken))}\n`).join("\n");
}

const ascii = (text: string): string => normalTitle(text).replace(/[^a-z0-9 ]/g, "");

function keyOf(
  { authors, title, publishedAt, organisation }: Paper,
  taken: Map<string, number>,
): string {
  const name =
    ascii(authors?.[0] ?? organisation?.slug ?? "")
      .split(" ")
      .at(-1) ?? "";
  const words = ascii(title)
    .split(" ")
    .filter((word) => word !== "");
  const word = words.find((each) => !SMALL_WORDS.has(each)) ?? words[0] ?? "";
  const key = `${name}${publishedAt?.slice(0, 4) ?? ""}${word}`;
  const base = /^[a-z]/.test(key) ? key : `paper${key}`;
  for (let n = taken.get(base) ?? 0; ; n++) {
    const made = n === 0 ? base : `${base}-${n + 1}`;
    taken.set(base, n + 1);
    // Another key may be this one with its number by chance.
    if (n === 0 || !taken.has(made)) {
      if (n > 0) taken.set(made, 1);
      return made;
    }
  }
}

/** A comma or an `and` in a name would part it. */
const nameOf = (name: string): string =>
  /,| and |^others$/i.test(name) ? `{${toLatex(name)}}` : toLatex(name);

/** An address may hold what would end the field. */
const addressOf = (link: string): string =>
  link.replace(/[{}\\\s]/g, encodeURIComponent).replace(/[%#&_]/g, "\\$&");

function entryOf(paper: Paper, key: string): string {
  const [year, month, day] = paper.publishedAt?.split("-") ?? [];
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["title", braced(`{${toLatex(paper.title)}}`)],
    [
      "author",
      paper.authors === undefined ? undefined : braced(paper.authors.map(nameOf).join(" and ")),
    ],
    [paper.venue === undefined ? "" : "journal", braced(toLatex(paper.venue ?? ""))],
    ["year", braced(year)],
    ["month", month === undefined ? undefined : MONTHS[Number(month) - 1]],
    ["day", braced(day === undefined ? undefined : String(Number(day)))],
    ["doi", braced(paper.doi === undefined ? undefined : toLatex(paper.doi))],
    ["eprint", braced(paper.arxivId)],
    ["archiveprefix", paper.arxivId === undefined ? undefined : braced("arXiv")],
    ["url", braced(paper.links[0] === undefined ? undefined : addressOf(paper.links[0]))],
    [
      "keywords",
      braced(paper.keywords === undefined ? undefined : toLatex(paper.keywords.join(", "))),
    ],
    ["abstract", braced(paper.abstract === "" ? undefined : toLatex(paper.abstract))],
  ];
  const lines = fields
    .filter(([name, value]) => name !== "" && value !== undefined)
    .map(([name, value]) => `  ${name} = ${value}`);
  return `@${paper.venue === undefined ? "misc" : "article"}{${key},\n${lines.join(",\n")}\n}`;
}

const braced = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : `{${text}}`;
