/**
 * A small Markdown reader for the README of a system: headings, paragraphs, lists, tables, code, quotes, emphasis,
 * links. It makes a tree of plain data; nothing in the text can become markup of the page.
 */
export type Inline =
  | { readonly kind: "text" | "code" | "strong" | "emphasis"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };

export type Block =
  | { readonly kind: "heading"; readonly level: number; readonly inline: readonly Inline[] }
  | { readonly kind: "paragraph" | "quote"; readonly inline: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | {
      readonly kind: "list";
      readonly ordered: boolean;
      readonly items: readonly { readonly depth: number; readonly inline: readonly Inline[] }[];
    }
  | {
      readonly kind: "table";
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: "rule" };

const INLINE =
  /(?<code>`+)(?<codeText>.+?)\k<code>|\*\*(?<strong>[^*]+)\*\*|(?<![*\w])\*(?<emphasis>[^*\s][^*]*)\*(?!\w)|\[(?<linkText>[^\]]*)\]\((?<href>[^)\s]+)\)/g;

/** Addresses a README may lead to; anything else is shown as text. */
const isSafe = (href: string): boolean => /^(https?:\/\/|#|\.{0,2}\/|[\w-]+(\/|\.md))/i.test(href);

export function inlineOf(text: string): Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  const plain = (to: number) => {
    if (to > from) parts.push({ kind: "text", text: text.slice(from, to) });
  };
  for (const match of text.matchAll(INLINE)) {
    const { codeText, strong, emphasis, linkText, href } = match.groups ?? {};
    plain(match.index);
    from = match.index + match[0].length;
    if (codeText !== undefined) parts.push({ kind: "code", text: codeText.trim() });
    else if (strong !== undefined) parts.push({ kind: "strong", text: strong });
    else if (emphasis !== undefined) parts.push({ kind: "emphasis", text: emphasis });
    else if (linkText !== undefined && href !== undefined && isSafe(href))
      parts.push({ kind: "link", text: linkText, href });
    else parts.push({ kind: "text", text: match[0] });
  }
  plain(text.length);
  return parts;
}

const cellsOf = (line: string): Inline[][] =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => inlineOf(cell.trim().replaceAll("\\|", "|")));

const FENCE = /^(```|~~~)/;
const HEADING = /^(#{1,6})\s+(.*)$/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const TABLE_LINE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;

const startsBlock = (line: string): boolean =>
  line.trim() === "" ||
  FENCE.test(line) ||
  HEADING.test(line) ||
  ITEM.test(line) ||
  RULE.test(line) ||
  line.startsWith(">");

/** Lines from `from` on while `holds`. */
function run(lines: readonly string[], from: number, holds: (line: string) => boolean): string[] {
  const end = lines.findIndex((line, i) => i >= from && !holds(line));
  return lines.slice(from, end < 0 ? lines.length : end);
}

function codeAt(lines: readonly string[], at: number): [Block, number] {
  const body = run(lines, at + 1, (line) => !FENCE.test(line));
  return [{ kind: "code", text: body.join("\n") }, at + body.length + 2];
}

function tableAt(lines: readonly string[], at: number): [Block, number] {
  const body = run(lines, at + 2, (line) => line.includes("|"));
  const head = cellsOf(lines[at] ?? "");
  return [{ kind: "table", head, rows: body.map(cellsOf) }, at + 2 + body.length];
}

function listAt(lines: readonly string[], at: number): [Block, number] {
  const items: { depth: number; text: string }[] = [];
  let next = at;
  for (; next < lines.length; next++) {
    const line = lines[next] ?? "";
    const match = ITEM.exec(line);
    const last = items.at(-1);
    if (match !== null)
      items.push({ depth: Math.floor((match[1] ?? "").length / 2), text: match[3] ?? "" });
    else if (last !== undefined && /^\s+\S/.test(line)) last.text += ` ${line.trim()}`;
    else break;
  }
  return [
    {
      kind: "list",
      ordered: /^\s*\d/.test(lines[at] ?? ""),
      items: items.map(({ depth, text }) => ({ depth, inline: inlineOf(text) })),
    },
    next,
  ];
}

/** The block that begins at line `at`, and the line after it. */
function blockAt(lines: readonly string[], at: number): [Block, number] {
  const line = lines[at] ?? "";
  const heading = HEADING.exec(line);
  if (FENCE.test(line)) return codeAt(lines, at);
  if (heading !== null)
    return [
      { kind: "heading", level: (heading[1] ?? "#").length, inline: inlineOf(heading[2] ?? "") },
      at + 1,
    ];
  if (line.includes("|") && TABLE_LINE.test(lines[at + 1] ?? "")) return tableAt(lines, at);
  if (RULE.test(line)) return [{ kind: "rule" }, at + 1];
  if (ITEM.test(line)) return listAt(lines, at);
  if (line.startsWith(">")) {
    const quoted = run(lines, at, (one) => one.startsWith(">"));
    const text = quoted.map((one) => one.replace(/^>\s?/, "")).join(" ");
    return [{ kind: "quote", inline: inlineOf(text) }, at + quoted.length];
  }
  const text = [line, ...run(lines, at + 1, (one) => !startsBlock(one))];
  return [{ kind: "paragraph", inline: inlineOf(text.join(" ")) }, at + text.length];
}

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    if ((lines[at] ?? "").trim() === "") {
      at++;
      continue;
    }
    const [block, next] = blockAt(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}
