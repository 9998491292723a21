import { z } from "zod";
import { defineOperation } from "#core/operation.ts";
import { Intent } from "#core/text.ts";
import { acceptProbability, editFeatures } from "#learn/acceptance-model.ts";
import { rejectionKey } from "#learn/rejection-memory.ts";
import { exampleDecisions } from "./example.ts";
import { emptyFilter, learnFilter } from "./filter.ts";
import { DecisionRow, FilterJson, filterFromJson, filterToJson } from "./rows.ts";
import { HIDE_BELOW } from "./session-pass.ts";

const DECISIONS_MAX = 1_000_000;

export const FilterInput = z.strictObject({
  decisions: z.array(DecisionRow).min(1).max(DECISIONS_MAX).describe("oldest first"),
  from: FilterJson.optional().describe("a filter to go on learning from; an empty one when absent"),
  hideBelow: z
    .number()
    .min(0)
    .max(1)
    .default(HIDE_BELOW)
    .describe("an edit less likely to be accepted would be hidden"),
});
export type FilterInput = z.infer<typeof FilterInput>;

const JudgedRow = z.strictObject({
  id: z.string(),
  /** Probability of acceptance before this decision was learned; null for the first. */
  acceptance: z.number().nullable(),
  /** Whether the filter as it was then would have hidden the edit. */
  hidden: z.boolean(),
  accepted: z.boolean(),
});

export const FilterOutput = z.strictObject({
  filter: FilterJson,
  /** Every decision, judged by what was learned of the earlier ones alone. */
  rows: z.array(JudgedRow),
  /** Strongest first. */
  weights: z.array(z.strictObject({ feature: z.string(), weight: z.number() })),
  /** Edits turned down more often than taken, most often first. */
  habits: z.array(
    z.strictObject({
      key: z.string(),
      before: z.string(),
      after: z.string(),
      intent: Intent,
      rejected: z.int(),
      accepted: z.int(),
    }),
  ),
  report: z.strictObject({
    decisions: z.int(),
    accepted: z.int(),
    /** Decisions the filter would have saved, and the accepted ones it would have lost with them. */
    hidden: z.int(),
    hiddenAccepted: z.int(),
  }),
});
type FilterOutput = z.infer<typeof FilterOutput>;

type Judged = z.infer<typeof JudgedRow>;

async function run({ decisions, from, hideBelow }: FilterInput): Promise<FilterOutput> {
  let filter = from === undefined ? emptyFilter : filterFromJson(from);
  const rows = decisions.map(({ id, text, accepted, ...proposed }, i): Judged => {
    const acceptance = acceptProbability(filter.acceptance, editFeatures(text, proposed));
    filter = learnFilter(filter, [{ text, proposed, accepted }]);
    return {
      id: id ?? `decision-${i + 1}`,
      acceptance,
      hidden: acceptance !== null && acceptance < hideBelow,
      accepted,
    };
  });
  const hidden = rows.filter((row) => row.hidden);
  return {
    filter: filterToJson(filter),
    rows,
    weights: Object.entries(filter.acceptance.weights)
      .map(([feature, weight]) => ({ feature, weight }))
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)),
    habits: habitsOf(decisions),
    report: {
      decisions: rows.length,
      accepted: rows.filter(({ accepted }) => accepted).length,
      hidden: hidden.length,
      hiddenAccepted: hidden.filter(({ accepted }) => accepted).length,
    },
  };
}

function habitsOf(decisions: readonly DecisionRow[]): FilterOutput["habits"] {
  const habits = new Map<string, FilterOutput["habits"][number]>();
  for (const { text, edit, intent, accepted } of decisions) {
    const key = rejectionKey(text, { edit, intent }, "wide");
    const { before, after } = edit;
    const habit = habits.get(key) ?? { key, before, after, intent, rejected: 0, accepted: 0 };
    const counted = accepted ? { accepted: habit.accepted + 1 } : { rejected: habit.rejected + 1 };
    habits.set(key, { ...habit, ...counted });
  }
  return [...habits.values()]
    .filter(({ rejected, accepted }) => rejected > accepted)
    .sort((a, b) => b.rejected - a.rejected || a.accepted - b.accepted);
}

export const filter = defineOperation({
  id: "r3.filter",
  summary: "A filter learned from a writer's decisions, and what it would have hidden",
  input: FilterInput,
  output: FilterOutput,
  rows: { key: "decisions", row: DecisionRow, outKey: "rows" },
  example: { decisions: [...exampleDecisions] },
  run,
});
