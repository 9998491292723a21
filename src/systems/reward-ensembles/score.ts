import { z } from "zod";
import { correlationOf } from "#assess/reward/correlation.ts";
import type { Ctx } from "#core/contracts.ts";
import { defineOperation } from "#core/operation.ts";
import { exampleCandidates } from "./example.ts";
import { CombineOptions, scoreRecords } from "./records.ts";
import { RecordRow } from "./rows.ts";

const RECORDS_MAX = 1_000_000;

export const ScoreInput = z.strictObject({
  records: z.array(RecordRow).min(1).max(RECORDS_MAX),
  ...CombineOptions,
});
export type ScoreInput = z.infer<typeof ScoreInput>;

export const ScoreOutput = z.strictObject({
  rows: z.array(
    z.strictObject({
      id: z.string(),
      score: z.number(),
      /** Population s.d. of the members: how far they are apart. */
      spread: z.number().nonnegative(),
      members: z.record(z.string(), z.number()),
    }),
  ),
  report: z.strictObject({
    members: z.array(z.string()),
    correlation: z.number().nullable(),
    /** Ids of the records the members disagree on most: what a person should look at first. */
    disagreeMost: z.array(z.string()),
  }),
  warnings: z.array(z.string()),
});
export type ScoreOutput = z.infer<typeof ScoreOutput>;

const DISAGREE_MOST = 20;

async function run({ records, ...how }: ScoreInput, ctx: Ctx): Promise<ScoreOutput> {
  ctx.signal.throwIfAborted();
  const { names, members, scores, spread, warnings } = scoreRecords(records, how);
  const byDoubt = [...spread.keys()].sort(
    (a, b) => (spread[b] as number) - (spread[a] as number) || a - b,
  );
  return {
    rows: records.map(({ id }, i) => ({
      id,
      score: scores[i] as number,
      spread: spread[i] as number,
      members: Object.fromEntries(
        names.map((name, m) => [name, members[m]?.[i] ?? Number.NaN] as const),
      ),
    })),
    report: {
      members: [...names],
      correlation: correlationOf(members),
      disagreeMost:
        members.length === 1
          ? []
          : byDoubt.slice(0, DISAGREE_MOST).map((i) => records[i]?.id ?? ""),
    },
    warnings: [...warnings],
  };
}

export const score = defineOperation({
  id: "reward-ensembles.score",
  summary: "One cautious score a reply from several rewards, with how far they are apart",
  input: ScoreInput,
  output: ScoreOutput,
  rows: { key: "records", row: RecordRow, outKey: "rows" },
  example: {
    records: exampleCandidates.slice(0, 6).map(({ id, rewards }) => ({ id, rewards })),
  },
  run,
});
