import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { Interval } from "#core/measurement.ts";
import { defineOperation } from "#core/operation.ts";
import { wilson } from "#measure/proportion.ts";

const OUTCOMES_MAX = 1_000_000;

/** One evaluation roll-out of a policy that nobody helped. */
const OutcomeRow = z.strictObject({
  id: z.string().min(1).optional(),
  /** The policy that acted. Caps are compared within one policy only. */
  policyId: z.string().min(1),
  /** A person's steps that the policy was learned from. */
  humanSteps: z.int().nonnegative(),
  success: z.boolean(),
  /** Times it backed out of a failure and tried again. */
  recoveries: z.int().nonnegative(),
});
export type OutcomeRow = z.infer<typeof OutcomeRow>;

export const CurveInput = z.strictObject({
  outcomes: z.array(OutcomeRow).min(1).max(OUTCOMES_MAX),
  caps: z
    .array(z.int().positive())
    .min(1)
    .default([1, 2, 3, 4, 6, 8])
    .describe("an episode that reaches so many recoveries counts as ended there"),
});
export type CurveInput = z.infer<typeof CurveInput>;

const Rate = z.strictObject({ value: z.number(), interval: Interval, n: z.int() });

export const CurveOutput = z.strictObject({
  rows: z.array(
    z.strictObject({
      policyId: z.string(),
      humanSteps: z.int(),
      success: Rate,
      meanRecoveries: z.number(),
      /** Success of this policy if it may try only so often. */
      byCap: z.array(z.strictObject({ cap: z.int(), success: Rate })),
    }),
  ),
  warnings: z.array(z.string()),
});
export type CurveOutput = z.infer<typeof CurveOutput>;

const rate = (successes: number, n: number) => ({
  value: successes / n,
  interval: wilson(successes, n),
  n,
});

/**
 * Success against a person's steps, policy by policy, and against the recoveries a policy is allowed.
 * Nothing in a roll-out depends on how often it will later be let try, so that ending it at the n-th
 * recovery is reading it up to there.
 */
async function run({ outcomes, caps }: CurveInput, ctx: Ctx): Promise<CurveOutput> {
  ctx.signal.throwIfAborted();
  const policies = new Map<string, OutcomeRow[]>();
  for (const outcome of outcomes) {
    const list = policies.get(outcome.policyId);
    if (list === undefined) policies.set(outcome.policyId, [outcome]);
    else list.push(outcome);
  }
  const warnings: string[] = [];
  const rows = [...policies].map(([policyId, of]) => {
    const n = of.length;
    const steps = of.map(({ humanSteps }) => humanSteps);
    if (new Set(steps).size > 1)
      warnings.push(`Rows of "${policyId}" state different human steps; the most is used.`);
    const succeeded = of.filter(({ success }) => success);
    return {
      policyId,
      humanSteps: steps.reduce((a, b) => Math.max(a, b), 0),
      success: rate(succeeded.length, n),
      meanRecoveries: of.reduce((sum, { recoveries }) => sum + recoveries, 0) / n,
      byCap: caps
        .toSorted((a, b) => a - b)
        .map((cap) => ({
          cap,
          success: rate(succeeded.filter(({ recoveries }) => recoveries < cap).length, n),
        })),
    };
  });
  return { rows: rows.sort((a, b) => a.humanSteps - b.humanSteps), warnings };
}

export const curve = defineOperation({
  id: "rac.curve",
  summary: "Success against a person's steps, and against the recoveries a policy is allowed",
  input: CurveInput,
  output: CurveOutput,
  rows: { key: "outcomes", row: OutcomeRow, outKey: "rows" },
  example: {
    outcomes: [
      { policyId: "demonstrations", humanSteps: 900, success: false, recoveries: 0 },
      { policyId: "demonstrations", humanSteps: 900, success: true, recoveries: 0 },
      { policyId: "after-round-1", humanSteps: 1150, success: true, recoveries: 2 },
      { policyId: "after-round-1", humanSteps: 1150, success: true, recoveries: 0 },
    ],
  },
  run,
});
