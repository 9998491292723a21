import type { Rng } from "#core/rng.ts";
import type { TextEdit } from "#core/text.ts";
import { applyEdits } from "#correct/text/edits.ts";
import { wordLevenshtein } from "#measure/text/levenshtein.ts";
import { defaultTraits } from "./simulated.ts";

export interface WriterTraits {
  /** Probability that a decision is the opposite of what was judged. */
  readonly flipRate: number;
}

const TRAITS: WriterTraits = { flipRate: 0.08 };

/** Said of one proposed edit. */
export interface WriterDecision {
  readonly accepted: boolean;
  readonly effort: { readonly ms: number; readonly gestures: number };
}

/** Characters a writer reads around an edit to judge it, on each side: about a sentence. */
const CONTEXT_CHARS = 60;

/**
 * A writer who has the text as it should be in mind, and accepts an edit when that edit alone brings the text nearer to
 * it: fewer words to change (word-level Levenshtein). Knows neither what was spoilt nor why an edit is proposed; its
 * intent is not even passed. Time as any simulated corrector's: one mental act, reading, one key.
 *
 * @param clean the text in the writer's mind
 * @param rng labelled by document; each decision draws from its own split
 */
export function simulatedWriter(
  clean: string,
  rng: Rng,
  traits: Partial<WriterTraits> = {},
): (text: string, edit: TextEdit, label: string) => WriterDecision {
  const { flipRate } = { ...TRAITS, ...traits };
  const { baseMs, readMsPerChar, charsReadMax, msPerGesture } = defaultTraits;
  let judged = { text: "", distance: Number.NaN };
  return (text, edit, label) => {
    if (judged.text !== text || Number.isNaN(judged.distance))
      judged = { text, distance: wordLevenshtein(text, clean) };
    const better = wordLevenshtein(applyEdits(text, [edit]), clean) < judged.distance;
    const flips = rng.split(label).bernoulli(flipRate);
    const around = edit.before.length + edit.after.length + 2 * CONTEXT_CHARS;
    const ms = baseMs + readMsPerChar * Math.min(charsReadMax, around) + msPerGesture;
    return { accepted: better !== flips, effort: { ms, gestures: 1 } };
  };
}
