import { z } from "zod";
import { assert } from "#core/assert.ts";
import { Problem, quoted } from "#core/errors.ts";
import { err, ok } from "#core/result.ts";
import type { TaskKind } from "#core/task-kind.ts";
import { TextEdit, TextSchema } from "#core/text.ts";
import { normalisedLevenshtein } from "#measure/text/levenshtein.ts";
import { applyEdits, reverseEdits } from "./edits.ts";
import { wordDiff } from "./word-diff.ts";

/** A stretch replaced by another, or a text set where none was, or taken away. Each is of the text the last one left. */
export const TextOperation = z.discriminatedUnion("kind", [
  TextEdit.extend({ kind: z.literal("edit") }),
  z.strictObject({
    kind: z.literal("set"),
    from: z.string().nullable(),
    to: z.string().nullable(),
  }),
]);
export type TextOperation = z.infer<typeof TextOperation>;

/** Characters of a text up to which its distance is exact: some hundredths of a second at the most. */
const EXACT_CHARS_MAX = 20_000;

/** At most the distance: exact for two short texts; of a long one, whole. */
const stretchDistance = ({ before, after }: TextEdit): number => {
  const longer = Math.max(before.length, after.length);
  return longer <= EXACT_CHARS_MAX ? normalisedLevenshtein(before, after) * longer : longer;
};

/**
 * Normalised Levenshtein distance, in characters. Of texts longer than 20,000 characters, that of the stretches that
 * differ by words: never less than the true one, and as good as equal where the texts are revisions of one another.
 */
function textDistance(a: string, b: string): number {
  const longer = Math.max(a.length, b.length);
  if (a === b) return 0;
  if (longer <= EXACT_CHARS_MAX) return normalisedLevenshtein(a, b);
  // In a fixed order: which words a difference keeps can depend on which text comes first.
  const edits = a < b ? wordDiff(a, b) : wordDiff(b, a);
  return Math.min(1, edits.reduce((sum, edit) => sum + stretchDistance(edit), 0) / longer);
}

const wordsIn = (text: string | null): number => text?.match(/\S+/g)?.length ?? 0;

/** Words put in or taken out, whichever are more; a change of blanks or marks alone counts as one. */
const wordsEdited = (before: string | null, after: string | null): number =>
  Math.max(1, wordsIn(before), wordsIn(after));

/** A text that people revise; null where there is none. An edit is counted in words. */
export const textKind: TaskKind<string, TextOperation, TextSchema> = {
  id: "text",
  schema: TextSchema,
  output: z.string(),
  operation: TextOperation,

  /** Any text fits; half a character, which no file can hold, does not. */
  check: (output) =>
    output.isWellFormed()
      ? ok(output)
      : err(
          new Problem("bad-input", "The text holds half a character", {
            expected: "well-formed Unicode: surrogates in pairs",
            got: quoted(output),
          }),
        ),

  distance(a, b) {
    if (a === null || b === null) return a === b ? 0 : 1;
    return textDistance(a, b);
  },

  /** Last edit first, so that each finds its place in the text the others left. */
  diff(before, after) {
    if (before === null || after === null)
      return before === after ? [] : [{ kind: "set", from: before, to: after }];
    return wordDiff(before, after)
      .toReversed()
      .map((edit) => ({ kind: "edit", ...edit }));
  },

  apply(before, operations) {
    let text = before;
    for (const operation of operations)
      if (operation.kind === "set") {
        assert(operation.from === text, "a text is set in place of the one it was made for");
        text = operation.to;
      } else {
        assert(text !== null, "there is a text to edit");
        const { kind, ...edit } = operation;
        text = applyEdits(text, [edit]);
      }
    return text;
  },

  reverse: (operations) =>
    operations.toReversed().flatMap((operation): TextOperation[] => {
      if (operation.kind === "set")
        return [{ kind: "set", from: operation.to, to: operation.from }];
      const { kind, ...edit } = operation;
      return reverseEdits([edit]).map((reversed) => ({ kind, ...reversed }));
    }),

  editSize: (operations) =>
    operations.reduce(
      (sum, operation) =>
        sum +
        (operation.kind === "set"
          ? wordsEdited(operation.from, operation.to)
          : wordsEdited(operation.before, operation.after)),
      0,
    ),

  severity: (got, gold, { cost }) => cost * textKind.distance(got, gold),
};
