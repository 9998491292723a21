import { assert } from "#core/assert.ts";
import type { Assessment } from "#core/assessment.ts";
import type { Ctx } from "#core/contracts.ts";
import type { ItemId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Judged, Measurement } from "#core/measurement.ts";
import type { Proposal } from "#core/proposal.ts";
import type { PoolRow } from "#core/system.ts";
import type { LoopData, LoopParts } from "./parts.ts";

/** A lesson with what it scores on the held-out items. */
export interface Scored {
  readonly lesson: Lesson;
  /** [held-out] distance of the answer from what is right. */
  readonly losses: Float64Array;
  readonly measurements: readonly Measurement[];
}

/** Proposals for the held-out items. They have no turn: nothing ever happens to them. */
export async function proposeHeldOut<O>(
  { proposer }: Pick<LoopParts<O>, "proposer">,
  { heldOut }: Pick<LoopData<O>, "heldOut">,
  ctx: Ctx,
): Promise<PoolRow<O>[]> {
  const byItem = new Map<ItemId, Proposal<O>>();
  for await (const proposal of proposer.propose(heldOut, ctx))
    byItem.set(proposal.itemId, proposal);
  return heldOut.flatMap((item) => {
    const proposal = byItem.get(item.id);
    return proposal === undefined ? [] : [{ item, proposal }];
  });
}

export async function assessRows<O>(
  { assessor }: Pick<LoopParts<O>, "assessor">,
  { lesson, rows }: { readonly lesson: Lesson; readonly rows: readonly PoolRow<O>[] },
  ctx: Ctx,
): Promise<Assessment<O>[]> {
  const assessments = await assessor(lesson).assess(
    rows.map(({ proposal }) => proposal),
    rows.map(({ item }) => item),
    ctx,
  );
  assert(assessments.length === rows.length, "an assessor answers each proposal");
  return assessments;
}

/** What a lesson scores on the held-out items. */
export async function scoreLesson<O>(
  parts: LoopParts<O>,
  {
    data,
    lesson,
    rows,
  }: {
    readonly data: LoopData<O>;
    readonly lesson: Lesson;
    readonly rows: readonly PoolRow<O>[];
  },
  ctx: Ctx,
): Promise<Scored> {
  const assessments = await assessRows(parts, { lesson, rows }, ctx);
  const judged = rows.map(({ item, proposal }, index): Judged<O> => {
    const assessment = assessments[index] as Assessment<O>;
    const gold = data.gold.get(item.id);
    assert(gold !== undefined, "every held-out item has its right answer");
    return {
      itemId: item.id,
      output: answerOf(parts, proposal, assessment),
      gold,
      risk: assessment.risk ?? undefined,
      cluster: data.clusterOf?.(item.id),
    };
  });
  const losses = Float64Array.from(judged, ({ output, gold }) => parts.kind.distance(output, gold));
  return { lesson, losses, measurements: parts.metric.measure(judged) };
}

const answerOf = <O>(
  { answer }: LoopParts<O>,
  proposal: Proposal<O>,
  assessment: Assessment<O>,
): O | null =>
  answer === undefined
    ? (assessment.suggestion?.output ?? proposal.output)
    : answer(proposal, assessment);
