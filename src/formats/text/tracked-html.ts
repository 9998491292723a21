/**
 * A document with its changes marked, as a web page that any browser shows: what is struck out in `<del>`, what is put
 * in in `<ins>`, and who proposed it and why in attributes. Everything of the text is escaped, the page may load and run
 * nothing, and reading one back is a matter of characters: no markup of a file is ever run or rendered.
 */
import { z } from "zod";
import { Problem, quoted } from "#core/errors.ts";
import { DocumentFormat } from "#core/revision.ts";
import { Intent, type TextEdit } from "#core/text.ts";
import { inOrder } from "./revised.ts";

const TrackedDecision = z.enum(["open", "accepted", "rejected"]);
export type TrackedDecision = z.infer<typeof TrackedDecision>;

/** A change that is marked in the text. */
export interface TrackedEdit {
  readonly edit: TextEdit;
  readonly intent: Intent | null;
  /** Which proposer made it. */
  readonly source: string | null;
  readonly decision: TrackedDecision;
}

export interface TrackedDocument {
  readonly title: string;
  readonly format: DocumentFormat;
  /** Before any of the edits. */
  readonly text: string;
  /** Ascending and free of overlap. */
  readonly edits: readonly TrackedEdit[];
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  // A reader of HTML makes a line feed of a carriage return that is not written so, and drops a zero.
  "\r": "&#13;",
  "\0": "&#0;",
};
const escaped = (text: string): string =>
  text.replace(/[&<>"\r\0]/g, (each) => ESCAPES[each] ?? each);

const NAMED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", "\u00a0"],
]);

/** What `&amp;`, `&#13;` or `&#xd;` stands for. */
function characterOf(reference: string): string | undefined {
  const [, hex = "", digits] = /^&#(x?)([\da-f]{1,7});$/i.exec(reference) ?? [];
  if (digits === undefined) return NAMED.get(reference.slice(1, -1).toLowerCase());
  const code = Number(hex === "" ? digits : `0x${digits}`);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

const STYLE = [
  "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif}",
  "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}",
  "del{color:#a33;background:#fbecec}",
  "ins{color:#17603a;background:#e7f5ec}",
  "[data-decision=rejected]{opacity:.6}",
].join("");

const OPENING = '<pre class="document"';
const CLOSING = "</pre>";

function attributes({ intent, source, decision }: TrackedEdit, number: number): string {
  const known = [
    ["data-edit", String(number)],
    ["data-intent", intent],
    ["data-source", source],
    ["data-decision", decision],
  ] as const;
  return known
    .map(([name, value]) => (value === null ? "" : ` ${name}="${escaped(value)}"`))
    .join("");
}

function marked(tracked: TrackedEdit, number: number): string {
  const { before, after } = tracked.edit;
  const with_ = attributes(tracked, number);
  const tag = (name: "del" | "ins", text: string) =>
    text === "" ? "" : `<${name}${with_}>${escaped(text)}</${name}>`;
  return tag("del", before) + tag("ins", after);
}

/** A document as a page. An edit that does not fit the text is a `Problem`. */
export function writeTrackedHtml({ title, format, text, edits }: TrackedDocument): string {
  const pieces: string[] = [];
  let copied = 0;
  for (const [i, tracked] of inOrder(text, edits, "edits").entries()) {
    pieces.push(escaped(text.slice(copied, tracked.edit.start)), marked(tracked, i + 1));
    copied = tracked.edit.end;
  }
  pieces.push(escaped(text.slice(copied)));
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="generator" content="Emend">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    "</head>",
    "<body>",
    // The first line feed of a <pre> is not part of its text.
    `${OPENING} data-format="${format}">\n${pieces.join("")}${CLOSING}`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

const lineOf = (html: string, at: number): number => html.slice(0, at).split("\n").length;

/** The text that escaped text stands for. `at`: where it begins in the page, for the line of a problem. */
function unescaped(html: string, start: number, end: number): string {
  const raw = html.slice(start, end).replaceAll("\r\n", "\n");
  return raw.replace(/&#?[a-z\d]{1,10};|[&<>]/gi, (found, index: number) => {
    const character = characterOf(found);
    if (character !== undefined) return character;
    throw new Problem("bad-input", "The page holds markup that is not a change of text", {
      expected: "<del>, <ins>, and & < > written as &amp; &lt; &gt;",
      got: quoted(raw.slice(index, index + 20)),
      at: { line: lineOf(html, start) + lineOf(raw, index) - 1 },
    });
  });
}

const TAG = /<(del|ins)((?:\s+[a-z-]{1,30}="[^"<>]{0,500}")*)\s*>([^<]*)<\/\1>/g;
const ATTRIBUTE = /([a-z-]+)="([^"]*)"/g;

interface Mark {
  readonly tag: string;
  readonly text: string;
  readonly at: number;
  readonly end: number;
  readonly known: ReadonlyMap<string, string>;
}

function marksOf(html: string, from: number, to: number): Mark[] {
  const marks: Mark[] = [];
  for (const match of html.slice(from, to).matchAll(TAG)) {
    const [all, tag = "", attributes = "", inner = ""] = match;
    const at = from + match.index;
    const innerAt = at + all.length - inner.length - `</${tag}>`.length;
    const known = new Map<string, string>();
    for (const { 1: name = "", 2: value = "", index } of attributes.matchAll(ATTRIBUTE)) {
      const valueAt = at + `<${tag}`.length + index + `${name}="`.length;
      known.set(name, unescaped(html, valueAt, valueAt + value.length));
    }
    const text = unescaped(html, innerAt, innerAt + inner.length);
    marks.push({ tag, text, at, end: at + all.length, known });
  }
  return marks;
}

function known<T>(
  html: string,
  mark: Mark,
  { name, schema }: { name: string; schema: z.ZodType<T> },
) {
  const said = mark.known.get(name);
  if (said === undefined) return null;
  const parsed = schema.safeParse(said);
  if (parsed.success) return parsed.data;
  throw new Problem("bad-input", "The mark is not as expected", {
    expected: parsed.error.issues[0]?.message ?? "",
    got: quoted(said),
    at: { line: lineOf(html, mark.at), field: name },
  });
}

/** Whether an insertion belongs to the deletion before it: they touch and carry the same number, or none. */
const belongs = (last: Mark | undefined, mark: Mark): boolean =>
  last?.tag === "del" &&
  mark.tag === "ins" &&
  last.end === mark.at &&
  last.known.get("data-edit") === mark.known.get("data-edit");

/** The place of the document in the page: behind its opening tag, and its closing one. */
function documentIn(html: string) {
  const opening = html.indexOf(OPENING);
  const begin = opening < 0 ? -1 : html.indexOf(">", opening);
  const end = begin < 0 ? -1 : html.indexOf(CLOSING, begin);
  if (end < 0)
    throw new Problem("bad-input", "The page holds no document", {
      expected: `${OPENING}> … ${CLOSING}`,
      got: opening < 0 ? "a page without it" : "one that does not end",
      ...(opening < 0 ? {} : { at: { line: lineOf(html, opening) } }),
    });
  const format = /data-format="([^"]*)"/.exec(html.slice(opening, begin))?.[1] ?? "plain";
  const parsed = DocumentFormat.safeParse(format);
  if (!parsed.success)
    throw new Problem("bad-input", "The format of the document is not known", {
      expected: "plain or markdown",
      got: quoted(format),
      at: { line: lineOf(html, opening), field: "data-format" },
    });
  const lineFeed = /^\r?\n/.exec(html.slice(begin + 1, begin + 3))?.[0].length ?? 0;
  return { begin: begin + 1 + lineFeed, end, format: parsed.data };
}

/** A page as it was written, or one by hand in the same form. */
export function readTrackedHtml(html: string): TrackedDocument {
  const { begin, end, format } = documentIn(html);
  const pieces: string[] = [];
  const edits: TrackedEdit[] = [];
  let length = 0;
  let copied = begin;
  let last: Mark | undefined;
  const take = (text: string) => {
    pieces.push(text);
    length += text.length;
  };
  for (const mark of marksOf(html, begin, end)) {
    take(unescaped(html, copied, mark.at));
    const start = length;
    const tracked = edits.at(-1);
    if (belongs(last, mark) && tracked !== undefined)
      edits[edits.length - 1] = { ...tracked, edit: { ...tracked.edit, after: mark.text } };
    else {
      const [before, after] = mark.tag === "del" ? [mark.text, ""] : ["", mark.text];
      take(before);
      edits.push({
        edit: { start, end: length, before, after },
        intent: known(html, mark, { name: "data-intent", schema: Intent }),
        source: mark.known.get("data-source") ?? null,
        decision: known(html, mark, { name: "data-decision", schema: TrackedDecision }) ?? "open",
      });
    }
    copied = mark.end;
    last = mark;
  }
  take(unescaped(html, copied, end));
  const titled = /<title>([^<]*)<\/title>/.exec(html);
  const titleAt = (titled?.index ?? 0) + "<title>".length;
  const title = titled === null ? "" : unescaped(html, titleAt, titleAt + (titled[1] ?? "").length);
  return { title, format, text: pieces.join(""), edits: inOrder(pieces.join(""), edits, "edits") };
}
