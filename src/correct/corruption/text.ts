import type { Rng } from "#core/rng.ts";
import type { Intent, TextEdit } from "#core/text.ts";
import { applyEdits, reverseEdits } from "#correct/text/edits.ts";
import { protectedSpans } from "#correct/text/protected.ts";
import { CONNECTIVES, SLIPS, WORDY } from "./phrase-pairs.ts";

export type CorruptionKind = "typo" | "article" | "wordy" | "slip" | "connective";

/** One thing that was spoilt: an edit of the clean text, and what mending it would be an edit for. */
export interface Corruption {
  readonly edit: TextEdit;
  readonly kind: CorruptionKind;
  readonly intent: Intent;
}

export interface Corrupted {
  readonly text: string;
  /** In the order of the text. */
  readonly corruptions: readonly Corruption[];
  /** What makes the clean text of `text` again: one edit for each corruption, in the same order. */
  readonly inverse: readonly TextEdit[];
}

/** Probability that a place where a corruption could be has it. */
export interface CorruptionRates {
  /** Of each word of five letters or more. */
  readonly typo: number;
  /** Of each "a", "an" or "the" inside a sentence. */
  readonly article: number;
  /** Of each plain word with a wordy phrase that says the same. */
  readonly wordy: number;
  /** Of each word with an informal one that says the same. */
  readonly slip: number;
  /** Of each connective that can be said twice. */
  readonly connective: number;
}

const RATES: CorruptionRates = {
  typo: 0.06,
  article: 0.06,
  wordy: 0.25,
  slip: 0.25,
  connective: 0.06,
};

const INTENT: Readonly<Record<CorruptionKind, Intent>> = {
  typo: "fluency",
  article: "fluency",
  wordy: "clarity",
  slip: "style",
  connective: "coherence",
};

/**
 * Spoils a clean text in ways with a known inverse: typing slips, articles left out, plain words made wordy, tone
 * missed, connectives said twice. Protected spans stay as they are. Draws are labelled by kind and place, so that a
 * rate changed for one kind leaves the others' draws alone.
 */
export function corruptText(
  text: string,
  rng: Rng,
  rates: Partial<CorruptionRates> = {},
): Corrupted {
  const wanted = { ...RATES, ...rates };
  const taken = protectedSpans(text, "markdown").map(({ start, end }) => ({ start, end }));
  const corruptions: Corruption[] = [];
  const spoil = (kind: CorruptionKind, sites: Iterable<Site>) => {
    for (const { start, before, spoilt } of sites) {
      const draw = rng.split(kind).split(start);
      const end = start + before.length;
      if (!draw.bernoulli(wanted[kind])) continue;
      if (taken.some((span) => start < span.end && end > span.start)) continue;
      const after = spoilt(draw);
      if (after === before) continue;
      taken.push({ start, end });
      corruptions.push({ edit: { start, end, before, after }, kind, intent: INTENT[kind] });
    }
  };
  spoil("wordy", phraseSites(text, WORDY));
  spoil("slip", phraseSites(text, SLIPS));
  spoil("connective", phraseSites(text, CONNECTIVES));
  spoil("article", articleSites(text));
  spoil("typo", typoSites(text));
  corruptions.sort((a, b) => a.edit.start - b.edit.start);
  const edits = corruptions.map(({ edit }) => edit);
  return { text: applyEdits(text, edits), corruptions, inverse: reverseEdits(edits) };
}

/** A place where a corruption could be. */
interface Site {
  readonly start: number;
  readonly before: string;
  spoilt(rng: Rng): string;
}

function* phraseSites(
  text: string,
  pairs: readonly (readonly [string, string])[],
): Generator<Site> {
  const clumsy = new Map(pairs);
  const plain = [...clumsy.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const pattern = new RegExp(`(?<![\\p{L}'’-])(?:${plain.join("|")})(?![\\p{L}'’-])`, "giu");
  for (const { 0: before, index } of text.matchAll(pattern)) {
    const put = clumsy.get(before.toLowerCase());
    if (put === undefined) continue;
    const after = /^\p{Lu}/u.test(before) ? `${put.charAt(0).toUpperCase()}${put.slice(1)}` : put;
    yield { start: index, before, spoilt: () => after };
  }
}

function* articleSites(text: string): Generator<Site> {
  for (const { 0: before, index } of text.matchAll(
    /(?<=[\p{L},] )(?:an?|the) (?!(?:an?|the) )(?=\p{L})/gu,
  ))
    yield { start: index, before, spoilt: () => "" };
}

function* typoSites(text: string): Generator<Site> {
  for (const { 0: before, index } of text.matchAll(
    /(?<![\p{L}\p{N}'’_-])[a-z]{5,}(?![\p{L}\p{N}'’_-])/gu,
  ))
    yield { start: index, before, spoilt: (rng) => typo(before, rng) };
}

const KEY_ROWS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"] as const;

/** The keys beside a letter on its row. */
function besides(letter: string): string[] {
  const row = KEY_ROWS.find((keys) => keys.includes(letter)) ?? "";
  const at = row.indexOf(letter);
  return [row.charAt(at - 1), row.charAt(at + 1)].filter((key) => key !== "");
}

/** Two letters swapped, one left out, one doubled, or the key beside it: after the first letter, which people rarely miss. */
function typo(word: string, rng: Rng): string {
  const i = 1 + rng.int(word.length - 2);
  const [head, here, next, tail] = [
    word.slice(0, i),
    word.charAt(i),
    word.charAt(i + 1),
    word.slice(i + 2),
  ];
  return rng.pick([
    () => `${head}${next}${here}${tail}`,
    () => `${head}${next}${tail}`,
    () => `${head}${here}${here}${next}${tail}`,
    () => `${head}${rng.pick(besides(here))}${next}${tail}`,
  ])();
}
