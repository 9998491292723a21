import { distance } from "fastest-levenshtein";
import { z } from "zod";
import type { Intent, TextEdit } from "#core/text.ts";
import { editType } from "./rejection-memory.ts";

/** Weights by the name of the feature. Plain data: it survives JSON, and a name it has never seen weighs 0. */
export const AcceptanceModel = z.strictObject({
  weights: z.record(z.string(), z.number()),
  decisions: z.int().nonnegative(),
});
export interface AcceptanceModel {
  readonly weights: Readonly<Record<string, number>>;
  readonly decisions: number;
}

export const emptyAcceptance: AcceptanceModel = { weights: {}, decisions: 0 };

/** Features by name, in [0, 1] but for the constant one. */
export type EditFeatures = Readonly<Record<string, number>>;

const LEARNING_RATE = 0.15;

/** Lengths are told apart up to this many words, or characters. */
const WORDS_FULL = 5;
const CHARS_FULL = 20;

/**
 * What can be seen of a proposed edit without knowing whether it is right: intent, type, proposer, lengths, casing,
 * position, similarity. The names are words a person can read beside their weight.
 */
export function editFeatures(
  text: string,
  proposed: { readonly edit: TextEdit; readonly intent: Intent; readonly source: string },
): EditFeatures {
  const { edit, intent, source } = proposed;
  const before = edit.before.trim();
  const after = edit.after.trim();
  const longest = Math.max(before.length, after.length);
  const type = { A: "additions", D: "deletions", R: "replacements" }[editType(edit)];
  const seen: Record<string, number> = {
    "edits at all": 1,
    [`edits for ${intent}`]: 1,
    [`edits by ${source}`]: 1,
    [`${type} by ${source}`]: 1,
    "many words replaced": Math.min(1, wordsIn(before) / WORDS_FULL),
    "many words put in": Math.min(1, wordsIn(after) / WORDS_FULL),
    "long words replaced": Math.min(1, longestWord(before) / CHARS_FULL),
    "shorter than before": before.length > after.length ? 1 - after.length / before.length : 0,
    "like what stood there": longest === 0 ? 1 : 1 - distance(before, after) / longest,
    "late in the text": text.length === 0 ? 0 : edit.start / text.length,
  };
  if (/^\p{Lu}/u.test(before)) seen["capitalised words"] = 1;
  if (/\p{Lu}{2}/u.test(before)) seen["words in capitals"] = 1;
  if (/[\p{N}_\-/.]/u.test(before)) seen["words with digits, hyphens or points"] = 1;
  if (before.toLowerCase() === after.toLowerCase()) seen["only case or blanks changed"] = 1;
  if (startsSentence(text, edit.start)) seen["at the start of a sentence"] = 1;
  return seen;
}

const wordsIn = (text: string): number => (text === "" ? 0 : text.split(/\s+/).length);
const longestWord = (text: string): number =>
  text.split(/\s+/).reduce((most, word) => Math.max(most, word.length), 0);
const startsSentence = (text: string, at: number): boolean =>
  /(?:^|[.!?]["')\]]?\s+)$/.test(text.slice(Math.max(0, at - 8), at));

/** Probability that the writer accepts, σ(w · x); null before any decision. */
export function acceptProbability(model: AcceptanceModel, features: EditFeatures): number | null {
  if (model.decisions === 0) return null;
  let sum = 0;
  for (const [name, value] of Object.entries(features)) sum += (model.weights[name] ?? 0) * value;
  return 1 / (1 + Math.exp(-sum));
}

/** One step of logistic regression on one decision: w + 0.15 (accepted - p) x. The model given is left as it is. */
export function learnDecision(
  model: AcceptanceModel,
  features: EditFeatures,
  accepted: boolean,
): AcceptanceModel {
  const p = acceptProbability(model, features) ?? 0.5;
  const step = LEARNING_RATE * ((accepted ? 1 : 0) - p);
  const weights: Record<string, number> = { ...model.weights };
  for (const [name, value] of Object.entries(features))
    weights[name] = (weights[name] ?? 0) + step * value;
  return { weights, decisions: model.decisions + 1 };
}
