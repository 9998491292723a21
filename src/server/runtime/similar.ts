import { standing } from "#core/correction.ts";
import type { ItemId, ProjectId } from "#core/ids.ts";
import type { SimilarAnswers } from "#core/views.ts";
import { consult, emptyMemory, type Memory } from "#learn/memory.ts";
import { type Host, projectOf } from "./host.ts";
import { caseOf, itemOf } from "./lookups.ts";
import { indexOf, vectorOf } from "./remember.ts";
import { isShown } from "./review.ts";
import type { ProjectState } from "./state.ts";

const NONE: SimilarAnswers = { similar: [], says: null };

/**
 * What people answered of items like this one. Nothing where the case is shown blind: their labels would suggest
 * one.
 */
export async function similarAnswers(
  host: Host,
  id: ProjectId,
  itemId: ItemId,
): Promise<SimilarAnswers> {
  const project = await projectOf(host, id);
  const row = await caseOf(host, id, itemId);
  const memory = memoryWithout(itemId, await host.states.of(id));
  if (memory.entries.length === 0 || !isShown(host, project, row)) return NONE;
  const vector = await vectorOf(host, id, await itemOf(host, id, itemId));
  const says = await consult(memory, indexOf(host, id), { vector });
  if (says === null) return NONE;
  const similar = says.evidence.map(async ({ itemId: other, label, distance }) => {
    const { title } = await caseOf(host, id, other);
    return { itemId: other, title, label, distance };
  });
  return {
    similar: await Promise.all(similar),
    says: { label: says.label, confidence: says.confidence },
  };
}

/**
 * The latest answer of each other item that stands and was not revoked. None supersedes another item's: where people
 * contradict one another both are shown, and the confidence falls.
 */
function memoryWithout(
  itemId: ItemId,
  { answers, revoked }: Pick<ProjectState, "answers" | "revoked">,
): Memory {
  const latest = new Map<ItemId, Memory["entries"][number]>();
  for (const { id: correctionId, itemId: other, after: label } of standing(answers)) {
    if (other === itemId || revoked.has(correctionId)) continue;
    if (label === null) latest.delete(other);
    else latest.set(other, { correctionId, itemId: other, label, supersededBy: null });
  }
  return { ...emptyMemory(), entries: [...latest.values()] };
}
