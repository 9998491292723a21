/** The editor knows one line end. A document whose lines end in CR LF is translated at the door, offsets and all. */
import type { DocumentView } from "#core/revision.ts";
import type { TextEdit } from "#core/text.ts";

/**
 * Whether every line of the text ends in CR LF. Where only some do, the text is left as it is and the odd characters are
 * shown: nothing of a person's file is changed behind their back.
 */
export function endsInCrlf(text: string): boolean {
  let breaks = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    if (text[at - 1] !== "\r") return false;
    breaks++;
  }
  // A CR of its own would be taken for the first half of a line end, were an LF typed behind it.
  return breaks > 0 && !/\r(?!\n)/.test(text);
}

export const toLf = (text: string): string => text.replaceAll("\r\n", "\n");
export const toCrlf = (text: string): string => text.replaceAll("\n", "\r\n");

/** Number of line ends of `text`, which ends its lines in CR LF, that begin before an offset. */
function linesBefore(text: string): (offset: number) => number {
  const starts: number[] = [];
  for (let at = text.indexOf("\r\n"); at >= 0; at = text.indexOf("\r\n", at + 2)) starts.push(at);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** The view with LF alone: offsets are into the shorter text. */
export function viewInLf(view: DocumentView): DocumentView {
  const lines = linesBefore(view.text);
  const inLf = ({ start, end, before, after }: TextEdit): TextEdit => ({
    start: start - lines(start),
    end: end - lines(end),
    before: toLf(before),
    after: toLf(after),
  });
  return {
    ...view,
    text: toLf(view.text),
    edits: view.edits.map((edit) => ({ ...edit, edit: inLf(edit.edit) })),
  };
}

/** An edit of the text with LF alone as one of the text with CR LF. `lineAt`: lines that end before an offset. */
export const editInCrlf = (
  { start, end, before, after }: TextEdit,
  lineAt: (offset: number) => number,
): TextEdit => ({
  start: start + lineAt(start),
  end: end + lineAt(end),
  before: toCrlf(before),
  after: toCrlf(after),
});
