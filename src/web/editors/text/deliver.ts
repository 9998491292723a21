/** Brings what a writer did to the server: once each, in order, and onto a document that has moved on where that can be. */
import type { DocumentView } from "#core/revision.ts";
import type { TextEdit } from "#core/text.ts";
import { rebaseByContext } from "#correct/text/edits.ts";
import type { DocumentAct, DocumentCommand, TypedEdit } from "./acts.ts";

/** What the server answers to an act: at least the version it made. */
export interface Answer {
  readonly version: number;
}

/** The server as one document sees it. */
export interface DocumentServer {
  read(): Promise<DocumentView>;
  /** @throws an error of its own when the server refuses. */
  post(verb: string, body: object): Promise<Answer>;
  /** Whether an error says that the document has moved on. */
  isConflict(error: unknown): boolean;
}

/** An act that cannot be done on the document as it is now. What it holds is shown to the writer. */
export class Overtaken extends Error {
  override readonly name = "Overtaken";
}

/** Where a typed edit is in a text that may have changed elsewhere; null where its place is gone or not to be told. */
export function placed({ edit, left, right }: TypedEdit, text: string): TextEdit | null {
  const from = left + edit.before + right;
  if (text.slice(edit.start - left.length, edit.end + right.length) === from) return edit;
  const start = left.length;
  return rebaseByContext({ ...edit, start, end: start + edit.before.length }, from, text);
}

/** Whether the text already says what was typed: a request whose answer was lost had gone through. */
export const says = ({ edit, left, right }: TypedEdit, text: string): boolean =>
  text.includes(left + edit.after + right);

const typed = (edits: readonly TextEdit[]) => ({ edits });

function bodyOf(command: DocumentCommand): object {
  switch (command.kind) {
    case "decide":
      return { decisions: command.decisions };
    case "undo":
      return { id: command.id, correctionId: command.correctionId };
    case "typed":
      return typed(command.edits.map(({ edit }) => edit));
    case "next":
      return { leaveRest: command.leaveRest };
    case "restore":
      return { to: command.to };
  }
}

/** The command as it can be done on the document as it is now; null where that is done already. */
function afresh(command: DocumentCommand, now: DocumentView): object | null {
  switch (command.kind) {
    case "decide": {
      const open = new Set(now.edits.filter(({ state }) => state === "open").map(({ id }) => id));
      const made = new Set(now.edits.map(({ correctionId }) => correctionId));
      const left = command.decisions.filter(({ id }) => !made.has(id));
      const decisions = left.filter(({ proposalId }) => open.has(proposalId));
      if (decisions.length > 0) return { decisions };
      if (left.length === 0) return null;
      throw new Overtaken("the text it was said of was changed or decided elsewhere");
    }
    case "undo": {
      const stands = now.edits.some(({ correctionId }) => correctionId === command.correctionId);
      return stands ? bodyOf(command) : null;
    }
    case "typed": {
      const left = command.edits.filter((edit) => !says(edit, now.text));
      const edits = left.flatMap((edit) => placed(edit, now.text) ?? []);
      if (edits.length < left.length)
        throw new Overtaken("the text around what you typed was changed elsewhere");
      return edits.length === 0 ? null : typed(edits);
    }
    case "next":
      return now.pass > command.pass || now.status === "proposing" ? null : bodyOf(command);
    case "restore":
      return bodyOf(command);
  }
}

/**
 * Sends one act. Returns the version of the document it is in.
 *
 * @param known the version the server answered last, of this page's own acts; undefined after a reload or a failure.
 * @throws Overtaken when the document was changed elsewhere and the act has no place in it any more.
 */
export async function deliver(
  { version, command }: DocumentAct,
  known: number | undefined,
  server: DocumentServer,
): Promise<number> {
  // Typed and taken back in one burst.
  if (command.kind === "typed" && command.edits.length === 0) return known ?? version;
  if (known === version) {
    try {
      return (await server.post(command.kind, { version, ...bodyOf(command) })).version;
    } catch (error) {
      if (!server.isConflict(error)) throw error;
    }
  }
  const now = await server.read();
  // Nothing has happened since the act was made: it is as good as when it was.
  const body = now.version === version ? bodyOf(command) : afresh(command, now);
  if (body === null) return now.version;
  return (await server.post(command.kind, { version: now.version, ...body })).version;
}
