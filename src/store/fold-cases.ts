/**
 * Folds a run of events into the cases they are about: a few statements for any number of events.
 */

import { z } from "zod";
import type { Correction } from "#core/correction.ts";
import type { EventBody, LoggedEvent } from "#core/event.ts";
import { ItemId } from "#core/ids.ts";
import {
  askedAgain,
  type CaseBase,
  type CaseFold,
  corrected,
  type Entry,
  proposeFailed,
  skipped,
  stateOf,
} from "./fold.ts";
import type { Queryable } from "./sql.ts";
import type { CaseStatus } from "./store.ts";

/** Events that are about one case. */
export type CaseEvent = LoggedEvent & {
  readonly body: Extract<
    EventBody,
    { kind: "corrected" | "skipped" | "asked-again" | "propose-failed" }
  >;
};

export const isCaseEvent = (event: LoggedEvent): event is CaseEvent =>
  ["corrected", "skipped", "asked-again", "propose-failed"].includes(event.body.kind);

export const itemOf = ({ body }: CaseEvent): ItemId =>
  body.kind === "corrected" ? body.correction.itemId : body.itemId;

const Status = z.enum(["open", "answered", "skipped", "accepted", "waiting"]);
const FoldRow = z.object({
  item_id: ItemId,
  base_state: Status,
  base_waiting_for: z.string().nullable(),
  put_seq: z.int(),
  version: z.int(),
  answer_id: z.string().nullable(),
  skipped: z.boolean(),
  failure: z.string().nullable(),
  state: Status,
});

/** A case as it stands, locked for this transaction. */
export interface Standing {
  readonly base: CaseBase;
  readonly fold: CaseFold;
  readonly state: CaseStatus;
}

export async function lockCases(
  tx: Queryable,
  no: number,
  itemIds: readonly ItemId[],
): Promise<Map<ItemId, Standing>> {
  const rows = await tx.query(
    `select item_id, base_state, base_waiting_for, put_seq, version, answer_id, skipped, failure, state
     from cases where project_no = $1 and item_id = any($2::text[]) order by item_id for update`,
    [no, [...new Set(itemIds)]],
  );
  const found = new Map<ItemId, Standing>();
  for (const row of rows) {
    const r = FoldRow.parse(row);
    found.set(r.item_id, {
      base: { state: r.base_state, waitingFor: r.base_waiting_for, putSeq: r.put_seq },
      fold: {
        version: r.version,
        answerId: r.answer_id,
        skipped: r.skipped,
        failure: r.failure,
      },
      state: r.state,
    });
  }
  return found;
}

const HistoryRow = z.object({
  item_id: ItemId,
  id: z.string(),
  decision: z.string(),
  undoes: z.string().nullable(),
});

/** What standing depends on, of a correction as it is or as its row. */
export const entryOf = (c: {
  readonly id: string;
  readonly decision: string;
  readonly undoes?: string | null | undefined;
}): Entry =>
  ({
    id: c.id,
    decision: c.decision === "undone" ? "undone" : "confirmed",
    undoes: c.undoes ?? undefined,
  }) as Entry; // Ids were parsed when the corrections were logged.

/** The corrections of items, oldest first. */
export async function histories(
  tx: Queryable,
  no: number,
  itemIds: readonly ItemId[],
): Promise<Map<ItemId, Entry[]>> {
  const found = new Map<ItemId, Entry[]>(itemIds.map((id) => [id, []]));
  if (itemIds.length === 0) return found;
  const rows = await tx.query(
    `select item_id, id, decision, undoes from corrections
     where project_no = $1 and item_id = any($2::text[]) order by seq`,
    [no, [...itemIds]],
  );
  for (const row of rows) {
    const parsed = HistoryRow.parse(row);
    found.get(parsed.item_id)?.push(entryOf(parsed));
  }
  return found;
}

interface Made {
  readonly seq: number;
  readonly version: number;
  readonly correction: Correction<unknown>;
}

/**
 * Folds logged events, in order, into `cases` (as locked) and writes what changed: cases,
 * corrections, counts, leases.
 * A correction of what has no case (a take-over of an episode) is kept all the same; other events
 * about items without a case change nothing.
 */
export async function foldCases(
  tx: Queryable,
  no: number,
  run: { readonly events: readonly CaseEvent[]; readonly cases: ReadonlyMap<ItemId, Standing> },
): Promise<void> {
  // Only with an undo among them does it matter what was said of an item before.
  const undone = run.events.filter(
    ({ body }) => body.kind === "corrected" && body.correction.undoes !== undefined,
  );
  const history = await histories(tx, no, [...new Set(undone.map(itemOf))]);
  const folds = new Map<ItemId, CaseFold>();
  const made: Made[] = [];
  for (const event of run.events) {
    const itemId = itemOf(event);
    const known = run.cases.get(itemId);
    if (known === undefined) {
      if (event.body.kind === "corrected")
        made.push({ seq: event.seq, version: 0, correction: event.body.correction });
      continue;
    }
    const fold = folds.get(itemId) ?? known.fold;
    switch (event.body.kind) {
      case "corrected": {
        const { correction } = event.body;
        const entries = history.get(itemId) ?? [];
        entries.push(entryOf(correction));
        const next = corrected(fold, entries);
        folds.set(itemId, next);
        made.push({ seq: event.seq, version: next.version, correction });
        break;
      }
      case "skipped":
        folds.set(itemId, skipped(fold));
        break;
      case "asked-again":
        folds.set(itemId, askedAgain(fold));
        break;
      case "propose-failed":
        folds.set(
          itemId,
          proposeFailed(known.base, fold, { seq: event.seq, reason: event.body.reason }),
        );
        break;
    }
  }
  await write(tx, no, { cases: run.cases, folds, made });
}

interface Changes {
  readonly cases: ReadonlyMap<ItemId, Standing>;
  readonly folds: ReadonlyMap<ItemId, CaseFold>;
  readonly made: readonly Made[];
}

async function write(tx: Queryable, no: number, { cases, folds, made }: Changes): Promise<void> {
  const delta = { open: 0, answered: 0, skipped: 0, accepted: 0, waiting: 0 };
  const changed = [...folds].flatMap(([itemId, fold]) => {
    const before = cases.get(itemId);
    if (before === undefined) return [];
    const state = stateOf(before.base, fold);
    delta[before.state] -= 1;
    delta[state.state] += 1;
    return [{ itemId, fold, ...state }];
  });
  await tx.query(
    `with made as (
       insert into corrections(project_no, id, item_id, seq, version, decision, undoes)
       select $1, * from unnest($2::text[], $3::text[], $4::bigint[], $5::int[], $6::text[], $7::text[])
     ), changed as (
       update cases c set state = u.state, waiting_for = u.waiting_for, version = u.version,
         answer_id = u.answer_id, skipped = u.skipped, failure = u.failure
       from unnest($8::text[], $9::text[], $10::text[], $11::int[], $12::text[], $13::bool[], $14::text[])
         as u(item_id, state, waiting_for, version, answer_id, skipped, failure)
       where c.project_no = $1 and c.item_id = u.item_id
     ), freed as (
       delete from leases where project_no = $1 and item_id = any($8::text[])
     )
     update counts set open = open + $15, answered = answered + $16, skipped = skipped + $17,
       accepted = accepted + $18, waiting = waiting + $19
     where project_no = $1`,
    [
      no,
      made.map(({ correction }) => correction.id),
      made.map(({ correction }) => correction.itemId),
      made.map(({ seq }) => seq),
      made.map(({ version }) => version),
      made.map(({ correction }) => correction.decision),
      made.map(({ correction }) => correction.undoes ?? null),
      changed.map(({ itemId }) => itemId),
      changed.map(({ state }) => state),
      changed.map(({ waitingFor }) => waitingFor),
      changed.map(({ fold }) => fold.version),
      changed.map(({ fold }) => fold.answerId),
      changed.map(({ fold }) => fold.skipped),
      changed.map(({ fold }) => fold.failure),
      delta.open,
      delta.answered,
      delta.skipped,
      delta.accepted,
      delta.waiting,
    ],
  );
}
