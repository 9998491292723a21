/** Documents that are revised, as the routes ask for them. */
import { randomUUID } from "node:crypto";
import type { Actor } from "#core/correction.ts";
import { Problem } from "#core/errors.ts";
import {
  type ActorId,
  type CorrectionId,
  ItemId,
  type ProjectId,
  type ProposalId,
} from "#core/ids.ts";
import type {
  DocumentAct,
  DocumentFormat,
  DocumentSummary,
  DocumentView,
  EditDecisionInput,
} from "#core/revision.ts";
import type { TextEdit } from "#core/text.ts";
import type { DocumentTaken } from "#store/store.ts";
import { decideEdits, undoDecision } from "#systems/r3/session-decisions.ts";
import { type DocumentState, openEdits } from "#systems/r3/session-state.ts";
import { documentView, textOfVersion } from "#systems/r3/session-view.ts";
import type { Host } from "./host.ts";
import { askForEdits } from "./requests.ts";
import { recordFilter } from "./writing-filter.ts";
import { writingOptions, writingProject } from "./writing-projects.ts";

const TEXT_BYTES_MAX = 2 * 2 ** 20;
const TITLE_CHARS_MAX = 80;

/** Which document, and the version the writer saw. */
export interface At {
  readonly projectId: ProjectId;
  readonly documentId: ItemId;
  readonly version: number;
}

export async function listDocuments(host: Host, id: ProjectId): Promise<DocumentSummary[]> {
  await writingProject(host, id);
  return host.store.documents(id);
}

export interface NewDocument {
  readonly title?: string | undefined;
  readonly text: string;
  readonly format?: DocumentFormat | undefined;
}

/**
 * Opens a document; its first edits follow.
 *
 * @throws Problem `too-large`.
 */
export async function createDocument(
  host: Host,
  projectId: ProjectId,
  { title, text, format = "plain" }: NewDocument,
  documentId = ItemId.parse(randomUUID()),
): Promise<DocumentView> {
  const { config } = await writingProject(host, projectId);
  checkSize(text);
  const { depthMax } = writingOptions(config);
  const opened = { title: title ?? titleOf(text), text, format, depthMax };
  const state = await host.store.openDocument(projectId, documentId, opened);
  return tell(host, { projectId, documentId }, state);
}

/** @throws Problem `not-found`. */
export async function readDocument(
  host: Host,
  projectId: ProjectId,
  documentId: ItemId,
): Promise<DocumentState> {
  await writingProject(host, projectId);
  const state = await host.store.document(projectId, documentId);
  if (state !== undefined) return state;
  throw noSuchDocument(documentId);
}

export async function deleteDocument(
  host: Host,
  { projectId, documentId }: Omit<At, "version">,
  by: ActorId,
): Promise<void> {
  const { version } = await readDocument(host, projectId, documentId);
  if (!(await host.store.deleteDocument(projectId, documentId, by)))
    throw noSuchDocument(documentId);
  const event = { kind: "document-changed", projectId, documentId, version: version + 1 } as const;
  host.live.publish(event);
}

export async function renameDocument(
  host: Host,
  { projectId, documentId }: Omit<At, "version">,
  title: string,
): Promise<DocumentView> {
  const { version } = await readDocument(host, projectId, documentId);
  return act(host, { projectId, documentId, version }, { kind: "renamed", title });
}

/** The corrections sent again answer as they did the first time. */
export async function decideOnEdits(
  host: Host,
  at: At,
  inputs: readonly EditDecisionInput[],
  by: ActorId,
): Promise<{ version: number; open: number }> {
  const state = await readDocument(host, at.projectId, at.documentId);
  const before = versionOf(
    state,
    inputs.map(({ id }) => id),
  );
  if (before !== undefined) return { version: before, open: openEdits(state).length };
  requireVersion(state, at.version);
  const made = decideEdits(state, inputs, byOf(host, at, by));
  const taken = await take(host, at, made);
  return { version: taken.version, open: openEdits(taken.state).length };
}

export async function undoOnEdit(
  host: Host,
  at: At,
  { id, correctionId }: { readonly id: CorrectionId; readonly correctionId: CorrectionId },
  by: ActorId,
): Promise<DocumentView> {
  const state = await readDocument(host, at.projectId, at.documentId);
  if (versionOf(state, [id]) !== undefined) return documentView(at.documentId, state);
  requireVersion(state, at.version);
  return act(host, at, undoDecision(state, correctionId, { ...byOf(host, at, by), id }));
}

/** Typing against an older version is taken where nothing has changed the text since. */
export async function typeInDocument(
  host: Host,
  at: At,
  edits: readonly TextEdit[],
  by: ActorId,
): Promise<{ version: number; dropped: ProposalId[] }> {
  const before = await readDocument(host, at.projectId, at.documentId);
  const growth = edits.reduce((sum, { before, after }) => sum + after.length - before.length, 0);
  if (growth > 0) checkSize(before.text, growth);
  const isOfThisText = at.version >= before.textVersion && at.version <= before.version;
  requireVersion(before, isOfThisText ? before.version : at.version);
  const typed: DocumentAct = { kind: "typed", edits: [...edits], by };
  const taken = await take(host, { ...at, version: before.version }, typed);
  const open = new Set(openEdits(taken.state).map(({ proposed }) => proposed.id));
  const wasOpen = openEdits(before).map(({ proposed }) => proposed.id);
  return { version: taken.version, dropped: wasOpen.filter((id) => !open.has(id)) };
}

/** Closes the pass under review, or asks for one more. */
export async function nextPass(
  host: Host,
  at: At,
  leaveRest: boolean,
  by: ActorId,
): Promise<DocumentView> {
  const state = await readDocument(host, at.projectId, at.documentId);
  requireVersion(state, at.version);
  const open = openEdits(state).length;
  if (open > 0 && !leaveRest)
    throw new Problem("conflict", "Edits of this pass are not decided yet", {
      expected: 'every edit decided, or "leaveRest": true',
      got: `${open} open`,
    });
  const view = await act(host, at, { kind: "passed", by });
  if (state.status === "reviewing") await recordFilter(host, at, state.pass);
  return view;
}

export const restoreVersion = (
  host: Host,
  at: At,
  to: number,
  by: ActorId,
): Promise<DocumentView> => act(host, at, { kind: "restored", version: to, by });

export async function versionText(
  host: Host,
  { projectId, documentId }: Omit<At, "version">,
  version: number,
): Promise<string> {
  return textOfVersion(await readDocument(host, projectId, documentId), version);
}

/** Documents whose proposers a stop interrupted are proposed for again. */
export async function resumeDocuments(host: Host, projectId: ProjectId): Promise<void> {
  for (const { id, status, pass } of await host.store.documents(projectId))
    if (status === "proposing") await askForEdits(host, { projectId, documentId: id }, pass + 1);
}

async function act(host: Host, at: At, made: DocumentAct): Promise<DocumentView> {
  await writingProject(host, at.projectId);
  return documentView(at.documentId, (await take(host, at, made)).state);
}

/**
 * Takes an act and tells the screens.
 *
 * @throws Problem `conflict` when the document has moved on.
 */
async function take(
  host: Host,
  { projectId, documentId, version }: At,
  made: DocumentAct,
): Promise<Extract<DocumentTaken, { version: number }>> {
  const taken = await host.store.actOnDocument(projectId, documentId, {
    act: made,
    expectedVersion: version,
  });
  if (taken.kind === "no-such-document") throw noSuchDocument(documentId);
  if (taken.kind === "stale") throw movedOn(taken.state, version);
  if (taken.kind === "taken") await tell(host, { projectId, documentId }, taken.state);
  return taken;
}

/** Says that a document changed, and has its next edits made where it waits for them. */
async function tell(
  host: Host,
  { projectId, documentId }: Omit<At, "version">,
  state: DocumentState,
): Promise<DocumentView> {
  const { version, status, pass } = state;
  if (status === "proposing") await askForEdits(host, { projectId, documentId }, pass + 1);
  host.live.publish({ kind: "document-changed", projectId, documentId, version });
  return documentView(documentId, state);
}

const byOf = (host: Host, { documentId }: At, id: ActorId) => ({
  documentId,
  actor: { id, kind: "person" } satisfies Actor,
  atMs: host.clock.nowMs(),
});

/** The version these corrections made, if all of them were made before. */
function versionOf(state: DocumentState, ids: readonly CorrectionId[]): number | undefined {
  const known = new Map(state.corrections.map(({ id, version }) => [id, version]));
  return ids.length > 0 && ids.every((id) => known.has(id))
    ? ids.map((id) => known.get(id))[0]
    : undefined;
}

function requireVersion(state: DocumentState, version: number): void {
  if (state.version !== version) throw movedOn(state, version);
}

const movedOn = (state: DocumentState, version: number): Problem =>
  new Problem("conflict", "The document has moved on", {
    expected: `version ${state.version}`,
    got: `version ${version}`,
    hint: "Read the document again, and make the change on what is there now.",
  });

const noSuchDocument = (id: ItemId): Problem =>
  new Problem("not-found", `There is no document "${id}" in this project`);

export function checkSize(text: string, growth = 0): void {
  const bytes = Buffer.byteLength(text) + growth;
  if (bytes <= TEXT_BYTES_MAX) return;
  throw new Problem("too-large", "The document is too large", {
    expected: `at most ${TEXT_BYTES_MAX / 2 ** 20} MB of text`,
    got: `${(bytes / 2 ** 20).toFixed(1)} MB`,
    hint: "Revise it in parts, a chapter each.",
  });
}

/** The first line that says something, without what Markdown puts before a heading. */
function titleOf(text: string): string {
  const line = /^[\s#]*(\S.{0,200})/m.exec(text.slice(0, 4_000))?.[1]?.trim() ?? "";
  if (line === "") return "Untitled";
  return line.length <= TITLE_CHARS_MAX ? line : `${line.slice(0, TITLE_CHARS_MAX - 1).trimEnd()}…`;
}
