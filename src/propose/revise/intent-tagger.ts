import { distance } from "fastest-levenshtein";
import { assert } from "#core/assert.ts";
import { unwrap } from "#core/result.ts";
import type { Rng } from "#core/rng.ts";
import type { Intent, TextEdit } from "#core/text.ts";
import { type LogitLoss, trainHead } from "#num/heads.ts";
import { softmaxInPlace } from "#num/softmax.ts";
import { hashedTextFeatures } from "#num/text-features.ts";

export interface TaggedEdit {
  readonly edit: TextEdit;
  readonly intent: Intent;
}

export interface IntentTagger {
  /** One for each edit, in order: the likeliest intent with its probability. */
  tag(edits: readonly TextEdit[]): { readonly intent: Intent; readonly probability: number }[];
}

const BUCKETS = 2_048;
const EPOCHS = 30;
const BATCH = 32;
const LEARNING_RATE = 0.02;
const WEIGHT_DECAY = 0.01;
/** Steps into which similarity and lengths are cut, each a feature. */
const STEPS = 5;

const step = (share: number): number => Math.min(STEPS - 1, Math.floor(share * STEPS));
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/**
 * An edit as made-up words for the hashed features: the words that go and those that come, which of them are long, how
 * alike both sides are, how many words each has.
 */
function describe({ before, after }: TextEdit): string {
  const [gone, come] = [wordsOf(before), wordsOf(after)];
  const longest = Math.max(before.length, after.length);
  const alike = longest === 0 ? 1 : 1 - distance(before, after) / longest;
  const kept = come.filter((word) => gone.includes(word)).length;
  return [
    ...gone.map((word) => `gone_${word}`),
    ...come.map((word) => `come_${word}`),
    `gone_words_${Math.min(STEPS, gone.length)}`,
    `come_words_${Math.min(STEPS, come.length)}`,
    `grows_${Math.sign(come.length - gone.length) + 1}`,
    `alike_${step(alike)}`,
    `kept_${Math.min(STEPS, kept)}`,
    `one_for_one_${gone.length === 1 && come.length === 1 ? `alike_${step(alike)}` : "no"}`,
    `apostrophe_${/['’]/.test(before)}_${/['’]/.test(after)}`,
  ].join(" ");
}

const featuresOf = (edits: readonly TextEdit[]) =>
  hashedTextFeatures(edits.map(describe), { buckets: BUCKETS });

/** Mean of weight × -log p(label) over the items; `weights` [k] one for each class. */
const weightedCrossEntropy =
  (labels: ArrayLike<number>, weights: ArrayLike<number>): LogitLoss =>
  (logits, rows) => {
    const k = weights.length;
    const gradient = logits.slice();
    softmaxInPlace(gradient, k);
    let loss = 0;
    for (const [b, row] of rows.entries()) {
      const label = labels[row] as number;
      const weight = (weights[label] as number) / rows.length;
      const at = b * k + label;
      loss -= weight * Math.log(Math.max(gradient[at] as number, Number.MIN_VALUE));
      gradient[at] = (gradient[at] as number) - 1;
      for (let c = 0; c < k; c++) gradient[b * k + c] = (gradient[b * k + c] as number) * weight;
    }
    return { loss, gradient };
  };

/**
 * A linear softmax on hashed features of the edit alone (what IteraTeR's RoBERTa classifier reads as a sentence pair).
 * Rare intents weigh more in training, in inverse proportion to the square root of their number. Same `rng`, same
 * tagger.
 *
 * @param examples at least one edit each of two intents
 */
export function trainIntentTagger(examples: readonly TaggedEdit[], rng: Rng): IntentTagger {
  const intents = [...new Set(examples.map(({ intent }) => intent))].sort();
  assert(intents.length >= 2, "an intent tagger is trained on at least two intents");
  const labels = examples.map(({ intent }) => intents.indexOf(intent));
  const counts = intents.map((_, c) => labels.filter((label) => label === c).length);
  const raw = counts.map((count) => 1 / Math.sqrt(count));
  const total = raw.reduce((sum, weight, c) => sum + weight * (counts[c] as number), 0);
  const head = unwrap(
    trainHead({
      features: featuresOf(examples.map(({ edit }) => edit)),
      classes: intents.length,
      head: { kind: "linear" },
      loss: weightedCrossEntropy(
        labels,
        raw.map((weight) => (weight * examples.length) / total),
      ),
      epochs: EPOCHS,
      batch: BATCH,
      learningRate: LEARNING_RATE,
      weightDecay: WEIGHT_DECAY,
      optimiser: { kind: "adamw" },
      rng: rng.split("intent-tagger"),
    }),
  );
  return {
    tag(edits) {
      if (edits.length === 0) return [];
      const probabilities = head.logits(featuresOf(edits));
      const k = intents.length;
      softmaxInPlace(probabilities, k);
      return edits.map((_, i) => {
        const row = probabilities.subarray(i * k, (i + 1) * k);
        const best = row.indexOf(Math.max(...row));
        return { intent: intents[best] as Intent, probability: row[best] as number };
      });
    },
  };
}
