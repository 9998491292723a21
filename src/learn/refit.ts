import { type Correction, standing } from "#core/correction.ts";
import type { CorrectionId, ItemId } from "#core/ids.ts";
import type { TaskKind } from "#core/task-kind.ts";

/** One item's answer, as a refit takes it. */
export interface RefitRow<O> {
  readonly itemId: ItemId;
  readonly output: O;
  /** Share of the item's reviewers who gave this answer, in (0, 1]: 1 unless they disagree. */
  readonly agreement: number;
  /** Every correction weighed in it, those outvoted included. */
  readonly from: readonly CorrectionId[];
}

export interface RefitData<O> {
  /** One row an item, in the order the items were first answered. */
  readonly rows: readonly RefitRow<O>[];
  /** Everything weighed: the lineage of what is learned from `rows`. */
  readonly learnedFrom: readonly CorrectionId[];
}

/**
 * What stands of a history, one row an item. Undone and revoked corrections are left out; of one
 * reviewer the latest answer counts; of several the answer most of them gave, the latest at a tie.
 * A rejection without an answer teaches a refit nothing and gives no row.
 * `history`: in log order, undo records included.
 */
export function refitRows<O>(
  history: readonly Correction<O>[],
  how: {
    readonly kind: Pick<TaskKind<O, never, never>, "distance">;
    readonly revoked?: ReadonlySet<CorrectionId>;
  },
): RefitData<O> {
  const { kind, revoked = new Set() } = how;
  const byItem = new Map<ItemId, Map<string, Correction<O>>>();
  for (const correction of standing(history)) {
    if (revoked.has(correction.id)) continue;
    const byReviewer = byItem.get(correction.itemId) ?? new Map<string, Correction<O>>();
    // Taken out first: the map then lists reviewers by when they last answered.
    byReviewer.delete(correction.by.id);
    byReviewer.set(correction.by.id, correction);
    byItem.set(correction.itemId, byReviewer);
  }
  const rows = [...byItem].flatMap(([itemId, byReviewer]) => {
    const row = settled(itemId, [...byReviewer.values()], kind);
    return row === undefined ? [] : [row];
  });
  return { rows, learnedFrom: rows.flatMap(({ from }) => from) };
}

/** The answer of one item. `latest`: one correction a reviewer, oldest first. */
function settled<O>(
  itemId: ItemId,
  latest: readonly Correction<O>[],
  kind: Pick<TaskKind<O, never, never>, "distance">,
): RefitRow<O> | undefined {
  const camps: { output: O; votes: number }[] = [];
  const from: CorrectionId[] = [];
  for (const { id, after } of latest) {
    if (after === null) continue;
    from.push(id);
    const index = camps.findIndex(({ output }) => kind.distance(output, after) === 0);
    const [camp] = index < 0 ? [{ output: after, votes: 0 }] : camps.splice(index, 1);
    if (camp === undefined) continue;
    // The camp joined last goes last, and so wins a tie below.
    camps.push({ ...camp, votes: camp.votes + 1 });
  }
  const winner = camps.reduce<(typeof camps)[number] | undefined>(
    (best, camp) => (best === undefined || camp.votes >= best.votes ? camp : best),
    undefined,
  );
  if (winner === undefined) return undefined;
  return { itemId, output: winner.output, agreement: winner.votes / from.length, from };
}

/**
 * Rows as one more source beside the rules: `votes` [items] class index, -1 where nobody answered;
 * `weights` [items] agreement, 0 where nobody answered.
 */
export function asSource(
  rows: readonly RefitRow<string>[],
  {
    itemIds,
    classes,
  }: { readonly itemIds: readonly string[]; readonly classes: readonly string[] },
): { readonly votes: Int16Array; readonly weights: Float32Array } {
  const answers = new Map<string, RefitRow<string>>(rows.map((row) => [row.itemId, row]));
  const votes = new Int16Array(itemIds.length).fill(-1);
  const weights = new Float32Array(itemIds.length);
  for (const [i, itemId] of itemIds.entries()) {
    const row = answers.get(itemId);
    const vote = row === undefined ? -1 : classes.indexOf(row.output);
    if (row === undefined || vote < 0) continue;
    votes[i] = vote;
    weights[i] = row.agreement;
  }
  return { votes, weights };
}
