/** A document as a file. */
import type { ItemId } from "#core/ids.ts";
import type { TextEdit } from "#core/text.ts";
import { rebaseByContext, withoutConflicts } from "#correct/text/edits.ts";
import { writeIterater } from "#formats/text/iterater.ts";
import type { RevisedDocument, RevisedEdit } from "#formats/text/revised.ts";
import { type TrackedEdit, writeTrackedHtml } from "#formats/text/tracked-html.ts";
import { unifiedDiff } from "#formats/text/unified-diff.ts";
import {
  type DocumentState,
  isApplied,
  type SessionEdit,
  standingText,
} from "#systems/r3/session-state.ts";
import { decisionsOf, textOfVersion } from "#systems/r3/session-view.ts";

export const EXPORT_FORMATS = ["text", "markdown", "html", "diff", "iterater", "jsonl"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

interface Writer {
  readonly ending: string;
  readonly mediaType: string;
  write(state: DocumentState, name: string): string;
}

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  text: { ending: "txt", mediaType: "text/plain; charset=utf-8", write: ({ text }) => text },
  markdown: { ending: "md", mediaType: "text/markdown; charset=utf-8", write: ({ text }) => text },
  html: { ending: "html", mediaType: "text/html; charset=utf-8", write: tracked },
  diff: {
    ending: "diff",
    mediaType: "text/x-diff; charset=utf-8",
    write: (state, name) => unifiedDiff(textOfVersion(state, 0), state.text, name),
  },
  iterater: {
    ending: "jsonl",
    mediaType: "application/jsonl",
    write: (state, name) => writeIterater(passesOf(state, name)),
  },
  jsonl: { ending: "decisions.jsonl", mediaType: "application/jsonl", write: decisionLines },
};

export interface DocumentFile {
  readonly name: string;
  readonly mediaType: string;
  readonly text: string;
}

export function exportDocument(
  id: ItemId,
  state: DocumentState,
  format: ExportFormat,
): DocumentFile {
  const { ending, mediaType, write } = WRITERS[format];
  const ofId = format === "iterater" || format === "jsonl";
  const text = write(state, ofId ? id : state.title);
  return { name: `${fileStem(state.title)}.${ending}`, mediaType, text };
}

/** A title as a file name every system takes. */
const fileStem = (title: string): string =>
  title
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .slice(0, 60)
    .replace(/^-+|-+$/g, "") || "document";

/** The page with every accepted change that stands and every suggestion that is open marked. */
function tracked(state: DocumentState): string {
  const pieces: string[] = [];
  const edits: TrackedEdit[] = [];
  let copied = 0;
  let length = 0;
  for (const edit of marked(state)) {
    const { start, end } = edit.place;
    const { intent, source } = edit.proposed;
    const before = edit.proposed.edit.before;
    pieces.push(state.text.slice(copied, start), before);
    length += start - copied;
    copied = end;
    edits.push({
      edit: {
        start: length,
        end: length + before.length,
        before,
        after: edit.wording ?? edit.proposed.edit.after,
      },
      intent,
      source,
      decision: isApplied(edit) ? "accepted" : "open",
    });
    length += before.length;
  }
  pieces.push(state.text.slice(copied));
  const { title, format } = state;
  return writeTrackedHtml({ title, format, text: pieces.join(""), edits });
}

/** What can be marked in one text: of two in each other's way, the one that was accepted. */
function marked(state: DocumentState): SessionEdit[] {
  const drawn = state.edits
    .filter((edit) => edit.lost === null && (isApplied(edit) || edit.state === "open"))
    .map((edit) => ({
      of: edit,
      edit: { ...edit.place, before: standingText(edit), after: edit.proposed.edit.before },
    }));
  const { kept } = withoutConflicts(drawn, ({ of }) => (isApplied(of) ? 1 : 0));
  return kept.map(({ of }) => of);
}

/** Each pass as one revision of the text: what was decided in it, on the text it began with. */
function passesOf(state: DocumentState, id: string): RevisedDocument[] {
  let before = textOfVersion(state, 0);
  return Array.from({ length: state.pass }, (_, index) => {
    const pass = index + 1;
    const ended = state.versions.findIndex((version) => version.endOf === pass);
    const after = ended < 0 ? state.text : textOfVersion(state, ended);
    const found = state.edits
      .filter((edit) => edit.pass === pass && edit.decided !== null)
      .flatMap((edit): RevisedEdit[] => {
        const place = placeIn(before, edit);
        if (place === null) return [];
        const { intent } = edit.proposed;
        const after = edit.wording ?? edit.proposed.edit.after;
        const said = { ...place, after };
        return [{ edit: said, intent, rawIntents: [], accepted: isApplied(edit) }];
      });
    const { kept: edits } = withoutConflicts(found, () => 1);
    const revised = { id, depth: pass, domain: null, before, after, edits, sentenceStarts: null };
    before = after;
    return revised;
  });
}

/** Where an edit is in the text its pass began with; null where the writer had typed there before. */
function placeIn(text: string, { proposed: { edit }, decided }: SessionEdit): TextEdit | null {
  if (text.startsWith(edit.before, edit.start) && hasAround(text, edit, decided)) return edit;
  if (decided === null) return null;
  const { start, around: from } = decided;
  return rebaseByContext({ ...edit, start, end: start + edit.before.length }, from, text);
}

const SIDE_CHARS = 20;

/** Whether the text around the edit's first place is the one it was decided in. */
function hasAround(text: string, edit: TextEdit, decided: SessionEdit["decided"]): boolean {
  if (decided === null) return true;
  const { start, around: from } = decided;
  const side = Math.min(SIDE_CHARS, start, edit.start);
  return text.slice(edit.start - side, edit.start) === from.slice(start - side, start);
}

/** One decision a line, as the operations of the system take them. */
function decisionLines(state: DocumentState, id: string): string {
  const rows = decisionsOf(state).map(({ correctionId, text, proposed, accepted, after }) => ({
    id: `${id}/${correctionId}`,
    text,
    ...proposed,
    accepted,
    ...(after === undefined ? {} : { after }),
  }));
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
