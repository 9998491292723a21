import type { ItemId } from "#core/ids.ts";
import type { Project } from "#core/project.ts";
import type { ItemRow } from "#store/store.ts";
import type { BlindRow, Hooks } from "./compute-tasks.ts";
import { type Host, perStore, projectRng } from "./host.ts";

/**
 * Items a lesson is fitted on at most. Beyond, a random share of the pool stands for it: a harmoniser's error
 * no longer depends on more of the same, and a refit must end while the reviewer is still there.
 */
export const FIT_ITEMS_MAX = 20_000;
const READ_ROWS = 500;

/** What is in the pools given to the computing thread, by their names: ids only. */
const pooledOf = perStore(() => new Map<string, Set<ItemId>>());
const POOLS_REMEMBERED = 8;

/** An item without what is right: nothing that fits or scores ever sees gold. */
export const blind = ({ id, input, proposal, votes }: ItemRow): BlindRow => ({
  id,
  input,
  proposal,
  votes,
});

/**
 * Gives the computing thread the items a lesson of this project is fitted on, unless it has them: a random sample
 * of the pool and every item a person answered. Returns the pool's name.
 */
export async function loadPool(host: Host, project: Project, hooks: Hooks): Promise<string> {
  const { id, config } = project;
  const { poolVersion, answers } = await host.states.of(id);
  const pool = `${id}@${poolVersion}`;
  const inPool = (await host.compute.hasPool(pool)) ? pooledOf(host).get(pool) : undefined;
  const ids = inPool ?? (await sample(host, project, pool, hooks));
  const missing = [...new Set(answers.map(({ itemId }) => itemId))].filter(
    (item) => !ids.has(item),
  );
  const rows: BlindRow[] = [];
  for (const itemId of missing) {
    hooks.signal.throwIfAborted();
    const item = await host.store.item(id, itemId);
    if (item !== undefined) rows.push(blind(item));
    ids.add(itemId);
  }
  if (rows.length > 0) await host.compute.addToPool({ pool, config, rows, afresh: false });
  return pool;
}

async function sample(
  host: Host,
  { id, config }: Project,
  pool: string,
  hooks: Hooks,
): Promise<Set<ItemId>> {
  const { items } = await host.store.counts(id);
  const share = FIT_ITEMS_MAX / Math.max(items, 1);
  const rng = projectRng(host, id).split("fit-sample");
  const ids = new Set<ItemId>();
  let read = 0;
  await host.compute.addToPool({ pool, config, rows: [], afresh: true });
  for await (const batch of host.store.items(id, { split: "pool", batch: READ_ROWS })) {
    hooks.signal.throwIfAborted();
    const drawn = batch.filter((item) => share >= 1 || rng.split(item.id).uniform() < share);
    for (const item of drawn) ids.add(item.id);
    await host.compute.addToPool({ pool, config, rows: drawn.map(blind), afresh: false });
    read += batch.length;
    hooks.progress({ done: read, total: items, label: "reading items" });
  }
  const pooled = pooledOf(host);
  pooled.set(pool, ids);
  for (const name of pooled.keys()) if (pooled.size > POOLS_REMEMBERED) pooled.delete(name);
  return ids;
}
