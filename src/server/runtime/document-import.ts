/** Documents from files: texts, and texts with edits in them, which become the first pass. */
import { randomUUID } from "node:crypto";
import { Problem, problemText } from "#core/errors.ts";
import { type ActorId, CorrectionId, ItemId, type ProjectId, ProposalId } from "#core/ids.ts";
import type { DocumentAct, DocumentFormat, DocumentView, ProposedEdit } from "#core/revision.ts";
import type { Intent, TextEdit } from "#core/text.ts";
import { wordDiff } from "#correct/text/word-diff.ts";
import type { Reject } from "#formats/format.ts";
import { readIterater } from "#formats/text/iterater.ts";
import { readTextFile } from "#formats/text/plain.ts";
import type { RevisedDocument } from "#formats/text/revised.ts";
import { readTrackedHtml } from "#formats/text/tracked-html.ts";
import { applyUnifiedDiff } from "#formats/text/unified-diff.ts";
import { decideEdits } from "#systems/r3/session-decisions.ts";
import { documentView } from "#systems/r3/session-view.ts";
import { type At, checkSize, createDocument, readDocument, typeInDocument } from "./documents.ts";
import type { Host } from "./host.ts";
import { writingOptions, writingProject } from "./writing-projects.ts";

export const DOCUMENT_IMPORTS = ["text", "markdown", "html", "iterater"] as const;

export interface ImportedFile {
  readonly format: (typeof DOCUMENT_IMPORTS)[number];
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A text with the edits a file has of it; `accepted` null: nobody has said. */
interface Marked {
  readonly title: string;
  readonly format: DocumentFormat;
  readonly text: string;
  readonly edits: readonly {
    readonly edit: TextEdit;
    readonly intent: Intent | null;
    readonly source: string | null;
    readonly accepted: boolean | null;
  }[];
}

/**
 * Opens the documents of a file. What its edits were decided to be stays decided; the others are open. Good documents
 * go in, bad lines come back.
 *
 * @throws Problem `bad-input` when nothing of the file can be read, `too-large`.
 */
export async function importDocuments(
  host: Host,
  projectId: ProjectId,
  file: ImportedFile,
  by: ActorId,
): Promise<{ documents: DocumentView[]; rejects: Reject[] }> {
  const { format, name, bytes } = file;
  if (format === "text" || format === "markdown") {
    const { title, text } = readTextFile(bytes, name);
    const kind = format === "markdown" ? "markdown" : "plain";
    const opened = { text, format: kind, ...(title === "" ? {} : { title }) } as const;
    return { documents: [await createDocument(host, projectId, opened)], rejects: [] };
  }
  const { text } = readTextFile(bytes, name);
  const { marked, rejects } = format === "html" ? ofHtml(text) : ofIterater(text, name);
  const documents: DocumentView[] = [];
  for (const each of marked)
    try {
      documents.push(await openMarked(host, projectId, each, by));
    } catch (error) {
      if (!(error instanceof Problem) || error.kind === "conflict") throw error;
      rejects.push({ file: name, raw: each.title, problem: problemText(error) });
    }
  return { documents, rejects };
}

function ofHtml(text: string): { marked: Marked[]; rejects: Reject[] } {
  const read = readTrackedHtml(text);
  const edits = read.edits.map(({ decision, ...edit }) => ({
    ...edit,
    accepted: decision === "accepted" ? true : decision === "rejected" ? false : null,
  }));
  return { marked: [{ ...read, edits }], rejects: [] };
}

/** The first pass of each document; its later ones start from a text that nobody has decided on here. */
function ofIterater(text: string, file: string): { marked: Marked[]; rejects: Reject[] } {
  const { records, rejects } = readIterater(text, file);
  const first = new Map<string, RevisedDocument>();
  for (const record of records) {
    const known = first.get(record.id);
    if (known === undefined || record.depth < known.depth) first.set(record.id, record);
  }
  const later = records.filter((record) => first.get(record.id) !== record);
  return {
    marked: [...first.values()].map(({ id, before, edits }) => ({
      title: id,
      format: "plain",
      text: before,
      edits: edits.map(({ edit, intent, accepted }) => ({ edit, intent, accepted, source: null })),
    })),
    rejects: [
      ...rejects,
      ...later.map(({ id, depth }) => ({
        file,
        raw: `${id}, revision depth ${depth}`,
        problem: `Only the first pass of a document is imported; this is a later one of "${id}".`,
      })),
    ],
  };
}

async function openMarked(
  host: Host,
  projectId: ProjectId,
  { title, format, text, edits }: Marked,
  by: ActorId,
): Promise<DocumentView> {
  if (edits.length === 0) return createDocument(host, projectId, { title, format, text });
  const { depthMax } = writingOptions((await writingProject(host, projectId)).config);
  checkSize(text);
  const id = ItemId.parse(randomUUID());
  const opened = await host.store.openDocument(projectId, id, { title, text, format, depthMax });
  const proposed: ProposedEdit[] = edits.map(({ edit, intent, source }, index) => ({
    id: ProposalId.parse(`p1-${index + 1}`),
    edit,
    intent: intent ?? "other",
    source: source ?? "imported",
    rationale: "It came with the file.",
    acceptance: null,
    shown: true,
    propensity: 1,
  }));
  const act = async (made: DocumentAct, expectedVersion: number) => {
    const taken = await host.store.actOnDocument(projectId, id, { act: made, expectedVersion });
    if (taken.kind === "taken" || taken.kind === "repeated") return taken.state;
    throw new Problem("conflict", "The document was changed while it was imported");
  };
  let state = await act({ kind: "proposed", pass: 1, edits: proposed, silent: [] }, opened.version);
  const decisions = edits.flatMap(({ accepted }, index) =>
    accepted === null
      ? []
      : [
          {
            id: CorrectionId.parse(`${id}/imported-${index + 1}`),
            proposalId: ProposalId.parse(`p1-${index + 1}`),
            decision: accepted ? ("confirmed" as const) : ("rejected" as const),
            effort: { ms: 0, gestures: 0, edit: 0 },
          },
        ],
  );
  if (decisions.length > 0) {
    const actor = { id: by, kind: "person" } as const;
    const decided = { documentId: id, actor, atMs: host.clock.nowMs() };
    state = await act(decideEdits(state, decisions, decided), state.version);
  }
  const { version } = state;
  host.live.publish({ kind: "document-changed", projectId, documentId: id, version });
  return documentView(id, state);
}

/**
 * Takes a unified diff of the document's text as typed by hand.
 *
 * @throws Problem `bad-input` where a hunk does not fit the text.
 */
export async function applyDiff(
  host: Host,
  at: At,
  patch: string,
  by: ActorId,
): Promise<DocumentView> {
  const { text } = await readDocument(host, at.projectId, at.documentId);
  await typeInDocument(host, at, wordDiff(text, applyUnifiedDiff(text, patch)), by);
  return documentView(at.documentId, await readDocument(host, at.projectId, at.documentId));
}
