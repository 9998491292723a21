import type { z } from "zod";
import type { Assessment } from "#core/assessment.ts";
import type { Progress } from "#core/contracts.ts";
import type { Correction } from "#core/correction.ts";
import type { EventBody, LoggedEvent } from "#core/event.ts";
import type { CorrectionId, ItemId, LessonId, ProjectId } from "#core/ids.ts";
import type { Document } from "#core/item.ts";
import type { Lesson, LessonStatus } from "#core/lesson.ts";
import type { Measurement } from "#core/measurement.ts";
import type { Project, ProjectConfig, ReviewOrder } from "#core/project.ts";
import type { Proposal, Vote } from "#core/proposal.ts";
import type { DocumentAct, DocumentSummary } from "#core/revision.ts";
import type { RewriteRule, RewriteState, TurnRecord } from "#core/rewrite.ts";
import type { ProjectCounts } from "#core/views.ts";
import type { Tally } from "#learn/rewrite-outcomes.ts";
import type { DocumentState } from "#systems/r3/session-state.ts";
import type { ComparisonStore } from "./comparison-store.ts";
import type { EpisodeStore } from "./episode-store.ts";

/** An item as imported: immutable, with the proposal and votes it came with. */
export interface ItemRow {
  readonly id: ItemId;
  readonly input: Document;
  readonly proposal: Proposal<string> | null;
  readonly votes: readonly Vote<string>[];
  /**
   * The right answer where it is known. Never shown to a reviewer, never read by a proposer or
   * assessor.
   */
  readonly gold: string | null;
  /** `pool` is worked on; `heldout` is only ever measured on. */
  readonly split: "pool" | "heldout";
}

export type CaseStatus = "open" | "answered" | "skipped" | "accepted" | "waiting";

/** The queue's row of an item: a projection, rebuilt from items and events. */
export interface CaseRow {
  readonly itemId: ItemId;
  readonly version: number;
  readonly state: CaseStatus;
  readonly title: string;
  readonly from: string | null;
  readonly proposed: string | null;
  readonly assessment: Assessment<string> | null;
  /** Expected cost of leaving it as it is: what the queue is ordered by. */
  readonly cost: number;
  /** Rank keys of the other orders, higher first. */
  readonly uncertainty: number;
  readonly diversity: number;
  readonly random: number;
  readonly audit: boolean;
  /** Probability with which the item came into the queue: 1 unless it is an audit. */
  readonly propensity: number;
  readonly waitingFor: string | null;
}

export interface LessonRow {
  readonly lesson: Lesson;
  readonly version: number;
  readonly status: LessonStatus;
  readonly measurements: readonly Measurement[];
  readonly gate: string | null;
}

/**
 * How a correction was taken: `repeated` when the same id came before (the answer is then the
 * first one's).
 */
export type Taken =
  | {
      readonly kind: "taken" | "repeated";
      readonly correction: Correction<string>;
      readonly version: number;
    }
  | { readonly kind: "stale"; readonly version: number }
  | { readonly kind: "no-such-case" };

/** A turn, or what became known of one later, with its place in the order they came. */
export interface StoredTurn {
  readonly seq: number;
  readonly record: TurnRecord;
}

/** What is kept in memory of a rewrite: enough to apply, order and watch it. */
export interface RewriteHead {
  readonly id: string;
  readonly locale: string;
  readonly fromKey: string;
  readonly fromText: string;
  readonly toKey: string;
  /** The target a person gave it, else the mined one. */
  readonly toText: string;
  readonly score: number;
  /** How often the request and the target were seen to end well, in [0, 1]. */
  readonly fromSuccess: number;
  readonly toSuccess: number;
  /** Requests that would end well beyond those that do: what it is worth looking at. */
  readonly gain: number;
  readonly state: RewriteState;
  readonly pinned: boolean;
}

/** A rewrite of the lesson in force, with what was said and seen of it. */
export interface RewriteRow extends Tally {
  readonly rule: RewriteRule;
  readonly state: RewriteState;
  readonly pinned: boolean;
  /** The target in place of the mined one. */
  readonly toText: string | null;
  readonly because: string;
}

/**
 * How an act on a document was taken: `repeated` when the same corrections came before, with the version they made then.
 * `state` is the document as it stands now.
 */
export type DocumentTaken =
  | {
      readonly kind: "taken" | "repeated";
      readonly version: number;
      readonly state: DocumentState;
    }
  | { readonly kind: "stale"; readonly state: DocumentState }
  | { readonly kind: "no-such-document" };

/**
 * Everything that lasts. One implementation over both drivers: embedded PGlite and any
 * PostgreSQL.
 */
export interface Store extends ComparisonStore, EpisodeStore {
  readonly driver: "pglite" | "postgres";

  createProject(config: ProjectConfig): Promise<Project>;
  changeProject(id: ProjectId, config: ProjectConfig): Promise<Project>;
  projects(): Promise<(Project & { counts: z.infer<typeof ProjectCounts> })[]>;
  project(id: ProjectId): Promise<Project | undefined>;
  projectByName(name: string): Promise<Project | undefined>;
  counts(id: ProjectId): Promise<z.infer<typeof ProjectCounts>>;

  /**
   * Appends items by COPY. Cost depends on the new rows only. Each batch is one transaction with
   * its `imported` event.
   * Items whose id is already there are not touched; their ids come back in `duplicates`.
   */
  importItems(
    id: ProjectId,
    batches: AsyncIterable<readonly ItemRow[]>,
    how: { readonly format: string; readonly signal?: AbortSignal; progress?(p: Progress): void },
  ): Promise<{ accepted: number; duplicates: ItemId[] }>;
  item(id: ProjectId, itemId: ItemId): Promise<ItemRow | undefined>;
  /** Streams items in id order, `batch` at a time, from a cursor: constant memory. */
  items(
    id: ProjectId,
    how?: {
      readonly split?: ItemRow["split"];
      readonly unassessed?: boolean;
      readonly batch?: number;
    },
  ): AsyncIterable<ItemRow[]>;
  /** Streams items with the correction standing on each and its case, for export. */
  answers(
    id: ProjectId,
  ): AsyncIterable<
    { item: ItemRow; correction: Correction<string> | null; case: CaseRow | null }[]
  >;

  /**
   * Puts later proposals in force (asked again, or made after the import), each with its
   * `proposed` event.
   * `item`, `items` and `answers` give the latest; the imported one stays in the log. Unknown
   * items are left out.
   */
  putProposals(id: ProjectId, proposals: readonly Proposal<string>[]): Promise<void>;

  /** Inserts or replaces the queue rows of items (never of answered ones), many at a time. */
  putCases(id: ProjectId, rows: readonly CaseRow[]): Promise<void>;
  case(id: ProjectId, itemId: ItemId): Promise<CaseRow | undefined>;
  /** Streams all cases in one state, dearest first. */
  cases(id: ProjectId, state: CaseStatus): AsyncIterable<CaseRow[]>;
  /** One page of the queue by keyset, without payloads. */
  queue(
    id: ProjectId,
    how: {
      readonly order: ReviewOrder;
      readonly state?: CaseStatus;
      readonly limit: number;
      readonly cursor?: string;
    },
  ): Promise<{ rows: CaseRow[]; next: string | null }>;
  /**
   * Leases the next open cases to a reviewer until `leaseMs` from now (`for update skip locked`).
   * A case under somebody else's unexpired lease is left out; the reviewer's own come again.
   */
  lease(
    id: ProjectId,
    how: {
      readonly reviewer: string;
      readonly order: ReviewOrder;
      readonly count: number;
      readonly leaseMs: number;
      readonly exclude?: readonly ItemId[];
    },
  ): Promise<CaseRow[]>;
  skip(id: ProjectId, itemId: ItemId, by: string): Promise<void>;

  /**
   * Durable before it resolves: event and projection in one transaction, refused when
   * `expectedVersion` has moved on.
   */
  correct(id: ProjectId, correction: Correction<string>, expectedVersion: number): Promise<Taken>;
  /** A further record that takes back a standing correction; the case is open again. */
  undo(id: ProjectId, correctionId: CorrectionId, undo: Correction<string>): Promise<Taken>;
  /**
   * All corrections of a project in log order, undo records included.
   * `forLearning`: only those that stand and were not revoked.
   */
  corrections(
    id: ProjectId,
    how?: { readonly itemId?: ItemId; readonly forLearning?: boolean },
  ): Promise<Correction<string>[]>;

  putLesson(id: ProjectId, lesson: Lesson, measurements: readonly Measurement[]): Promise<void>;
  lessons(id: ProjectId): Promise<LessonRow[]>;
  lesson(id: LessonId): Promise<LessonRow | undefined>;
  lessonInForce(id: ProjectId): Promise<LessonRow | undefined>;
  /** Puts a lesson in force, retires the one before; the event says by which gate. */
  promote(id: ProjectId, lessonId: LessonId, gate: string): Promise<void>;
  holdBack(id: ProjectId, lessonId: LessonId, gate: string): Promise<void>;
  /** Puts an earlier lesson back in force. */
  rollBack(id: ProjectId, to: LessonId, by: string): Promise<void>;
  /**
   * Takes a correction out of learning for good and marks every lesson that descends from it
   * stale.
   */
  revoke(id: ProjectId, correctionId: CorrectionId, by: string): Promise<LessonId[]>;

  /**
   * pgvector neighbours of an embedding among the project's remembered corrections, nearest
   * first; distance is cosine.
   */
  remember(
    id: ProjectId,
    rows: readonly {
      correctionId: CorrectionId;
      itemId: ItemId;
      label: string;
      vector: Float32Array;
    }[],
  ): Promise<void>;
  recall(
    id: ProjectId,
    vector: Float32Array,
    count: number,
  ): Promise<{ correctionId: CorrectionId; itemId: ItemId; label: string; distance: number }[]>;

  append(id: ProjectId, body: EventBody): Promise<LoggedEvent>;
  /** Events after `seq`, in order. */
  events(
    id: ProjectId,
    how?: { readonly afterSeq?: number; readonly limit?: number },
  ): Promise<LoggedEvent[]>;
  /** Drops what was folded from the log (answers, lesson statuses, versions) and folds it anew. */
  rebuild(id: ProjectId): Promise<void>;

  /**
   * Appends what users said by COPY, in the order given. A record without an id gets one from its
   * content; those whose id is there already are left out.
   */
  appendTurns(
    id: ProjectId,
    records: readonly TurnRecord[],
  ): Promise<{ accepted: number; duplicates: number }>;
  /** Streams them in the order they came, from a cursor: constant memory. */
  turns(
    id: ProjectId,
    how?: { readonly afterSeq?: number; readonly batch?: number },
  ): AsyncIterable<StoredTurn[]>;
  /** The rewrites of the lesson in force: all, or those of some ids. */
  rewriteHeads(id: ProjectId, ruleIds?: readonly string[]): Promise<RewriteHead[]>;
  /** Rewrites of the lesson in force with their evidence, in the order asked for. */
  rewriteRows(id: ProjectId, ruleIds: readonly string[]): Promise<RewriteRow[]>;
  /** Writes down the counts of rewrites, in place of those that were there. */
  putOutcomes(id: ProjectId, outcomes: ReadonlyMap<string, Tally>): Promise<void>;
  /** Rewrites said not to mean the same, and not taken up again since. */
  cannotLinks(id: ProjectId): Promise<RewriteRule[]>;
  /** When the lesson in force came in force; null before there is one. */
  inForceSinceMs(id: ProjectId): Promise<number | null>;

  /** @throws Problem `conflict` when a document of this id is there. */
  openDocument(
    id: ProjectId,
    documentId: ItemId,
    opened: Omit<Extract<DocumentAct, { kind: "opened" }>, "kind">,
  ): Promise<DocumentState>;
  /**
   * Durable before it resolves: event and folded document in one transaction, refused when
   * `expectedVersion` has moved on. Throws what `advanceDocument` throws.
   */
  actOnDocument(
    id: ProjectId,
    documentId: ItemId,
    asked: { readonly act: DocumentAct; readonly expectedVersion: number },
  ): Promise<DocumentTaken>;
  /** Those changed last first. */
  documents(id: ProjectId): Promise<DocumentSummary[]>;
  document(id: ProjectId, documentId: ItemId): Promise<DocumentState | undefined>;
  /** Whether there was one. What happened to it stays in the log. */
  deleteDocument(id: ProjectId, documentId: ItemId, by: string): Promise<boolean>;

  putBlob(bytes: Uint8Array): Promise<string>;
  blob(hash: string): Promise<Uint8Array | undefined>;

  close(): Promise<void>;
}
