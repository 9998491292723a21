/** Text that people revise, and the edits that revise it. */
import { z } from "zod";

/**
 * Why a text is edited (IteraTeR, Du et al. 2022). `meaning-changed` is said of edits people made; no proposer makes
 * one.
 */
export const INTENTS = [
  "fluency",
  "clarity",
  "coherence",
  "style",
  "meaning-changed",
  "other",
] as const;
export const Intent = z.enum(INTENTS);
export type Intent = z.infer<typeof Intent>;

/**
 * One stretch of a text replaced by another. `start` and `end` (exclusive) are UTF-16 code units of the text the edit
 * is of; `before` is what stands there. An insertion has `start === end`, a deletion an empty `after`.
 */
export const TextEdit = z.strictObject({
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
  before: z.string(),
  after: z.string(),
});
export type TextEdit = z.infer<typeof TextEdit>;

/** What a project states about its texts. */
export const TextSchema = z.strictObject({
  /** BCP 47 tag of the language people write in. Proposers that know another one only stay silent. */
  language: z.string().min(2).default("en"),
  /** Cost of a text that differs from the right one as much as can be; in between by distance. */
  cost: z.number().nonnegative().default(1),
});
export type TextSchema = z.infer<typeof TextSchema>;
