/** Folds acts on documents into their rows. */
import { z } from "zod";
import type { EventBody, LoggedEvent } from "#core/event.ts";
import { ItemId } from "#core/ids.ts";
import { advanceDocument } from "#systems/r3/session.ts";
import { DocumentState } from "#systems/r3/session-state.ts";
import { documentSummary } from "#systems/r3/session-view.ts";
import type { Queryable } from "./sql.ts";

export type DocumentEvent = LoggedEvent & {
  readonly body: Extract<EventBody, { kind: "document" | "document-deleted" }>;
};

export const isDocumentEvent = (event: LoggedEvent): event is DocumentEvent =>
  event.body.kind === "document" || event.body.kind === "document-deleted";

const Row = z.object({ id: ItemId, state: DocumentState });

/** Documents as they stand, locked for this transaction. */
export async function lockDocuments(
  tx: Queryable,
  no: number,
  ids: readonly ItemId[],
): Promise<Map<ItemId, DocumentState>> {
  const rows = await tx.query(
    `select id, state from documents where project_no = $1 and id = any($2::text[])
     order by id for update`,
    [no, [...new Set(ids)]],
  );
  return new Map(
    rows.map((row) => {
      const { id, state } = Row.parse(row);
      return [id, state];
    }),
  );
}

/**
 * Folds logged events, in order, into documents as locked, and writes those that changed: each once, however many
 * events it had.
 */
export async function foldDocuments(
  tx: Queryable,
  no: number,
  run: {
    readonly events: readonly DocumentEvent[];
    readonly documents: ReadonlyMap<ItemId, DocumentState>;
  },
): Promise<void> {
  const states = new Map<ItemId, DocumentState | undefined>(run.documents);
  for (const { body, atMs } of run.events)
    states.set(
      body.documentId,
      body.kind === "document"
        ? advanceDocument(states.get(body.documentId), body.act, atMs)
        : undefined,
    );
  for (const id of new Set(run.events.map(({ body }) => body.documentId))) {
    const state = states.get(id);
    if (state === undefined) await removeDocument(tx, no, id);
    else await writeDocument(tx, no, { id, state });
  }
}

const removeDocument = (tx: Queryable, no: number, id: ItemId): Promise<unknown> =>
  tx.query("delete from documents where project_no = $1 and id = $2", [no, id]);

export async function writeDocument(
  tx: Queryable,
  no: number,
  { id, state }: { readonly id: ItemId; readonly state: DocumentState },
): Promise<void> {
  const { title, status, pass, depthMax, open, words, updatedAtMs } = documentSummary(id, state);
  await tx.query(
    `insert into documents(project_no, id, title, status, pass, depth_max, open, words, version,
       state, updated_at_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json, $11)
     on conflict (project_no, id) do update set title = excluded.title, status = excluded.status,
       pass = excluded.pass, depth_max = excluded.depth_max, open = excluded.open,
       words = excluded.words, version = excluded.version, state = excluded.state,
       updated_at_ms = excluded.updated_at_ms`,
    [
      no,
      id,
      title,
      status,
      pass,
      depthMax,
      open,
      words,
      state.version,
      JSON.stringify(state),
      updatedAtMs,
    ],
  );
}
