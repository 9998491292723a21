/**
 * The tables, defined once. Migrations are generated from this file:
 *
 *     npx drizzle-kit generate --dialect postgresql \
 *       --schema src/store/schema.ts --out src/store/migrations --name <what it is for>
 *
 * The truth is `items` and `lessons.body` (what came in, immutable) and `events` (what happened,
 * append-only).
 * Everything else is folded from them by `fold.ts` and can be rebuilt.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  real,
  serial,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { key, ms } from "./columns.ts";

const bytes = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

export { comparisons, prompts, questions, replies, trainingRuns } from "./schema-comparisons.ts";

export const projects = pgTable("projects", {
  /** What other tables refer to: four bytes in every row and index in place of a name. */
  no: serial().primaryKey(),
  id: key().notNull().unique(),
  name: text().notNull().unique(),
  config: jsonb().notNull(),
  createdAtMs: ms("created_at_ms").notNull(),
  /** The lesson in force, also while it is marked stale. */
  inForce: key("in_force"),
});

/** Kept with every change of a case, so that no screen ever counts rows. */
export const counts = pgTable("counts", {
  projectNo: integer("project_no").primaryKey(),
  items: integer().notNull().default(0),
  heldOut: integer("held_out").notNull().default(0),
  open: integer().notNull().default(0),
  answered: integer().notNull().default(0),
  skipped: integer().notNull().default(0),
  accepted: integer().notNull().default(0),
  waiting: integer().notNull().default(0),
});

/** The log. */
export const events = pgTable(
  "events",
  {
    seq: bigserial({ mode: "number" }).primaryKey(),
    projectNo: integer("project_no").notNull(),
    atMs: ms("at_ms").notNull(),
    kind: text().notNull(),
    body: jsonb().notNull(),
  },
  (t) => [index("events_by_project").on(t.projectNo, t.seq)],
);

/**
 * What was imported. `body` is `json`, not `jsonb`: kept to the letter (NUL escapes too), and a
 * third cheaper to write.
 */
export const items = pgTable(
  "items",
  {
    projectNo: integer("project_no").notNull(),
    id: key().notNull(),
    heldOut: boolean("held_out").notNull(),
    gold: text(),
    body: json().notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectNo, t.id] })],
);

/** The latest proposal of an item where one came after the import. */
export const proposals = pgTable(
  "proposals",
  {
    projectNo: integer("project_no").notNull(),
    itemId: key("item_id").notNull(),
    seq: bigint({ mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectNo, t.itemId] })],
);

const OPEN = sql`state = 'open'`;

export const cases = pgTable(
  "cases",
  {
    projectNo: integer("project_no").notNull(),
    itemId: key("item_id").notNull(),
    title: text().notNull(),
    sender: text(),
    proposed: text(),
    assessment: json(),
    cost: doublePrecision().notNull(),
    uncertainty: doublePrecision().notNull(),
    diversity: doublePrecision().notNull(),
    random: doublePrecision().notNull(),
    audit: boolean().notNull(),
    propensity: doublePrecision().notNull(),
    /** What the assessor said last: state and reason as they are while no event says otherwise. */
    baseState: key("base_state").notNull(),
    baseWaitingFor: text("base_waiting_for"),
    baseVersion: integer("base_version").notNull(),
    /** Events up to here were known to the assessor. */
    putSeq: bigint("put_seq", { mode: "number" }).notNull(),
    /** Folded from the log. */
    state: key().notNull(),
    waitingFor: text("waiting_for"),
    version: integer().notNull(),
    answerId: key("answer_id"),
    skipped: boolean().notNull().default(false),
    failure: text(),
  },
  (t) => [
    primaryKey({ columns: [t.projectNo, t.itemId] }),
    index("cases_by_cost").on(t.projectNo, t.state, t.cost, t.itemId),
    // Only what is open is ever asked for in these orders; what was accepted costs them nothing.
    index("open_by_uncertainty").on(t.projectNo, t.uncertainty, t.itemId).where(OPEN),
    index("open_by_diversity").on(t.projectNo, t.diversity, t.itemId).where(OPEN),
    index("open_by_random").on(t.projectNo, t.random, t.itemId).where(OPEN),
  ],
);

/**
 * Who is looking at what. Beside the cases, so that a lease never rewrites a case and its
 * indexes.
 */
export const leases = pgTable(
  "leases",
  {
    projectNo: integer("project_no").notNull(),
    itemId: key("item_id").notNull(),
    reviewer: text().notNull(),
    untilMs: ms("until_ms").notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectNo, t.itemId] })],
);

/** Where each correction stands in the log; its body is its event. */
export const corrections = pgTable(
  "corrections",
  {
    projectNo: integer("project_no").notNull(),
    id: key().notNull(),
    itemId: key("item_id").notNull(),
    seq: bigint({ mode: "number" }).notNull(),
    /** The case's version this correction made. */
    version: integer().notNull(),
    decision: text().notNull(),
    undoes: key(),
    revoked: boolean().notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.projectNo, t.id] }),
    index("corrections_by_item").on(t.projectNo, t.itemId, t.seq),
    uniqueIndex("corrections_by_seq").on(t.projectNo, t.seq),
  ],
);

export const lessons = pgTable(
  "lessons",
  {
    id: key().primaryKey(),
    projectNo: integer("project_no").notNull(),
    parent: key(),
    learnedFrom: text("learned_from").array().notNull(),
    body: json().notNull(),
    /** Folded from the log. */
    version: integer().notNull(),
    status: text().notNull(),
    measurements: json().notNull(),
    gate: text(),
  },
  (t) => [index("lessons_by_project").on(t.projectNo, t.version)],
);

/**
 * Embeddings of corrections. `real[]` is there on every PostgreSQL and casts to pgvector's
 * `vector` where that is installed.
 */
export const memories = pgTable(
  "memories",
  {
    projectNo: integer("project_no").notNull(),
    correctionId: key("correction_id").notNull(),
    itemId: key("item_id").notNull(),
    label: text().notNull(),
    vector: real().array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectNo, t.correctionId] })],
);

/** Documents that are revised: each folded from its acts in the log. */
export const documents = pgTable(
  "documents",
  {
    projectNo: integer("project_no").notNull(),
    id: key().notNull(),
    title: text().notNull(),
    status: text().notNull(),
    pass: integer().notNull(),
    depthMax: integer("depth_max").notNull(),
    open: integer().notNull(),
    words: integer().notNull(),
    version: integer().notNull(),
    /** The whole state, so that no act is read twice. */
    state: json().notNull(),
    updatedAtMs: ms("updated_at_ms").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.projectNo, t.id] }),
    index("documents_by_time").on(t.projectNo, t.updatedAtMs),
  ],
);

/** What users said, as it came in: immutable, like items. */
export const turns = pgTable(
  "turns",
  {
    seq: bigserial({ mode: "number" }).primaryKey(),
    projectNo: integer("project_no").notNull(),
    /** The sender's own id of the turn, so that one sent twice is there once. */
    id: key().notNull(),
    body: json().notNull(),
  },
  (t) => [
    index("turns_by_project").on(t.projectNo, t.seq),
    uniqueIndex("turns_by_id").on(t.projectNo, t.id),
  ],
);

/** The rewrites of the lesson in force, and what was said and seen of each. */
export const rewrites = pgTable(
  "rewrites",
  {
    projectNo: integer("project_no").notNull(),
    ruleId: key("rule_id").notNull(),
    lessonId: key("lesson_id").notNull(),
    rule: json().notNull(),
    /** Folded from the log. */
    state: key().notNull(),
    pinned: boolean().notNull(),
    toText: text("to_text"),
    because: text().notNull(),
    /** Counted from the turns. */
    treatedSuccess: integer("treated_success").notNull().default(0),
    treatedDefect: integer("treated_defect").notNull().default(0),
    holdOutSuccess: integer("hold_out_success").notNull().default(0),
    holdOutDefect: integer("hold_out_defect").notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.projectNo, t.ruleId] })],
);

/** Episodes of a robot: folded from the log; the rows of each are a blob. */
export const episodes = pgTable(
  "episodes",
  {
    projectNo: integer("project_no").notNull(),
    id: key().notNull(),
    /** Of the event that recorded it. */
    seq: bigint({ mode: "number" }).notNull(),
    blob: key().notNull(),
    round: integer().notNull(),
    policyId: key("policy_id"),
    /** How it ended, as recorded. */
    ended: key().notNull(),
    discarded: boolean().notNull(),
    /** What is known of it without its rows, and what was said of it since. */
    facts: json().notNull(),
    edits: json().notNull(),
    version: integer().notNull(),
    atMs: ms("at_ms").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.projectNo, t.id] }),
    uniqueIndex("episodes_by_seq").on(t.projectNo, t.seq),
  ],
);

/** Rows of episodes that still run, as they came: gone once the episode is recorded. */
export const runningEpisodes = pgTable(
  "running_episodes",
  {
    projectNo: integer("project_no").notNull(),
    episodeId: key("episode_id").notNull(),
    /** `t` of the first row of this part. */
    fromT: integer("from_t").notNull(),
    count: integer().notNull(),
    head: json().notNull(),
    rows: json().notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectNo, t.episodeId, t.fromT] })],
);

/** Used where no folder for blobs is given. */
export const blobs = pgTable("blobs", { hash: key().primaryKey(), bytes: bytes().notNull() });

/** What the screens show of a job; pg-boss, in its own schema, hands them out. */
export const jobs = pgTable(
  "jobs",
  {
    id: key().primaryKey(),
    kind: key().notNull(),
    projectId: key("project_id"),
    singleton: key(),
    state: key().notNull(),
    data: json().notNull(),
    checkpoint: json(),
    progress: json(),
    result: json(),
    error: text(),
    createdAtMs: ms("created_at_ms").notNull(),
    /** The process that runs it, and when it last said so, by the database's clock. */
    worker: text(),
    heartbeatMs: ms("heartbeat_ms"),
    cancelling: boolean().notNull().default(false),
    /** Times it was started since it was last asked for by somebody. */
    attempts: integer().notNull().default(0),
  },
  (t) => [
    index("jobs_by_time").on(t.createdAtMs),
    index("jobs_by_project").on(t.projectId, t.createdAtMs),
    uniqueIndex("jobs_singleton")
      .on(t.kind, t.singleton)
      .where(sql`state in ('queued', 'running')`),
  ],
);
