import type { Assessment } from "./assessment.ts";
import type { Clock } from "./clock.ts";
import type { Correction } from "./correction.ts";
import type { Document, Item } from "./item.ts";
import type { Lesson } from "./lesson.ts";
import type { Judged, Measurement } from "./measurement.ts";
import type { Proposal } from "./proposal.ts";
import type { Rng } from "./rng.ts";

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What is being done, for a person: "fitting seed 3". */
  readonly label: string;
  /** Figures to draw as they come: a loss, a reward. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** What every part is handed and nothing reaches for by itself: randomness, time, the wish to stop, a place to report. */
export interface Ctx {
  readonly rng: Rng;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
}

export interface Proposer<O, I = Document> {
  propose(items: readonly Item<I>[], ctx: Ctx): AsyncIterable<Proposal<O>>;
}

export interface Assessor<O, I = Document> {
  /** One assessment for each proposal, in order. `items[k]` is what `proposals[k]` is about. */
  assess(
    proposals: readonly Proposal<O>[],
    items: readonly Item<I>[],
    ctx: Ctx,
  ): Promise<Assessment<O>[]>;
}

/** An open question, as a person or a simulated corrector gets it. */
export interface Case<O, I = Document> {
  readonly item: Item<I>;
  readonly proposal: Proposal<O>;
  readonly assessment: Assessment<O>;
  readonly audit: boolean;
  readonly propensity: number;
  readonly suggestionShown: boolean;
}

export interface Corrector<O, I = Document> {
  correct(open: Case<O, I>, ctx: Ctx): Promise<Correction<O>>;
}

export interface Learner<O> {
  learn(history: readonly Correction<O>[], previous: Lesson | undefined, ctx: Ctx): Promise<Lesson>;
}

export interface Metric<O> {
  measure(judged: readonly Judged<O>[]): Measurement[];
}
