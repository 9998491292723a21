import { z } from "zod";
import { DocumentFormat } from "#core/revision.ts";
import { Intent, TextEdit } from "#core/text.ts";
import { AcceptanceModel, emptyAcceptance } from "#learn/acceptance-model.ts";
import type { WriterFilter } from "./session-pass.ts";

const TEXT_CHARS_MAX = 500_000;

/** A text to revise, as a line of a file. */
export const TextRow = z.strictObject({
  id: z.string().min(1).max(200).optional(),
  text: z.string().max(TEXT_CHARS_MAX),
  format: DocumentFormat.default("plain"),
});
export type TextRow = z.infer<typeof TextRow>;

/** What a writer said of one proposed edit, as a line of a file. */
export const DecisionRow = z
  .strictObject({
    id: z.string().min(1).max(200).optional(),
    text: z.string().max(TEXT_CHARS_MAX).describe("the text the edit is of, or enough around it"),
    edit: TextEdit,
    intent: Intent.default("other"),
    source: z.string().min(1).default("unknown"),
    accepted: z.boolean(),
    after: z.string().optional().describe("the writer's own wording, where it was amended"),
  })
  .refine(
    ({ text, edit }) => edit.start <= edit.end && text.slice(edit.start, edit.end) === edit.before,
    {
      path: ["edit"],
      message: 'an edit whose "before" stands in "text" from "start" to "end" (UTF-16 units)',
    },
  );
export type DecisionRow = z.infer<typeof DecisionRow>;

/** A learned filter as JSON. */
export const FilterJson = z.strictObject({
  acceptance: AcceptanceModel.default({ ...emptyAcceptance, weights: {} }),
  rejected: z
    .record(z.string(), z.int())
    .default({})
    .describe("rejections less acceptances of an edit wherever it stands"),
  never: z.array(z.string()).default([]).describe("edits that are never to be proposed again"),
});
export type FilterJson = z.infer<typeof FilterJson>;

export const filterFromJson = ({ acceptance, rejected, never }: FilterJson): WriterFilter => ({
  acceptance,
  rejected: new Map(Object.entries(rejected)),
  never: new Set(never),
});

export const filterToJson = ({ acceptance, rejected, never }: WriterFilter): FilterJson => ({
  acceptance: { weights: { ...acceptance.weights }, decisions: acceptance.decisions },
  rejected: Object.fromEntries(rejected),
  never: [...never],
});
