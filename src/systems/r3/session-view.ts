/** What is read from the state of a document: the view of the screen, its versions, and what the filter learns from. */
import { Problem } from "#core/errors.ts";
import type { CorrectionId, ItemId } from "#core/ids.ts";
import type { DocumentSummary, DocumentView, EditView, PassView } from "#core/revision.ts";
import type { Intent, TextEdit } from "#core/text.ts";
import type { EditFeatures } from "#learn/acceptance-model.ts";
import {
  type DocumentState,
  isApplied,
  openEdits,
  type SessionEdit,
  wordsIn,
} from "./session-state.ts";

export function documentSummary(id: ItemId, state: DocumentState): DocumentSummary {
  const { title, status, pass, depthMax, updatedAtMs } = state;
  const open = openEdits(state).length;
  return { id, title, status, pass, depthMax, open, words: wordsIn(state.text), updatedAtMs };
}

export function documentView(id: ItemId, state: DocumentState): DocumentView {
  const { version, format, text, pass, silent } = state;
  return {
    ...documentSummary(id, state),
    version,
    format,
    text,
    edits: state.edits.filter((edit) => edit.pass === pass).map(editView),
    passes: Array.from({ length: pass }, (_, index) => passView(state, index + 1)),
    versions: state.versions.map(({ why, words, atMs }, index) => ({
      version: index,
      why,
      words,
      atMs,
    })),
    silent,
  };
}

function editView(edit: SessionEdit): EditView {
  const { proposed, place, wording } = edit;
  const { before, after } = proposed.edit;
  return {
    ...proposed,
    edit: { ...place, before, after: wording ?? after },
    state: edit.state,
    pass: edit.pass,
    correctionId: edit.correctionId,
    oscillates: edit.oscillates,
    placed: edit.lost === null,
  };
}

function passView(state: DocumentState, pass: number): PassView {
  const edits = state.edits.filter((edit) => edit.pass === pass);
  const count = (of: SessionEdit["state"]) => edits.filter(({ state }) => state === of).length;
  return {
    pass,
    proposed: edits.length,
    accepted: count("accepted"),
    rejected: count("rejected"),
    amended: count("amended"),
    hidden: count("hidden"),
  };
}

/** @throws Problem `not-found`. */
export function textOfVersion(state: DocumentState, version: number): string {
  if (state.versions[version] !== undefined)
    for (let at = version; at >= 0; at--) {
      const text = state.versions[at]?.text;
      if (text !== null && text !== undefined) return text;
    }
  throw new Problem("not-found", `The document has no version ${version}`, {
    expected: `a version from 0 to ${state.versions.length - 1}`,
    got: String(version),
  });
}

/** One standing decision of the writer, as the filter learns from it. */
export interface WriterDecision {
  /** The text around the edit, as it was then. */
  readonly text: string;
  /** With its place in `text`. */
  readonly proposed: { readonly edit: TextEdit; readonly intent: Intent; readonly source: string };
  readonly features: EditFeatures;
  /** An amended edit counts: the writer wanted another wording, and this place was worth showing. */
  readonly accepted: boolean;
  /** The writer's own wording, where it was amended. */
  readonly after?: string;
  readonly correctionId: CorrectionId;
  readonly atMs: number;
}

/** Standing decisions in the order they were made. */
export function decisionsOf(state: DocumentState): WriterDecision[] {
  const order = new Map(state.corrections.map(({ id }, index) => [id, index]));
  return state.edits
    .flatMap((edit): WriterDecision[] => {
      const { decided, correctionId, proposed, wording } = edit;
      if (decided === null || correctionId === null) return [];
      const { start, around } = decided;
      const { intent, source } = proposed;
      const end = start + proposed.edit.before.length;
      return [
        {
          text: around,
          proposed: { edit: { ...proposed.edit, start, end }, intent, source },
          features: decided.features,
          accepted: isApplied(edit),
          ...(edit.state === "amended" && wording !== null ? { after: wording } : {}),
          correctionId,
          atMs: decided.atMs,
        },
      ];
    })
    .sort((a, b) => (order.get(a.correctionId) ?? 0) - (order.get(b.correctionId) ?? 0));
}
