import { articleProposer } from "./articles.ts";
import { mayBeEnglish } from "./english.ts";
import { grammarProposer } from "./grammar.ts";
import { carelessPhraseProposer, phraseProposer } from "./phrases.ts";
import type { EditProposer } from "./proposer.ts";
import { englishLexicon, spellingProposer } from "./spelling.ts";

/** Silent on text in another language. */
const englishOnly = (proposer: EditProposer): EditProposer => ({
  source: proposer.source,
  propose: async (text, ctx) => (mayBeEnglish(text) ? proposer.propose(text, ctx) : []),
});

export interface LocalOptions {
  /** Bad advice among the good, as a study of what people turn down needs it. */
  readonly careless?: boolean;
}

let speller: Promise<EditProposer> | undefined;

/** Spelling, phrases and articles: word lists alone, a few milliseconds a text. */
export async function wordListProposers({
  careless = false,
}: LocalOptions = {}): Promise<EditProposer[]> {
  speller ??= englishLexicon().then(spellingProposer);
  const phrases = careless ? carelessPhraseProposer : phraseProposer;
  return [await speller, phrases, articleProposer].map(englishOnly);
}

/** What needs no network and no key: spelling, grammar, phrases and articles, for English. Loaded once a process. */
export async function localProposers(options: LocalOptions = {}): Promise<EditProposer[]> {
  return [...(await wordListProposers(options)), englishOnly(grammarProposer)];
}
