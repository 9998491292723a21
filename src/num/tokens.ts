/**
 * The tokeniser: lower case, then every longest run of at least two letters, digits or underscores
 * (Unicode classes L and N), as scikit-learn's `(?u)\b\w\w+\b`. Everything else parts tokens.
 */

/** Tokens of one text as UTF-8, one space between them, so that an n-gram is one slice of bytes. */
export interface Tokens {
  readonly bytes: Uint8Array;
  /** The first `count` hold where each token starts and ends in `bytes`. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

const wordPattern = /^[\p{L}\p{N}_]$/u;
const isWordCache = new Map<number, boolean>();

function isWordBeyondAscii(codePoint: number): boolean {
  let known = isWordCache.get(codePoint);
  if (known === undefined) {
    known = wordPattern.test(String.fromCodePoint(codePoint));
    isWordCache.set(codePoint, known);
  }
  return known;
}

const isWordAscii = Uint8Array.from({ length: 128 }, (_, code) =>
  wordPattern.test(String.fromCharCode(code)) ? 1 : 0,
);

const UTF8_BYTES_MAX = 4;
const SPACE = 32;

/** A tokeniser that reuses its memory: what it returned is overwritten by its next call. */
export function tokeniser(): (text: string) => Tokens {
  let bytes = new Uint8Array(0);
  let starts = new Uint32Array(0);
  let ends = new Uint32Array(0);

  return (text) => {
    const lower = text.toLowerCase();
    if (bytes.length < lower.length * UTF8_BYTES_MAX) {
      bytes = new Uint8Array(lower.length * UTF8_BYTES_MAX);
      starts = new Uint32Array(lower.length);
      ends = new Uint32Array(lower.length);
    }
    let count = 0;
    let at = 0; // end of what is written
    let start = 0; // where the open token began
    let codePoints = 0; // length of the open token

    const close = () => {
      if (codePoints >= 2) {
        starts[count] = start;
        ends[count++] = at;
        bytes[at++] = SPACE;
      } else at = start;
      start = at;
      codePoints = 0;
    };

    for (let i = 0; i < lower.length; i++) {
      const code = lower.charCodeAt(i);
      if (code < 128) {
        if (isWordAscii[code] === 1) {
          bytes[at++] = code;
          codePoints++;
        } else if (codePoints > 0) close();
        continue;
      }
      const codePoint = lower.codePointAt(i) as number; // i lies within the text
      if (codePoint > 0xffff) i++;
      if (isWordBeyondAscii(codePoint)) {
        at = writeUtf8(bytes, at, codePoint);
        codePoints++;
      } else if (codePoints > 0) close();
    }
    if (codePoints > 0) close();
    return { bytes, starts, ends, count };
  };
}

/** Writes a code point from 128 up; returns where the next byte goes. */
function writeUtf8(bytes: Uint8Array, at: number, codePoint: number): number {
  let next = at;
  if (codePoint < 0x800) bytes[next++] = 0xc0 | (codePoint >> 6);
  else {
    if (codePoint < 0x10000) bytes[next++] = 0xe0 | (codePoint >> 12);
    else {
      bytes[next++] = 0xf0 | (codePoint >> 18);
      bytes[next++] = 0x80 | ((codePoint >> 12) & 63);
    }
    bytes[next++] = 0x80 | ((codePoint >> 6) & 63);
  }
  bytes[next++] = 0x80 | (codePoint & 63);
  return next;
}

/** The tokens of a text as strings: for people to look at, and for models that name their words. */
export function tokenise(text: string): string[] {
  const { bytes, starts, ends, count } = tokeniser()(text);
  const decoder = new TextDecoder();
  return Array.from({ length: count }, (_, i) =>
    decoder.decode(bytes.subarray(starts[i], ends[i])),
  );
}
