import { distance as shortDistance } from "fastest-levenshtein";

/** Rows done together: two words of 32 bits, whose steps the processor overlaps. */
const ROWS = 64;
/** First guess of how far apart two texts are; a pass that finds them farther apart makes a better one. */
const GUESS_MIN = 48;

/** [alphabet] rows of the block at hand where each symbol stands, a bit a row; all 0 between passes. */
let upper = new Int32Array(0x10000);
let lower = new Int32Array(0x10000);
/** [m] what each column adds from one row to the next block: D[row][c + 1] − D[row][c], in −1, 0, 1. */
let carries = new Int8Array(0);

function setRows(a: Uint32Array, top: number): void {
  for (let row = 0; row < 32; row++) {
    const above = a[top + row] as number;
    const below = a[top + 32 + row] as number;
    upper[above] = (upper[above] as number) | (1 << row);
    lower[below] = (lower[below] as number) | (1 << row);
  }
}

function clearRows(a: Uint32Array, top: number): void {
  for (let row = 0; row < 32; row++) {
    upper[a[top + row] as number] = 0;
    lower[a[top + 32 + row] as number] = 0;
  }
}

/**
 * The 64 rows that were set, over columns `from` to `to` of `b`: `carries` come in from above and go out below. Names
 * as in Hyyrö (2003): `pv`, `mv` vertical, `ph`, `mh` horizontal
 * differences of +1 and −1.
 */
function block(b: Uint32Array, from: number, to: number): void {
  const eqUpper = upper;
  const eqLower = lower;
  const carried = carries;
  let pvUpper = -1;
  let mvUpper = 0;
  let pvLower = -1;
  let mvLower = 0;
  for (let column = from; column < to; column++) {
    const symbol = b[column] as number;
    const carry = carried[column] as number;
    let phIn = (carry + 1) >> 1;
    let mhIn = carry >>> 31;

    let eq = eqUpper[symbol] as number;
    let xv = eq | mvUpper;
    eq |= mhIn;
    let xh = (((eq & pvUpper) + pvUpper) ^ pvUpper) | eq;
    let ph = mvUpper | ~(xh | pvUpper);
    let mh = pvUpper & xh;
    let phShifted = (ph << 1) | phIn;
    pvUpper = (mh << 1) | mhIn | ~(xv | phShifted);
    mvUpper = phShifted & xv;
    phIn = ph >>> 31;
    mhIn = mh >>> 31;

    eq = eqLower[symbol] as number;
    xv = eq | mvLower;
    eq |= mhIn;
    xh = (((eq & pvLower) + pvLower) ^ pvLower) | eq;
    ph = mvLower | ~(xh | pvLower);
    mh = pvLower & xh;
    phShifted = (ph << 1) | phIn;
    pvLower = (mh << 1) | mhIn | ~(xv | phShifted);
    mvLower = phShifted & xv;

    carried[column] = (ph >>> 31) - (mh >>> 31);
  }
}

/** Lowest value of a row between two columns, relative to the first. */
function lowestOf(from: number, to: number): number {
  const carried = carries;
  let value = 0;
  let lowest = 0;
  for (let column = from; column < to; column++) {
    value += carried[column] as number;
    lowest = Math.min(lowest, value);
  }
  return lowest;
}

/**
 * The distance where it is at most `guess`, else a better guess, which is negative. Bit-parallel (Myers 1999) and kept to
 * the diagonals an alignment of so many differences can touch (Ukkonen 1985). `a` is no longer than `b` and fills whole
 * blocks.
 */
function pass(a: Uint32Array, b: Uint32Array, guess: number): number {
  const longer = b.length - a.length;
  // What the difference of the lengths leaves of the guess bends the way to either side.
  const bend = (guess - longer) >> 1;
  let score = 0;
  let [from, to] = [0, 0];
  for (let top = 0; top < a.length; top += ROWS) {
    const nextFrom = Math.max(0, top - bend);
    const nextTo = Math.min(b.length, top + ROWS + longer + bend);
    // Down to the left edge of the block: along the row above, then a difference for each of its rows.
    for (let column = from; column < nextFrom; column++) score += carries[column] as number;
    score += ROWS;
    carries.fill(1, to, nextTo);
    [from, to] = [nextFrom, nextTo];
    setRows(a, top);
    block(b, from, to);
    clearRows(a, top);
    const least = score + lowestOf(from, to);
    if (least > guess) return -Math.ceil((1.25 * least * a.length) / (top + ROWS));
  }
  for (let column = from; column < b.length; column++) score += carries[column] as number;
  return score <= guess ? score : -2 * guess;
}

/** The same sequence behind `count` zeros: what two sequences begin with alike does not change their distance. */
function padded(symbols: Uint32Array, count: number): Uint32Array {
  const out = new Uint32Array(symbols.length + count);
  out.set(symbols, count);
  return out;
}

/** Levenshtein distance of two sequences of symbols below `alphabet`. Every guess grows, so the passes end. */
function symbolDistance(first: Uint32Array, second: Uint32Array, alphabet: number): number {
  let [a, b] = first.length <= second.length ? [first, second] : [second, first];
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let same = 0;
  while (same < a.length - start && a[a.length - 1 - same] === b[b.length - 1 - same]) same++;
  a = a.subarray(start, a.length - same);
  b = b.subarray(start, b.length - same);
  if (a.length === 0) return b.length;
  const padding = (ROWS - (a.length % ROWS)) % ROWS;
  a = padded(a, padding);
  b = padded(b, padding);
  if (upper.length < alphabet) {
    upper = new Int32Array(alphabet);
    lower = new Int32Array(alphabet);
  }
  if (carries.length < b.length) carries = new Int8Array(2 * b.length);
  for (let guess = b.length - a.length + GUESS_MIN; ; ) {
    const distance = pass(a, b, Math.min(guess, b.length));
    if (distance >= 0) return distance;
    guess = Math.max(-distance, guess + GUESS_MIN);
  }
}

/** [characters] code points; a lone surrogate is one. */
function codePoints(text: string): Uint32Array {
  const points = new Uint32Array(text.length);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdbff) points[count++] = unit;
    else {
      const point = text.codePointAt(i) as number;
      points[count++] = point;
      if (point > 0xffff) i++;
    }
  }
  return points.subarray(0, count);
}

/** Texts so short that the library's one word of bits holds them. */
const SHORT_CHARS = 64;
const HAS_SURROGATE = /[\ud800-\udfff]/;

/**
 * Fewest code points put in, taken out or replaced to make one text of the other (Levenshtein 1966). Exact; the work
 * grows with the longer text times the distance.
 */
export function levenshtein(a: string, b: string): number {
  if (a === b) return 0;
  const short = a.length <= SHORT_CHARS && b.length <= SHORT_CHARS;
  if (short && !HAS_SURROGATE.test(a) && !HAS_SURROGATE.test(b)) return shortDistance(a, b);
  const [left, right] = [codePoints(a), codePoints(b)];
  const bmp = left.length === a.length && right.length === b.length;
  return symbolDistance(left, right, bmp ? 0x10000 : 0x110000);
}

/** The same in words: what blanks part. Case and punctuation count. */
export function wordLevenshtein(a: string, b: string): number {
  const numbers = new Map<string, number>();
  const numbered = (text: string) =>
    Uint32Array.from(text.match(/\S+/g) ?? [], (word) => {
      const number = numbers.get(word) ?? numbers.size;
      numbers.set(word, number);
      return number;
    });
  // A zero is put before sequences to fill a block; that a word has that number too does no harm.
  return symbolDistance(numbered(a), numbered(b), Math.max(1, numbers.size));
}

/** Distance over the length of the longer, in code points: 0 for equal texts, 1 where nothing is shared. */
export function normalisedLevenshtein(a: string, b: string): number {
  const longer = Math.max(codePoints(a).length, codePoints(b).length);
  return longer === 0 ? 0 : levenshtein(a, b) / longer;
}
