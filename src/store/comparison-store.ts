/** What lasts of prompts, their replies, what people said of them, and the training runs on that. */
import type { ComparisonOutput, Message, Reply } from "#core/comparison.ts";
import type { QuestionReason, TrainingRun } from "#core/comparison-views.ts";
import type { Correction } from "#core/correction.ts";
import type { CorrectionId, ItemId, LessonId, ProjectId } from "#core/ids.ts";

/** A prompt as it came in: immutable. */
export interface PromptRow {
  readonly id: ItemId;
  readonly prompt: readonly Message[];
  /** Only ever measured on. */
  readonly heldOut: boolean;
}

export interface StoredPrompt extends PromptRow {
  readonly seq: number;
}

export interface StoredReply {
  readonly seq: number;
  readonly promptId: ItemId;
  readonly reply: Reply;
}

/** What was put to a person, as it was put. */
export interface Question {
  /** Names the replies, whatever their order. */
  readonly id: string;
  readonly itemId: ItemId;
  /** Ids in the order shown. */
  readonly shown: readonly string[];
  readonly why: QuestionReason;
  readonly propensity: number;
  readonly dissent: number | null;
  readonly lessonId: LessonId | null;
}

/** A comparison on its way in. */
export interface Compared {
  readonly correction: Correction<ComparisonOutput>;
  readonly questionId: string;
  readonly shown: readonly string[] | null;
}

/**
 * How a comparison was taken: `repeated` when its id came before, with what it said then; `already`
 * when this person has said something of these replies that stands.
 */
export type ComparisonTaken =
  | { readonly kind: "taken" | "repeated"; readonly correction: Correction<ComparisonOutput> }
  | { readonly kind: "already" };

export interface ComparisonStore {
  /**
   * In one transaction with its `imported` event. Prompts and replies whose ids are there already are
   * left as they are.
   */
  addCandidates(
    id: ProjectId,
    rows: readonly { readonly prompt: PromptRow; readonly replies: readonly Reply[] }[],
    how: { readonly format: string; readonly rejected: number },
  ): Promise<{ prompts: number; replies: number; duplicates: number }>;
  /** Streams prompts in the order they came. */
  prompts(id: ProjectId, afterSeq: number): AsyncIterable<StoredPrompt[]>;
  replies(id: ProjectId, afterSeq: number): AsyncIterable<StoredReply[]>;

  /** Remembers what is put to a person until then, in place of what was put of the same replies. */
  putQuestions(
    id: ProjectId,
    to: {
      readonly reviewer: string;
      readonly questions: readonly Question[];
      readonly untilMs: number;
    },
  ): Promise<void>;
  question(id: ProjectId, reviewer: string, questionId: string): Promise<Question | undefined>;
  /** Questions that are with somebody now. */
  questionsOut(
    id: ProjectId,
    nowMs: number,
  ): Promise<{ readonly reviewer: string; readonly question: Question }[]>;

  /** Durable before it resolves, each as if it came alone. */
  compare(id: ProjectId, asked: readonly Compared[]): Promise<ComparisonTaken[]>;
  /** A further record that takes one back; null when it does not stand. */
  undoComparison(
    id: ProjectId,
    correctionId: CorrectionId,
    undo: Compared,
  ): Promise<Correction<ComparisonOutput> | null>;
  /**
   * Passes a question over, or takes that back. False where there is nothing to do: it was passed over, or compared, by
   * the same person before; or it was not passed over.
   */
  passOver(
    id: ProjectId,
    what: {
      readonly questionId: string;
      readonly itemId: ItemId;
      readonly by: string;
      readonly undone?: true;
    },
  ): Promise<boolean>;

  putTrainingRun(id: ProjectId, run: TrainingRun): Promise<void>;
  trainingRun(id: ProjectId, runId: string): Promise<TrainingRun | undefined>;
  /** The latest first. */
  trainingRuns(id: ProjectId): Promise<TrainingRun[]>;
}
