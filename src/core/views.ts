/** What the screens read: the answers of the HTTP API. The server builds them, the web app infers its types from them. */
import { z } from "zod";
import { Reason, Route } from "./assessment.ts";
import { correctionOf, Decision, Effort } from "./correction.ts";
import { CorrectionId, ItemId, LessonId, ProjectId } from "./ids.ts";
import { Document } from "./item.ts";
import { LanguageEvents } from "./language-events.ts";
import { LessonStatus } from "./lesson.ts";
import { Measurement } from "./measurement.ts";
import { ProjectConfig, Rule } from "./project.ts";
import { voteOf } from "./proposal.ts";
import { StudyReport } from "./study.ts";
import { SystemCard } from "./system.ts";

const Label = z.string();

export const ProjectCounts = z.strictObject({
  items: z.int(),
  /** Waiting for a person. */
  open: z.int(),
  /** Answered by a person and standing. */
  answered: z.int(),
  /** Gone out without a person. */
  accepted: z.int(),
  /** Waiting for a proposer or assessor, or failed there. */
  waiting: z.int(),
});

export const ProjectSummary = z.strictObject({
  id: ProjectId,
  name: z.string(),
  taskKind: z.string(),
  /** The system it runs on: with the task kind, what decides which screens it has. */
  system: z.string(),
  items: z.int(),
  counts: ProjectCounts,
  /** The one number: error now, with its interval. Null until something measured it. */
  error: Measurement.nullable(),
  createdAtMs: z.number(),
});
export type ProjectSummary = z.infer<typeof ProjectSummary>;

export const ProjectDetail = ProjectSummary.extend({ config: ProjectConfig });
export type ProjectDetail = z.infer<typeof ProjectDetail>;

export const QueueRow = z.strictObject({
  itemId: ItemId,
  /** The line of the list: subject, or the first words. */
  title: z.string(),
  from: z.string().nullable(),
  risk: z.number().nullable(),
  /** Expected cost of leaving it: risk x severity x reach. */
  cost: z.number(),
  proposed: Label.nullable(),
  route: Route,
  state: z.enum(["open", "answered", "skipped", "accepted", "waiting"]),
  /** Why it waits, when a proposer failed. */
  waitingFor: z.string().nullable(),
});
export type QueueRow = z.infer<typeof QueueRow>;

export const QueuePage = z.strictObject({
  rows: z.array(QueueRow),
  left: z.int(),
  /** From the median time of this project's last answers; null before there are any. */
  minutesLeft: z.number().nullable(),
  /** Pass as `cursor` for the rows after these; null at the end. */
  next: z.string().nullable(),
});
export type QueuePage = z.infer<typeof QueuePage>;

export const CorrectionView = correctionOf(Label);
export type CorrectionView = z.infer<typeof CorrectionView>;

/** One vote as the evidence panel shows it. */
export const VoteView = voteOf(Label).extend({
  /** Share of the say under the lesson in force. */
  weight: z.number().nullable(),
  title: z.string(),
});
export type VoteView = z.infer<typeof VoteView>;

/** Everything the Inbox needs to show one case; fetched ahead. */
export const CaseView = z.strictObject({
  itemId: ItemId,
  /** Grows with every answer; a correction made against an older one is refused with 409. */
  version: z.int(),
  state: QueueRow.shape.state,
  item: Document,
  proposal: z
    .strictObject({
      id: z.string(),
      source: z.string(),
      output: Label.nullable(),
      confidence: z.number().nullable(),
      raw: z.string().nullable(),
    })
    .nullable(),
  assessment: z
    .strictObject({
      risk: z.number().nullable(),
      suggestion: z.strictObject({ output: Label, probability: z.number() }).nullable(),
      reasons: z.array(Reason),
      route: Route,
      lessonId: LessonId.nullable(),
    })
    .nullable(),
  votes: z.array(VoteView),
  /** Expected cost of an error and how it comes about, in a sentence. */
  why: z.string(),
  audit: z.boolean(),
  /** False for the share of cases shown without the suggestion. */
  suggestionShown: z.boolean(),
  waitingFor: z.string().nullable(),
  corrections: z.array(CorrectionView),
});
export type CaseView = z.infer<typeof CaseView>;

/** What people answered of items like one item, nearest first. */
export const SimilarAnswers = z.strictObject({
  similar: z.array(
    z.strictObject({
      itemId: ItemId,
      title: z.string(),
      label: Label,
      /** Cosine distance of the texts' embeddings: 0 the same, 1 unrelated. */
      distance: z.number(),
    }),
  ),
  /** What these say together; a score, not a calibrated probability. */
  says: z.strictObject({ label: Label, confidence: z.number() }).nullable(),
});
export type SimilarAnswers = z.infer<typeof SimilarAnswers>;

/** What a reviewer sends. The server adds who, when, risk, propensity and lesson. */
export const CorrectionInput = z.strictObject({
  /** Made by the client, so that a repeated request is the same correction. */
  id: CorrectionId,
  version: z.int(),
  decision: Decision.extract(["confirmed", "edited", "rejected"]),
  after: Label.nullable(),
  reason: z.string().max(2_000).optional(),
  effort: Effort,
});
export type CorrectionInput = z.infer<typeof CorrectionInput>;

/** "Your last 40 corrections moved the held-out error from a to b." */
export const LearningStep = z.strictObject({
  corrections: z.int(),
  lessonId: LessonId,
  before: Measurement,
  after: Measurement,
  change: Measurement,
  promoted: z.boolean(),
  gate: z.string(),
  atMs: z.number(),
});
export type LearningStep = z.infer<typeof LearningStep>;

export const CorrectionAnswer = z.strictObject({
  correction: CorrectionView,
  left: z.int(),
  /** Corrections until the next refit. */
  untilRefit: z.int(),
});
export type CorrectionAnswer = z.infer<typeof CorrectionAnswer>;

const Point = z.strictObject({
  x: z.number(),
  y: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.int().nullable(),
});
export type Point = z.infer<typeof Point>;

export const RuleView = z.strictObject({
  rule: Rule.nullable(),
  id: z.string(),
  title: z.string(),
  /** Share of items it votes on. */
  coverage: Measurement,
  /** Estimated accuracy where it votes: from corrections where there are enough, else from the label model; `note` says which. */
  accuracy: Measurement.nullable(),
  /** Share of its votes that another source contradicts. */
  conflicts: z.number(),
  /** Share of its votes where another rule votes too. */
  overlap: z.number(),
  weight: z.number().nullable(),
});
export type RuleView = z.infer<typeof RuleView>;

/** The Project screen. */
export const Overview = z.strictObject({
  counts: ProjectCounts,
  error: Measurement.nullable(),
  /** Error of what nobody reviewed, from the audit share. */
  unreviewed: Measurement.nullable(),
  auditsLeft: z.int(),
  minutes: Measurement,
  /** Share of the pool that people put right: counted one by one, so without an interval. */
  errorRemoved: Measurement,
  errorPerMinute: Measurement.nullable(),
  /** Held-out error against corrections, one point a lesson. */
  errorCurve: z.array(Point.extend({ lessonId: LessonId, promoted: z.boolean() })),
  forecast: z.array(Point),
  riskCoverage: z.array(Point),
  reliability: z.array(Point),
  /** Expected errors left after reviewing the x riskiest open cases. */
  budget: z.array(Point),
  rules: z.array(RuleView),
  gates: z.strictObject({
    acceptBelow: z.number(),
    promise: z.string(),
    measured: Measurement.nullable(),
  }),
  steps: z.array(LearningStep),
});
export type Overview = z.infer<typeof Overview>;

export const LessonView = z.strictObject({
  id: LessonId,
  kind: z.string(),
  version: z.int(),
  parent: LessonId.nullable(),
  status: LessonStatus,
  corrections: z.int(),
  summary: z.string(),
  code: z.string(),
  seed: z.string(),
  options: z.record(z.string(), z.unknown()),
  measurements: z.array(Measurement),
  gate: z.string().nullable(),
  atMs: z.number(),
});
export type LessonView = z.infer<typeof LessonView>;

export const JobView = z.strictObject({
  id: z.string(),
  kind: z.string(),
  projectId: ProjectId.nullable(),
  state: z.enum(["queued", "running", "done", "failed", "cancelled"]),
  progress: z.strictObject({ done: z.number(), total: z.number(), label: z.string() }).nullable(),
  result: z.unknown(),
  error: z.string().nullable(),
  createdAtMs: z.number(),
});
export type JobView = z.infer<typeof JobView>;

export const OperationView = z.strictObject({
  id: z.string(),
  summary: z.string(),
  /** JSON Schema of the input, for the form. */
  input: z.record(z.string(), z.unknown()),
  example: z.unknown(),
  cli: z.string(),
});

export const SystemDetail = z.strictObject({
  card: SystemCard,
  readme: z.string().nullable(),
  parts: z.array(z.strictObject({ verb: z.string(), part: z.string(), source: z.string() })),
  operations: z.array(OperationView),
  report: StudyReport.nullable(),
});
export type SystemDetail = z.infer<typeof SystemDetail>;

export const SystemRow = SystemCard.extend({
  /** Claims that hold, of how many; null before a study ran. */
  claims: z.strictObject({ hold: z.int(), of: z.int() }).nullable(),
});
export type SystemRow = z.infer<typeof SystemRow>;

export const ImportReport = z.strictObject({
  project: z.string(),
  projectId: ProjectId,
  accepted: z.int(),
  rejected: z.int(),
  /** The first few, each in a sentence: where, expected, got. */
  problems: z.array(z.string()),
  /** Names the file of rejected rows, for `GET /projects/:id/rejects/:batch`; null when there is none. */
  batch: z.string().nullable(),
  ms: z.number(),
});
export type ImportReport = z.infer<typeof ImportReport>;

/** What the server pushes over SSE, so that screens never poll. */
export const LiveEvent = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("corrected"),
    projectId: ProjectId,
    itemId: ItemId,
    left: z.int(),
  }),
  z.strictObject({ kind: z.literal("queue-changed"), projectId: ProjectId, left: z.int() }),
  z.strictObject({ kind: z.literal("learning"), projectId: ProjectId, step: LearningStep }),
  z.strictObject({ kind: z.literal("project-changed"), projectId: ProjectId }),
  z.strictObject({
    kind: z.literal("document-changed"),
    projectId: ProjectId,
    documentId: ItemId,
    version: z.int(),
  }),
  z.strictObject({ kind: z.literal("rewrites-changed"), projectId: ProjectId }),
  /** An episode was recorded or edited; null: many. */
  z.strictObject({
    kind: z.literal("episodes-changed"),
    projectId: ProjectId,
    episodeId: ItemId.nullable(),
  }),
  z.strictObject({
    kind: z.literal("policy-training"),
    projectId: ProjectId,
    jobId: z.string(),
    step: z.int(),
    steps: z.int(),
    loss: z.number(),
  }),
  /** A robot came or went, or its control changed hands. */
  z.strictObject({ kind: z.literal("robot-changed"), projectId: ProjectId }),
  ...LanguageEvents,
  z.strictObject({ kind: z.literal("job"), job: JobView }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;
