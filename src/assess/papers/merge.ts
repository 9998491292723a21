/**
 * One record of a paper that several sources give: they are told to be one by arXiv id, DOI, or title and year, and
 * every field is of the source that knows it best. Each field says which that is.
 */
import type { ImportWarning, Paper } from "#core/paper.ts";
import { normalTitle } from "#core/paper-keys.ts";

export interface MergedPaper {
  /** Id of the record it went into. */
  readonly into: string;
  readonly from: Paper;
  readonly by: "arxiv" | "doi" | "title";
  /** Fields that are now of the new source. */
  readonly fields: readonly string[];
}

export interface MergedPapers {
  readonly papers: readonly Paper[];
  readonly added: readonly Paper[];
  readonly merged: readonly MergedPaper[];
}

/** Sources by how well they know a paper; one that is not listed is in the middle. */
const TRUST: Readonly<Record<string, number>> = {
  hand: 9,
  arxiv: 8,
  "daily-json": 7,
  "csl-json": 6,
  bibtex: 6,
  ris: 6,
  markdown: 4,
  "list-page": 3,
  ids: 0,
};
const TRUST_OTHERWISE = 5;
const trust = (source: string): number => TRUST[source] ?? TRUST_OTHERWISE;

/** Fields of which the better source's value stands. */
const OWN = [
  "arxivId",
  "doi",
  "title",
  "abstract",
  "authors",
  "authorCount",
  "organisation",
  "publishedAt",
  "featuredAt",
  "venue",
] as const satisfies readonly (keyof Paper)[];
/** Fields that change by the hour, of which the latest stands. */
const LATEST = ["comments", "upvotes"] as const satisfies readonly (keyof Paper)[];

/** Adds papers to those there are. The records there keep their ids; nothing is changed in place. */
export function mergePapers(existing: readonly Paper[], incoming: readonly Paper[]): MergedPapers {
  const papers = [...existing];
  const index = new PaperIndex();
  papers.forEach((paper, at) => {
    index.add(paper, at);
  });
  const ids = new Set(papers.map(({ id }) => id));
  const added = new Set<number>();
  const merged: MergedPaper[] = [];
  for (const paper of incoming) {
    const found = index.find(paper, papers);
    const known = found === undefined ? undefined : papers[found.at];
    if (found === undefined || known === undefined) {
      const own = withOwnId(paper, ids);
      ids.add(own.id);
      added.add(papers.length);
      index.add(own, papers.length);
      papers.push(own);
      continue;
    }
    const { paper: both, fields } = joinedOf(known, paper);
    const joined = found.also === undefined ? both : alsoNamed(both, papers[found.also]);
    papers[found.at] = joined;
    index.add(joined, found.at);
    merged.push({ into: known.id, from: paper, by: found.by, fields });
  }
  return { papers, added: papers.filter((_, at) => added.has(at)), merged };
}

/** Two records there turn out to be of one paper. Both may be in use, so a person joins them. */
const alsoNamed = (paper: Paper, other: Paper | undefined): Paper => ({
  ...paper,
  warnings: [
    ...paper.warnings,
    {
      kind: "same-as",
      field: "doi",
      message: `Its DOI is also that of ${other?.id ?? "another record"}`,
      line: null,
    },
  ],
});

/** Two papers of one title and no better id are told apart by a number. */
function withOwnId(paper: Paper, taken: ReadonlySet<string>): Paper {
  let id = paper.id;
  for (let n = 2; taken.has(id); n++) id = `${paper.id}~${n}`;
  return id === paper.id ? paper : { ...paper, id };
}

/** Where a paper stands in a list, by each of its names. */
class PaperIndex {
  private readonly arxiv = new Map<string, number>();
  private readonly doi = new Map<string, number>();
  private readonly title = new Map<string, number[]>();

  add(paper: Paper, at: number): void {
    if (paper.arxivId !== undefined) this.arxiv.set(paper.arxivId, at);
    if (paper.doi !== undefined) this.doi.set(paper.doi, at);
    const title = titleKey(paper);
    if (title === undefined) return;
    const there = this.title.get(title) ?? [];
    if (!there.includes(at)) this.title.set(title, [...there, at]);
  }

  find(
    paper: Paper,
    papers: readonly Paper[],
  ): { readonly at: number; readonly by: MergedPaper["by"]; readonly also?: number } | undefined {
    const byArxiv = paper.arxivId === undefined ? undefined : this.arxiv.get(paper.arxivId);
    const byDoi = paper.doi === undefined ? undefined : this.doi.get(paper.doi);
    if (byArxiv !== undefined)
      return {
        at: byArxiv,
        by: "arxiv",
        ...(byDoi !== undefined && byDoi !== byArxiv && { also: byDoi }),
      };
    if (byDoi !== undefined) return { at: byDoi, by: "doi" };
    const title = titleKey(paper);
    const alike = (title === undefined ? undefined : this.title.get(title))?.filter((at) => {
      const other = papers[at];
      return other !== undefined && mayBeOne(paper, other);
    });
    // Of several it may be, a person has to say which.
    const [at] = alike ?? [];
    return alike?.length === 1 && at !== undefined ? { at, by: "title" } : undefined;
  }
}

const isPlaceholder = ({ warnings }: Paper): boolean =>
  warnings.some(({ kind }) => kind === "title-unknown");

const titleKey = (paper: Paper): string | undefined => {
  const title = isPlaceholder(paper) ? "" : normalTitle(paper.title);
  return title === "" ? undefined : title;
};

/** Of one title: not where an id or the year of both says otherwise. A preprint's DOI is another than the journal's. */
function mayBeOne(a: Paper, b: Paper): boolean {
  const differ = (x: string | undefined, y: string | undefined) =>
    x !== undefined && y !== undefined && x !== y;
  return (
    !differ(a.arxivId, b.arxivId) &&
    !differ(a.doi, b.doi) &&
    !differ(a.publishedAt?.slice(0, 4), b.publishedAt?.slice(0, 4))
  );
}

const isHeld = (value: unknown): boolean => value !== undefined && value !== "";

/** Whether a value is a stand-in for what the source did not say. */
const isStandIn = ({ warnings }: Paper, field: string): boolean =>
  warnings.some(
    (warning) =>
      warning.field === field &&
      ["title-unknown", "day-unknown", "year-inferred"].includes(warning.kind),
  );

function joinedOf(
  known: Paper,
  incoming: Paper,
): { readonly paper: Paper; readonly fields: readonly string[] } {
  const taken = new Map<keyof Paper, Paper[keyof Paper]>();
  for (const field of OWN)
    if (isHeld(incoming[field]) && isBetter(known, incoming, field))
      taken.set(field, incoming[field]);
  for (const field of LATEST)
    if (incoming[field] !== undefined && incoming[field] !== known[field])
      taken.set(field, incoming[field]);
  const fields = [...taken.keys()];
  const sourceOf = (field: string) => incoming.provenance[field] ?? incoming.source;
  const provenance = {
    ...known.provenance,
    ...Object.fromEntries(fields.map((field) => [field, sourceOf(field)])),
  };
  const keywords = unique([...(known.keywords ?? []), ...(incoming.keywords ?? [])]);
  return {
    fields,
    paper: {
      ...known,
      ...Object.fromEntries(taken),
      links: unique([...known.links, ...incoming.links]),
      ...(keywords.length > 0 && { keywords }),
      // A withdrawal is not taken back by a source that does not tell of it.
      ...(known.withdrawn === true || incoming.withdrawn === true ? { withdrawn: true } : {}),
      provenance: Object.fromEntries(
        Object.entries(provenance).filter(([, source]) => source !== known.source),
      ),
      warnings: warningsOf(known, incoming, new Set<string>(fields)),
    },
  };
}

function isBetter(known: Paper, incoming: Paper, field: (typeof OWN)[number]): boolean {
  if (JSON.stringify(known[field]) === JSON.stringify(incoming[field])) return false;
  if (!isHeld(known[field])) return true;
  const [there, comes] = [isStandIn(known, field), isStandIn(incoming, field)];
  if (there !== comes) return there;
  const [source, other] = [known, incoming].map((paper) => paper.provenance[field] ?? paper.source);
  return trust(other ?? "") > trust(source ?? "");
}

/** Warnings of a field go with its value; those of a whole record stay. */
function warningsOf(known: Paper, incoming: Paper, taken: ReadonlySet<string>): ImportWarning[] {
  const kept = known.warnings.filter(({ field }) => field === null || !taken.has(field));
  const come = incoming.warnings.filter(({ field }) => field !== null && taken.has(field));
  return [...kept, ...come];
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
