import { z } from "zod";

const ID_CHARS_MAX = 200;

/** A branded identifier: a string of one kind is never passed for another. */
const id = <B extends string>(_brand: B) => z.string().min(1).max(ID_CHARS_MAX).brand<B>();

export const ItemId = id("ItemId");
export type ItemId = z.infer<typeof ItemId>;
export const ProposalId = id("ProposalId");
export type ProposalId = z.infer<typeof ProposalId>;
export const CorrectionId = id("CorrectionId");
export type CorrectionId = z.infer<typeof CorrectionId>;
export const LessonId = id("LessonId");
export type LessonId = z.infer<typeof LessonId>;
export const ProjectId = id("ProjectId");
export type ProjectId = z.infer<typeof ProjectId>;
export const ActorId = id("ActorId");
export type ActorId = z.infer<typeof ActorId>;
