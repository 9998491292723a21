import { z } from "zod";
import type { ItemId } from "./ids.ts";

/** What a rule or a model can read of an item: a text and named fields. */
export const Document = z.strictObject({
  text: z.string(),
  /** E.g. of a mail: `subject`, `from`, `content-type`. Read by rules, shown as a table. */
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** The original markup, only ever shown sanitised in a sandboxed frame. */
  html: z.string().optional(),
});
export type Document = z.infer<typeof Document>;

/** What the work is about: a mail, a prompt, an image, a start state of a robot episode. */
export interface Item<I = Document> {
  readonly id: ItemId;
  readonly input: I;
}
