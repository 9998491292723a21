import { z } from "zod";
import { Columns, Side, TEXT_CHARS_MAX } from "#assess/reward/pair-row.ts";

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
