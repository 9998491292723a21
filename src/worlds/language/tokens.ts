import { assert } from "#core/assert.ts";
import { Problem, quoted } from "#core/errors.ts";

/**
 * The words of Parley, a language small enough that a transformer learns it in minutes. All task
 * families share them, so that one model class, one trainer and one transcript view serve all.
 *
 * `-` is both the minus sign and the mark of an empty slot; `A`, `B` and `C` are both options to
 * choose between and names of replies to compare.
 */
const WORDS = [
  ...["<pad>", "<s>", "|", "."],
  ...["a", "b", "c", "d", "e", "f", "g", "h"],
  ...["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  ...["+", "-", "=", "?", "#", "~"],
  "<mask>",
  ...["<reward-0>", "<reward-1>", "<reward-2>", "<reward-3>"],
  ...["polite", "plain"],
  ...["hello", "sure", "thanks", "great", "really", "note"],
  ...["A", "B", "C"],
  ...["has", "lacks", "unsure", "price", "recommend", "none"],
  ...["<system-0>", "<system-1>", "<system-2>", "<system-3>"],
  ...["<principle-0>", "<principle-1>", "<principle-2>", "<principle-3>"],
  ...["<principle-4>", "<principle-5>", "<principle-6>", "<principle-7>"],
  ...["yes", "no"],
] as const;

/** A word of the language, as it is written. */
export type Word = (typeof WORDS)[number];

/** How many ids there are. */
export const VOCABULARY = WORDS.length;

const ids: ReadonlyMap<string, number> = new Map(WORDS.map((word, id) => [word, id]));

/** The id of a word. */
export function tokenOf(word: Word): number {
  const id = ids.get(word);
  assert(id !== undefined, "a word of the language");
  return id;
}

export const PAD = tokenOf("<pad>");
export const END = tokenOf(".");

export const KEYS = 8;
const FIRST_KEY = tokenOf("a");
const FIRST_DIGIT = tokenOf("0");

/** Token of the k-th key: 0 is `a`, 7 is `h`. */
export const keyToken = (k: number): number => FIRST_KEY + k;
/** Token of a digit 0..9. */
export const digitToken = (digit: number): number => FIRST_DIGIT + digit;

/** Which key a token is, 0..7, or -1. */
export const keyOf = (token: number): number =>
  token >= FIRST_KEY && token < FIRST_KEY + KEYS ? token - FIRST_KEY : -1;
/** Which digit a token is, 0..9, or -1. */
export const digitOf = (token: number): number =>
  token >= FIRST_DIGIT && token < FIRST_DIGIT + 10 ? token - FIRST_DIGIT : -1;

/** Token ids as text, words apart by a space; padding is left out. */
export function textOf(tokens: ArrayLike<number>): string {
  const words: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const word = WORDS[tokens[i] as number];
    assert(word !== undefined, "a token id of the vocabulary");
    if (tokens[i] !== PAD) words.push(word);
  }
  return words.join(" ");
}

/** Text as token ids. Throws a `bad-input` problem that names the first word it does not know. */
export function tokensOf(text: string): number[] {
  const words = text.split(/\s+/).filter((word) => word !== "");
  return words.map((word, at) => {
    const id = ids.get(word);
    if (id !== undefined) return id;
    throw new Problem("bad-input", `Word ${at + 1} is not of this language`, {
      expected: `one of ${VOCABULARY} words: ${WORDS.slice(2).join(" ")}`,
      got: quoted(word),
    });
  });
}
