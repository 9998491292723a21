import type { DocumentFormat } from "#core/revision.ts";
import type { Span } from "./sentences.ts";

/** A stretch no suggestion may change, and what it is. */
export interface ProtectedSpan extends Span {
  readonly what: string;
}

interface Pattern {
  readonly what: string;
  /** Each is linear in the text: no repetition within a repetition, and bounded reach. */
  readonly pattern: RegExp;
}

const PAIRED: readonly Pattern[] = [
  // Two dollars stand for money unless they hug what is between them (the rule of pandoc).
  { what: "formula", pattern: /\$\$[^$]{1,2000}\$\$/g },
  { what: "formula", pattern: /(?<![\\$])\$(?=[^\s$])[^$\n]{0,300}(?<=[^\s\\])\$(?!\d)/g },
  { what: "formula", pattern: /\\\([^\n]{1,300}?\\\)|\\\[[^$]{1,2000}?\\\]/g },
  {
    what: "LaTeX command",
    pattern: /\\[a-zA-Z]+\*?(?:\[[^\]\n]{0,200}\])?(?:\{[^{}\n]{0,300}\})*/g,
  },
  { what: "quoted text", pattern: /(?<![^\s([{—–-])"(?=\S)[^"]{1,600}(?<=\S)"(?![\p{L}\p{N}])/gu },
  { what: "quoted text", pattern: /“[^“”]{1,600}”|«[^«»]{1,600}»|„[^„“”]{1,600}[“”]/g },
  { what: "quoted text", pattern: /(?<![\p{L}\p{N}])‘[^‘\n]{1,300}?’(?![\p{L}\p{N}])/gu },
];

const ANYWHERE: readonly Pattern[] = [
  { what: "code", pattern: /(?<!`)(`{1,3})(?!`)[^`\n]{1,500}\1(?!`)/g },
  {
    what: "URL",
    pattern:
      /\b(?:https?|ftp):\/\/[^\s<>"'`]{1,2000}(?<![.,;:!?)\]}])|\bwww\.[^\s<>"'`]{1,500}(?<![.,;:!?)\]}])/gi,
  },
  { what: "URL", pattern: /\b(?:doi:\s?|arxiv:\s?)[^\s<>"']{3,200}(?<![.,;:!?)\]}])/gi },
  {
    what: "e-mail address",
    pattern: /(?<![\w.+-])[\w.+-]{1,64}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,8}/gi,
  },
  { what: "citation", pattern: /\[\d{1,4}(?:\s?[,;–-]\s?\d{1,4}){0,40}\]/g },
  { what: "citation", pattern: /\[-?@[^\]\n]{1,300}\]/g },
  {
    what: "citation",
    pattern:
      /\((?:see |e\.g\.,? |cf\. )?\p{Lu}[^()\n]{1,250}?,?\s(?:1[5-9]|20)\d\d[a-z]?[^()\n]{0,150}\)/gu,
  },
  {
    what: "citation",
    pattern:
      /\p{Lu}[\p{L}’'-]{1,40}(?: (?:and|&) \p{Lu}[\p{L}’'-]{1,40}| et al\.)? \((?:1[5-9]|20)\d\d[a-z]?\)/gu,
  },
  // A number with its sign, currency, separators and unit of order; or a name with digits in it.
  {
    what: "number",
    pattern:
      /(?<![\p{L}\p{N}_])[+−-]?[$€£¥]?\d+(?:[.,:/×^]\d+)*(?:[eE][+-]?\d+)?(?:[%‰°]|st\b|nd\b|rd\b|th\b)?/gu,
  },
  { what: "number", pattern: /(?<![\p{L}\p{N}_])\p{L}[\p{L}_]{0,40}\d[\p{L}\p{N}_]{0,40}/gu },
];

const MARKDOWN: readonly Pattern[] = [
  { what: "front matter", pattern: /^---\r?\n[\s\S]{0,20000}?\r?\n---[ \t]*(?=\r?\n|$)/g },
  { what: "link target", pattern: /\]\([^()\s]{0,2000}(?:\s"[^"\n]{0,300}")?\)/g },
  { what: "link target", pattern: /^ {0,3}\[[^\]\n]{1,200}\]:[ \t]*\S{1,2000}.{0,300}$/gm },
  { what: "HTML", pattern: /<!--[\s\S]{0,5000}?-->|<\/?[a-zA-Z][^<>\n]{0,500}>/g },
];

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ENVIRONMENT = /\\begin\{([a-zA-Z]{1,30}\*?)\}/g;

/** Fenced code: from its fence to one at least as long, or to the end of the text (CommonMark 4.5). */
function fencedBlocks(text: string): ProtectedSpan[] {
  const spans: ProtectedSpan[] = [];
  let open: { readonly start: number; readonly fence: string } | undefined;
  for (const { 0: line, index } of text.matchAll(/[^\n]*(?:\n|$)/g)) {
    const fence = FENCE.exec(line)?.[1];
    if (fence === undefined) continue;
    if (open === undefined) open = { start: index, fence };
    else if (fence.startsWith(open.fence) && line.trim() === fence) {
      spans.push({ start: open.start, end: index + line.trimEnd().length, what: "code" });
      open = undefined;
    }
  }
  if (open !== undefined) spans.push({ start: open.start, end: text.length, what: "code" });
  return spans;
}

/** `\begin{x}` to the next `\end{x}`. */
function environments(text: string): ProtectedSpan[] {
  const spans: ProtectedSpan[] = [];
  let reached = 0;
  for (const { 1: name = "", index } of text.matchAll(ENVIRONMENT)) {
    if (index < reached) continue;
    const closing = `\\end{${name}}`;
    const at = text.indexOf(closing, index);
    if (at < 0) break;
    reached = at + closing.length;
    spans.push({ start: index, end: reached, what: "formula" });
  }
  return spans;
}

function matches(text: string, { what, pattern }: Pattern): ProtectedSpan[] {
  const spans: ProtectedSpan[] = [];
  // What is quoted or set apart does not reach into the next paragraph.
  for (const { 0: match, index } of text.matchAll(pattern))
    if (!/\n[ \t\r]*\n/.test(match) || what === "front matter" || what === "HTML")
      spans.push({ start: index, end: index + match.length, what });
  return spans;
}

/** Spans in order and free of overlap: one inside another is part of it, and two that overlap are one. */
function merged(spans: readonly ProtectedSpan[]): ProtectedSpan[] {
  const out: ProtectedSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = out.at(-1);
    if (last === undefined || span.start >= last.end) out.push(span);
    else if (span.end > last.end) out[out.length - 1] = { ...last, end: span.end };
  }
  return out;
}

/**
 * What no suggestion may touch: code, URLs, e-mail addresses, citations, LaTeX, numbers and quoted text; in Markdown
 * also front matter, link targets and HTML. Ascending and free of overlap; `what` names the outermost. Code by
 * indentation alone is not told apart from a list's text and stays open.
 */
export function protectedSpans(text: string, format: DocumentFormat): ProtectedSpan[] {
  const patterns = [...PAIRED, ...ANYWHERE, ...(format === "markdown" ? MARKDOWN : [])];
  return merged([
    ...(format === "markdown" ? fencedBlocks(text) : []),
    ...environments(text),
    ...patterns.flatMap((pattern) => matches(text, pattern)),
  ]);
}
