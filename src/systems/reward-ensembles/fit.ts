import { z } from "zod";
import { preferenceOf } from "#assess/reward/bradley-terry.ts";
import { correlationOf } from "#assess/reward/correlation.ts";
import { heldOutPairs } from "#assess/reward/held-out-pairs.ts";
import { membersJson } from "#assess/reward/model-json.ts";
import { PairRow } from "#assess/reward/pair-row.ts";
import { type PairTable, pairTable, tableSpec } from "#assess/reward/pair-table.ts";
import { BUCKETS_DEFAULT, constantColumns, featurise } from "#assess/reward/reply-features.ts";
import { HEAD_TRAINING } from "#assess/reward/reward-head.ts";
import { fitRewardModel, memberScores, rawRewards } from "#assess/reward/reward-model.ts";
import type { Ctx } from "#core/contracts.ts";
import { Interval } from "#core/measurement.ts";
import { defineOperation } from "#core/operation.ts";
import { wilson } from "#measure/proportion.ts";
import { examplePairs } from "./example.ts";
import { Model } from "./model.ts";

const PAIRS_MAX = 50_000;
/** With fewer, members differ by chance more than by what they know. */
const CLAIM_PAIRS_MIN = 200;

export const FitInput = z.strictObject({
  pairs: z.array(PairRow).min(1).max(PAIRS_MAX),
  members: z.int().min(1).max(20).default(5).describe("reward models that are combined later"),
  bootstrap: z
    .boolean()
    .default(false)
    .describe("a resample of the pairs for each member; else they differ by seed, as published"),
  epochs: z.int().min(1).max(200).default(HEAD_TRAINING.epochs).describe("passes over the pairs"),
  hidden: z.int().min(1).max(256).default(HEAD_TRAINING.hidden).describe("units of a member"),
  weightDecay: z.number().nonnegative().default(HEAD_TRAINING.weightDecay),
  heldOut: z
    .number()
    .min(0.05)
    .max(0.5)
    .default(0.2)
    .describe("share of the pairs kept apart to check on, whole prompts at a time"),
  buckets: z
    .int()
    .min(16)
    .max(4096)
    .default(BUCKETS_DEFAULT)
    .describe("columns the words of texts are hashed into"),
  seed: z.int().nonnegative().default(1),
});
export type FitInput = z.infer<typeof FitInput>;

const Share = z.strictObject({ value: z.number(), interval: Interval, n: z.int() });

/** What the members say of one comparison, as a line of the output file. */
export const JudgedPair = z.strictObject({
  id: z.string(),
  /** Mean over members of the chosen reply's lead, in standard deviations of the rewards. */
  lead: z.number(),
  /** Share of the members that prefer the other reply. */
  dissent: z.number().min(0).max(1),
  heldOut: z.boolean(),
});

export const FitOutput = z.strictObject({
  model: Model,
  rows: z.array(JudgedPair),
  report: z.strictObject({
    pairs: z.strictObject({
      given: z.int(),
      used: z.int(),
      ties: z.int(),
      equal: z.int(),
      duplicates: z.int(),
      contradicting: z.int(),
    }),
    trainedOn: z.int(),
    /** Held-out pairs that the mean of the members puts in the right order. */
    accuracy: Share,
    memberAccuracy: z.array(z.number()),
    /** Mean predicted chance of the choices made, less how often they were predicted: 0 is calibrated. */
    overconfidence: z.number(),
    /** Mean correlation of two members over all replies; null with one member. */
    correlation: z.number().nullable(),
    /** Whether there are enough pairs to say anything about the members' disagreement. */
    ensembleClaim: z.boolean(),
  }),
  warnings: z.array(z.string()),
});
export type FitOutput = z.infer<typeof FitOutput>;

async function run(input: FitInput, ctx: Ctx): Promise<FitOutput> {
  const table = pairTable(input.pairs);
  const spec = tableSpec(table, input.buckets);
  const features = featurise(table.replies, spec);
  const warnings = [...table.warnings, ...constantColumns(features, spec)];
  const rng = ctx.rng.split(input.seed);
  const held = heldOutPairs(table, input.heldOut, rng.split("held-out"));
  const training = Uint32Array.from(table.ids.keys()).filter((pair) => !held.has(pair));
  ctx.progress({ done: 0, total: 2, label: "fitting reward models" });
  const model = fitRewardModel(
    { features, chosen: training.map((p) => 2 * p), rejected: training.map((p) => 2 * p + 1) },
    { ...HEAD_TRAINING, ...input },
    { rng: rng.split("members"), reference: features, signal: ctx.signal },
  );
  ctx.progress({ done: 1, total: 2, label: "checking" });
  const scores = memberScores(model, features);
  const rows = judgedPairs(table, held, scores);
  const judged = rows.filter(({ heldOut }) => heldOut);
  const right = judged.filter(({ lead }) => lead > 0).length;
  const few = table.counts.used < CLAIM_PAIRS_MIN;
  if (few)
    warnings.push(
      `${table.counts.used} comparisons are fewer than ${CLAIM_PAIRS_MIN}: the spread of the members says little, and accuracy is known only within its interval.`,
    );
  if (input.members === 1)
    warnings.push("One member: mean and worst case are its own score, and there is no spread.");
  return {
    model: { system: "reward-ensembles", features: spec, ...membersJson(model) },
    rows,
    report: {
      pairs: table.counts,
      trainedOn: training.length,
      accuracy: {
        value: right / judged.length,
        interval: wilson(right, judged.length),
        n: judged.length,
      },
      memberAccuracy: scores.map((member) => memberAccuracy(member, held)),
      overconfidence: overconfidence(rawRewards(model, features), held),
      correlation: correlationOf(scores),
      ensembleClaim: !few && input.members > 1,
    },
    warnings,
  };
}

function judgedPairs(
  { ids }: PairTable,
  held: ReadonlySet<number>,
  scores: readonly Float64Array[],
): z.infer<typeof JudgedPair>[] {
  return ids.map((id, pair) => {
    const leads = scores.map(
      (member) => (member[2 * pair] as number) - (member[2 * pair + 1] as number),
    );
    return {
      id,
      lead: leads.reduce((sum, lead) => sum + lead, 0) / Math.max(1, leads.length),
      dissent: leads.filter((lead) => lead <= 0).length / Math.max(1, leads.length),
      heldOut: held.has(pair),
    };
  });
}

const memberAccuracy = (scores: Float64Array, held: ReadonlySet<number>): number =>
  [...held].filter((p) => (scores[2 * p] as number) > (scores[2 * p + 1] as number)).length /
  held.size;

/**
 * A member that prefers one reply with chance p is right with chance max(p, 1 − p) if it is
 * calibrated: how far the mean of that lies above how often it is right.
 */
function overconfidence(raw: readonly Float64Array[], held: ReadonlySet<number>): number {
  let sum = 0;
  for (const rewards of raw)
    for (const pair of held) {
      const p = preferenceOf((rewards[2 * pair] as number) - (rewards[2 * pair + 1] as number));
      sum += Math.max(p, 1 - p) - (p > 0.5 ? 1 : 0);
    }
  return sum / (raw.length * held.size);
}

export const fit = defineOperation({
  id: "reward-ensembles.fit",
  summary: "Several reward models from people's comparisons, with how far they can be trusted",
  input: FitInput,
  output: FitOutput,
  rows: { key: "pairs", row: PairRow, outKey: "rows" },
  example: { pairs: [...examplePairs] },
  run,
});
