import fc from "fast-check";
import { INTENTS, type TextEdit } from "#core/text.ts";

const PIECES = [
  "the ",
  "cat",
  " & ",
  "<b>",
  "</pre>",
  '"',
  "&amp;",
  "<script>alert(1)</script>",
  "<del>",
  "😀",
  "𝒜",
  "e\u0301",
  "שלום",
  "\n",
  "\r\n",
  "\r",
  "\0",
  "\u00a0",
  "\\ No newline",
] as const;

export const texts = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 20 })
  .map((pieces) => pieces.join(""));

/** Edits in order and apart, none inside a surrogate pair, of a text made of characters. */
export const edited = fc
  .array(
    fc.record({
      kept: fc.constantFrom("a ", ...PIECES),
      before: fc.constantFrom("", ...PIECES),
      after: fc.constantFrom("", ...PIECES),
    }),
    { maxLength: 8 },
  )
  .map((parts) => {
    let text = "";
    const edits: TextEdit[] = [];
    for (const { kept, before, after } of parts) {
      text += kept;
      const start = text.length;
      text += before;
      if (before !== after) edits.push({ start, end: text.length, before, after });
    }
    return { text, edits };
  });

export const intents = fc.option(fc.constantFrom(...INTENTS), { nil: null });
