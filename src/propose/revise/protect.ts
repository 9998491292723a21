import { protectedSpans } from "#correct/text/protected.ts";
import type { EditCandidate } from "./proposer.ts";

/** The candidates that touch no code, address, citation, formula, number or quoted text. Order kept. */
export function outsideProtected(
  text: string,
  candidates: readonly EditCandidate[],
): EditCandidate[] {
  if (candidates.length === 0) return [];
  // As Markdown, whatever the document is: a code span is code in plain text too.
  const spans = protectedSpans(text, "markdown");
  return candidates.filter(({ edit }) =>
    spans.every(
      ({ start, end }) =>
        edit.end <= start || edit.start >= end || (edit.start === edit.end && edit.start <= start),
    ),
  );
}
