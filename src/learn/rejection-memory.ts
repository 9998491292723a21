import type { Intent, TextEdit } from "#core/text.ts";

/**
 * What a rejection is remembered of. `context`: the edit where it stands, three words on each side with it. `wide`:
 * the edit wherever it stands, as the authors' code has it, so that turning down one "the → a" turns down all.
 */
export type MemoryScope = "context" | "wide";

/** Words on each side that make two places the same. */
const CONTEXT_WORDS = 3;

/** A deletion, a replacement or an addition, as IteraTeR names them. */
export function editType({ before, after }: TextEdit): "A" | "D" | "R" {
  if (before === "") return "A";
  return after === "" ? "D" : "R";
}

/**
 * The key a rejected edit is remembered under (R3, step 5): type, intent, what stood there and what would have, and
 * for `context` the words around. Two proposals with one key are one decision. JSON, so it can be read; equal bytes
 * for equal edits whatever their offsets.
 */
export function rejectionKey(
  text: string,
  { edit, intent }: { readonly edit: TextEdit; readonly intent: Intent },
  scope: MemoryScope,
): string {
  const wide = [editType(edit), intent, edit.before, edit.after];
  if (scope === "wide") return JSON.stringify(wide);
  const left = wordsOf(text.slice(Math.max(0, edit.start - CONTEXT_CHARS), edit.start));
  const right = wordsOf(text.slice(edit.end, edit.end + CONTEXT_CHARS));
  return JSON.stringify([
    ...wide,
    left.slice(-CONTEXT_WORDS).join(" "),
    right.slice(0, CONTEXT_WORDS).join(" "),
  ]);
}

/** Enough for three words of any language with blanks; a place is told by no more than this. */
const CONTEXT_CHARS = 120;

/** Words in lower case: a sentence that gains a capital is still the same place. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
