import { z } from "zod";
import { ItemId, ProposalId } from "./ids.ts";

/** Who or what proposed, votes or corrected, with the version it had then. */
export const Source = z.strictObject({
  id: z.string().min(1),
  kind: z.enum(["model", "rule", "policy", "person", "scripted"]),
  version: z.string().default("1"),
});
export type Source = z.infer<typeof Source>;

/** The stretch of an item a vote rests on: UTF-16 offsets into a field, or into the text when `field` is `text`. */
export const Evidence = z.strictObject({
  field: z.string(),
  start: z.int().nonnegative(),
  end: z.int().nonnegative(),
});
export type Evidence = z.infer<typeof Evidence>;

/** One source's say on an item; `output: null` is an abstention. */
export interface Vote<O> {
  readonly source: string;
  readonly output: O | null;
  /** A sentence for a person. */
  readonly because?: string | undefined;
  readonly evidence?: readonly Evidence[] | undefined;
}

/** One output for an item by one versioned source; `output: null` is an abstention. */
export interface Proposal<O> {
  readonly id: ProposalId;
  readonly itemId: ItemId;
  readonly source: Source;
  readonly output: O | null;
  /** The source's own probability that `output` is right, as it states it. */
  readonly confidence?: number | undefined;
  readonly votes?: readonly Vote<O>[] | undefined;
  /** What the source really said, before it was parsed. */
  readonly raw?: string | undefined;
}

export const voteOf = <O extends z.ZodType>(output: O) =>
  z.strictObject({
    source: z.string().min(1),
    output: output.nullable(),
    because: z.string().optional(),
    evidence: z.array(Evidence).optional(),
  });

export const proposalOf = <O extends z.ZodType>(output: O) =>
  z.strictObject({
    id: ProposalId,
    itemId: ItemId,
    source: Source,
    output: output.nullable(),
    confidence: z.number().min(0).max(1).optional(),
    votes: z.array(voteOf(output)).optional(),
    raw: z.string().optional(),
  });
