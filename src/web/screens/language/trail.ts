/** The trail of a sitting in this browser's storage: undo works after a reload and in a second tab. */
import { z } from "zod";
import { QuestionView } from "#core/comparison-views.ts";
import { reviewer } from "#web/app/reviewer.ts";
import type { Said } from "./sitting.ts";

const Judgement = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("pair"),
    verdict: z.enum(["first", "second", "tie", "both-bad"]),
  }),
  z.object({ kind: z.literal("ranking"), tiers: z.array(z.array(z.string())) }),
]);
const Trail = z.array(
  z.object({
    question: QuestionView,
    judgement: Judgement.nullable(),
    correctionId: z.string().nullable(),
    entry: z.string(),
  }),
);

/** Another person at the same browser has another trail. */
export const trailKey = (projectId: string): string => `emend/trail/${projectId}/${reviewer()}`;

/** What this person said last; nothing where the storage holds nothing that can be read. */
export function readTrail(projectId: string): readonly Said[] {
  try {
    return Trail.parse(JSON.parse(localStorage.getItem(trailKey(projectId)) ?? "[]"));
  } catch {
    return [];
  }
}

const handKey = (projectId: string): string => `emend/hand/${projectId}/${reviewer()}`;

/** Ids of the questions on hand in this tab, in their order: after a reload the same one is on the screen. */
export function keepHand(projectId: string, ids: readonly string[]): void {
  try {
    sessionStorage.setItem(handKey(projectId), ids.join("\n"));
  } catch {
    // Then another of the questions put to the person comes first.
  }
}

export function readHand(projectId: string): readonly string[] {
  try {
    return sessionStorage.getItem(handKey(projectId))?.split("\n") ?? [];
  } catch {
    return [];
  }
}

/** A full or closed storage costs the undo after a reload, nothing else: what was said is in the outbox. */
export function keepTrail(projectId: string, trail: readonly Said[]): void {
  try {
    localStorage.setItem(trailKey(projectId), JSON.stringify(trail));
  } catch {
    // See above.
  }
}
