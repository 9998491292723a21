import type { TextEdit } from "#core/text.ts";
import { align } from "./myers.ts";
import { characters, isBlank, type Tokens, tokensOf, type Units, words } from "./tokens.ts";

/** What differs once a common beginning and end are cut off where tokens begin in both texts. */
function differing(before: string, after: string, { beginsAt }: Units) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < shorter - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  )
    same++;
  if (start === shorter && before.length === after.length) return undefined;
  // The characters on both sides of the cut must be common to both texts.
  if (start > 0) start--;
  while (start > 0 && !beginsAt(before, start)) start--;
  if (same > 0) same--;
  while (same > 0 && !beginsAt(before, before.length - same)) same--;
  return { start, endBefore: before.length - same, endAfter: after.length - same };
}

/** A run of tokens of the first text that is replaced by a run of the second's. */
interface Region {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

function regions(a: Tokens, b: Tokens): Region[] {
  const { deleted, inserted } = align(a.ids, b.ids);
  const found: Region[] = [];
  let x = 0;
  let y = 0;
  while (x < deleted.length || y < inserted.length) {
    const fromA = x;
    const fromB = y;
    while (deleted[x] === 1) x++;
    while (inserted[y] === 1) y++;
    if (x > fromA || y > fromB) found.push({ fromA, toA: x, fromB, toB: y });
    else {
      x++;
      y++;
    }
  }
  return found;
}

function diffBy(
  before: string,
  after: string,
  { units, bridge }: { units: Units; bridge: (start: number, end: number) => boolean },
): TextEdit[] {
  const differs = differing(before, after, units);
  if (differs === undefined) return [];
  const { start, endBefore, endAfter } = differs;
  const [a, b] = tokensOf(
    { text: before, start, end: endBefore },
    { text: after, start, end: endAfter },
    units,
  );
  const placed = regions(a, b).map(({ fromA, toA, fromB, toB }) => ({
    start: a.starts[fromA] as number,
    end: a.starts[toA] as number,
    startAfter: b.starts[fromB] as number,
    endAfter: b.starts[toB] as number,
  }));
  const joined: typeof placed = [];
  for (const region of placed) {
    const last = joined.at(-1);
    if (last !== undefined && bridge(last.end, region.start))
      joined[joined.length - 1] = { ...last, end: region.end, endAfter: region.endAfter };
    else joined.push(region);
  }
  return joined.map((region) => ({
    start: region.start,
    end: region.end,
    before: before.slice(region.start, region.end),
    after: after.slice(region.startAfter, region.endAfter),
  }));
}

/**
 * The edits that make `after` of `before`, ascending: the fewest tokens, where a token is a word, a run of blanks, a line
 * break or one other character, and edits with nothing but blanks between them are one. One edit is one decision for a
 * writer, which is why a line break keeps two apart. Beyond 1,024 differing tokens, which is another text rather
 * than a revision, the edits still lead from one text to the other but may be more than the fewest.
 */
export const wordDiff = (before: string, after: string): TextEdit[] =>
  diffBy(before, after, {
    units: words,
    bridge: (start, end) => isBlank(before, start, end),
  });

/** The same by characters (code points), nothing joined: how the released code of R3 cuts its decisions. */
export const charDiff = (before: string, after: string): TextEdit[] =>
  diffBy(before, after, { units: characters, bridge: () => false });
