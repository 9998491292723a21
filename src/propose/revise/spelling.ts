import type { EditCandidate, EditProposer } from "./proposer.ts";
import { outsideProtected } from "./protect.ts";

/** Words of one or two letters are mostly symbols. */
const LETTERS_MIN = 3;
/** Longer than any word anybody writes, and the slips to try grow with the letters. */
const LETTERS_MAX = 40;
/** Beyond this share of unknown words a text is no English prose: nothing is suggested. */
const UNKNOWN_SHARE_MAX = 0.5;
/** With fewer words than this the share says nothing. */
const SHARE_WORDS_MIN = 12;
/** Words whose suggestion is kept; the oldest goes first. */
const KEPT_WORDS_MAX = 20_000;

/** What a spell checker must know. */
export interface Lexicon {
  has(word: string): boolean;
}

interface Word {
  readonly start: number;
  readonly text: string;
}

/** Anything between blanks with one of these in it is code, a path, an address or a number, not a word. */
const NOT_PROSE = /[\d_@/\\<>={}[\]#$%^|~+]|\w[.*(]\w/;
const CHUNK = /\S+/gu;
const WORD = /[A-Za-z]+(?:['’][A-Za-z]+)*/g;

/** The words that could be misspelt: no name, acronym, code, digit, or letter that English has not. */
function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: chunk, index } of text.matchAll(CHUNK)) {
    if (NOT_PROSE.test(chunk) || /[^\x20-\x7e‘’“”–—…]/u.test(chunk)) continue;
    for (const match of chunk.matchAll(WORD))
      if (isLikeAWord(match[0]) && !/[a-z’'].*[A-Z]|^[A-Z]{2}/.test(match[0]))
        words.push({ start: index + match.index, text: match[0] });
  }
  return words;
}

const isLikeAWord = ({ length }: string): boolean => length >= LETTERS_MIN && length <= LETTERS_MAX;
const isCapital = (word: string): boolean => /^[A-Z]/.test(word);
const opensSentence = (text: string, at: number): boolean =>
  /(?:^|[.!?:]["”')\]]?\s+|\n\s*)["“'(]?$/.test(text.slice(Math.max(0, at - 12), at));

/**
 * Unknown words with a known one a single slip away. Of several, the one that the text uses elsewhere; then by the
 * slip that would have made it, two letters swapped being likelier than one left out, one doubled or put in, one in
 * place of another; then one with the same first letter; then by the alphabet. A word of the trade that no dictionary
 * has is suggested against like any other: that is for the writer to turn down, once.
 */
export function spellingProposer(lexicon: Lexicon): EditProposer {
  const kept = new Map<string, readonly string[]>();
  const candidatesFor = (word: string): readonly string[] => {
    const known = kept.get(word);
    if (known !== undefined) return known;
    const found = oneSlipAway(word).filter((other) => lexicon.has(other));
    if (kept.size >= KEPT_WORDS_MAX) kept.delete(kept.keys().next().value ?? "");
    kept.set(word, found);
    return found;
  };
  return {
    source: "spelling",
    async propose(text) {
      const words = wordsOf(text);
      const unknown = words.filter(
        (word) => !lexicon.has(word.text) && !lexicon.has(word.text.toLowerCase()),
      );
      if (words.length >= SHARE_WORDS_MIN && unknown.length > UNKNOWN_SHARE_MAX * words.length)
        return [];
      const used = new Set(words.map((word) => word.text.toLowerCase()));
      // Capitalised where no sentence begins: a name, here and wherever else it stands.
      const names = new Set(
        words.filter((w) => isCapital(w.text) && !opensSentence(text, w.start)).map((w) => w.text),
      );
      const found = unknown
        .filter((word) => !names.has(word.text))
        .map((word) => candidateOf(word, candidatesFor(word.text.toLowerCase()), used));
      return outsideProtected(
        text,
        found.filter((candidate) => candidate !== undefined),
      );
    },
  };
}

function candidateOf(
  { start, text }: Word,
  candidates: readonly string[],
  used: ReadonlySet<string>,
): EditCandidate | undefined {
  const best = candidates.find((word) => used.has(word)) ?? candidates[0];
  if (best === undefined) return undefined;
  const after = isCapital(text) ? `${best.charAt(0).toUpperCase()}${best.slice(1)}` : best;
  const others = candidates.filter((word) => word !== best).slice(0, 2);
  return {
    edit: { start, end: start + text.length, before: text, after: inQuotesOf(text, after) },
    intent: "fluency",
    source: "spelling",
    rationale:
      others.length === 0
        ? `“${text}” is in no dictionary; “${after}” is one slip away.`
        : `“${text}” is in no dictionary; “${after}” is one slip away, as is “${others.join("” and “")}”.`,
    // One candidate is a better guess than the best of ten.
    score: 0.5 + 0.4 / candidates.length,
  };
}

/** The apostrophe the writer uses. */
const inQuotesOf = (text: string, after: string): string =>
  text.includes("’") ? after.replaceAll("'", "’") : after;

const LETTERS = "abcdefghijklmnopqrstuvwxyz'";

/** Every string a single slip away, by the order of the slips, each once. */
function oneSlipAway(given: string): string[] {
  const word = given.replaceAll("’", "'");
  const first = word.charAt(0);
  const slips = [swapped(word), withOneMore(word), withOneLess(word), withOneOther(word)];
  const all = slips.flatMap((group) =>
    [...group].sort(
      (a, b) =>
        Number(b.startsWith(first)) - Number(a.startsWith(first)) || (a < b ? -1 : Number(a > b)),
    ),
  );
  return [...new Set(all)].filter((other) => other !== word);
}

const places = (word: string): number[] => Array.from({ length: word.length + 1 }, (_, i) => i);
const swapped = (word: string): string[] =>
  places(word).flatMap((i) =>
    i + 1 < word.length
      ? [`${word.slice(0, i)}${word.charAt(i + 1)}${word.charAt(i)}${word.slice(i + 2)}`]
      : [],
  );
const withOneMore = (word: string): string[] =>
  places(word).flatMap((i) =>
    [...LETTERS].map((letter) => `${word.slice(0, i)}${letter}${word.slice(i)}`),
  );
const withOneLess = (word: string): string[] =>
  places(word).flatMap((i) => (i < word.length ? [`${word.slice(0, i)}${word.slice(i + 1)}`] : []));
const withOneOther = (word: string): string[] =>
  places(word).flatMap((i) =>
    i < word.length
      ? [...LETTERS].map((letter) => `${word.slice(0, i)}${letter}${word.slice(i + 1)}`)
      : [],
  );

/**
 * English as it is spelt in America and in Britain (`dictionary-en`, `dictionary-en-gb`), read by `nspell`: some 0.2 s.
 * A spelling that is right in either place is no slip.
 */
export async function englishLexicon(): Promise<Lexicon> {
  const [{ default: nspell }, ...dictionaries] = await Promise.all([
    import("nspell"),
    import("dictionary-en"),
    import("dictionary-en-gb"),
  ]);
  const [american, british] = dictionaries.map(({ default: { aff, dic } }) =>
    nspell(Buffer.from(aff), Buffer.from(dic)),
  );
  return {
    has: (word) => american?.correct(word) === true || british?.correct(word) === true,
  };
}
