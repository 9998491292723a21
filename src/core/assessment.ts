import { z } from "zod";
import { ItemId, LessonId, ProposalId } from "./ids.ts";

export const Route = z.enum(["accept", "ask", "retry", "block"]);
export type Route = z.infer<typeof Route>;

/** A reason a person can weigh: which source or part says so, in a sentence, and how much it moved the risk. */
export const Reason = z.strictObject({
  from: z.string(),
  text: z.string(),
  /** Share of the say, unitless; the reasons of one assessment need not sum to 1. */
  weight: z.number().optional(),
});
export type Reason = z.infer<typeof Reason>;

/** How risky a proposal is, why, and where it goes. */
export interface Assessment<O = unknown> {
  readonly proposalId: ProposalId;
  readonly itemId: ItemId;
  /** Probability that the proposal is wrong; null when there is no proposal to be wrong (an abstention). */
  readonly risk: number | null;
  /** What the assessor itself would say, with its probability. */
  readonly suggestion?: { readonly output: O; readonly probability: number } | undefined;
  readonly reasons: readonly Reason[];
  readonly route: Route;
  /** The lesson the assessor ran with. */
  readonly lessonId?: LessonId | undefined;
}

export const assessmentOf = <O extends z.ZodType>(output: O) =>
  z.strictObject({
    proposalId: ProposalId,
    itemId: ItemId,
    risk: z.number().min(0).max(1).nullable(),
    suggestion: z.strictObject({ output, probability: z.number().min(0).max(1) }).optional(),
    reasons: z.array(Reason),
    route: Route,
    lessonId: LessonId.optional(),
  });
