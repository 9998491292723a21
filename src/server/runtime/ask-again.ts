import { Problem } from "#core/errors.ts";
import type { ActorId, ItemId, ProjectId } from "#core/ids.ts";
import type { CaseView } from "#core/views.ts";
import { compileRules } from "#propose/rules.ts";
import { assessNow } from "./assess.ts";
import { type Host, projectOf } from "./host.ts";
import { caseOf, itemOf } from "./lookups.ts";
import { proposeAgain } from "./propose.ts";
import { leftToDo, showCase } from "./review.ts";

/** A model that failed is not asked again by itself: the reviewer sees why, and decides. */
const ATTEMPTS = 1;

/**
 * Asks the proposer again about one item, with all the evidence there is, and assesses what it says. When it fails,
 * the item waits in the queue and the case says why.
 *
 * @throws Problem `conflict` when the case is answered, `unavailable` when there is no model to ask.
 */
export async function askAgain(
  host: Host,
  id: ProjectId,
  itemId: ItemId,
  by: ActorId,
): Promise<CaseView> {
  const project = await projectOf(host, id);
  const before = await caseOf(host, id, itemId);
  if (before.state === "answered")
    throw new Problem("conflict", "The case is answered", {
      hint: "Undo the answer first to ask the proposer again.",
    });
  const item = await itemOf(host, id, itemId);
  const votes = [...compileRules(project.config.rules).vote(item.input), ...item.votes];
  const asked = await proposeAgain(host, project, item, votes);
  if (asked === null)
    throw new Problem("unavailable", "There is no model to ask", {
      hint: "Start Emend with EMEND_LLM_BASE_URL and EMEND_LLM_MODEL set.",
    });
  await host.store.append(id, { kind: "asked-again", itemId, by });
  if ("proposal" in asked) {
    await host.store.putProposals(id, [asked.proposal]);
    await host.store.putCases(
      id,
      await assessNow(host, project, [{ ...item, proposal: asked.proposal }]),
    );
  } else {
    const { reason } = asked;
    await host.store.append(id, { kind: "propose-failed", itemId, reason, attempts: ATTEMPTS });
  }
  const { left } = await leftToDo(host, id);
  host.live.publish({ kind: "queue-changed", projectId: id, left });
  return showCase(host, project, await caseOf(host, id, itemId));
}
