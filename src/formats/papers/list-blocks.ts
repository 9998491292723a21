/** The text between two trailers, as titles and abstracts: lines re-joined, then paired by what they look like. */

import { normalTitle } from "#core/paper-keys.ts";
import { unique } from "./draft.ts";
import type { Line } from "./list-lines.ts";

/** A title, an abstract, or a paragraph that is neither for certain. */
export interface Block {
  readonly text: string;
  readonly line: number;
  readonly raw: string;
  /** Set where it was put together or cut apart by guess. */
  readonly guessed: boolean;
}

export interface Pair {
  readonly title: Block;
  readonly abstract: Block | undefined;
  /** What is odd about it; empty where a title-like paragraph stands right before an abstract-like one. */
  readonly doubts: readonly string[];
}

export interface Paired {
  readonly pairs: readonly Pair[];
  /** Paragraphs that belong to no paper. */
  readonly left: readonly Block[];
}

const TITLE_CHARS_MAX = 250;
const ABSTRACT_CHARS_MIN = 300;
const TITLE_LINES_MAX = 8;
/** Paragraphs before an abstract among which its title is looked for. */
const TITLES_LOOKED_AT = 20;
/** A line this long was not wrapped. */
const LONG_LINE_CHARS = 300;

const ends = (text: string) => /[.。．]["'”’)]*$/.test(text) && !/(?:\.\.\.|…)$/.test(text);
/** A bullet begins an item of a list in an abstract. */
const mayBeTitle = ({ text }: Block) => text.length < TITLE_CHARS_MAX && !/^[•*–-] /.test(text);
const titleLike = (block: Block) => mayBeTitle(block) && !ends(block.text);
const abstractLike = ({ text }: Block) => text.length > ABSTRACT_CHARS_MIN;

const blockOf = (lines: readonly Line[], guessed = false): Block => ({
  text: joined(lines.map(({ text }) => text)),
  line: lines[0]?.number ?? 1,
  raw: lines.map(({ text }) => text).join("\n"),
  guessed,
});

const CJK_END = /[\u3000-\u9fff\uff00-\uffef]$/;
const CJK_START = /^[\u3000-\u9fff\uff00-\uffef]/;

/** Wrapped lines as one: scripts without blanks get none. */
const joined = (lines: readonly string[]): string =>
  lines
    .map((line, i) => {
      const before = lines[i - 1];
      if (before === undefined) return line;
      return CJK_END.test(before) && CJK_START.test(line) ? line : ` ${line}`;
    })
    .join("");

/** A title goes on in the next line where that begins small, or where it ends on a word that cannot be its last. */
const goesOn = (line: string, next: string): boolean =>
  /^[\p{Ll}(]/u.test(next) ||
  /(?:[:,–—-]|\b(?:a|an|and|as|at|by|for|from|in|into|of|on|or|the|to|via|with))$/i.test(line);

/** Lines of one paragraph; a title whose blank line to the abstract was lost is cut off again. */
function blocksOfRun(run: readonly Line[], titleWaits: boolean): Block[] {
  if (run.length === 1) return [blockOf(run)];
  if (run.some(({ text }) => text.length > LONG_LINE_CHARS)) return blocksOfLongLines(run);
  const cut = titleWaits ? 0 : titleLines(run);
  if (cut === 0) return [blockOf(run)];
  return [blockOf(run.slice(0, cut), true), blockOf(run.slice(cut), true)];
}

/** Long lines are abstracts on their own; short ones between them are titles, of a line or a few. */
function blocksOfLongLines(run: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  let short: Line[] = [];
  const endShort = () => {
    if (short.length > 0) blocks.push(blockOf(short, short.length > 1));
    short = [];
  };
  for (const line of run) {
    const before = short.at(-1);
    if (before !== undefined && !goesOn(before.text, line.text)) endShort();
    if (line.text.length > LONG_LINE_CHARS) {
      endShort();
      blocks.push(blockOf([line]));
    } else short.push(line);
  }
  endShort();
  return blocks;
}

/**
 * Of wrapped lines, how many at the start are a title: up to the first that breaks off though the next word would have
 * fitted, or that was not wrapped at all. Where every line is full the first is taken. None where those are no title, or
 * what follows is no abstract.
 */
function titleLines(run: readonly Line[]): number {
  const parts = (i: number): boolean => {
    const rest = blockOf(run.slice(i));
    return titleLike(blockOf(run.slice(0, i))) && (ends(rest.text) || abstractLike(rest));
  };
  const wordOf = (i: number) => run[i]?.text.split(" ")[0]?.length ?? 0;
  for (let i = 0; i < TITLE_LINES_MAX && i + 1 < run.length; i++) {
    const [line, next] = [run[i]?.text ?? "", run[i + 1]?.text ?? ""];
    if (goesOn(line, next)) continue;
    const width = widthFrom(run, i + 1);
    if (line.length > width || line.length + 1 + wordOf(i + 1) <= width)
      return parts(i + 1) ? i + 1 : 0;
  }
  return goesOn(run[0]?.text ?? "", run[1]?.text ?? "") || !parts(1) ? 0 : 1;
}

const widthFrom = (run: readonly Line[], from: number): number => {
  let width = 0;
  for (let i = from; i < run.length; i++) width = Math.max(width, run[i]?.text.length ?? 0);
  return width;
};

/** Runs of lines as blocks, in order. */
export function blocksOf(runs: readonly (readonly Line[])[]): Block[] {
  const blocks: Block[] = [];
  for (const run of runs) {
    const last = blocks.at(-1);
    for (const block of blocksOfRun(run, last !== undefined && titleLike(last))) blocks.push(block);
  }
  return blocks;
}

/** Share of the words of a title, short ones aside, that its abstract has too. */
const overlapWith = (abstract: Block): ((title: Block) => number) => {
  const words = (text: string) =>
    normalTitle(text)
      .split(" ")
      .filter((word) => word.length > 3);
  const known = new Set(words(abstract.text));
  return (title) => {
    const own = words(title.text);
    return own.length === 0 ? 0 : own.filter((word) => known.has(word)).length / own.length;
  };
};

/**
 * Pairs the blocks of a segment: every abstract with a title before it, and what is left before the trailer as a paper
 * with a short abstract or none. `closed`: a trailer follows, so that there must be a paper.
 */
export function pairsOf(blocks: readonly Block[], closed: boolean): Paired {
  const pairs: Pair[] = [];
  const left: Block[] = [];
  let waiting: Block[] = [];
  for (const block of blocks) {
    if (!abstractLike(block)) {
      waiting.push(block);
      continue;
    }
    const previous = pairs.at(-1);
    const found = titleFor(waiting, block);
    if (found !== undefined) {
      pairs.push(found.pair);
      for (const other of found.left) left.push(other);
    } else if (previous?.abstract !== undefined) {
      pairs[pairs.length - 1] = goneOn(previous, [...waiting, block]);
    } else for (const other of [...waiting, block]) left.push(other);
    waiting = [];
  }
  if (waiting.length === 0) return { pairs, left };
  return endOf(pairs, left, waiting, closed);
}

/** The best title among what stands before an abstract: the one with most words in common, the nearest of equals. */
function titleFor(
  waiting: readonly Block[],
  abstract: Block,
): { readonly pair: Pair; readonly left: readonly Block[] } | undefined {
  const likely = waiting.slice(-TITLES_LOOKED_AT).filter(titleLike);
  const nearest = waiting.at(-1);
  const possible =
    likely.length > 0 ? likely : nearest !== undefined && mayBeTitle(nearest) ? [nearest] : [];
  const overlap = possible.length === 1 ? () => 0 : overlapWith(abstract);
  let title: Block | undefined;
  let most = -1;
  for (const block of possible) {
    const share = overlap(block);
    if (share < most) continue;
    most = share;
    title = block;
  }
  if (title === undefined) return undefined;
  const left = waiting.filter((block) => block !== title);
  const doubts: string[] = [];
  if (left.length > 0)
    doubts.push(
      `${waiting.length} paragraphs stand before the abstract; the title is a guess between them`,
    );
  if (likely.length === 0) doubts.push("The title ends with a full stop");
  if (title.guessed || abstract.guessed) doubts.push("Title and abstract were told apart by guess");
  return { pair: { title, abstract, doubts }, left };
}

const goneOn = ({ title, abstract, doubts }: Pair, more: readonly Block[]): Pair => {
  const [first, ...rest] = abstract === undefined ? more : [abstract, ...more];
  return {
    title,
    abstract: first && {
      ...first,
      text: [first, ...rest].map(({ text }) => text).join(" "),
      raw: [first, ...rest].map(({ raw }) => raw).join("\n\n"),
    },
    doubts: unique([...doubts, "The abstract is of several paragraphs, put together"]),
  };
};

/** What stands after the last abstract, or where there is none. */
function endOf(pairs: Pair[], left: Block[], waiting: readonly Block[], closed: boolean): Paired {
  const [title, abstract] = waiting.slice(-2);
  const last = pairs.at(-1);
  if (waiting.length >= 2 && title !== undefined && abstract !== undefined && titleLike(title)) {
    const beforeThem = waiting.slice(0, -2);
    const doubts = [
      "The abstract is short for one",
      ...(beforeThem.length > 0 ? ["More paragraphs stand before the title"] : []),
    ];
    const doubted = last === undefined ? [] : [{ ...last, doubts: [...last.doubts, "No trailer"] }];
    return {
      pairs: [...pairs.slice(0, -1), ...doubted, { title, abstract, doubts }],
      left: [...left, ...beforeThem],
    };
  }
  if (last !== undefined)
    return {
      pairs: [
        ...pairs.slice(0, -1),
        { ...last, doubts: [...last.doubts, "Another paragraph stands after the abstract"] },
      ],
      left: [...left, ...waiting],
    };
  const only = waiting.at(-1);
  if (!closed || only === undefined || only.text.length >= TITLE_CHARS_MAX)
    return { pairs, left: [...left, ...waiting] };
  return {
    pairs: [{ title: only, abstract: undefined, doubts: ["No abstract"] }],
    left: [...left, ...waiting.slice(0, -1)],
  };
}
