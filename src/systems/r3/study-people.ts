import type { Rng } from "#core/rng.ts";
import type { TextEdit } from "#core/text.ts";
import { defaultTraits } from "#correct/simulated.ts";
import { applyEdits } from "#correct/text/edits.ts";
import { sentences } from "#correct/text/sentences.ts";
import { wordDiff } from "#correct/text/word-diff.ts";
import type { Revised } from "./study-arms.ts";
import type { StudyDocument } from "./study-world.ts";

/**
 * A writer who revises alone. Assumptions, not measurements:
 *
 * - `noticeRate` 0.8: who reads for errors finds most and not all of them.
 * - `flipRate` 0.08: as of a proposed edit, a spot that is found is left as it is after all.
 * - reading at 238 words a minute (Brysbaert 2019), three times as long as to skim what is proposed.
 */
const ALONE = { noticeRate: 0.8, flipRate: 0.08, readMsPerChar: 3 * defaultTraits.readMsPerChar };

/**
 * The text without any proposer: sentences in random order, each read and put right by hand, until the time is spent
 * that the writer of the same text spent on proposals. An edit put right costs its keys.
 *
 * @param msGiven [documents] milliseconds for each
 */
export function reviseAlone(
  documents: readonly StudyDocument[],
  msGiven: readonly number[],
  rng: Rng,
): Revised[] {
  return documents.map((document, d) =>
    reviseByHand(document, msGiven[d] ?? 0, rng.split("alone").split(document.id)),
  );
}

function reviseByHand(
  { clean, corrupted: { text } }: StudyDocument,
  msGiven: number,
  rng: Rng,
): Revised {
  const { noticeRate, flipRate, readMsPerChar } = ALONE;
  const due = wordDiff(text, clean);
  const made: TextEdit[] = [];
  let ms = 0;
  for (const { start, end } of rng.split("order").shuffle(sentences(text))) {
    const reading = defaultTraits.baseMs + readMsPerChar * (end - start);
    if (ms + reading > msGiven) continue; // a shorter one may still fit
    ms += reading;
    for (const edit of due.filter((one) => one.start >= start && one.start < end)) {
      const draw = rng.split(edit.start);
      if (!draw.bernoulli(noticeRate) || draw.bernoulli(flipRate)) continue;
      const keys = edit.after.length + 2; // to go there, to take out, to type
      ms += keys * defaultTraits.msPerGesture;
      made.push(edit);
    }
  }
  return {
    text: applyEdits(text, made),
    reviews: [0],
    accepted: [made.length],
    ms,
    texts: [],
  };
}
