import type { Ctx } from "#core/contracts.ts";
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

/** Items asked about between two writes. */

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
  let away = "";
  let done = 0;
  for await (const batch of host.store.items(id, { split: "pool", batch: READ_ROWS })) {
    const made: Proposal<string>[] = [];
    let failuresHere = 0;
    const missing = batch.filter(({ proposal }) => proposal === null);
    if (away !== "") for (const item of missing) failed.set(item.id, away);
    else
      for await (const outcome of model.outcomes(missing, ctxOf(host, hooks))) {
        if (outcome.kind === "answered") made.push(outcome.proposal);
        else {
          failed.set(outcome.itemId, outcome.reason);
          failuresHere += 1;
        }
      }
    // A model that answers nothing of a whole batch is away: the rest waits unasked.
    if (failuresHere > 0 && made.length === 0) away = [...failed.values()].at(-1) ?? "";
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
  const earlier = { output: item.proposal?.output ?? null, raw: item.proposal?.raw };
  const ctx = ctxOf(host, { signal: new AbortController().signal, progress: () => {} });
  const outcome = await model.reconsiderWithEvidence(item, earlier, votes, ctx);
  if (outcome.kind === "failed") return { reason: outcome.reason };
  const { seq } = await host.states.of(project.id);
  const id = proposalId(item.id, `${model.source.id}/again-${seq + 1}`);
  return { proposal: { ...outcome.proposal, id } };
}

const ctxOf = (host: Host, hooks: Hooks): Ctx => ({
  rng: host.rng.split("propose"),
  clock: host.clock,
  ...hooks,
});

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
