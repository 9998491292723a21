import type { Rng } from "#core/rng.ts";
import type { Intent, TextEdit } from "#core/text.ts";
import { corruptText } from "#correct/corruption/text.ts";
import { confusion, f1, macroF1 } from "#measure/classification.ts";
import {
  type IntentTagger,
  type TaggedEdit,
  trainIntentTagger,
} from "#propose/revise/intent-tagger.ts";
import type { Metrics, Scoring } from "./study-metrics.ts";
import type { StudyDocument, StudyWorld } from "./study-world.ts";

const INTENTS: readonly Intent[] = ["fluency", "clarity", "coherence", "style"];

/** More of the rarer kinds than people make, so that each intent has enough to be told. */
const RATES = { typo: 0.04, article: 0.1, wordy: 0.25, slip: 0.8, connective: 0.3 } as const;

/** An edit that mends what was spoilt, its intent known because the spoiling was ours. */
interface Example extends TaggedEdit {
  readonly document: number;
  /** Which phrase was put for which; null for typing slips and articles, which have no list. */
  readonly phrase: string | null;
}

function examplesOf(documents: readonly StudyDocument[], rng: Rng): Example[] {
  return documents.flatMap(({ id, clean }, document) => {
    const { corruptions, inverse } = corruptText(clean, rng.split(id), RATES);
    return corruptions.map(({ intent, kind, edit }, i) => ({
      document,
      edit: inverse[i] as TextEdit, // one for each corruption
      intent,
      phrase: kind === "typo" || kind === "article" ? null : edit.after.toLowerCase(),
    }));
  });
}

/**
 * The intent classifier, on texts it was not trained on: with phrases it has seen, and with phrases held out (half of
 * each list), beside one that always says the commonest intent and one trained on labels dealt to other edits.
 */
export function intentArms(
  world: StudyWorld,
  { resamples }: Scoring,
  rng: Rng,
): Record<string, Metrics> {
  const train = examplesOf(world.others, rng.split("train"));
  const test = examplesOf(world.documents, rng.split("test"));
  const heldOut = heldOutPhrases([...train, ...test], rng.split("hold-out"));
  const isHeldOut = ({ phrase }: Example) => phrase !== null && heldOut.has(phrase);
  const dealt = rng.split("deal").shuffle(train.map(({ intent }) => intent));
  const shuffled = train.map((example, i) => ({ ...example, intent: dealt[i] as Intent }));
  const taught = (examples: readonly TaggedEdit[]) =>
    trainIntentTagger(examples, rng.split("tagger"));
  const unseen = test.filter((example) => example.phrase === null || isHeldOut(example));
  const score = (tagger: IntentTagger, of: readonly Example[]) => f1Metrics(tagger, of, resamples);
  return {
    "intent-tagger": score(taught(train), test),
    "intent-unseen": score(taught(train.filter((example) => !isHeldOut(example))), unseen),
    "intent-majority": score(always(commonest(train)), test),
    "intent-shuffled": score(taught(shuffled), test),
  };
}

/** Half of the phrases of each intent. */
function heldOutPhrases(examples: readonly Example[], rng: Rng): ReadonlySet<string> {
  return new Set(
    INTENTS.flatMap((intent) => {
      const all = new Set(
        examples.flatMap((example) =>
          example.intent === intent && example.phrase !== null ? [example.phrase] : [],
        ),
      );
      const phrases = rng.split(intent).shuffle([...all].sort());
      return phrases.slice(0, Math.floor(phrases.length / 2));
    }),
  );
}

function commonest(examples: readonly TaggedEdit[]): Intent {
  const count = (intent: Intent) => examples.filter((one) => one.intent === intent).length;
  return [...INTENTS].sort((a, b) => count(b) - count(a))[0] ?? "fluency";
}

const always = (intent: Intent): IntentTagger => ({
  tag: (edits) => edits.map(() => ({ intent, probability: 1 })),
});

function f1Metrics(
  tagger: IntentTagger,
  examples: readonly Example[],
  resamples: readonly Uint32Array[],
): Metrics {
  const said = tagger.tag(examples.map(({ edit }) => edit));
  const index = (intent: Intent) => INTENTS.indexOf(intent);
  const output = said.map(({ intent }) => index(intent));
  const gold = examples.map(({ intent }) => index(intent));
  const byDocument = new Map<number, number[]>();
  for (const [i, { document }] of examples.entries())
    byDocument.set(document, [...(byDocument.get(document) ?? []), i]);
  const at = (rows: readonly number[]) =>
    confusion(
      rows.map((i) => output[i] as number),
      rows.map((i) => gold[i] as number),
      INTENTS.length,
    );
  const whole = at([...examples.keys()]);
  const drawn = resamples.map((documents) =>
    at([...documents].flatMap((document) => byDocument.get(document) ?? [])),
  );
  const metric = (of: (counts: typeof whole) => number) => ({
    value: of(whole),
    replicates: drawn.map(of),
  });
  const f1Of = (intent: Intent) => metric((counts) => f1(counts, index(intent)) ?? 0);
  return {
    "macro-f1": metric((counts) => macroF1(counts) ?? 0),
    ...Object.fromEntries(INTENTS.map((intent) => [`f1-${intent}`, f1Of(intent)])),
    "f1-fluency-over-style": metric(
      (counts) => (f1(counts, index("fluency")) ?? 0) - (f1(counts, index("style")) ?? 0),
    ),
  };
}
