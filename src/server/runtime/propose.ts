import type { Proposer } from "#core/contracts.ts";
import { isProblem, problemText } from "#core/errors.ts";
import type { ItemId } from "#core/ids.ts";
import type { Project } from "#core/project.ts";
import type { Proposal, Vote } from "#core/proposal.ts";
import { proposalId } from "#propose/proposal-id.ts";
import { demoProposer } from "#server/demo.ts";
import type { ItemRow } from "#store/store.ts";
import type { Hooks } from "./compute-tasks.ts";
import type { Host } from "./host.ts";
import { lessonInForce } from "./in-force.ts";
import { expectedAccuracy, sourcesUnder } from "./sources.ts";

/** Items in a row a model may fail on before it is taken to be away and the rest wait unasked. */
const FAILURES_IN_A_ROW_MAX = 5;

const READ_ROWS = 100;

/** What came of asking: a proposal, or the reason there is none. */
export type Asked = { readonly proposal: Proposal<string> } | { readonly reason: string };

/**
 * Proposals for items that came without one, when a model is configured. Items it fails on come back with the reason,
 * to wait in the queue: nothing is lost, and the next assessment asks again.
 */
export async function proposeMissing(
  host: Host,
  { id, config }: Project,
  hooks: Hooks,
): Promise<ReadonlyMap<ItemId, string>> {
  const failed = new Map<ItemId, string>();
  const model = host.model?.(config);
  if (model === undefined) return failed;
  const { items: total } = await host.store.counts(id);
  let failuresInARow = 0;
  let reason = "";
  let done = 0;
  for await (const batch of host.store.items(id, { split: "pool", batch: READ_ROWS })) {
    const made: Proposal<string>[] = [];
    for (const item of batch.filter(({ proposal }) => proposal === null)) {
      hooks.signal.throwIfAborted();
      if (failuresInARow < FAILURES_IN_A_ROW_MAX) {
        const asked = await ask(host, model, item, hooks.signal);
        failuresInARow = "proposal" in asked ? 0 : failuresInARow + 1;
        if ("proposal" in asked) {
          made.push(asked.proposal);
          continue;
        }
        reason = asked.reason;
      }
      failed.set(item.id, reason);
    }
    await host.store.putProposals(id, made);
    done += batch.length;
    hooks.progress({ done, total, label: "asking the model" });
  }
  return failed;
}

/** Asks the model once more, with whatever evidence it can use. Null when there is no model to ask. */
export async function proposeAgain(
  host: Host,
  project: Project,
  item: ItemRow,
  votes: readonly Vote<string>[],
): Promise<Asked | null> {
  if (item.proposal?.source.kind === "scripted")
    return { proposal: await scriptedAgain(host, project, item, votes) };
  const model = host.model?.(project.config);
  if (model === undefined) return null;
  return ask(host, model, item, new AbortController().signal);
}

async function ask(
  host: Host,
  model: Proposer<string>,
  item: ItemRow,
  signal: AbortSignal,
): Promise<Asked> {
  const ctx = {
    rng: host.rng.split("propose").split(item.id),
    clock: host.clock,
    signal,
    progress: () => {},
  };
  try {
    for await (const proposal of model.propose([item], ctx)) return { proposal };
    return { reason: "the model gave no answer" };
  } catch (error) {
    if (isProblem(error) && error.kind !== "cancelled") return { reason: problemText(error) };
    throw error;
  }
}

/** Certain rules still leave room for doubt. */
const ACCURACY_MAX = 0.98;

/** The scripted proposer with the whole mail and the rules' votes, each worth its log-odds of being right. */
async function scriptedAgain(
  host: Host,
  project: Project,
  item: ItemRow,
  votes: readonly Vote<string>[],
): Promise<Proposal<string>> {
  const { seq } = await host.states.of(project.id);
  const lesson = await lessonInForce(host, project.id);
  const table = lesson === undefined ? undefined : await sourcesUnder(host, project, lesson);
  const logOdds = ({ source }: Vote<string>): number => {
    const accuracy = table === undefined ? null : expectedAccuracy(table, source);
    const clipped = Math.min(Math.max(accuracy ?? 0.5, 1 - ACCURACY_MAX), ACCURACY_MAX);
    return Math.log(clipped / (1 - clipped));
  };
  const proposer = await demoProposer();
  return {
    // The next event's number: no two askings share it.
    id: proposalId(item.id, `${proposer.source.id}/again-${seq + 1}`),
    itemId: item.id,
    source: proposer.source,
    output: proposer.reconsiderWithEvidence(item.input, votes, logOdds),
  };
}
