import type { Ctx } from "#core/contracts.ts";
import type { ItemId } from "#core/ids.ts";
import type { Project } from "#core/project.ts";
import type { Proposal, Vote } from "#core/proposal.ts";
import type { LlmProposer } from "#propose/llm.ts";
import { proposalId } from "#propose/proposal-id.ts";
import { demoProposer } from "#server/demo.ts";
import type { ItemRow } from "#store/store.ts";
import type { Hooks } from "./compute-tasks.ts";
import type { Host } from "./host.ts";
import { lessonInForce } from "./in-force.ts";
import { expectedAccuracy, sourcesUnder } from "./sources.ts";

const READ_ROWS = 500;
/** Items asked about between two writes. A model that answers none of them is taken to be away. */
const ASK_ROWS = 16;

/** What came of asking: a proposal, or the reason there is none. */
export type Asked = { readonly proposal: Proposal<string> } | { readonly reason: string };

/** How asking for all that was missing went. */
export interface Missing {
  readonly made: number;
  /** Items no proposal could be had for, with the reason. */
  readonly failed: ReadonlyMap<ItemId, string>;
}

/**
 * Proposals for items that came without one, when a model is configured. Items it fails on come back with the reason,
 * to wait in the queue: nothing is lost, and the next assessment asks again.
 */
export async function proposeMissing(
  host: Host,
  { id, config }: Project,
  hooks: Hooks,
): Promise<Missing> {
  const failed = new Map<ItemId, string>();
  const model = host.model?.(config);
  if (model === undefined) return { made: 0, failed };
  const { items: total } = await host.store.counts(id);
  let away: string | undefined;
  let made = 0;
  for await (const batch of host.store.items(id, { split: "pool", batch: READ_ROWS })) {
    const missing = batch.filter(({ proposal }) => proposal === null);
    for (let from = 0; from < missing.length; from += ASK_ROWS) {
      const asked = missing.slice(from, from + ASK_ROWS);
      if (away !== undefined) for (const item of asked) failed.set(item.id, away);
      else {
        const { proposals, reasons } = await askAll(model, asked, ctxOf(host, hooks));
        await host.store.putProposals(id, proposals);
        for (const [itemId, reason] of reasons) failed.set(itemId, reason);
        made += proposals.length;
        if (proposals.length === 0) away = [...reasons.values()][0];
      }
      hooks.progress({ done: made + failed.size, total, label: "asking the model" });
    }
  }
  return { made, failed };
}

async function askAll(
  model: LlmProposer,
  items: readonly ItemRow[],
  ctx: Ctx,
): Promise<{ proposals: Proposal<string>[]; reasons: Map<ItemId, string> }> {
  const proposals: Proposal<string>[] = [];
  const reasons = new Map<ItemId, string>();
  for await (const outcome of model.outcomes(items, ctx))
    if (outcome.kind === "answered") proposals.push(outcome.proposal);
    else reasons.set(outcome.itemId, outcome.reason);
  return { proposals, reasons };
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
  const ctx = ctxOf(host, { signal: new AbortController().signal, progress: () => {} });
  if (item.proposal === null) {
    const { proposals, reasons } = await askAll(model, [item], ctx);
    const [proposal] = proposals;
    return proposal === undefined ? { reason: reasons.get(item.id) ?? "" } : { proposal };
  }
  const outcome = await model.reconsiderWithEvidence(item, item.proposal, votes, ctx);
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
