/** Papers out of whatever people have of them: one function that knows the format from the content. */
import { isUtf8 } from "node:buffer";
import { Problem, quoted } from "#core/errors.ts";
import type { ImportWarning, Paper } from "#core/paper.ts";
import { byteOrderMark, notUtf8, utf8Text } from "#formats/utf8.ts";
import { readArxivAtom } from "./arxiv-atom.ts";
import { readBibtex } from "./bibtex.ts";
import { papersOfCsl } from "./csl-json.ts";
import { papersOfDaily } from "./daily-json.ts";
import { type PapersRead, type ReadOptions, warning } from "./draft.ts";
import { isIdLine, readIdList } from "./id-list.ts";
import { readListHtml } from "./list-html.ts";
import { readListPage } from "./list-page.ts";
import { readMarkdownList } from "./markdown.ts";
import { papersOfJson } from "./paper-json.ts";
import { readRis } from "./ris.ts";

export const PAPER_FORMATS = [
  "list-page",
  "list-html",
  "daily-json",
  "arxiv",
  "bibtex",
  "ris",
  "csl-json",
  "json",
  "markdown",
  "ids",
] as const;
export type PaperFormat = (typeof PAPER_FORMATS)[number];

export interface ReadPapersOptions extends ReadOptions {
  /** Overrides what the content tells. */
  readonly format?: PaperFormat;
}

export interface ReadPapers extends PapersRead {
  readonly format: PaperFormat;
}

const BYTES_MAX = 256 * 1024 * 1024;
const YEARS = { min: 1900, max: 2200 } as const;

const readers: Readonly<Record<PaperFormat, (text: string, options: ReadOptions) => PapersRead>> = {
  "list-page": readListPage,
  "list-html": readListHtml,
  "daily-json": (text) => papersOfDaily(jsonOf(text), "daily-json"),
  arxiv: readArxivAtom,
  bibtex: readBibtex,
  ris: readRis,
  "csl-json": (text) => papersOfCsl(jsonOf(text)),
  json: (text) => papersOfJson(jsonOf(text)),
  markdown: readMarkdownList,
  ids: readIdList,
};

/**
 * The papers of a file, each with what is odd about it, and what is in no paper; each id once.
 *
 * @throws Problem `bad-input` where the bytes are no text, or nothing in them is a paper; `too-large`.
 */
export function readPapers(
  input: string | Uint8Array,
  { format, ...options }: ReadPapersOptions = {},
): ReadPapers {
  const text = typeof input === "string" ? input : textOf(input);
  const { pageYear } = options;
  if (pageYear !== undefined && !(pageYear >= YEARS.min && pageYear <= YEARS.max))
    throw new Problem("bad-input", "The year of the page is not one", {
      expected: `a year from ${YEARS.min} to ${YEARS.max}`,
      got: String(pageYear),
    });
  if (text.trim() === "")
    throw new Problem("bad-input", "The file is empty", {
      expected: `papers as ${PAPER_FORMATS.join(", ")}`,
    });
  const known = format ?? formatOf(text);
  const { papers, warnings } = readers[known](text, options);
  const first = warnings[0];
  if (papers.length === 0 && known !== "arxiv")
    throw new Problem("bad-input", "No paper is in the file", {
      expected: `papers as ${known}`,
      got: first?.message ?? quoted(text.trim()),
      ...(first?.line !== null && first?.line !== undefined && { at: { line: first.line } }),
    });
  return { ...eachOnce(papers, warnings), format: known };
}

function textOf(bytes: Uint8Array): string {
  if (bytes.length > BYTES_MAX)
    throw new Problem("too-large", "The file is too large", {
      expected: `at most ${BYTES_MAX.toLocaleString("en")} bytes`,
      got: `${bytes.length.toLocaleString("en")} bytes`,
    });
  const body = bytes.subarray(byteOrderMark(bytes));
  if (!isUtf8(body)) throw notUtf8(body, bytes.length - body.length);
  return utf8Text(body);
}

/** @throws Problem `bad-input` with the parser's words. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new Problem("bad-input", "The file is not JSON, or was cut off", {
      expected: "whole JSON",
      got: error instanceof Error ? error.message : String(error),
    });
  }
}

const HEAD_CHARS = 20_000;

/** What a text is, by what only that format has; a saved page where nothing else is plain. */
export function formatOf(text: string): PaperFormat {
  const head = text
    .slice(0, HEAD_CHARS)
    .replace(/^\ufeff/, "")
    .trimStart();
  if (head.startsWith("<") && /<feed[\s>]/.test(head)) return "arxiv";
  if (/^<(?:!doctype|html|!--|head|body|div|meta|main|\?xml)/i.test(head)) return "list-html";
  if (/^(?:\{|\[\s*(?:[{\]]|$))/.test(head)) return jsonFormatOf(text);
  if (/^\s*@[A-Za-z]+\s*[{(]/m.test(head)) return "bibtex";
  if (/^TY {1,2}- ?/m.test(head)) return "ris";
  const lines = head.split(/\r\n?|\n/).filter((line) => line.trim() !== "");
  // The last line may be cut in two by the end of the head.
  const whole = text.length > HEAD_CHARS && lines.length > 1 ? lines.slice(0, -1) : lines;
  const share = (is: (line: string) => boolean) => whole.filter(is).length / whole.length;
  if (share(isIdLine) > 0.5) return "ids";
  const trailer = /^\s*•\s*\d+\s|^\s*Daily Papers\s*$/m.test(head);
  const listed = whole.filter((line) => /^ {0,3}(?:[-*+]|\d{1,4}[.)])\s+\S/.test(line)).length;
  return !trailer && listed > 0 ? "markdown" : "list-page";
}

function jsonFormatOf(text: string): PaperFormat {
  const value = jsonOf(text);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (first === null || typeof first !== "object") return "daily-json";
  if ("source" in first && "links" in first && "abstract" in first) return "json";
  if ("paper" in first || "summary" in first || "dailyPapers" in first || "papers" in first)
    return "daily-json";
  return "type" in first || "issued" in first || "author" in first ? "csl-json" : "daily-json";
}

/**
 * Each id once. The same paper again is left out and told; another of the same title has its id told apart by a number,
 * since a title alone does not say that two are one.
 */
function eachOnce(papers: readonly Paper[], warnings: readonly ImportWarning[]): PapersRead {
  const kept = new Map<string, Paper>();
  const told = [...warnings];
  for (const paper of papers) {
    let id = paper.id;
    for (let n = 2; kept.has(id); n++) {
      const before = kept.get(id);
      if (!paper.id.startsWith("title:") || before?.abstract === paper.abstract) break;
      id = `${paper.id}~${n}`;
    }
    const line = paper.sourceLine ?? null;
    if (kept.has(id))
      told.push(
        warning("repeated", `${quoted(paper.title)} is in the file again and is left out`, {
          line,
        }),
      );
    else if (id === paper.id) kept.set(id, paper);
    else {
      const message = "Another paper of the file has the same title";
      const alike = warning("same-title", message, { field: "title", line });
      kept.set(id, { ...paper, id, warnings: [...paper.warnings, alike] });
    }
  }
  return { papers: [...kept.values()], warnings: told };
}
