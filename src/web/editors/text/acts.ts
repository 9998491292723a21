/** What a writer does to a document, as it waits to be sent. */
import type { CorrectionId } from "#core/ids.ts";
import type { EditDecisionInput } from "#core/revision.ts";
import type { TextEdit } from "#core/text.ts";

/** An edit the writer typed, with the words around it: found by them, should the document have changed elsewhere. */
export interface TypedEdit {
  readonly edit: TextEdit;
  readonly left: string;
  readonly right: string;
}

export type DocumentCommand =
  | { readonly kind: "decide"; readonly decisions: readonly EditDecisionInput[] }
  | { readonly kind: "undo"; readonly id: CorrectionId; readonly correctionId: CorrectionId }
  | { readonly kind: "typed"; readonly edits: readonly TypedEdit[] }
  | { readonly kind: "next"; readonly pass: number; readonly leaveRest: boolean }
  | { readonly kind: "restore"; readonly to: number };

/** An act on one document. */
export interface DocumentAct {
  readonly kind: "document";
  readonly projectId: string;
  /** The document. */
  readonly itemId: string;
  /** The version it was made against, if everything made before it goes through and nobody else does anything. */
  readonly version: number;
  readonly command: DocumentCommand;
}

/** A line for a person who is to settle an act: what it was. */
export function actText({ command }: DocumentAct): string {
  switch (command.kind) {
    case "decide": {
      const [only, ...more] = command.decisions;
      return more.length === 0
        ? `${only?.decision ?? "decided"} ${only?.after ?? ""}`.trimEnd()
        : `${command.decisions.length} decisions`;
    }
    case "undo":
      return "undo";
    case "typed":
      return `typed “${command.edits.map(({ edit }) => edit.after).join(" … ")}”`;
    case "next":
      return "next pass";
    case "restore":
      return `restore version ${command.to}`;
  }
}
