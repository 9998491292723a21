/**
 * What a text is compared by: words, blanks and single characters as numbers, equal exactly where the texts are. No
 * token ends inside a surrogate pair, a CRLF, a letter with its marks or a joined emoji.
 */

/** The tokens of a text from one of its offsets on. */
export interface Tokens {
  /** [count] number of each token, shared by the texts tokenised together. */
  readonly ids: Uint32Array;
  /** [count + 1] UTF-16 offset where each begins; the last is the end of the stretch. */
  readonly starts: Uint32Array;
}

/** A stretch of a text to tokenise. */
export interface Stretch {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Kinds of UTF-16 code units. A single stands for itself: punctuation, and letters of scripts without blanks. */
const [SINGLE, WORD, BLANK, BREAK, ASTRAL, MARK] = [0, 1, 2, 3, 4, 5];
const JOINER = 0x200d;
const [CARRIAGE_RETURN, LINE_FEED] = [13, 10];

let table: Uint8Array | undefined;

/** [65536] kind of each code unit, from Unicode's properties; made once, on first use. */
function kinds(): Uint8Array {
  if (table !== undefined) return table;
  table = new Uint8Array(0x10000);
  const all = String.fromCharCode(...Array.from({ length: 0xd800 }, (_, code) => code));
  const last = String.fromCharCode(...Array.from({ length: 0x2000 }, (_, i) => 0xe000 + i));
  const mark = (pattern: RegExp, kind: number) => {
    for (const [text, offset] of [[all, 0] as const, [last, 0xe000] as const])
      for (const { index } of text.matchAll(pattern)) kinds()[offset + index] = kind;
  };
  mark(/[\p{L}\p{N}_]/gu, WORD);
  mark(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}]/gu,
    SINGLE,
  );
  mark(/[\p{Script=Khmer}\p{Script=Myanmar}]/gu, SINGLE);
  mark(/\s/gu, BLANK);
  mark(/[\n\r\u2028\u2029]/gu, BREAK);
  mark(/[\p{M}\u00ad\u200c\u200d]/gu, MARK);
  table.fill(ASTRAL, 0xd800, 0xe000);
  return table;
}

const isDigit = (code: number | undefined) => code !== undefined && code >= 48 && code <= 57;

/** Whether the character at an offset ties two halves of a word: don't, 3.14, 1,000. */
function ties(codes: Uint16Array, at: number, end: number): boolean {
  const code = codes[at];
  if (at + 1 >= end) return false;
  const next = codes[at + 1] as number;
  if (code === 0x27 || code === 0x2019) return kinds()[next] === WORD;
  return (code === 0x2e || code === 0x2c) && isDigit(codes[at - 1]) && isDigit(next);
}

/** End of the word, run of blanks, line break or single character that begins at an offset. */
function wordEnd(codes: Uint16Array, at: number, end: number): number {
  const kindOf = kinds();
  let kind = kindOf[codes[at] as number];
  let next = at + 1;
  if (kind === BREAK)
    return codes[at] === CARRIAGE_RETURN && next < end && codes[next] === LINE_FEED
      ? next + 1
      : next;
  for (; next < end; next++) {
    const here = kindOf[codes[next] as number];
    if (here === kind && kind !== SINGLE) continue;
    if (kind === BLANK || here === BLANK || here === BREAK) break;
    if (here === MARK) continue;
    if (codes[next - 1] === JOINER) kind = here;
    else if (kind !== WORD || !ties(codes, next, end)) break;
  }
  return next;
}

const isHigh = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number) => code >= 0xdc00 && code < 0xe000;

/** End of the code point at an offset; a CRLF is one. */
function characterEnd(codes: Uint16Array, at: number, end: number): number {
  const code = codes[at] as number;
  const next = at + 1 < end ? (codes[at + 1] as number) : 0;
  const pair = isHigh(code) && isLow(next);
  return pair || (code === CARRIAGE_RETURN && next === LINE_FEED) ? at + 2 : at + 1;
}

/** How a text is parted, and where a common beginning or end of two texts may be cut off. */
export interface Units {
  endOf(codes: Uint16Array, at: number, end: number): number;
  /** Whether a token begins at an offset whatever stands farther off; the characters beside it decide. */
  beginsAt(text: string, at: number): boolean;
}

export const words: Units = {
  endOf: wordEnd,
  beginsAt: (text, at) => {
    const before = kinds()[text.charCodeAt(at - 1)];
    const here = kinds()[text.charCodeAt(at)];
    return (before === BLANK || before === BREAK) && here !== BLANK && here !== BREAK;
  },
};

export const characters: Units = {
  endOf: characterEnd,
  beginsAt: (text, at) => {
    const before = text.charCodeAt(at - 1);
    return before !== CARRIAGE_RETURN && !isHigh(before);
  },
};

/** Whether a stretch is blank without a line break. */
export function isBlank(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (kinds()[text.charCodeAt(i)] !== BLANK) return false;
  return true;
}

/** A hash, where a stretch begins, how long it is. */
const ENTRY = 3;

/** Numbers below are those of single code units, which need no table. */
const FIRST_NUMBER = 0x10000;

/** Numbers for stretches of one text: equal stretches, equal numbers. A hash table with open addressing. */
class Numbering {
  private readonly codes: Uint16Array;
  /** Number of each slot's stretch, plus 1; 0 is free. At most half are taken. */
  private slots = new Uint32Array(1024);
  private entries = new Int32Array(512 * ENTRY);
  private count = 0;

  constructor(codes: Uint16Array) {
    this.codes = codes;
  }

  of(start: number, end: number): number {
    const { codes, slots, entries } = this;
    if (end - start === 1) return codes[start] as number;
    let hash = 0x811c9dc5 | 0;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (codes[i] as number), 0x01000193);
    hash ^= hash >>> 15;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let held = slots[slot] as number; held !== 0; held = slots[slot] as number) {
      if (entries[(held - 1) * ENTRY] === hash && this.equal(held - 1, start, end))
        return FIRST_NUMBER + held - 1;
      slot = (slot + 1) & mask;
    }
    const id = this.count++;
    slots[slot] = id + 1;
    entries[id * ENTRY] = hash;
    entries[id * ENTRY + 1] = start;
    entries[id * ENTRY + 2] = end - start;
    if (entries.length === this.count * ENTRY) this.grow();
    return FIRST_NUMBER + id;
  }

  private equal(id: number, start: number, end: number): boolean {
    const { codes, entries } = this;
    if (entries[id * ENTRY + 2] !== end - start) return false;
    const ahead = (entries[id * ENTRY + 1] as number) - start;
    for (let i = start; i < end; i++) if (codes[i + ahead] !== codes[i]) return false;
    return true;
  }

  /** Twice the room. */
  private grow(): void {
    const entries = new Int32Array(2 * this.entries.length);
    const slots = new Uint32Array(2 * this.slots.length);
    const mask = slots.length - 1;
    entries.set(this.entries);
    for (let id = 0; id < this.count; id++) {
      let slot = (entries[id * ENTRY] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.entries = entries;
    this.slots = slots;
  }
}

function copyCodes({ text, start, end }: Stretch, codes: Uint16Array, at: number): void {
  for (let i = start; i < end; i++) codes[at + i - start] = text.charCodeAt(i);
}

/** Two stretches as tokens numbered together. */
export function tokensOf(a: Stretch, b: Stretch, { endOf }: Units): [Tokens, Tokens] {
  const boundary = a.end - a.start;
  const codes = new Uint16Array(boundary + b.end - b.start);
  copyCodes(a, codes, 0);
  copyCodes(b, codes, boundary);
  const numbering = new Numbering(codes);
  const part = (from: number, to: number, shift: number): Tokens => {
    const ids = new Uint32Array(to - from);
    const starts = new Uint32Array(to - from + 1);
    let count = 0;
    for (let at = from; at < to; count++) {
      const end = endOf(codes, at, to);
      ids[count] = numbering.of(at, end);
      starts[count] = at + shift;
      at = end;
    }
    starts[count] = to + shift;
    return { ids: ids.subarray(0, count), starts: starts.subarray(0, count + 1) };
  };
  return [part(0, boundary, a.start), part(boundary, codes.length, b.start - boundary)];
}
