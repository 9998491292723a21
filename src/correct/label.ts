import { z } from "zod";
import { assert } from "#core/assert.ts";
import { Problem, quoted } from "#core/errors.ts";
import { LabelSchema } from "#core/project.ts";
import { err, ok } from "#core/result.ts";
import type { TaskKind } from "#core/task-kind.ts";

/** The one edit there is: a label set where another, or none, was. */
export const LabelOperation = z.strictObject({
  kind: z.literal("set"),
  from: z.string().nullable(),
  to: z.string().nullable(),
});
export type LabelOperation = z.infer<typeof LabelOperation>;

/** One of a fixed set of classes; null is an abstention. An edit is counted in labels changed. */
export const labelKind: TaskKind<string, LabelOperation, LabelSchema> = {
  id: "label",
  schema: LabelSchema,
  output: z.string().min(1),
  operation: LabelOperation,

  check: (output, { classes }) =>
    classes.includes(output)
      ? ok(output)
      : err(
          new Problem("bad-input", "The label is not in the project's set", {
            expected: `one of ${classes.map((label) => `"${label}"`).join(", ")}`,
            got: quoted(output),
            hint: "Correct the label, or add it to the project's classes.",
          }),
        ),

  distance: (a, b) => (a === b ? 0 : 1),

  diff: (before, after) => (before === after ? [] : [{ kind: "set", from: before, to: after }]),

  apply(before, operations) {
    let label = before;
    for (const { from, to } of operations) {
      assert(from === label, `a label edit made to ${quoted(from)} meets ${quoted(label)}`);
      label = to;
    }
    return label;
  },

  reverse: (operations) =>
    operations.toReversed().map(({ from, to }) => ({ kind: "set", from: to, to: from })),

  editSize: (operations) => operations.length,

  /**
   * An abstention that goes out leaves the item without its label: it costs what a wrong label
   * costs.
   */
  severity: (got, gold, schema) => (got === gold ? 0 : (schema.severity[gold] ?? 1)),
};
