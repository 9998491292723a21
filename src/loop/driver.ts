import { assert } from "#core/assert.ts";
import type { Case, Ctx, Learner } from "#core/contracts.ts";
import type { Correction } from "#core/correction.ts";
import { isProblem, Problem } from "#core/errors.ts";
import type { CorrectionId, ItemId, LessonId } from "#core/ids.ts";
import type { Item } from "#core/item.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Measurement } from "#core/measurement.ts";
import type { ReviewOrder } from "#core/project.ts";
import type { PoolRow } from "#core/system.ts";
import { type Draw, draw, mixAudits } from "#correct/audit.ts";
import { expectedCost, inOrder, type ReviewBudget, rankKeys } from "#correct/queue.ts";
import { type Matrix, takeRows } from "#num/matrix.ts";
import { automaticRefit, type GateRule, gate } from "./gate.ts";
import { assessRows, proposeHeldOut, type Scored, scoreLesson } from "./held-out.ts";
import {
  applyEvent,
  emptyLoop,
  Intake,
  type LoopEvent,
  type LoopState,
  turnOf,
} from "./loop-log.ts";
import type { LoopData, LoopParts } from "./parts.ts";
import { nextRoundCommand } from "./round.ts";
import { ATTEMPTS_MAX, nextCommand } from "./turn.ts";

export interface LoopPlan<O> {
  readonly order: ReviewOrder;
  readonly budget: ReviewBudget;
  readonly refitEvery: number;
  readonly auditShare?: number;
  readonly blindShare?: number;
  readonly rule?: GateRule;
  /** Told of every event, in order: the log, for those who keep it. */
  onEvent?(event: LoopEvent<O>): void;
}

/** Where the loop stood when a lesson was judged. */
interface TrajectoryPoint {
  readonly corrections: number;
  /** Attention spent so far, milliseconds. */
  readonly humanMs: number;
  /** The lesson judged. */
  readonly lessonId: LessonId;
  readonly promoted: boolean;
  readonly gate: string;
  /** Of the lesson in force afterwards, on the held-out items. */
  readonly measurements: readonly Measurement[];
}

export interface LoopRun<O> {
  readonly trajectory: readonly TrajectoryPoint[];
  /** Every correction that arrived, undo records included, in the order applied. */
  readonly corrections: readonly Correction<O>[];
  /** Lessons in the order learned; the trajectory says which went live. */
  readonly lessons: readonly Lesson[];
  readonly state: LoopState<O>;
  readonly humanMs: number;
}

/**
 * A loop in memory, from the first proposal to the last correction a budget allows: what studies
 * and simulations run. The same turns and rounds as behind the server, with a corrector that
 * answers at once.
 */
export const runLoop = <O>(
  parts: LoopParts<O>,
  data: LoopData<O>,
  { plan, ctx }: { readonly plan: LoopPlan<O>; readonly ctx: Ctx },
): Promise<LoopRun<O>> => new Driver(parts, data, plan, ctx).run();

const total = (losses: Float64Array) => losses.reduce((sum, loss) => sum + loss, 0);

class Driver<O> {
  private readonly parts: LoopParts<O>;
  private readonly data: LoopData<O>;
  private readonly plan: LoopPlan<O>;
  private readonly ctx: Ctx;
  private readonly state: LoopState<O>;
  private readonly items: ReadonlyMap<ItemId, Item>;
  private readonly rowOf: ReadonlyMap<ItemId, number>;
  private readonly draws: ReadonlyMap<ItemId, { readonly accepted: Draw; readonly asked: Draw }>;
  private readonly intake = new Intake<O>();
  private readonly history: Correction<O>[] = [];
  /** Asked, and this answer has not arrived. */
  private readonly underWay = new Map<ItemId, CorrectionId>();
  private readonly lessons: Lesson[] = [];
  private readonly trajectory: TrajectoryPoint[] = [];
  /** Next to review at the end. */
  private queue: ItemId[] = [];
  /** The lesson with the fewest held-out errors so far. */
  private best: Scored | undefined;
  private humanMs = 0;
  private asked = 0;

  constructor(parts: LoopParts<O>, data: LoopData<O>, plan: LoopPlan<O>, ctx: Ctx) {
    this.parts = parts;
    this.data = data;
    this.plan = plan;
    this.ctx = ctx;
    this.state = emptyLoop(plan.refitEvery);
    this.items = new Map(data.pool.map((item) => [item.id, item]));
    this.rowOf = new Map(data.pool.map(({ id }, row) => [id, row]));
    assert(this.items.size === data.pool.length, "the ids of a pool are all different");
    assert(
      !data.heldOut.some(({ id }) => this.items.has(id)),
      "held-out items are not in the pool",
    );
    const { auditShare = 0, blindShare = 0 } = plan;
    const how = { rng: ctx.rng.split("draw"), auditShare, blindShare };
    this.draws = new Map(
      data.pool.map(({ id: itemId }) => [
        itemId,
        {
          accepted: draw({ itemId, route: "accept" }, how),
          asked: draw({ itemId, route: "ask" }, how),
        },
      ]),
    );
  }

  async run(): Promise<LoopRun<O>> {
    await this.propose(this.data.pool);
    const learner = this.parts.learner(this.poolRows());
    const heldOut = await proposeHeldOut(this.parts, this.data, this.child("propose"));
    const first = await learner.learn([], undefined, this.child("learn", 0));
    let inForce = await this.score(first, heldOut);
    this.start(inForce);
    await this.reassess(inForce.lesson);

    while (this.withinBudget()) {
      const open = this.nextCase();
      if (open === undefined) break;
      this.stopIfAsked();
      const correction = await this.parts.corrector.correct(open, this.child("correct"));
      this.asked += 1;
      this.humanMs += correction.effort.ms;
      this.underWay.set(open.item.id, correction.id);
      this.arrive(this.parts.channel?.send(correction) ?? [correction]);
      inForce = await this.refitIfDue(learner, inForce, heldOut);
    }
    this.arrive(this.parts.channel?.flush() ?? []);
    await this.refitIfDue(learner, inForce, heldOut);
    return {
      trajectory: this.trajectory,
      corrections: this.history,
      lessons: this.lessons,
      state: this.state,
      humanMs: this.humanMs,
    };
  }

  private child(label: string, part?: number): Ctx {
    const rng = this.ctx.rng.split(label);
    return { ...this.ctx, rng: part === undefined ? rng : rng.split(part) };
  }

  private stopIfAsked(): void {
    if (this.ctx.signal.aborted) throw new Problem("cancelled", "The loop was cancelled");
  }

  private happen(event: LoopEvent<O>): void {
    applyEvent(this.state, event);
    this.plan.onEvent?.(event);
  }

  /** The budget ends the review before the next item, so the last one may run over it in time. */
  private withinBudget(): boolean {
    const { minutes = Infinity, count = Infinity } = this.plan.budget;
    return this.asked < count && this.humanMs < minutes * 60_000;
  }

  private async propose(items: readonly Item[]): Promise<void> {
    const ctx = this.child("propose");
    let missing = items;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX && missing.length > 0; attempt++) {
      const proposed = new Set<ItemId>();
      for await (const proposal of this.parts.proposer.propose(missing, ctx)) {
        this.happen({ on: "item", itemId: proposal.itemId, event: { kind: "proposed", proposal } });
        proposed.add(proposal.itemId);
      }
      missing = missing.filter(({ id }) => !proposed.has(id));
      for (const { id: itemId } of missing)
        this.happen({
          on: "item",
          itemId,
          event: { kind: "propose-failed", reason: "the proposer gave no proposal" },
        });
    }
  }

  private poolRows(): PoolRow<O>[] {
    return this.data.pool.flatMap((item) => {
      const { proposal } = turnOf(this.state, item.id);
      return proposal === null ? [] : [{ item, proposal }];
    });
  }

  private score(lesson: Lesson, rows: readonly PoolRow<O>[]): Promise<Scored> {
    return scoreLesson(this.parts, { data: this.data, lesson, rows }, this.child("assess"));
  }

  /** The lesson the loop starts with has nothing to beat. */
  private start(scored: Scored): void {
    const { lesson, measurements } = scored;
    this.best = scored;
    const sentence = "Promoted: the first lesson.";
    this.lessons.push(lesson);
    this.lessonEvents(lesson, true);
    this.record(lesson, { promoted: true, gate: sentence, measurements });
  }

  private lessonEvents({ id: lessonId }: Lesson, promote: boolean): void {
    const seen = new Set(this.intake.taken.keys());
    this.happen({ on: "lessons", event: { kind: "learned", lessonId, seen } });
    this.happen({ on: "lessons", event: { kind: "measured" } });
    this.happen({ on: "lessons", event: { kind: promote ? "promoted" : "held-back", lessonId } });
  }

  private record(
    { id: lessonId }: Lesson,
    judged: Pick<TrajectoryPoint, "promoted" | "gate" | "measurements">,
  ): void {
    const { humanMs, history } = this;
    this.trajectory.push({ corrections: history.length, humanMs, lessonId, ...judged });
  }

  /**
   * Assesses anew whatever no person has answered, asks again where the assessor wants it, and
   * orders the queue.
   */
  private async reassess(lesson: Lesson): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const rows = this.poolRows().filter(({ item }) => {
        const { phase } = turnOf(this.state, item.id);
        return phase !== "answered" && (attempt === 0 || phase === "assessing");
      });
      const assessments = await assessRows(this.parts, { lesson, rows }, this.child("assess"));
      for (const assessment of assessments) {
        const { itemId, route } = assessment;
        const audit = route === "accept" && this.drawOf(itemId, route).audit;
        this.happen({ on: "item", itemId, event: { kind: "assessed", assessment, audit } });
      }
      const again = assessments.flatMap(({ itemId }) => {
        const item = this.items.get(itemId);
        const command = nextCommand(turnOf(this.state, itemId));
        return item !== undefined && command.run === "propose" ? [item] : [];
      });
      if (again.length === 0) break;
      await this.propose(again);
    }
    this.order();
  }

  private drawOf(itemId: ItemId, route: string): Draw {
    const draws = this.draws.get(itemId);
    assert(draws !== undefined, "every item of the pool has its draw");
    return route === "accept" ? draws.accepted : draws.asked;
  }

  private order(): void {
    const rng = this.ctx.rng.split("queue");
    const open = this.poolRows().filter(({ item }) => this.isOpen(item.id));
    const candidates = open.map(({ item, proposal }) => {
      const risk = turnOf(this.state, item.id).assessment?.risk ?? null;
      const severity = this.parts.severity?.(proposal.output) ?? 1;
      return { id: item.id, risk, cost: expectedCost({ risk, severity }) };
    });
    const features = this.features(candidates.map(({ id }) => id));
    const keys = rankKeys(candidates, features === undefined ? { rng } : { rng, features });
    const rows = candidates.map(({ id }, index) => ({ ...(keys[index] as (typeof keys)[0]), id }));
    const isAudit = ({ id }: { readonly id: ItemId }) => turnOf(this.state, id).audit;
    const askedRows = inOrder(
      rows.filter((row) => !isAudit(row)),
      this.plan.order,
    );
    this.queue = mixAudits(askedRows, rows.filter(isAudit), rng)
      .map(({ id }) => id)
      .reverse();
  }

  private features(ids: readonly ItemId[]): Matrix | undefined {
    if (this.data.features === undefined || this.plan.order !== "diversity") return undefined;
    return takeRows(
      this.data.features,
      ids.map((id) => this.rowOf.get(id) as number),
    );
  }

  private isOpen(itemId: ItemId): boolean {
    return nextCommand(turnOf(this.state, itemId)).run === "correct" && !this.underWay.has(itemId);
  }

  private nextCase(): Case<O> | undefined {
    for (let itemId = this.queue.pop(); itemId !== undefined; itemId = this.queue.pop()) {
      if (!this.isOpen(itemId)) continue;
      const { proposal, assessment } = turnOf(this.state, itemId);
      const item = this.items.get(itemId);
      if (item === undefined || proposal === null || assessment === null) continue;
      const { audit, propensity, suggestionShown } = this.drawOf(itemId, assessment.route);
      return { item, proposal, assessment, audit, propensity, suggestionShown };
    }
    return undefined;
  }

  private arrive(corrections: readonly Correction<O>[]): void {
    for (const delivered of corrections)
      for (const correction of this.intake.take(delivered)) {
        const { itemId } = correction;
        this.history.push(correction);
        if (this.underWay.get(itemId) === correction.id) this.underWay.delete(itemId);
        this.happen({ on: "item", itemId, event: { kind: "corrected", correction } });
        this.happen({ on: "lessons", event: this.intake.meaning(correction) });
        // Taken back: the case is on the reviewer's desk again.
        if (this.isOpen(itemId)) this.queue.push(itemId);
      }
  }

  private async refitIfDue(
    learner: Learner<O>,
    inForce: Scored,
    heldOut: readonly PoolRow<O>[],
  ): Promise<Scored> {
    if (nextRoundCommand(this.state.round).run !== "learn") return inForce;
    const candidate = await this.learn(learner, inForce.lesson);
    if (candidate === undefined) return inForce;
    const scored = await this.score(candidate, heldOut);
    const known = new Set(inForce.lesson.learnedFrom);
    const { clusterOf } = this.data;
    const verdict = gate({
      inForce: inForce.losses,
      candidate: scored.losses,
      newCorrections: candidate.learnedFrom.filter((id) => !known.has(id)).length,
      rng: this.ctx.rng.split("gate").split(this.lessons.length),
      rule: this.plan.rule ?? automaticRefit,
      ...(this.best !== undefined && { best: this.best.losses }),
      ...(clusterOf && { clusters: heldOut.map(({ item }) => clusterOf(item.id)) }),
    });
    const now = verdict.promote ? scored : inForce;
    if (this.best === undefined || total(now.losses) < total(this.best.losses)) this.best = now;
    this.lessonEvents(candidate, verdict.promote);
    this.record(candidate, {
      promoted: verdict.promote,
      gate: verdict.sentence,
      measurements: now.measurements,
    });
    if (verdict.promote) await this.reassess(candidate);
    this.ctx.progress({
      done: this.asked,
      total: this.plan.budget.count ?? this.data.pool.length,
      label: `lesson ${this.lessons.length}`,
    });
    return now;
  }

  /**
   * A fit that fails on its data keeps the corrections for the next one; a bug or a cancel ends the
   * loop.
   */
  private async learn(learner: Learner<O>, previous: Lesson): Promise<Lesson | undefined> {
    try {
      const ctx = this.child("learn", this.lessons.length);
      const lesson = await learner.learn(this.history, previous, ctx);
      this.lessons.push(lesson);
      return lesson;
    } catch (error) {
      if (!isProblem(error) || error.kind === "cancelled") throw error;
      this.happen({ on: "lessons", event: { kind: "learn-failed" } });
      return undefined;
    }
  }
}
