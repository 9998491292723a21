import { z } from "zod";
import {
  AGGREGATES,
  type Aggregate,
  checkScales,
  combine,
  standardised,
  standardsOf,
} from "#assess/reward/ensemble.ts";
import { membersFrom } from "#assess/reward/model-json.ts";
import { featurise, oddColumn, type Reply } from "#assess/reward/reply-features.ts";
import { memberScores } from "#assess/reward/reward-model.ts";
import { Problem, quoted } from "#core/errors.ts";
import { Model } from "./model.ts";
import type { RecordRow } from "./rows.ts";

/** Options of every operation that combines rewards. */
export const CombineOptions = {
  model: Model.optional().describe("what `fit` gave back as `model`; absent: rows bring rewards"),
  aggregate: z
    .enum(AGGREGATES)
    .default("wco")
    .describe("mean of the members, the worst of them, or the mean less λ times their variance"),
  lambda: z.number().default(0.5).describe("λ of uwo: what doubt costs; 0 or more"),
  standardise: z
    .enum(["records", "none"])
    .default("records")
    .describe(
      "bring rewards of your own to one scale over all rows; a fitted model brings its own",
    ),
};

export const aggregateOf = (how: {
  readonly aggregate: (typeof AGGREGATES)[number];
  readonly lambda: number;
}): Aggregate =>
  how.aggregate === "uwo" ? { kind: "uwo", lambda: how.lambda } : { kind: how.aggregate };

/** Records by every member, on one scale. */
export interface Scored {
  readonly names: readonly string[];
  /** [members][records] */
  readonly members: readonly Float64Array[];
  /** [records] combined, and the members' s.d. about their mean. */
  readonly scores: Float64Array;
  readonly spread: Float64Array;
  readonly warnings: readonly string[];
}

interface Combining {
  readonly model?: Model | undefined;
  readonly aggregate: (typeof AGGREGATES)[number];
  readonly lambda: number;
  readonly standardise: "records" | "none";
}

export function scoreRecords(records: readonly RecordRow[], how: Combining): Scored {
  const read =
    how.model === undefined ? ownRewards(records, how) : fittedRewards(records, how.model);
  const { scores, spread } = combine(read.members, aggregateOf(how));
  const one =
    read.members.length === 1
      ? ["One member: mean and worst case are its own score, and there is no spread."]
      : [];
  return { ...read, scores, spread, warnings: [...read.warnings, ...one] };
}

type Members = Pick<Scored, "names" | "members" | "warnings">;

function fittedRewards(records: readonly RecordRow[], model: Model): Members {
  const replies = records.map(({ reply, prompt, id }, i): Reply => {
    if (reply !== undefined) return { side: reply, prompt: prompt ?? "", row: i + 1 };
    throw new Problem("bad-input", "A fitted model reads replies, and a row has none", {
      expected: '"reply" in every row',
      got: `rewards on ${quoted(id)}`,
      at: { row: i + 1, field: "reply" },
    });
  });
  const fitted = membersFrom(model);
  const members = memberScores(fitted, featurise(replies, model.features));
  if (members.length === 0)
    throw new Problem("bad-input", "Every member of the model is constant", {
      expected: "a model that tells replies apart",
      got: `${fitted.members.length} constant members`,
    });
  const left = fitted.members.length - members.length;
  return {
    names: members.map((_, m) => `member-${m + 1}`),
    members,
    warnings: left === 0 ? [] : [`${left} members say the same of everything; they were left out.`],
  };
}

function ownRewards(records: readonly RecordRow[], { standardise, aggregate }: Combining): Members {
  const names = Object.keys(records[0]?.rewards ?? {}).sort();
  const columns = names.map((name) => ({ name, scores: new Float64Array(records.length) }));
  records.forEach(({ id, rewards }, i) => {
    if (rewards === undefined)
      throw new Problem("bad-input", "A row has a reply, and no model was given to read it", {
        expected: '"rewards" in every row, or the model that `fit` gave back',
        got: `a reply on ${quoted(id)}`,
        at: { row: i + 1, field: "rewards" },
      });
    const odd = oddColumn(names, rewards);
    if (odd !== undefined)
      throw new Problem("bad-input", "Rows have rewards of different models", {
        expected: `rewards of ${names.map(quoted).join(", ")}`,
        got: Object.keys(rewards).sort().map(quoted).join(", "),
        at: { row: i + 1, field: odd },
      });
    for (const { name, scores } of columns) scores[i] = rewards[name] as number;
  });
  if (standardise === "none") {
    const members = columns.map(({ scores }) => scores);
    if (aggregate !== "mean") checkScales(members);
    return { names, members, warnings: [] };
  }
  const { kept, constant } = standardsOf(columns);
  const members = kept.map(({ name, standard }) => {
    const column = columns.find((one) => one.name === name);
    return standardised(column?.scores ?? new Float64Array(), standard);
  });
  return {
    names: kept.map(({ name }) => name),
    members,
    warnings: constant.map(
      (name) => `${quoted(name)} gives every row the same reward; it was left out.`,
    ),
  };
}
