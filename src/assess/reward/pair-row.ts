import { z } from "zod";

export const TEXT_CHARS_MAX = 100_000;

const Text = z.string().min(1).max(TEXT_CHARS_MAX);
/** Numbers by column name; NaN and infinities are refused. */
export const Columns = z
  .record(z.string().min(1), z.number())
  .refine((columns) => Object.keys(columns).length > 0, "at least one column");

/** A reply: its text, or columns of numbers that somebody else read off it. */
export const Side = z.union([Text, Columns], {
  error: "a text, or an object of finite numbers by column name",
});
export type Side = z.infer<typeof Side>;

/**
 * One line of a JSONL file of comparisons: `chosen` and `rejected` as trainers of preferences write
 * them, or two `answers` with the index of the preferred, null for a tie.
 */
export const PairRow = z
  .strictObject({
    id: z.string().min(1).optional(),
    prompt: z.string().max(TEXT_CHARS_MAX).optional(),
    chosen: Side.optional(),
    rejected: Side.optional(),
    answers: z.array(Side).length(2).optional(),
    preference: z.union([z.literal(0), z.literal(1), z.null()]).optional(),
  })
  .superRefine(({ chosen, rejected, answers, preference }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    const named = chosen !== undefined || rejected !== undefined;
    const listed = answers !== undefined || preference !== undefined;
    if (named && listed) refuse("answers", "either chosen and rejected, or answers and preference");
    else if (!named && !listed) refuse("chosen", "two replies to compare: chosen and rejected");
    else if (named && chosen === undefined) refuse("chosen", "the other side of the comparison");
    else if (named && rejected === undefined)
      refuse("rejected", "the other side of the comparison");
    else if (listed && answers === undefined) refuse("answers", "the two replies compared");
    else if (listed && preference === undefined)
      refuse("preference", "0 or 1, the index of the better answer, or null for a tie");
  });
export type PairRow = z.infer<typeof PairRow>;
