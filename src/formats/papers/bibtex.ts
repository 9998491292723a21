/** BibTeX and BibLaTeX, read as tolerantly as people write it: an entry that does not close takes no other with it. */
import { quoted } from "#core/errors.ts";
import type { ImportWarning, Paper } from "#core/paper.ts";
import { arxivIdOf, doiOf } from "#core/paper-keys.ts";
import { monthNumber } from "./dates.ts";
import { dayKnown, type PapersRead, paperOf, untitled, warning } from "./draft.ts";
import { fromLatex } from "./latex.ts";

interface Entry {
  readonly type: string;
  readonly key: string;
  /** As written, without the outer braces or quotes; names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly line: number;
  readonly raw: string;
}

const ENTRY = /@\s*([A-Za-z]+)\s*([{(])/g;
/** At the start of a line, where the entry before was left open. */
const NEXT_ENTRY = /^\n[ \t]*@[A-Za-z]+[ \t]*[{(]/;
const NOT_PAPERS = new Set(["comment", "preamble"]);

export function readBibtex(text: string): PapersRead {
  const papers: Paper[] = [];
  const warnings: ImportWarning[] = [];
  const macros = new Map<string, string>();
  const lineAt = lineCounter(text);
  ENTRY.lastIndex = 0;
  for (let match = ENTRY.exec(text); match !== null; match = ENTRY.exec(text)) {
    const [head, type = "", bracket] = match;
    const line = lineAt(match.index);
    const body = match.index + head.length;
    const end = closingOf(text, body, bracket === "(" ? ")" : "}");
    if (end === undefined) {
      warnings.push(
        warning(
          "unclosed-entry",
          `${quoted(text.slice(match.index, match.index + 40))} never closes`,
          { line },
        ),
      );
      ENTRY.lastIndex = nextEntry(text, body);
      continue;
    }
    ENTRY.lastIndex = end + 1;
    const kind = type.toLowerCase();
    const content = text.slice(body, end);
    if (kind === "string")
      for (const [name, value] of fieldsOf(content, macros)) macros.set(name, value);
    if (kind === "string" || NOT_PAPERS.has(kind)) continue;
    const comma = content.indexOf(",");
    const key = (comma < 0 ? content : content.slice(0, comma)).trim();
    const fields = fieldsOf(comma < 0 ? "" : content.slice(comma + 1), macros);
    const raw = text.slice(match.index, end + 1);
    if (fromLatex(fields.get("title") ?? "") === "")
      warnings.push(untitled(`Entry ${quoted(key)}`, line));
    else papers.push(paperOfEntry({ type: kind, key, fields, line, raw }));
  }
  return { papers, warnings };
}

/** Lines of ascending offsets. */
function lineCounter(text: string): (offset: number) => number {
  let [line, seen] = [1, 0];
  return (offset) => {
    for (; seen < offset; seen++) if (text[seen] === "\n") line++;
    return line;
  };
}

/** Offset of the bracket that closes what was opened before `from`; undefined where a next entry begins first. */
function closingOf(text: string, from: number, closing: string): number | undefined {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const character = text[i];
    if (character === "\\") i++;
    else if (character === closing && depth === 0) return i;
    else if (character === "{") depth++;
    else if (character === "}") depth--;
    else if (character === "\n" && NEXT_ENTRY.test(text.slice(i, i + 80))) return undefined;
    if (depth < 0) return undefined;
  }
  return undefined;
}

function nextEntry(text: string, from: number): number {
  const next = text.indexOf("\n@", from);
  return next < 0 ? text.length : next + 1;
}

/** `name = value # value, …`, where a value is in braces, in quotes, a number or a macro. */
function fieldsOf(content: string, macros: ReadonlyMap<string, string>): Map<string, string> {
  const fields = new Map<string, string>();
  const name = /\s*,?\s*([\w:.+/-]+)\s*=\s*/y;
  let at = 0;
  while (at < content.length) {
    name.lastIndex = at;
    const match = name.exec(content);
    if (match === null) {
      // Whatever this is, the next field begins after a comma.
      const comma = content.indexOf(",", at);
      if (comma < 0) break;
      at = comma + 1;
      continue;
    }
    const value = valueAt(content, name.lastIndex, macros);
    const field = match[1]?.toLowerCase() ?? "";
    if (!fields.has(field)) fields.set(field, value.text);
    at = value.end;
  }
  return fields;
}

function valueAt(
  content: string,
  from: number,
  macros: ReadonlyMap<string, string>,
): { readonly text: string; readonly end: number } {
  const parts: string[] = [];
  let at = from;
  for (;;) {
    while (/\s/.test(content[at] ?? "")) at++;
    const open = content[at];
    if (open === "{" || open === '"') {
      const end = delimited(content, at);
      parts.push(content.slice(at + 1, end));
      at = end + 1;
    } else {
      const word = /[^\s,#{}"]*/y;
      word.lastIndex = at;
      const text = word.exec(content)?.[0] ?? "";
      parts.push(macros.get(text.toLowerCase()) ?? text);
      at += text.length;
    }
    const joint = /\s*#/y;
    joint.lastIndex = at;
    if (joint.exec(content) === null) return { text: parts.join(""), end: Math.max(at, from + 1) };
    at = joint.lastIndex;
  }
}

/** Offset of what closes the brace or quote at `at`; the end where nothing does. */
function delimited(content: string, at: number): number {
  const quotes = content[at] === '"';
  let depth = 0;
  for (let i = at + 1; i < content.length; i++) {
    const character = content[i];
    if (character === "\\") i++;
    else if (character === "{") depth++;
    else if (character === "}" && depth > 0) depth--;
    else if (depth === 0 && character === (quotes ? '"' : "}")) return i;
  }
  return content.length;
}

function paperOfEntry({ fields, line, raw }: Entry): Paper {
  const field = (...names: readonly string[]): string | undefined => {
    for (const name of names) {
      const text = fromLatex(fields.get(name) ?? "");
      if (text !== "") return text;
    }
    return undefined;
  };
  const date = dateOf(field("date"), field("year"), field("month"), field("day"));
  const when = dayKnown(date, line);
  const eprint = field("eprint", "arxivid");
  const isArxiv = /arxiv/i.test(field("archiveprefix", "eprinttype") ?? "arxiv");
  const links = ["url", "pdf", "howpublished"]
    .map((name) => fields.get(name) ?? "")
    .map((value) => /https?:\/\/[^\s{}]+/.exec(value)?.[0]?.replace(/\\([%&#_~])/g, "$1") ?? "")
    .filter((link) => link !== "");
  const doi = doiOf(field("doi") ?? "");
  const arxivId =
    (eprint !== undefined && isArxiv ? arxivIdOf(eprint) : undefined) ??
    arxivIdOf(doi ?? "") ??
    links.map(arxivIdOf).find((id) => id !== undefined) ??
    arxivIdOf(/arXiv:\s*(\S+)/i.exec(field("journal", "note") ?? "")?.[1] ?? "");
  const { authors, more } = authorsOf(fields.get("author") ?? "");
  return paperOf({
    title: field("title") ?? "",
    abstract: field("abstract"),
    arxivId,
    doi,
    authors: authors.length === 0 ? undefined : authors,
    publishedAt: when.day,
    venue: field("journal", "journaltitle", "booktitle"),
    keywords: field("keywords", "keyword")
      ?.split(/\s*[,;]\s*/)
      .filter((word) => word !== ""),
    links,
    source: "bibtex",
    sourceLine: line,
    raw,
    warnings: [
      ...when.warnings,
      ...(more
        ? [
            warning("more-authors", "There are authors that are not named", {
              field: "authors",
              line,
            }),
          ]
        : []),
      ...(date.year === undefined && (field("date", "year") ?? "") !== ""
        ? [
            warning("bad-date", `${quoted(field("date", "year"))} is no year`, {
              field: "publishedAt",
              line,
            }),
          ]
        : []),
    ],
  });
}

const partOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

function dateOf(date = "", year = "", month = "", day = "") {
  const [, y, m, d] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(date) ?? [];
  if (y !== undefined) return { year: Number(y), month: partOf(m), day: partOf(d) };
  // `month = "12~" # mar`, `mar # "~12"`: the day beside the month's name.
  const [name = ""] = /\p{L}+\.?|^\d{1,2}$/u.exec(month) ?? [];
  const beside = /\p{L}/u.test(month) ? /\d{1,2}/.exec(month)?.[0] : undefined;
  const digits = /\d{4}/.exec(year)?.[0];
  const dayText = /^\d{1,2}$/.test(day) ? day : beside;
  return { year: partOf(digits), month: monthNumber(name), day: partOf(dayText) };
}

/** Names as they are said, first name first; `more`: the list ends in `and others`. */
function authorsOf(value: string): { readonly authors: string[]; readonly more: boolean } {
  const names = splitAtAnd(value.replace(/\s+/g, " ").trim());
  const authors = names.filter((name) => name !== "" && name !== "others").map(spoken);
  return { authors, more: names.includes("others") };
}

function splitAtAnd(value: string): string[] {
  const names: string[] = [];
  let [depth, start] = [0, 0];
  for (let i = 0; i < value.length; i++) {
    if (value[i] === "{") depth++;
    else if (value[i] === "}") depth--;
    else if (depth === 0 && /^ and /i.test(value.slice(i, i + 5))) {
      names.push(value.slice(start, i).trim());
      start = i + 5;
    }
  }
  return [...names, value.slice(start).trim()];
}

/** `Last, First` and `Last, Jr, First` turned round; a name all in braces is one. */
function spoken(name: string): string {
  if (/^\{[^{}]*\}$/.test(name)) return fromLatex(name);
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let i = 0; i <= name.length; i++) {
    if (name[i] === "{") depth++;
    else if (name[i] === "}") depth--;
    else if (i === name.length || (depth === 0 && name[i] === ",")) {
      parts.push(fromLatex(name.slice(start, i)));
      start = i + 1;
    }
  }
  const [last = "", ...rest] = parts;
  const given = rest.at(-1);
  const suffix = rest.length > 1 ? rest[0] : undefined;
  return [given, last, suffix].filter((part) => part !== undefined && part !== "").join(" ");
}
