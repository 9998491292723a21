/** Documents that are revised: acts on them, and what is folded from the acts. */
import { z } from "zod";
import { Problem } from "#core/errors.ts";
import { ItemId, type ProjectId } from "#core/ids.ts";
import { DocumentAct, DocumentStatus, type DocumentSummary } from "#core/revision.ts";
import { advanceDocument } from "#systems/r3/session.ts";
import { DocumentState } from "#systems/r3/session-state.ts";
import { bulk, type Db } from "./db.ts";
import { foldDocuments, isDocumentEvent, lockDocuments, writeDocument } from "./fold-documents.ts";
import { log } from "./log.ts";
import { jsonb } from "./rows.ts";
import type { DocumentTaken, Store } from "./store.ts";

const Summary = z
  .object({
    id: ItemId,
    title: z.string(),
    status: DocumentStatus,
    pass: z.int(),
    depth_max: z.int(),
    open: z.int(),
    words: z.int(),
    updated_at_ms: z.number(),
  })
  .transform(
    ({ depth_max, updated_at_ms, ...same }): DocumentSummary => ({
      ...same,
      depthMax: depth_max,
      updatedAtMs: updated_at_ms,
    }),
  );

const StateRow = z.object({ state: DocumentState });

/** An act as the log gives it back: what it cannot hold is replaced before anything is folded from it. */
const asLogged = (act: DocumentAct): DocumentAct => DocumentAct.parse(JSON.parse(jsonb(act)));

/** The version that the same corrections made when they came first. */
function madeBefore(state: DocumentState, act: DocumentAct): number | undefined {
  if (act.kind !== "decided") return undefined;
  const known = new Map(state.corrections.map(({ id, version }) => [id, version]));
  const versions = act.corrections.map(({ id }) => known.get(id));
  return versions.every((version) => version !== undefined) ? versions[0] : undefined;
}

async function take(
  db: Db,
  id: ProjectId,
  asked: {
    readonly documentId: ItemId;
    readonly act: DocumentAct;
    readonly expectedVersion: number;
  },
): Promise<DocumentTaken> {
  const { documentId, expectedVersion } = asked;
  const act = asLogged(asked.act);
  return await db.change(id, async (tx, no) => {
    const before = (await lockDocuments(tx, no, [documentId])).get(documentId);
    if (before === undefined) return { kind: "no-such-document" };
    const version = madeBefore(before, act);
    if (version !== undefined) return { kind: "repeated", version, state: before };
    if (before.version !== expectedVersion) return { kind: "stale", state: before };
    const atMs = db.clock.nowMs();
    const state = advanceDocument(before, act, atMs);
    await log(tx, { projectId: id, no, atMs }, [{ kind: "document", documentId, act }]);
    await writeDocument(tx, no, { id: documentId, state });
    return { kind: "taken", version: state.version, state };
  });
}

export function documentStore(
  db: Db,
): Pick<Store, "openDocument" | "actOnDocument" | "documents" | "document" | "deleteDocument"> {
  return {
    async openDocument(id, documentId, opened) {
      const act = asLogged({ kind: "opened", ...opened });
      return await db.change(id, async (tx, no) => {
        if ((await lockDocuments(tx, no, [documentId])).has(documentId))
          throw new Problem("conflict", "There is a document of this id already", {
            got: documentId,
          });
        const atMs = db.clock.nowMs();
        const state = advanceDocument(undefined, act, atMs);
        await log(tx, { projectId: id, no, atMs }, [{ kind: "document", documentId, act }]);
        await writeDocument(tx, no, { id: documentId, state });
        return state;
      });
    },
    actOnDocument: (id, documentId, { act, expectedVersion }) =>
      take(db, id, { documentId, act, expectedVersion }),
    async documents(id) {
      const rows = await bulk(
        db.sql,
        `select id, title, status, pass, depth_max, open, words, updated_at_ms
         from documents where project_no = $1 order by updated_at_ms desc, id`,
        [await db.projectNo(id)],
      );
      return rows.map((row) => Summary.parse(row));
    },
    async document(id, documentId) {
      const [row] = await db.sql.query(
        "select state from documents where project_no = $1 and id = $2",
        [await db.projectNo(id), documentId],
      );
      return row === undefined ? undefined : StateRow.parse(row).state;
    },
    async deleteDocument(id, documentId, by) {
      return await db.change(id, async (tx, no) => {
        const documents = await lockDocuments(tx, no, [documentId]);
        if (!documents.has(documentId)) return false;
        const events = await log(tx, { projectId: id, no, atMs: db.clock.nowMs() }, [
          { kind: "document-deleted", documentId, by },
        ]);
        await foldDocuments(tx, no, { events: events.filter(isDocumentEvent), documents });
        return true;
      });
    },
  };
}
