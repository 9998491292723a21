/** The Atom feed of arXiv's query interface. An id it does not know comes as no entry, whatever its counters say. */
import { Problem, quoted } from "#core/errors.ts";
import type { ImportWarning, Paper } from "#core/paper.ts";
import { arxivIdOf, doiOf } from "#core/paper-keys.ts";
import { isoDay } from "./dates.ts";
import { collapsed, type PapersRead, paperOf, unique, untitled, warning } from "./draft.ts";
import { childrenOf, parseXml, type XmlElement } from "./xml.ts";

const WITHDRAWN = /\b(?:this (?:paper|article|submission) has been )?withdrawn\b/i;

/** @throws Problem `bad-input` where the text is no feed, or arXiv says what was wrong with the query. */
export function readArxivAtom(xml: string): PapersRead {
  const feed = parseXml(xml);
  if (feed.name !== "feed")
    throw new Problem("bad-input", "The XML is no Atom feed", {
      expected: "<feed>",
      got: quoted(`<${feed.name}>`),
      at: { line: feed.line },
    });
  const papers: Paper[] = [];
  const warnings: ImportWarning[] = [];
  for (const entry of childrenOf(feed, "entry")) {
    const id = textOf(entry, "id");
    if (id.includes("arxiv.org/api/errors"))
      throw new Problem("bad-input", "arXiv refused the query", {
        got: textOf(entry, "summary"),
        at: { line: entry.line },
      });
    if (textOf(entry, "title") === "") warnings.push(untitled("An entry", entry.line));
    else papers.push(paperOfEntry(entry, id));
  }
  return { papers, warnings };
}

const textOf = (entry: XmlElement, name: string): string =>
  collapsed(childrenOf(entry, name)[0]?.text ?? "");

const orNothing = (text: string): string | undefined => (text === "" ? undefined : text);

function paperOfEntry(entry: XmlElement, id: string): Paper {
  const authors = childrenOf(entry, "author")
    .map((author) => textOf(author, "name"))
    .filter((name) => name !== "");
  const categories = childrenOf(entry, "category").map(({ attributes }) => attributes.term ?? "");
  const comment = textOf(entry, "arxiv:comment");
  const links = childrenOf(entry, "link")
    .filter(({ attributes }) => attributes.rel === "alternate" || attributes.title === "pdf")
    .map(({ attributes }) => attributes.href ?? "");
  const published = textOf(entry, "published");
  const line = entry.line;
  return paperOf({
    title: textOf(entry, "title"),
    abstract: textOf(entry, "summary"),
    arxivId: arxivIdOf(id),
    doi: doiOf(textOf(entry, "arxiv:doi")),
    authors: authors.length === 0 ? undefined : authors,
    publishedAt: isoDay(published),
    venue: orNothing(textOf(entry, "arxiv:journal_ref")),
    keywords: unique(categories.filter((term) => term !== "")),
    links: unique([...links.filter((link) => link !== "")]),
    withdrawn: WITHDRAWN.test(comment) ? true : undefined,
    source: "arxiv",
    sourceLine: line,
    warnings: [
      ...(arxivIdOf(id) === undefined
        ? [warning("bad-id", `${quoted(id)} is no arXiv id`, { field: "arxivId", line })]
        : []),
      ...(published !== "" && isoDay(published) === undefined
        ? [warning("bad-date", `${quoted(published)} is no date`, { field: "publishedAt", line })]
        : []),
    ],
  });
}
