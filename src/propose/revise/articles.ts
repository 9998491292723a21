import type { EditCandidate, EditProposer } from "./proposer.ts";
import { outsideProtected } from "./protect.ts";

interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly lower: string;
  /** Whether only blanks stand between it and the token before: a comma ends a phrase. */
  readonly joined: boolean;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

const DETERMINERS = set(
  "a an the this that these those my your his her its our their whose which what every each any " +
    "some no another either neither one all both such many much few several more most same own s",
);
const PREPOSITIONS = set(
  "in on at by from to into onto for with near after before under over through during since until " +
    "within across against behind between beyond along around",
);
const VERBS = set("is was be been as has have had becomes became remains needs");

/** Words that stand with "the" in front of them hardly ever without. */
const WITH_THE = set(
  "same latter former following aforementioned whole entire rest majority first second third last " +
    "next only main best worst largest smallest biggest highest lowest longest shortest oldest " +
    "youngest newest latest greatest",
);

/** Things one can count and mostly speaks of one at a time: in the singular they need an article. */
const COUNT_NOUNS = set(
  "world sun moon sky office room house door car book week month year problem question point system " +
    "program file computer machine server user company government country city town village street " +
    "river lake sea island mountain table chair window wall floor ceiling roof garden kitchen story " +
    "teacher student child man woman boy girl person dog cat horse bird tree road building family " +
    "group team president king queen doctor army pub exam chain vehicle map bridge " +
    "letter newspaper meeting project report paper picture film song game shop store market crowd " +
    "body head hand eye arm leg heart box bag bottle cup knife gun ship boat plane train bus " +
    "network message button screen page list line word sentence number result reason example idea",
);

/** "in front of", "by means of": the noun goes without an article. */
const BARE_BEFORE_OF = set(
  "front spite case terms place favour favor charge view light search need lieu respect virtue " +
    "means way use instead because out lots plenty kind sort part most some all any each one " +
    "many much few several none both",
);

/** Adjectives that are mostly followed by the noun they are of. */
const ADJECTIVES = set(
  "good great small large big new single simple short long major minor common special different " +
    "certain particular serious strong useful typical quick slow small tiny huge nice bad poor important interesting easy difficult",
);

/** What follows such an adjective and is no noun. */
const NOT_NOUNS = set(
  "a an the and or but nor for to of in on at by from with as than that which who if when while " +
    "enough is was are were be it this these those not so too very i you he she we they there here " +
    "now then because since until",
);

/** Spelt with a vowel, said with a consonant; and the other way round. */
const SAID_WITH_CONSONANT =
  /^(?:uni(?!n|m|dent)|use|usa|usu|uti|ute|ubi|eu|ewe|one\b|once\b|ure|ura|uk\b)/;
const SAID_WITH_VOWEL = /^(?:hour|honest|honou?r|heir)/;
/** Letters whose names begin with a vowel sound: "an FBI agent", "an SMTP server". */
const LETTER_WITH_VOWEL = /^[AEFHILMNORSX]/;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)) {
    const start = match.index;
    const joined = tokens.length > 0 && /^[ \t]*\n?[ \t]*$/.test(text.slice(end, start));
    end = start + match[0].length;
    tokens.push({ start, end, text: match[0], lower: match[0].toLowerCase(), joined });
  }
  return tokens;
}

/** Whether a word is said with a vowel first; null where spelling does not tell (numbers, letters alone). */
function vowelFirst({ text, lower }: Token): boolean | null {
  if (/^\p{N}/u.test(text))
    return /^(?:8\d*|11|18)$/.test(text) ? true : /^[1-79]\d?$/.test(text) ? false : null;
  if (/^[A-Z]{2,}$/.test(text)) return LETTER_WITH_VOWEL.test(text);
  if (text.length === 1) return null;
  if (SAID_WITH_VOWEL.test(lower)) return true;
  if (SAID_WITH_CONSONANT.test(lower)) return false;
  return /^[aeiou]/.test(lower);
}

/**
 * Articles: "a" where "an" is said and the reverse; "the" left out before words that have it nearly always, between a
 * preposition and a noun with "of", and between a preposition and one thing that can be counted; "a" left out between
 * "is" and an adjective with its noun. All from word lists and endings, no parser: it is wrong often enough that a
 * writer must look, and finds a fraction of what is missing.
 */
export const articleProposer: EditProposer = {
  source: "articles",
  async propose(text) {
    const tokens = tokensOf(text);
    const found = tokens.flatMap((token, i): EditCandidate[] => {
      const before = token.joined ? tokens[i - 1] : undefined;
      const candidate = wrongArticle(token, tokens[i + 1]) ?? missing(token, before, tokens, i);
      return candidate === undefined ? [] : [candidate];
    });
    return outsideProtected(text, found);
  },
};

function wrongArticle(token: Token, next: Token | undefined): EditCandidate | undefined {
  const { lower, text, start, end } = token;
  if ((lower !== "a" && lower !== "an") || next === undefined || !next.joined) return undefined;
  const vowel = vowelFirst(next);
  if (vowel === null || vowel === (lower === "an")) return undefined;
  // A capital inside a sentence is a grade, a name or a list mark.
  if (/^A/.test(text) && token.joined) return undefined;
  const right = vowel ? "an" : "a";
  const after = /^A/.test(text) ? `A${right.slice(1)}` : right;
  return {
    edit: { start, end, before: text, after },
    intent: "fluency",
    source: "articles",
    rationale: `“${next.text}” is said with a ${vowel ? "vowel" : "consonant"} first: “${right}”.`,
    score: 0.9,
  };
}

function missing(
  token: Token,
  before: Token | undefined,
  tokens: readonly Token[],
  i: number,
): EditCandidate | undefined {
  if (before === undefined || DETERMINERS.has(before.lower)) return undefined;
  if (/^\p{Lu}/u.test(token.text)) return undefined; // a name
  const next = tokens[i + 1]?.joined === true ? tokens[i + 1] : undefined;
  const afterPreposition = PREPOSITIONS.has(before.lower);
  if (WITH_THE.has(token.lower) && (afterPreposition || VERBS.has(before.lower)))
    return insertion(token, "the", `“${token.text}” hardly ever goes without “the”.`, 0.6);
  if (afterPreposition && next?.lower === "of" && isSingularNoun(token.lower))
    return insertion(token, "the", `“${before.text} the ${token.text} of” is the usual form.`, 0.5);
  if (
    afterPreposition &&
    COUNT_NOUNS.has(token.lower) &&
    (next === undefined || NOT_NOUNS.has(next.lower))
  )
    return insertion(token, "the", `One “${token.text}” mostly has an article.`, 0.4);
  if (VERBS.has(before.lower) && ADJECTIVES.has(token.lower) && next !== undefined)
    if (isSingularNoun(next.lower) && !NOT_NOUNS.has(next.lower))
      return insertion(token, vowelFirst(token) === true ? "an" : "a", RATIONALE_A, 0.5);
  return undefined;
}

const RATIONALE_A = "One of several is named: an article goes before the adjective.";

/** By its ending and a list: no plural, no adverb, no participle, nothing that goes without an article. */
const isSingularNoun = (word: string): boolean =>
  !DETERMINERS.has(word) &&
  !BARE_BEFORE_OF.has(word) &&
  !NOT_NOUNS.has(word) &&
  /^[a-z]{3,}$/.test(word) &&
  !/(?:[^s]s|ly|ing|ed)$/.test(word);

const insertion = (
  { start }: Token,
  article: string,
  rationale: string,
  score: number,
): EditCandidate => ({
  edit: { start, end: start, before: "", after: `${article} ` },
  intent: "fluency",
  source: "articles",
  rationale,
  score,
});
