/** Reads outlines as language models write them: headings, bullets or numbers, with cited claims at the line ends. */

/** A category with what its own line cites, by number. */
export interface OutlineNode {
  readonly name: string;
  readonly claims: readonly number[];
  readonly children: readonly OutlineNode[];
}

export interface ParsedOutline {
  readonly roots: readonly OutlineNode[];
  /** Lines that were no category, and a list that breaks off. */
  readonly remarks: readonly string[];
}

const CITED = /\(\s*(?:claims?|papers?|stud(?:y|ies))\b\s*:?([^)]*)\)?/gi;
const ASPECT = /^(?:[-*•]\s*)?(?:\*\*)?aspect\s*\d+\s*[:.)-]\s*(.+)$/i;
const NUMBERED = /^(?:[-*•]\s*)?(\d+(?:\.\d+)*)[.):]?\s+(.+)$/;
const BULLET = /^[-*•]\s+(.+)$/;
/** A longer line without citations is a sentence, not a category. */
const NAME_WORDS_MAX = 14;

interface Line {
  readonly indent: number;
  readonly kind: "aspect" | "numbered" | "bullet" | "bare";
  /** How many numbers: 3 for 1.2.1. */
  readonly parts: number;
  readonly name: string;
  readonly claims: readonly number[];
}

/** Numbers of a citation, ranges written out: "0, 2-4". */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/(\d+)(?:\s*[-–]\s*(\d+))?/g)].flatMap(([, from, to]) => {
    const first = Number(from);
    const last = to === undefined ? first : Number(to);
    return last < first || last - first > 1_000
      ? [first]
      : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

function readLine(raw: string): Line | undefined {
  const text = raw.trim();
  const claims = [
    ...new Set([...text.matchAll(CITED)].flatMap(([, cited]) => numbersIn(cited ?? ""))),
  ];
  const indent = raw.replaceAll("\t", "    ").search(/\S/);
  const bare = text.replaceAll(CITED, "");
  const nameOf = (name: string) =>
    name
      .replaceAll(/\([^)]*\)?|\*\*|:\s*$/g, "")
      .trim()
      .replaceAll(/\s+/g, " ")
      .replace(/[:.]$/, "");
  const line = (kind: Line["kind"], name: string, parts = 0): Line | undefined =>
    nameOf(name) === "" ? undefined : { indent, kind, parts, name: nameOf(name), claims };
  const aspect = ASPECT.exec(bare)?.[1];
  if (aspect !== undefined) return line("aspect", aspect);
  const numbered = NUMBERED.exec(bare);
  if (numbered !== null)
    return line("numbered", numbered[2] ?? "", (numbered[1] ?? "").split(".").length);
  const bullet = BULLET.exec(bare)?.[1];
  if (bullet !== undefined) return line("bullet", bullet);
  const isProse =
    claims.length === 0 &&
    (bare.split(/\s+/).length > NAME_WORDS_MAX || /[.!?]$/.test(bare.trim()));
  return isProse ? undefined : line("bare", bare);
}

/** Levels from 0 for a root: by headings and numbers where there are some, else by indentation. */
function levelsOf(lines: readonly Line[]): number[] {
  const heads = lines.some(({ kind }) => kind === "aspect")
    ? "aspect"
    : lines[0]?.kind === "bare" || lines[0]?.kind === "bullet"
      ? lines[0].kind
      : undefined;
  const numbers = lines.filter(({ kind }) => kind === "numbered");
  const deep = numbers.some(({ parts }) => parts > 1);
  const fewest = Math.min(...numbers.map(({ parts }) => parts));
  const isHead = ({ kind, indent }: Line) =>
    heads !== undefined &&
    kind === heads &&
    (heads === "aspect" || indent <= (lines[0]?.indent ?? 0));
  const open: number[] = [];
  let under = 0;
  return lines.map((line) => {
    if (isHead(line)) {
      open.length = 0;
      under = 1;
      return 0;
    }
    if (line.kind === "numbered" && deep) return line.parts - fewest + under;
    while (open.length > 0 && (open.at(-1) ?? 0) >= line.indent) open.pop();
    open.push(line.indent);
    return open.length - 1 + under;
  });
}

interface Growing {
  readonly name: string;
  readonly claims: readonly number[];
  readonly children: Growing[];
}

/**
 * The categories of a written outline. Whatever stands before "[Response 2]" is skipped; children go
 * by their numbers or by indentation; a line that skips a level hangs on the last line above it. Prose
 * gives no roots, a list that breaks off what there is of it.
 */
export function parseOutline(text: string): ParsedOutline {
  const marker = /\[response 2\]:?/i.exec(text);
  const body = marker === null ? text : text.slice(marker.index + marker[0].length);
  const remarks: string[] = [];
  const lines = body.split(/\r?\n/).flatMap((raw) => {
    if (raw.trim() === "") return [];
    const line = readLine(raw);
    if (line === undefined) remarks.push(`This is no category: "${raw.trim().slice(0, 80)}"`);
    return line ?? [];
  });
  if (/\([^)]*$/.test(body.trimEnd())) remarks.push("The list breaks off");
  // A list of names that cites nothing at all is an answer in prose.
  if (lines.every(({ claims }) => claims.length === 0)) return { roots: [], remarks };
  const roots: Growing[] = [];
  const path: Growing[] = [];
  const levels = levelsOf(lines);
  lines.forEach(({ name, claims }, i) => {
    const node: Growing = { name, claims, children: [] };
    path.length = Math.min(levels[i] ?? 0, path.length);
    (path.at(-1)?.children ?? roots).push(node);
    path.push(node);
  });
  return { roots, remarks };
}
