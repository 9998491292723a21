import { z } from "zod";
import { type Aggregate, combine } from "#assess/reward/ensemble.ts";
import type { Ctx } from "#core/contracts.ts";
import { Problem, quoted } from "#core/errors.ts";
import { Interval } from "#core/measurement.ts";
import { defineOperation } from "#core/operation.ts";
import type { Rng } from "#core/rng.ts";
import { bestOfN, bestOfNKl, tiedShare } from "#measure/best-of-n.ts";
import { bootstrap, meanOf } from "#measure/bootstrap.ts";
import { exampleCandidates } from "./example.ts";
import { type Point, type Recommendation, recommend } from "./recommend.ts";
import { aggregateOf, CombineOptions, scoreRecords } from "./records.ts";
import { CandidateRow } from "./rows.ts";

const CANDIDATES_MAX = 1_000_000;

export const BestOfInput = z.strictObject({
  candidates: z.array(CandidateRow).min(1).max(CANDIDATES_MAX),
  ns: z
    .array(z.int().positive())
    .min(1)
    .optional()
    .describe("how many to choose from; doublings up to the fewest candidates when absent"),
  ...CombineOptions,
  seed: z.int().nonnegative().default(1).describe("of the intervals"),
});
export type BestOfInput = z.infer<typeof BestOfInput>;

const Estimate = z.strictObject({ value: z.number(), interval: Interval });

export const BestOfOutput = z.strictObject({
  curve: z.array(
    z.strictObject({
      n: z.int(),
      /** From the policy the candidates come from, nats. */
      kl: z.number(),
      /** The combined score of the one chosen by it: rises with n by itself. */
      score: z.number(),
      /** What a member that had no say in the choice gives it; null with one member. */
      unseen: Estimate.nullable(),
      /** Your own marks of the one chosen; null where prompts are not fully marked. */
      gold: Estimate.nullable(),
    }),
  ),
  recommended: z.strictObject({
    n: z.int().nullable(),
    by: z.enum(["gold", "members", "none"]),
    reason: z.string(),
  }),
  report: z.strictObject({
    prompts: z.int(),
    candidates: z.int(),
    /** Prompts whose candidates are all marked. */
    marked: z.int(),
    /** Candidates whose score equals that of another of their prompt. */
    tied: z.number(),
    members: z.array(z.string()),
  }),
  warnings: z.array(z.string()),
});
export type BestOfOutput = z.infer<typeof BestOfOutput>;

/** Rows of each prompt, in the order the prompts come. */
function rowsByPrompt(candidates: readonly CandidateRow[]): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  candidates.forEach(({ promptId }, i) => {
    const list = rows.get(promptId);
    if (list === undefined) rows.set(promptId, [i]);
    else list.push(i);
  });
  return rows;
}

/** Doublings up to the fewest candidates a prompt has, or the numbers asked for. */
function numbersOf(asked: readonly number[] | undefined, rows: Map<string, number[]>): number[] {
  const [prompt, fewest] = [...rows]
    .map(([id, list]) => [id, list.length] as const)
    .reduce((a, b) => (b[1] < a[1] ? b : a));
  if (asked === undefined) {
    const ns: number[] = [];
    for (let n = 1; n <= fewest; n *= 2) ns.push(n);
    return ns;
  }
  const ns = [...new Set(asked)].sort((a, b) => a - b);
  if ((ns.at(-1) ?? 0) > fewest)
    throw new Problem("bad-input", "There is a prompt with fewer candidates than n", {
      expected: `n up to ${fewest}: without replacement, more cannot be drawn`,
      got: `${ns.at(-1)} for prompt ${quoted(prompt)} of ${fewest} candidates`,
      at: { field: "ns" },
    });
  return ns;
}

const pick = (values: Float64Array, rows: readonly number[]) =>
  Float64Array.from(rows, (row) => values[row] as number);

/** [prompts][ns] */
type Curves = Float64Array[];

/** Curves of a member's own view of what the others choose, averaged over the members. */
function unseenCurves(
  members: readonly Float64Array[],
  aggregate: Aggregate,
  { prompts, ns }: { readonly prompts: readonly number[][]; readonly ns: readonly number[] },
): Curves | null {
  if (members.length < 2) return null;
  // One member left has no variance to take off.
  const how: Aggregate = members.length === 2 ? { kind: "mean" } : aggregate;
  const sums = prompts.map(() => new Float64Array(ns.length));
  members.forEach((own, left) => {
    const others = combine(
      members.filter((_, m) => m !== left),
      how,
    ).scores;
    prompts.forEach((rows, p) => {
      const curve = bestOfN({ proxy: pick(others, rows), worth: pick(own, rows) }, ns);
      const sum = sums[p] as Float64Array;
      for (let j = 0; j < ns.length; j++)
        sum[j] = (sum[j] as number) + (curve[j] as number) / members.length;
    });
  });
  return sums;
}

/** Mean over prompts with a bootstrap interval over them, of each n. */
function estimates(curves: Curves | null, ns: readonly number[], rng: Rng) {
  return ns.map((_, j) => {
    if (curves === null || curves.length === 0) return null;
    const values = Float64Array.from(curves, (curve) => curve[j] as number);
    const { value, interval } = bootstrap(meanOf(values), values.length, { rng });
    return { value, interval };
  });
}

async function run(input: BestOfInput, ctx: Ctx): Promise<BestOfOutput> {
  ctx.signal.throwIfAborted();
  const { candidates } = input;
  const byPrompt = rowsByPrompt(candidates);
  const ns = numbersOf(input.ns, byPrompt);
  const prompts = [...byPrompt.values()];
  const { names, members, scores, warnings: told } = scoreRecords(candidates, input);
  const warnings = [...told];
  const marked = prompts.filter((rows) => rows.every((i) => candidates[i]?.gold != null));
  const some = prompts.filter((rows) => rows.some((i) => candidates[i]?.gold != null)).length;
  if (some > marked.length)
    warnings.push(
      `${some - marked.length} prompts are marked in part; only prompts with a mark on every candidate can be measured on.`,
    );
  const gold = Float64Array.from(candidates, ({ gold }) => gold ?? Number.NaN);
  const curvesOf = (worth: Float64Array, of: readonly number[][]): Curves =>
    of.map((rows) => bestOfN({ proxy: pick(scores, rows), worth: pick(worth, rows) }, ns));
  const unseen = unseenCurves(members, aggregateOf(input), { prompts, ns });
  const golden = curvesOf(gold, marked);
  const rng = ctx.rng.split(input.seed);
  const own = curvesOf(scores, prompts);
  const [byUnseen, byGold] = [estimates(unseen, ns, rng), estimates(golden, ns, rng)];
  const curve = ns.map(
    (n, j): Point => ({
      n,
      kl: bestOfNKl(n),
      score: own.reduce((sum, c) => sum + (c[j] as number), 0) / own.length,
      unseen: byUnseen[j] ?? null,
      gold: byGold[j] ?? null,
    }),
  );
  const recommended: Recommendation = recommend({ ns, golden, unseen, rng });
  return {
    curve,
    recommended,
    report: {
      prompts: prompts.length,
      candidates: candidates.length,
      marked: marked.length,
      tied:
        prompts.reduce((sum, rows) => sum + rows.length * tiedShare(pick(scores, rows)), 0) /
        candidates.length,
      members: [...names],
    },
    warnings,
  };
}

export const bestOf = defineOperation({
  id: "reward-ensembles.bestOf",
  summary: "How many replies to choose from before the reward misleads, with the curve it rests on",
  input: BestOfInput,
  output: BestOfOutput,
  rows: { key: "candidates", row: CandidateRow, outKey: "curve" },
  example: { candidates: [...exampleCandidates] },
  run,
});
