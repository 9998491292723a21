import { z } from "zod";

const TEXT_CHARS_MAX = 100_000;

const Text = z.string().min(1).max(TEXT_CHARS_MAX);
/** Numbers by column name; NaN and infinities are refused. */
const Columns = z
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

const recordFields = {
  id: z.string().min(1),
  prompt: z.string().max(TEXT_CHARS_MAX).optional(),
  reply: Side.optional().describe("read by a fitted model"),
  rewards: Columns.optional().describe("scores of your own reward models, by their names"),
};

const ONE_SOURCE = "either a reply for a fitted model, or rewards of your own models";
const hasOneSource = ({ reply, rewards }: { reply?: unknown; rewards?: unknown }) =>
  (reply === undefined) !== (rewards === undefined);

/** One reply to score. */
export const RecordRow = z
  .strictObject(recordFields)
  .refine(hasOneSource, { path: ["rewards"], message: ONE_SOURCE });
export type RecordRow = z.infer<typeof RecordRow>;

/** One of several replies to the same prompt, with what it is really worth where known. */
export const CandidateRow = z
  .strictObject({
    ...recordFields,
    promptId: z.string().min(1),
    gold: z.number().nullish().describe("a person's own mark, where there is one"),
  })
  .refine(hasOneSource, { path: ["rewards"], message: ONE_SOURCE });
export type CandidateRow = z.infer<typeof CandidateRow>;
