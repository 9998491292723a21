import { assert } from "#core/assert.ts";
import { manualClock } from "#core/clock.ts";
import type { Assessor, Case, Corrector, Ctx, Proposer } from "#core/contracts.ts";
import { ActorId } from "#core/ids.ts";
import type { Item } from "#core/item.ts";
import type { Lesson } from "#core/lesson.ts";
import { ProjectConfig, type ReviewOrder } from "#core/project.ts";
import type { Proposal } from "#core/proposal.ts";
import { labelKind } from "#correct/label.ts";
import { simulatedCorrector } from "#correct/simulated.ts";
import { runLoop } from "#loop/driver.ts";
import { errorMetric } from "#measure/metrics.ts";
import { project } from "./project.ts";
import type { Judgement } from "./study-arms.ts";
import { CLASSES, type MailWorld } from "./study-world.ts";

const REVIEWER = { id: ActorId.parse("simulated"), kind: "simulated" } as const;

/** Shares of the test mails a person reviews, riskiest first. */
export const REVIEW_SHARES = [0.05, 0.1, 0.2, 0.3] as const;

export interface Reviewed {
  /** [shares][test] 1 where the label that goes out is wrong. */
  readonly wrong: readonly Float64Array[];
  /** [shares] attention spent, minutes. */
  readonly minutes: readonly number[];
}

/**
 * A person with slips, fatigue and a lean towards what is shown takes the test mails by falling
 * risk. What they leave goes out as proposed.
 */
export async function review(
  world: MailWorld,
  { risk }: Pick<Judgement, "risk">,
  ctx: Ctx,
): Promise<Reviewed> {
  const { test, gold, mails, proposed } = world;
  const corrector = reviewerOf(world, (i) => CLASSES[gold[i] as number]);
  const left = Float64Array.from(test, (i) => (proposed[i] === gold[i] ? 0 : 1));
  const order = Array.from(test.keys()).sort(
    (a, b) => (risk[b] as number) - (risk[a] as number) || a - b,
  );
  const wrong: Float64Array[] = [];
  const minutes: number[] = [];
  let done = 0;
  let ms = 0;
  for (const share of REVIEW_SHARES) {
    for (const end = Math.floor(share * order.length); done < end; done++) {
      const row = order[done] as number;
      const i = test[row] as number;
      const { after, effort } = await corrector.correct(caseOf(world, i, risk[row] as number), ctx);
      ms += effort.ms;
      left[row] = after === mails[i]?.gold ? 0 : 1;
    }
    wrong.push(left.slice());
    minutes.push(ms / 60_000);
  }
  return { wrong, minutes };
}

function reviewerOf(
  world: MailWorld,
  answer: (i: number) => string | undefined,
): Corrector<string> {
  const rowOf = new Map(world.mails.map(({ id }, i) => [id, i]));
  return simulatedCorrector({
    by: REVIEWER,
    classes: [...CLASSES],
    oracle: (itemId) => {
      const row = rowOf.get(itemId);
      return row === undefined ? undefined : answer(row);
    },
    clock: manualClock(),
  });
}

function caseOf(world: MailWorld, i: number, risk: number): Case<string> {
  const { id, input } = world.mails[i] as MailWorld["mails"][0];
  const proposal = world.proposals[i] as Proposal<string>;
  const shown = Number.isFinite(risk) ? Math.min(1, Math.max(0, risk)) : null;
  return {
    item: { id, input },
    proposal,
    assessment: { proposalId: proposal.id, itemId: id, risk: shown, reasons: [], route: "ask" },
    audit: false,
    propensity: 1,
    suggestionShown: true,
  };
}

/** Share of the training mails that the loop's reviewer answers. */
const LOOP_BUDGET_SHARE = 0.1;
const REFITS = 3;

export interface LoopOutcome {
  /** On the test mails, by the lesson the loop started with and by the one in force at the end. */
  readonly before: Judgement;
  readonly after: Judgement;
  readonly corrections: number;
  /** Attention spent. */
  readonly minutes: number;
  /** Lessons the gate let through, the first not counted. */
  readonly promoted: number;
}

/**
 * The whole loop as a project runs it: review in the training mails, refit, gate on the validation
 * mails, and in the end the lesson in force on the test mails, which nothing before has seen.
 * `answers`: whether the reviewer knows what is right, or answers for another mail (the control).
 */
export async function loopOutcome(
  world: MailWorld,
  how: { readonly order: ReviewOrder; readonly answers: "right" | "shuffled" },
  ctx: Ctx,
): Promise<LoopOutcome> {
  const { mails, train, validation, gold } = world;
  const config = ProjectConfig.parse({
    name: "mail triage",
    task: { kind: "label", schema: { classes: [...CLASSES], positive: "spam" } },
  });
  const budget = Math.floor(LOOP_BUDGET_SHARE * train.length);
  const shuffled = ctx.rng.split("shuffled").permutation(mails.length);
  const answer = (i: number) =>
    CLASSES[gold[how.answers === "right" ? i : (shuffled[i] as number)] as number];
  const run = await runLoop<string>(
    {
      kind: labelKind,
      proposer: proposerOf(world),
      learner: (pool) => project.learner(pool, config),
      assessor: (lesson) => project.assessor(lesson, config),
      corrector: reviewerOf(world, answer),
      metric: errorMetric({ rng: ctx.rng.split("metric"), resamples: 99 }),
    },
    {
      pool: itemsAt(world, train),
      heldOut: itemsAt(world, validation),
      gold: new Map(Array.from(validation, (i) => [mailAt(world, i).id, mailAt(world, i).gold])),
    },
    {
      plan: {
        order: how.order,
        budget: { count: budget },
        refitEvery: Math.max(1, Math.floor(budget / REFITS)),
      },
      ctx,
    },
  );
  const { inForce } = run.state.round;
  const lesson = run.lessons.find(({ id }) => id === inForce);
  const [first] = run.lessons;
  assert(first !== undefined && lesson !== undefined, "the loop starts and ends with a lesson");
  const judgedBy = (by: Lesson) => onTest(world, project.assessor(by, config), ctx);
  return {
    before: await judgedBy(first),
    after: await judgedBy(lesson),
    corrections: run.corrections.length,
    minutes: run.humanMs / 60_000,
    promoted: run.trajectory.filter(({ promoted }) => promoted).length - 1,
  };
}

const itemsAt = (world: MailWorld, rows: Uint32Array): Item[] =>
  Array.from(rows, (i) => ({ id: mailAt(world, i).id, input: mailAt(world, i).input }));

async function onTest(world: MailWorld, assessor: Assessor<string>, ctx: Ctx): Promise<Judgement> {
  const proposals = Array.from(world.test, (i) => world.proposals[i] as Proposal<string>);
  const assessments = await assessor.assess(proposals, itemsAt(world, world.test), ctx);
  const labels: readonly string[] = CLASSES;
  return {
    risk: Float64Array.from(assessments, ({ risk }) => risk ?? Number.NaN),
    labels: Int16Array.from(assessments, ({ suggestion }) =>
      labels.indexOf(suggestion?.output ?? ""),
    ),
  };
}

const mailAt = (world: MailWorld, i: number): MailWorld["mails"][0] =>
  world.mails[i] as MailWorld["mails"][0];

/** The scripted proposer's answers, with the votes of the rules. */
function proposerOf(world: MailWorld): Proposer<string> {
  const byItem = new Map(world.proposals.map((proposal) => [proposal.itemId, proposal]));
  return {
    async *propose(items) {
      for (const { id } of items) {
        const proposal = byItem.get(id);
        if (proposal !== undefined) yield proposal;
      }
    },
  };
}
