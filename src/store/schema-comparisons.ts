/** Tables of comparing replies and of training on that; part of the schema. */
import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { key, ms } from "./columns.ts";

/** Prompts whose replies are compared, as they came in: immutable, like items. */
export const prompts = pgTable(
  "prompts",
  {
    seq: bigserial({ mode: "number" }).primaryKey(),
    projectNo: integer("project_no").notNull(),
    id: key().notNull(),
    heldOut: boolean("held_out").notNull(),
    body: json().notNull(),
  },
  (t) => [
    uniqueIndex("prompts_by_id").on(t.projectNo, t.id),
    index("prompts_by_project").on(t.projectNo, t.seq),
  ],
);

/** Candidate replies to prompts: immutable; more may come for a prompt later. */
export const replies = pgTable(
  "replies",
  {
    seq: bigserial({ mode: "number" }).primaryKey(),
    projectNo: integer("project_no").notNull(),
    promptId: key("prompt_id").notNull(),
    id: key().notNull(),
    body: json().notNull(),
  },
  (t) => [
    uniqueIndex("replies_by_id").on(t.projectNo, t.promptId, t.id),
    index("replies_by_project").on(t.projectNo, t.seq),
  ],
);

/** What each person said of which replies, or that they passed them by: folded from the log. */
export const comparisons = pgTable(
  "comparisons",
  {
    projectNo: integer("project_no").notNull(),
    /** Of the event. */
    seq: bigint({ mode: "number" }).notNull(),
    correctionId: key("correction_id"),
    /** Names the replies, whatever their order. */
    questionId: key("question_id").notNull(),
    reviewer: text().notNull(),
    /** Made and not taken back. */
    stands: boolean().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.projectNo, t.seq] }),
    uniqueIndex("comparisons_standing")
      .on(t.projectNo, t.questionId, t.reviewer)
      .where(sql`stands`),
  ],
);

/** What was put to whom and how it was shown, until it is answered. */
export const questions = pgTable(
  "questions",
  {
    projectNo: integer("project_no").notNull(),
    reviewer: text().notNull(),
    id: key().notNull(),
    body: json().notNull(),
    untilMs: ms("until_ms").notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectNo, t.reviewer, t.id] })],
);

/** Training runs with their curves; the job that runs one writes here as it goes. */
export const trainingRuns = pgTable(
  "training_runs",
  {
    projectNo: integer("project_no").notNull(),
    id: key().notNull(),
    createdAtMs: ms("created_at_ms").notNull(),
    body: json().notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectNo, t.id] })],
);
