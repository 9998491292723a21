/**
 * The key of what somebody said or typed: utterances that differ only in case, punctuation, filler words, blanks or
 * the way a number is written have one key. English; in other languages only case, punctuation and blanks are evened.
 */

const numbered = (names: string, value: (index: number) => number): ReadonlyMap<string, number> =>
  new Map(names.split(" ").map((word, index) => [word, value(index)]));
const UNITS = numbered(
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen " +
    "fifteen sixteen seventeen eighteen nineteen",
  (index) => index,
);
const TENS = numbered(
  "twenty thirty forty fifty sixty seventy eighty ninety",
  (index) => 10 * (index + 2),
);
const SCALES = numbered("hundred thousand million", (index) => [100, 1_000, 1e6][index] ?? 0);

const FILLERS: ReadonlySet<string> = new Set(
  "a ah an eh er erm hello hey hi hm hmm kindly ok okay please pls the uh uhm um".split(" "),
);

/** What each kind of personal detail is replaced by. No key of an utterance has such brackets of its own. */
export const MASK_NUMBER = "<number>";
export const MASK_EMAIL = "<email>";

/** As long as its parts may be (RFC 5321), so that what only looks like the beginning of one is soon given up. */
const EMAIL = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu;
/** Digits with what may stand within a number: 1,000 · 3.5 · 10:30. */
const NUMBER = /\p{Nd}+(?:[.,:]\p{Nd}+)*/gu;

/** Parts that are kept: option flags, words with what may stand inside them, `c++` and `c#`; and e-mail addresses. */
const PARTS = [
  String.raw`(?<!\S)--?(?=[\p{L}\p{N}])`,
  String.raw`[\p{L}\p{N}\p{M}]+(?:[._/:@][\p{L}\p{N}\p{M}]+)*(?:[+#]+(?![\p{L}\p{N}]))?`,
  "%",
];
const WORD = new RegExp(PARTS.join("|"), "gu");
const WORD_OR_EMAIL = new RegExp([EMAIL.source, ...PARTS].join("|"), "gu");

function words(text: string): string[] {
  const even = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/(?<=\p{L})['’](?=\p{L})/gu, "")
    .replace(/(?<=\p{Nd}),(?=\p{Nd}{3}(?!\p{Nd}))/gu, "");
  const found: string[] = [];
  let flag = "";
  for (const [part] of even.matchAll(even.includes("@") ? WORD_OR_EMAIL : WORD)) {
    if (part === "-" || part === "--") {
      flag = part;
      continue;
    }
    found.push(flag + part);
    flag = "";
  }
  return found;
}

/** A number in words from `from` on, and where it ends; undefined where there is none. */
function numberAt(
  parts: readonly string[],
  from: number,
): { value: number; end: number } | undefined {
  let total = 0;
  let group: number | undefined;
  /** The least power of ten that may still follow: after "twenty" only a unit, after a unit nothing but a scale. */
  let room = Number.POSITIVE_INFINITY;
  let scaleBefore = Number.POSITIVE_INFINITY;
  let at = from;
  for (; at < parts.length; at++) {
    const word = parts[at] ?? "";
    const unit = UNITS.get(word);
    const ten = TENS.get(word);
    const scale = SCALES.get(word);
    const small = unit ?? ten;
    if (small !== undefined) {
      if (small >= room || (small === 0 && group !== undefined)) break;
      group = (group ?? 0) + small;
      room = ten === undefined ? 0 : 10;
    } else if (scale === 100 && group !== undefined && group > 0 && group < 100) {
      group *= 100;
      room = 100;
    } else if (scale !== undefined && scale > 100 && group !== undefined && scale < scaleBefore) {
      total += group * scale;
      group = undefined;
      scaleBefore = scale;
      room = Number.POSITIVE_INFINITY;
    } else if (word === "and" && room === 100 && isSmall(parts[at + 1])) continue;
    else break;
  }
  return at === from ? undefined : { value: total + (group ?? 0), end: at };
}

const isSmall = (word: string | undefined): boolean =>
  word !== undefined && (UNITS.has(word) || TENS.has(word));

function withDigits(parts: readonly string[]): string[] {
  const out: string[] = [];
  for (let at = 0; at < parts.length; ) {
    const number = numberAt(parts, at);
    if (number === undefined) out.push(parts[at++] ?? "");
    else {
      out.push(String(number.value));
      at = number.end;
    }
  }
  return out;
}

/**
 * "Um, play THE Beatles, please!" → "play beatles", "twenty-one" → "21". What consists of fillers alone keeps them;
 * what has no letter, digit or sign in it has the empty key.
 */
export function normaliseUtterance(text: string): string {
  const parts = withDigits(words(text));
  const told = parts.filter((part) => !FILLERS.has(part));
  return (told.length === 0 ? parts : told).join(" ");
}

/** A key without personal details, and what was taken out, in order. */
export interface MaskedKey {
  readonly key: string;
  readonly masked: readonly string[];
}

const PERSONAL = new RegExp(`${EMAIL.source}|${NUMBER.source}`, "gu");
const HAS_MASKED = /[\p{Nd}@]/u;

/** E-mail addresses and numbers out of a key: "call 555 0100" → "call <number> <number>". */
export function maskKey(key: string): MaskedKey {
  if (!HAS_MASKED.test(key)) return { key, masked: [] };
  const masked: string[] = [];
  const out = key.replace(PERSONAL, (found) => {
    masked.push(found);
    return found.includes("@") ? MASK_EMAIL : MASK_NUMBER;
  });
  return { key: out, masked };
}

/** The same in a text as it was said, for a person to read. */
export const maskText = (text: string): string =>
  HAS_MASKED.test(text) ? text.replace(EMAIL, MASK_EMAIL).replace(NUMBER, MASK_NUMBER) : text;

const MASKS = new RegExp(`${MASK_NUMBER}|${MASK_EMAIL}`, "g");

export const masksIn = (text: string): string[] => text.match(MASKS) ?? [];

/** Puts back, in order, what was taken out. */
export function fillMasks(text: string, masked: readonly string[]): string {
  let at = 0;
  return text.replace(MASKS, (mask) => masked[at++] ?? mask);
}
