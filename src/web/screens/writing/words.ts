/** Words and figures of the screen. */
import type { DocumentSummary, EditView } from "#core/revision.ts";
import type { TextEdit } from "#core/text.ts";
import { visible } from "#web/editors/text/said.ts";

const wordsIn = (text: string): number => text.match(/\S+/g)?.length ?? 0;

/** Size of text edits in words put in or taken out, whichever is more. */
export const wordsEdited = (operations: readonly TextEdit[]): number =>
  operations.reduce((sum, { before, after }) => sum + Math.max(wordsIn(before), wordsIn(after)), 0);

/** An edit as a line a screen reader can say. */
export function spoken({ before, after }: TextEdit): string {
  if (before === "") return `insert ${visible(after)}`;
  return after === "" ? `delete ${visible(before)}` : `${visible(before)} to ${visible(after)}`;
}

/** "Pass 2 of 3"; a pass the writer asked for beyond them says so. */
export function passText({ pass, depthMax }: Pick<DocumentSummary, "pass" | "depthMax">): string {
  if (pass === 0) return `Pass 1 of ${depthMax}`;
  return pass > depthMax ? `Pass ${pass}, asked for` : `Pass ${pass} of ${depthMax}`;
}

export const STATE_WORDS: Record<EditView["state"], string> = {
  open: "open",
  accepted: "accepted",
  rejected: "rejected",
  amended: "amended",
  hidden: "kept from you",
  dropped: "dropped",
};
