import type { Assessment } from "#core/assessment.ts";
import type { Assessor, Corrector, Learner, Metric, Proposer } from "#core/contracts.ts";
import type { Correction } from "#core/correction.ts";
import type { ItemId } from "#core/ids.ts";
import type { Item } from "#core/item.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Proposal } from "#core/proposal.ts";
import type { PoolRow } from "#core/system.ts";
import type { TaskKind } from "#core/task-kind.ts";
import type { Matrix } from "#num/matrix.ts";

/** The five verbs, as they are wired in one loop. */
export interface LoopParts<O> {
  readonly kind: Pick<TaskKind<O, never, never>, "distance">;
  readonly proposer: Proposer<O>;
  /** `learn([])` gives the lesson the loop starts with. */
  learner(pool: readonly PoolRow<O>[]): Learner<O>;
  assessor(lesson: Lesson): Assessor<O>;
  readonly corrector: Corrector<O>;
  readonly metric: Metric<O>;
  /** Cost of an error on an item that would go out as `output`; 1 where absent. */
  severity?(output: O | null): number;
  /**
   * What the system would put out unseen; absent: the assessor's suggestion, or else the proposal.
   */
  answer?(proposal: Proposal<O>, assessment: Assessment<O>): O | null;
  /** How corrections travel; absent: at once and surely. */
  readonly channel?: Channel<O>;
}

/** A way corrections take that may lose, repeat and reorder, but delivers all by the end. */
export interface Channel<O> {
  /** Hands over one; answers what arrives meanwhile. */
  send(correction: Correction<O>): readonly Correction<O>[];
  /** Delivers everything still under way. */
  flush(): readonly Correction<O>[];
}

/** What is worked on and what is only measured on. */
export interface LoopData<O> {
  readonly pool: readonly Item[];
  /** [pool, f] for the order by diversity. */
  readonly features?: Matrix;
  readonly heldOut: readonly Item[];
  /** Right answers of the held-out items. */
  readonly gold: ReadonlyMap<string, O>;
  /** The sampled unit of each held-out item, where several share one. */
  clusterOf?(itemId: ItemId): string;
}
