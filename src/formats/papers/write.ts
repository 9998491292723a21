/** Papers in the formats other tools read, each with what it cannot hold. */
import type { Paper } from "#core/paper.ts";
import type { TreeNode } from "#core/tree.ts";
import { unique } from "./draft.ts";
import { writeBibtex } from "./write-bibtex.ts";
import { writeOpml } from "./write-opml.ts";

export const WRITE_FORMATS = ["bibtex", "ris", "csv", "json", "markdown", "opml"] as const;
export type WriteFormat = (typeof WRITE_FORMATS)[number];

export interface WriteOptions {
  /** Categories the papers are placed in, by id; only OPML holds them. */
  readonly tree?: TreeNode;
  /** Heading of an OPML document. */
  readonly title?: string;
}

export interface WrittenPapers {
  readonly text: string;
  /** What the format cannot hold, a sentence each; empty where reading it back gives the same papers. */
  readonly loss: readonly string[];
}

const EVERYWHERE = ["id", "title"];
const OF_REFERENCES = "arxivId doi abstract authors publishedAt venue keywords".split(" ");

/** Fields that reading the format back gives again. Ids are made anew from them. */
const CARRIED: Readonly<Record<WriteFormat, readonly string[]>> = {
  bibtex: OF_REFERENCES,
  ris: [...OF_REFERENCES, "links"],
  csv: [
    ...OF_REFERENCES,
    ..."links authorCount organisation featuredAt comments upvotes withdrawn source".split(" "),
  ],
  json: [],
  markdown: [...OF_REFERENCES, "links"],
  opml: ["publishedAt"],
};

/** Where a paper was read from is about the import, and lost without a word. */
const OF_THE_IMPORT = new Set(["raw", "sourceLine", "warnings", "provenance", "source"]);

export function writePapers(
  papers: readonly Paper[],
  format: WriteFormat,
  { tree, title = "Papers" }: WriteOptions = {},
): WrittenPapers {
  const loss = format === "json" ? [] : [...lossOf(papers, format), ...treeLoss(format, tree)];
  switch (format) {
    case "json":
      return { text: `${JSON.stringify(papers, null, 2)}\n`, loss: treeLoss(format, tree) };
    case "bibtex":
      return { text: writeBibtex(papers), loss };
    case "ris":
      return { text: papers.map(risRecord).join(""), loss };
    case "csv":
      return { text: writeCsv(papers), loss };
    case "markdown":
      return { text: papers.map(markdownItem).join("\n"), loss };
    case "opml": {
      const { text, unknown } = writeOpml(papers, tree, title);
      const missing =
        unknown === 0 ? [] : [`where the tree has papers that are not here: ${unknown}`];
      return { text, loss: [...loss, ...missing] };
    }
  }
}

const treeLoss = (format: WriteFormat, tree: TreeNode | undefined): string[] =>
  tree === undefined || format === "opml" ? [] : ["the tree"];

const isHeld = (value: unknown): boolean =>
  value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);

const counted = (count: number) => `${count} ${count === 1 ? "paper" : "papers"}`;

/** How many papers lose which field. */
function lossOf(papers: readonly Paper[], format: WriteFormat): string[] {
  const carried = new Set([...EVERYWHERE, ...CARRIED[format]]);
  const lost = new Map<string, number>();
  for (const paper of papers)
    for (const [field, value] of Object.entries(paper)) {
      if (carried.has(field) || OF_THE_IMPORT.has(field) || !isHeld(value)) continue;
      if (field === "authorCount" && paper.authors !== undefined) continue;
      if (field === "links" && format === "bibtex" && paper.links.length < 2) continue;
      lost.set(field, (lost.get(field) ?? 0) + 1);
    }
  const parted = papers.filter(({ keywords }) => keywords?.some((word) => /[,;]/.test(word)));
  return [
    ...[...lost]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, count]) => `${field} of ${counted(count)}`),
    ...(parted.length > 0 && format !== "ris" && carried.has("keywords")
      ? [`where keywords with a comma in them end, of ${counted(parted.length)}`]
      : []),
  ];
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

function risRecord(paper: Paper): string {
  const lines: [string, string][] = [
    ["TY", paper.venue === undefined ? "GEN" : "JOUR"],
    ["TI", paper.title],
    ...(paper.authors ?? []).map((name): [string, string] => ["AU", name]),
    ...one("DA", paper.publishedAt?.replaceAll("-", "/")),
    ...one("PY", paper.publishedAt?.slice(0, 4)),
    ...one("JO", paper.venue),
    ...one("DO", paper.doi),
    ...one("AN", paper.arxivId === undefined ? undefined : `arXiv:${paper.arxivId}`),
    ...one("AB", paper.abstract),
    ...(paper.keywords ?? []).map((word): [string, string] => ["KW", word]),
    ...paper.links.map((link): [string, string] => ["UR", link]),
    ["ER", ""],
  ];
  return `${lines.map(([tag, value]) => `${tag}  - ${oneLine(value)}`).join("\r\n")}\r\n\r\n`;
}

const one = (tag: string, value: string | undefined): [string, string][] =>
  value === undefined || value === "" ? [] : [[tag, value]];

const COLUMNS: readonly (readonly [string, (paper: Paper) => unknown])[] = [
  ["id", ({ id }) => id],
  ["arxivId", ({ arxivId }) => arxivId],
  ["doi", ({ doi }) => doi],
  ["title", ({ title }) => title],
  ["abstract", ({ abstract }) => abstract],
  ["authors", ({ authors }) => authors?.join("; ")],
  ["authorCount", ({ authors, authorCount }) => authors?.length ?? authorCount],
  ["organisation", ({ organisation }) => organisation?.name],
  ["organisationSlug", ({ organisation }) => organisation?.slug],
  ["publishedAt", ({ publishedAt }) => publishedAt],
  ["featuredAt", ({ featuredAt }) => featuredAt],
  ["venue", ({ venue }) => venue],
  ["comments", ({ comments }) => comments],
  ["upvotes", ({ upvotes }) => upvotes],
  ["keywords", ({ keywords }) => keywords?.join("; ")],
  ["links", ({ links }) => links.join(" ")],
  ["withdrawn", ({ withdrawn }) => withdrawn],
  ["source", ({ source }) => source],
];

/** RFC 4180. A text that a spreadsheet would run as a formula has an apostrophe before it. */
function writeCsv(papers: readonly Paper[]): string {
  const cell = (value: unknown): string => {
    if (value === undefined) return "";
    const text = String(value);
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = papers.map((paper) => COLUMNS.map(([, of]) => cell(of(paper))).join(","));
  return `${[COLUMNS.map(([name]) => name).join(","), ...rows].join("\r\n")}\r\n`;
}

const marked = (text: string): string => oneLine(text).replace(/[\\`*_[\]<>#|]/g, "\\$&");

const linkTarget = (link: string): string =>
  link.replace(/[\s()<>]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);

/** An item a reader of Markdown shows as a linked title with what is known below it. */
function markdownItem(paper: Paper): string {
  const links = unique([
    ...paper.links,
    ...(paper.arxivId === undefined ? [] : [`https://arxiv.org/abs/${paper.arxivId}`]),
  ]);
  const [first, ...others] = links;
  const title = marked(paper.title);
  const fields: readonly (readonly [string, string | undefined])[] = [
    ["Authors", paper.authors?.join("; ")],
    ["Published", paper.publishedAt],
    ["Venue", paper.venue],
    ["arXiv", paper.arxivId],
    ["DOI", paper.doi],
    ["Keywords", paper.keywords?.join("; ")],
    ["Abstract", paper.abstract === "" ? undefined : paper.abstract],
  ];
  return [
    first === undefined ? `- **${title}**` : `- [${title}](${linkTarget(first)})`,
    ...fields.flatMap(([name, value]) =>
      value === undefined ? [] : [`  ${name}: ${marked(value)}`],
    ),
    ...(others.length === 0
      ? []
      : [`  Links: ${others.map((link, i) => `[${i + 2}](${linkTarget(link)})`).join(" ")}`]),
    "",
  ].join("\n");
}
