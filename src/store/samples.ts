/** Records for the store's tests, and the databases the suites run over. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { type ManualClock, manualClock } from "#core/clock.ts";
import type { Correction } from "#core/correction.ts";
import { ActorId, CorrectionId, ItemId, LessonId, ProposalId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import { ProjectConfig } from "#core/project.ts";
import type { RewriteRule, UserTurn } from "#core/rewrite.ts";
import { type OpenStore, openStore, type Where } from "./open.ts";
import type { CaseRow, ItemRow } from "./store.ts";

export const itemId = (name: string): ItemId => ItemId.parse(name);
export const correctionId = (name: string): CorrectionId => CorrectionId.parse(name);
export const lessonId = (name: string): LessonId => LessonId.parse(name);

export const config = (name: string): ProjectConfig =>
  ProjectConfig.parse({
    name,
    task: { kind: "label", schema: { classes: ["spam", "ham"], positive: "spam" } },
  });

export const item = (name: string, more: Partial<ItemRow> = {}): ItemRow => ({
  id: itemId(name),
  input: { text: `text of ${name}`, fields: { subject: name } },
  proposal: {
    id: ProposalId.parse(`p-${name}`),
    itemId: itemId(name),
    source: { id: "model", kind: "model", version: "1" },
    output: "ham",
    confidence: 0.75,
  },
  votes: [
    { source: "r1", output: "spam", because: "says money" },
    { source: "r2", output: null },
  ],
  gold: "spam",
  split: "pool",
  ...more,
});

export const caseRow = (name: string, more: Partial<CaseRow> = {}): CaseRow => ({
  itemId: itemId(name),
  version: 0,
  state: "open",
  title: `subject of ${name}`,
  from: "a@example.org",
  proposed: "ham",
  assessment: {
    proposalId: ProposalId.parse(`p-${name}`),
    itemId: itemId(name),
    risk: 0.5,
    reasons: [{ from: "r1", text: "r1 says spam", weight: 0.25 }],
    route: "ask",
  },
  cost: 0.5,
  uncertainty: 0.5,
  diversity: 0.5,
  random: 0.5,
  audit: false,
  propensity: 1,
  waitingFor: null,
  ...more,
});

export const correction = (
  name: string,
  of: string,
  more: Partial<Correction<string>> = {},
): Correction<string> => ({
  id: correctionId(name),
  itemId: itemId(of),
  proposalId: null,
  decision: "edited",
  before: "ham",
  after: "spam",
  operations: [{ set: "spam" }],
  by: { id: ActorId.parse("ann"), kind: "person" },
  effort: { ms: 1_200, gestures: 1, edit: 1 },
  risk: 0.5,
  propensity: 1,
  audit: false,
  suggestionShown: true,
  atMs: 5,
  ...more,
});

export const undoOf = (name: string, undone: Correction<string>): Correction<string> =>
  correction(name, undone.itemId, {
    decision: "undone",
    before: undone.after,
    after: undone.before,
    undoes: undone.id,
  });

export const lesson = (name: string, more: Partial<Lesson> = {}): Lesson => ({
  id: lessonId(name),
  kind: "harmoniser",
  parent: null,
  learnedFrom: [],
  code: "1",
  options: {},
  seed: "7",
  summary: `lesson ${name}`,
  body: { weights: [0.5, 0.25] },
  atMs: 1,
  ...more,
});

const rate = (successes: number, visits: number) => ({
  successes,
  visits,
  value: successes / visits,
  interval: { low: 0, high: 1, level: 0.95, method: "none" },
});

export const rewriteRule = (id: string, more: Partial<RewriteRule> = {}): RewriteRule => ({
  id,
  locale: "und",
  fromKey: `${id} wrong`,
  fromText: `${id} Wrong`,
  toKey: `${id} right`,
  toText: `${id} Right`,
  score: 0.5,
  share: 0.75,
  from: rate(10, 50),
  to: rate(45, 50),
  users: 12,
  examples: [[`${id} Wrong`, `${id} Right`]],
  ...more,
});

/** A lesson of rewrites, mined from turns up to `last`. */
export const rewriteLesson = (
  name: string,
  rules: readonly RewriteRule[],
  more: Partial<Lesson> & { readonly last?: number } = {},
): Lesson => {
  const { last = 0, ...same } = more;
  return lesson(name, {
    kind: "rewrites",
    options: { turns: { first: 0, last, count: last } },
    body: { rules },
    ...same,
  });
};

/** A turn of `user` at `ts` that was drawn to be rewritten by a rule, or not to be. */
export const drawnTurn = (
  user: string,
  ts: number,
  [ruleId, arm]: readonly [string, "treated" | "hold-out"],
  more: Partial<UserTurn> = {},
): UserTurn => ({
  id: `${user}-${ts}`,
  userId: user,
  ts,
  utterance: arm === "treated" ? `${ruleId} Right` : `${ruleId} Wrong`,
  rewrite: {
    ruleId,
    original: `${ruleId} Wrong`,
    arm,
    propensity: arm === "treated" ? 0.9 : 0.1,
  },
  ...more,
});

/** Batches of an array, as an import reads a file. */
export async function* batches<T>(rows: readonly T[], size = rows.length): AsyncGenerator<T[]> {
  for (let from = 0; from < rows.length; from += size) yield rows.slice(from, from + size);
}

/** A database of a suite's own; `drop` closes and removes it. */
export interface TestDatabase {
  readonly where: Where;
  readonly clock: ManualClock;
  readonly store: OpenStore;
  drop(): Promise<void>;
}

const START_MS = 1_000_000;

export async function pgliteDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), "emend-store-"));
  const clock = manualClock(START_MS);
  const where = { dataDir: folder };
  const store = await openStore(where, { clock });
  return {
    where,
    clock,
    store,
    async drop() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** An empty database on the server of `url`, with the way to remove it. */
export async function emptyPostgres(
  url: string,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `emend_test_${randomUUID().replaceAll("-", "")}`;
  await administer(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => administer(url, `drop database ${name} with (force)`) };
}

export async function postgresDatabase(url: string): Promise<TestDatabase> {
  const database = await emptyPostgres(url);
  const clock = manualClock(START_MS);
  const where = { databaseUrl: database.url };
  const store = await openStore(where, { clock });
  return {
    where,
    clock,
    store,
    async drop() {
      await store.close();
      await database.drop();
    },
  };
}

/** The databases a suite runs over: PGlite always, PostgreSQL where a server is given. */
export function databases(): { readonly name: string; make(): Promise<TestDatabase> }[] {
  const url = process.env.EMEND_TEST_DATABASE_URL;
  return [
    { name: "pglite", make: pgliteDatabase },
    ...(url === undefined ? [] : [{ name: "postgres", make: () => postgresDatabase(url) }]),
  ];
}
