import type { Intent } from "#core/text.ts";
import type { EditCandidate, EditProposer } from "./proposer.ts";
import { outsideProtected } from "./protect.ts";

interface PhraseRule {
  /** Words in lower case; one blank stands for any blanks. */
  readonly find: string;
  readonly put: string;
  readonly intent: Intent;
}

const rules = (intent: Intent, pairs: readonly (readonly [string, string])[]): PhraseRule[] =>
  pairs.map(([find, put]) => ({ find, put, intent }));

/** What editors' lists of wordy, stiff and clumsy phrases say. */
const USEFUL: readonly PhraseRule[] = [
  ...rules("clarity", [
    ["in order to", "to"],
    ["due to the fact that", "because"],
    ["owing to the fact that", "because"],
    ["in view of the fact that", "since"],
    ["despite the fact that", "although"],
    ["at this point in time", "now"],
    ["at the present time", "now"],
    ["in the event that", "if"],
    ["with regard to", "about"],
    ["with respect to", "about"],
    ["a large number of", "many"],
    ["the vast majority of", "most"],
    ["a majority of", "most"],
    ["prior to", "before"],
    ["subsequent to", "after"],
    ["until such time as", "until"],
    ["has the ability to", "can"],
    ["have the ability to", "can"],
    ["for the purpose of", "for"],
    ["in close proximity to", "near"],
    ["on a regular basis", "often"],
    ["in the near future", "soon"],
    ["at all times", "always"],
    ["during the time that", "while"],
    ["in the absence of", "without"],
    ["as to whether", "whether"],
    ["a sufficient amount of", "enough"],
    ["it is important to note that", ""],
    ["it should be noted that", ""],
    ["each and every", "every"],
    ["utilise", "use"],
    ["utilize", "use"],
    ["commence", "start"],
    ["endeavour to", "try to"],
  ]),
  ...rules("style", [
    ["really very", "very"],
    ["super important", "important"],
    ["pretty good", "good"],
    ["loads of", "many"],
    ["gonna", "going to"],
    ["kids", "children"],
    ["thru", "through"],
    ["don't", "do not"],
    ["doesn't", "does not"],
    ["isn't", "is not"],
    ["can't", "cannot"],
    ["it's", "it is"],
    ["once again", "again"],
    ["whilst", "while"],
  ]),
  ...rules("coherence", [
    ["but however", "but"],
    ["and also", "and"],
    ["so therefore", "so"],
    ["or alternatively", "or"],
    ["because of the reason that", "because"],
    ["firstly", "first"],
  ]),
];

/**
 * Bad advice, of the kind that revision models give too: a table knows nothing of the sentence, and these take away
 * what a careful writer meant. A study needs somebody to be turned down; people are spared it.
 */
const CARELESS: readonly PhraseRule[] = [
  // A hedge, a limit or a turn of thought is lost, or made stronger than it was meant.
  ...rules("clarity", [
    ["significantly", ""],
    ["approximately", ""],
    ["usually", ""],
    ["generally", ""],
    ["probably", ""],
    ["almost", ""],
    ["especially", ""],
    ["at least", ""],
    ["may", "will"],
    ["might", "will"],
    ["often", "always"],
    ["suggests", "proves"],
  ]),
  // A matter of taste put in place of the writer's own.
  ...rules("style", [
    ["big", "significant"],
    ["get", "obtain"],
    ["which", "that"],
  ]),
  // The link between two sentences goes.
  ...rules("coherence", [
    ["however,", ""],
    ["for example,", ""],
    ["therefore", ""],
    ["but", "however"],
  ]),
];

const SCORE_REPLACE = 0.7;
/** A table that drops words is less often right than one that changes them. */
const SCORE_DROP = 0.5;

/** All phrases at once, the longest first, so that "because of the reason that" is seen before "because". */
const patternOf = (phrases: readonly string[]): RegExp =>
  new RegExp(
    `(?<![\\p{L}\\p{N}'’-])(?:${phrases
      .toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1))
      .map((phrase) => phrase.replaceAll(" ", "\\s+").replaceAll("'", "['’]"))
      .join("|")})(?![\\p{L}\\p{N}'’-])`,
    "giu",
  );

function proposerOf(table: readonly PhraseRule[]): EditProposer {
  const byPhrase = new Map(table.map((rule) => [rule.find, rule]));
  const pattern = patternOf([...byPhrase.keys()]);
  return {
    source: "phrases",
    async propose(text) {
      const found: EditCandidate[] = [];
      for (const match of text.matchAll(pattern)) {
        const phrase = match[0].toLowerCase().replaceAll(/\s+/g, " ").replaceAll("’", "'");
        const rule = byPhrase.get(phrase);
        if (rule !== undefined) found.push(candidateOf(text, match.index, match[0], rule));
      }
      return outsideProtected(text, found);
    },
  };
}

/** Wordy, stiff and clumsy phrases from a table. */
export const phraseProposer = proposerOf(USEFUL);
/** The same, with bad advice among the good: for studies. */
export const carelessPhraseProposer = proposerOf([...USEFUL, ...CARELESS]);

function candidateOf(text: string, start: number, match: string, rule: PhraseRule): EditCandidate {
  const { intent, put } = rule;
  const capital = /^\p{Lu}/u.test(match);
  const quoted = match.replaceAll(/\s+/g, " ");
  if (put !== "")
    return {
      edit: {
        start,
        end: start + match.length,
        before: match,
        after: capital ? `${put.charAt(0).toUpperCase()}${put.slice(1)}` : put,
      },
      intent,
      source: "phrases",
      rationale: `“${put}” says what “${quoted}” does.`,
      score: SCORE_REPLACE,
    };
  // A dropped phrase takes the blank after it along, and hands its capital on to the next word.
  const rest = /^\s+(\p{L}?)/u.exec(text.slice(start + match.length));
  const next = capital ? (rest?.[1] ?? "") : "";
  const taken = rest === null ? "" : rest[0].slice(0, rest[0].length - (rest[1] ?? "").length);
  const end = start + match.length + taken.length + next.length;
  return {
    edit: { start, end, before: text.slice(start, end), after: next.toUpperCase() },
    intent,
    source: "phrases",
    rationale: `The sentence may stand without “${quoted}”.`,
    score: SCORE_DROP,
  };
}
