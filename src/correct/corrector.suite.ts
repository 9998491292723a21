import { describe, expect, test } from "vitest";
import { type ManualClock, manualClock } from "#core/clock.ts";
import type { Case, Corrector, Ctx } from "#core/contracts.ts";
import { type Correction, correctionOf } from "#core/correction.ts";
import { rngOf } from "#core/rng.ts";
import type { TaskKind } from "#core/task-kind.ts";

export interface CorrectorCase<O, Op, Schema> {
  readonly name: string;
  readonly kind: TaskKind<O, Op, Schema>;
  /** A fresh corrector that tells the time by `clock`. */
  make(clock: ManualClock): Corrector<O>;
  /** Cases it can answer; among them one without a proposal and one shown blind. */
  readonly cases: readonly Case<O>[];
}

const run = async <O, Op, Schema>(
  subject: CorrectorCase<O, Op, Schema>,
  seed: number,
): Promise<Correction<O>[]> => {
  const clock = manualClock(1_000);
  const corrector = subject.make(clock);
  const ctx: Ctx = {
    rng: rngOf(seed),
    clock,
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  const corrections: Correction<O>[] = [];
  for (const open of subject.cases) corrections.push(await corrector.correct(open, ctx));
  return corrections;
};

/** What everything that corrects keeps to. */
export function correctorSuite<O, Op, Schema>(subject: CorrectorCase<O, Op, Schema>): void {
  const { kind, cases } = subject;

  describe(`corrector ${subject.name}`, () => {
    test("the cases tried include an abstention and one shown blind", () => {
      expect(cases.some(({ proposal }) => proposal.output === null)).toBe(true);
      expect(cases.some(({ suggestionShown }) => !suggestionShown)).toBe(true);
    });

    test("every answer is a valid record of its case", async () => {
      const record = correctionOf(kind.output);
      for (const [index, correction] of (await run(subject, 1)).entries()) {
        const open = cases[index];
        expect(record.safeParse(correction).error).toBeUndefined();
        expect(correction).toMatchObject({
          itemId: open?.item.id,
          proposalId: open?.proposal.id,
          before: open?.proposal.output,
          risk: open?.assessment.risk,
          audit: open?.audit,
          propensity: open?.propensity,
          suggestionShown: open?.suggestionShown,
        });
      }
    });

    test("the operations lead from before to after, and their size is the effort's", async () => {
      for (const { before, after, operations, decision, effort } of await run(subject, 1)) {
        const parsed = operations.map((operation) => kind.operation.parse(operation));
        expect(kind.apply(before, parsed)).toEqual(after);
        expect(effort.edit).toBe(kind.editSize(parsed));
        if (decision === "confirmed") expect(after).toEqual(before);
      }
    });

    test("ids are all different and time never runs backwards", async () => {
      const corrections = await run(subject, 1);
      expect(new Set(corrections.map(({ id }) => id)).size).toBe(corrections.length);
      const times = corrections.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });

    test("the same seed gives the same bytes", async () => {
      expect(JSON.stringify(await run(subject, 2))).toBe(JSON.stringify(await run(subject, 2)));
    });

    test("the cases are not changed", async () => {
      const copy = JSON.stringify(cases);
      await run(subject, 3);
      expect(JSON.stringify(cases)).toBe(copy);
    });
  });
}
