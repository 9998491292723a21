import { z } from "zod";
import { assert } from "#core/assert.ts";
import {
  ComparisonOutput,
  ComparisonSchema,
  repliesNamed,
  type Verdict,
} from "#core/comparison.ts";
import { Problem, quoted } from "#core/errors.ts";
import { err, ok, type Result } from "#core/result.ts";
import type { TaskKind } from "#core/task-kind.ts";
import { orderDistance, ordersChanged } from "./order.ts";

/** The one edit there is: what is said of the replies, in place of what was said before. */
export const ComparisonOperation = z.strictObject({
  kind: z.literal("set"),
  from: ComparisonOutput.nullable(),
  to: ComparisonOutput.nullable(),
});
export type ComparisonOperation = z.infer<typeof ComparisonOperation>;

/** Share of a distance that reasons can make: of two that agree on the order, those who agree on why are nearer. */
const REASONS_SHARE = 0.05;

const inOrder = (values: readonly string[]): string[] => [...new Set(values)].sort();

const TURNED: Readonly<Record<Verdict, Verdict>> = {
  first: "second",
  second: "first",
  tie: "tie",
  "both-bad": "both-bad",
};

/** What is said the same way is written the same way: replies, tiers and reasons in a fixed order. */
export function canonical(output: ComparisonOutput): ComparisonOutput {
  const reasons = inOrder(output.reasons);
  if (output.kind === "ranking")
    return { ...output, tiers: output.tiers.map((tier) => [...tier].sort()), reasons };
  const { first, second, verdict } = output;
  if (first <= second) return { ...output, reasons };
  return { ...output, first: second, second: first, verdict: TURNED[verdict], reasons };
}

/** Jaccard distance of two sets of reasons: 0 for the same, 1 for nothing in common. */
function reasonsDistance(a: readonly string[], b: readonly string[]): number {
  const all = new Set([...a, ...b]);
  if (all.size === 0) return 0;
  return 1 - inOrder(a).filter((reason) => b.includes(reason)).length / all.size;
}

/** Two replies at least, each named once. */
function checkReplies(output: ComparisonOutput): Problem | undefined {
  const named = repliesNamed(output);
  const twice = named.find((id, at) => named.indexOf(id) !== at);
  if (twice !== undefined)
    return new Problem("bad-input", "A reply is compared with itself", {
      expected: "each reply named once",
      got: `${quoted(twice)} twice`,
    });
  if (named.length >= 2) return undefined;
  return new Problem("bad-input", "There is nothing to compare", {
    expected: "at least two replies",
    got: `${named.length}`,
  });
}

const tied = (output: ComparisonOutput): boolean =>
  output.kind === "pair" ? output.verdict === "tie" : output.tiers.some((tier) => tier.length > 1);

function misfitOf(output: ComparisonOutput, schema: ComparisonSchema): Problem | undefined {
  if (output.kind !== schema.form)
    return new Problem("bad-input", "The comparison is of the other form", {
      expected: `a ${schema.form}`,
      got: `a ${output.kind}`,
    });
  const replies = checkReplies(output);
  if (replies !== undefined) return replies;
  if (tied(output) && !schema.tieAllowed)
    return new Problem("bad-input", "The project allows no ties", {
      expected: "one reply above the other",
      got: quoted(output.kind === "pair" ? output.verdict : output.tiers),
    });
  const odd = output.reasons.find((reason) => !schema.reasons.includes(reason));
  if (odd === undefined) return undefined;
  return new Problem("bad-input", "The reason is not one of the project's", {
    expected: `one of ${schema.reasons.map(quoted).join(", ")}`,
    got: quoted(odd),
    hint: "Say it in words beside the comparison, or add it to the project's reasons.",
  });
}

/**
 * Which of some replies is better. Distance is that of the orders, after Kendall: the share of pairs
 * of replies put the other way round, a pair tied by one alone counting half; outputs about other
 * replies, or of the other form, have nothing in common. An edit is counted in pairs of replies.
 */
export const comparisonKind: TaskKind<ComparisonOutput, ComparisonOperation, ComparisonSchema> = {
  id: "comparison",
  schema: ComparisonSchema,
  output: ComparisonOutput,
  operation: ComparisonOperation,

  check(output, schema): Result<ComparisonOutput, Problem> {
    const misfit = misfitOf(output, schema);
    return misfit === undefined ? ok(output) : err(misfit);
  },

  distance(a, b) {
    if (a === null || b === null) return a === b ? 0 : 1;
    const order = orderDistance(a, b);
    if (order === null) return 1;
    return (1 - REASONS_SHARE) * order + REASONS_SHARE * reasonsDistance(a.reasons, b.reasons);
  },

  diff: (before, after) =>
    comparisonKind.distance(before, after) === 0 ? [] : [{ kind: "set", from: before, to: after }],

  apply(before, operations) {
    let output = before;
    for (const { from, to } of operations) {
      assert(
        comparisonKind.distance(from, output) === 0,
        "a comparison is set in place of the one it was made for",
      );
      output = to;
    }
    return output;
  },

  reverse: (operations) =>
    operations.toReversed().map(({ from, to }) => ({ kind: "set", from: to, to: from })),

  editSize: (operations) =>
    operations.reduce((sum, { from, to }) => sum + ordersChanged(from, to), 0),

  severity: (got, gold) => (got === null ? 1 : (orderDistance(got, gold) ?? 1)),
};
