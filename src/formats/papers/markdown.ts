/**
 * Lists of papers in Markdown: a title, linked or in bold, on an item's line; below it `Authors:`, `Published:` and
 * the like, and whatever else there is as the abstract.
 */
import { quoted } from "#core/errors.ts";
import type { ImportWarning, Paper } from "#core/paper.ts";
import { arxivIdOf, doiOf } from "#core/paper-keys.ts";
import { isoDay } from "./dates.ts";
import { collapsed, linksIn, type PapersRead, paperOf, unique, warning } from "./draft.ts";

interface Item {
  readonly head: string;
  readonly below: string[];
  readonly line: number;
  readonly raw: string[];
}

const ITEM = /^( {0,3})(?:[-*+]|\d{1,4}[.)])[ \t]+(\S.*)$/;
const HEADING = /^#{1,6}\s/;
const LINK = /\[((?:\\.|[^\]\\]){0,1000})\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const BOLD = /(?:\*\*|__)((?:\\.|(?!\*\*|__).)+)(?:\*\*|__)/;
/** Link texts that name what is linked, not the paper. */
const LABELS =
  /^(?:paper|pdf|arxiv|code|link|html|project(?: page)?|page|github|abs|website|\d+)$/i;
const FIELD = /^(Authors?|Published|Date|arXiv|DOI|Venue|Keywords|Abstract|Links):\s*(.*)$/i;

export function readMarkdownList(text: string): PapersRead {
  const papers: Paper[] = [];
  const warnings: ImportWarning[] = [];
  for (const item of itemsOf(text)) {
    const paper = paperOfItem(item);
    if (paper === undefined)
      warnings.push(
        warning("no-paper", `Names no paper: ${quoted(item.head)}`, { line: item.line }),
      );
    else papers.push(paper);
  }
  return { papers, warnings };
}

/** List items with the indented lines below them. */
function itemsOf(text: string): Item[] {
  const items: Item[] = [];
  let open: Item | undefined;
  text.split(/\r\n?|\n/).forEach((line, i) => {
    const [, , head] = ITEM.exec(line) ?? [];
    if (head !== undefined) {
      open = { head: head.trim(), below: [], line: i + 1, raw: [line] };
      items.push(open);
    } else if (HEADING.test(line) || /^\S/.test(line)) open = undefined;
    else if (open !== undefined && line.trim() !== "") {
      open.below.push(line.trim());
      open.raw.push(line);
    }
  });
  return items;
}

/** Where escaped punctuation waits while markup is taken away: a private block of Unicode. */
const HELD = 0xe100;
const held = (character: string) => String.fromCharCode(HELD + character.charCodeAt(0));
const released = (character: string) => String.fromCharCode(character.charCodeAt(0) - HELD);

/** Text without its markup: links as what they show, bold and code as what is in them. */
const plain = (markdown: string): string =>
  collapsed(
    markdown
      .replace(/\\([!-/:-@[-`{-~])/g, (_, character: string) => held(character))
      .replace(LINK, "$1")
      .replace(/(\*\*|__|`)(?=\S)(.+?)\1/g, "$2")
      .replace(/[\ue121-\ue17e]/g, released),
  );

/** The title of an item's line and what comes after it. */
function titleOf(head: string): { readonly title: string; readonly after: string } | undefined {
  for (const match of head.matchAll(LINK)) {
    const title = plain(match[1] ?? "");
    if (title !== "" && !LABELS.test(title))
      return { title, after: head.slice(match.index + match[0].length) };
  }
  const bold = BOLD.exec(head);
  if (bold !== null) {
    const title = plain(bold[1] ?? "").replace(/[.:]$/, "");
    if (title !== "" && !LABELS.test(title))
      return { title, after: head.slice(bold.index + bold[0].length) };
  }
  const [before = ""] = head.split(/\s+(?:—|–|\||--)\s+|\s*(?=\[[^\]]*\]\()|\s*(?=https?:)/);
  const title = plain(before).replace(/^["“]|["”]?[.,:;]?$/g, "");
  const linked = head.match(LINK) !== null || linksIn(head).length > 0;
  return linked && title.length > 3 ? { title, after: head.slice(before.length) } : undefined;
}

function paperOfItem({ head, below, line, raw }: Item): Paper | undefined {
  const named = titleOf(head);
  if (named === undefined) return undefined;
  const fields = new Map<string, string>();
  const rest: string[] = [];
  for (const text of below) {
    const [, name, value = ""] = FIELD.exec(text) ?? [];
    if (name === undefined) rest.push(text);
    else if (/^abstract$/i.test(name)) rest.push(value);
    else fields.set(name.toLowerCase(), plain(value));
  }
  const field = (...names: readonly string[]) =>
    names.map((name) => fields.get(name)).find((value) => value !== undefined && value !== "");
  const linked = [...[head, ...below].join("\n").matchAll(LINK)].map((match) => match[2] ?? "");
  const links = unique([...linked, ...linksIn(head.replace(LINK, " "))]).filter((link) =>
    /^https?:/i.test(link),
  );
  const published = field("published", "date");
  const authors = field("authors", "author")
    ?.split(/\s*;\s*|\s*,\s+(?:and\s+)?|\s+and\s+/)
    .filter((name) => name !== "");
  return paperOf({
    title: named.title,
    abstract: plain(rest.join(" ")),
    arxivId: arxivIdOf(field("arxiv") ?? "") ?? links.map(arxivIdOf).find((id) => id !== undefined),
    doi: doiOf(field("doi") ?? "") ?? links.map(doiOf).find((doi) => doi !== undefined),
    authors: authors === undefined || authors.length === 0 ? undefined : authors,
    publishedAt: isoDay(published),
    venue: field("venue"),
    keywords: field("keywords")?.split(/\s*[,;]\s*/),
    links,
    source: "markdown",
    sourceLine: line,
    raw: raw.join("\n"),
    warnings:
      published !== undefined && isoDay(published) === undefined
        ? [
            warning("bad-date", `${quoted(published)} is no day; expected 2024-03-12`, {
              field: "publishedAt",
              line,
            }),
          ]
        : [],
  });
}
