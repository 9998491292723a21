/** What the parts of the store's suite share: one database, and projects of their own in it. */
import { afterAll, beforeAll, expect } from "vitest";
import { Problem } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import type { OpenStore } from "./open.ts";
import { batches, config, item, type TestDatabase } from "./samples.ts";
import type { CaseRow } from "./store.ts";

export interface Kit {
  /** There once the tests run. */
  readonly db: TestDatabase;
  readonly store: OpenStore;
  project(): Promise<ProjectId>;
  /** A project whose items each have a case. */
  reviewed(rows: readonly CaseRow[]): Promise<ProjectId>;
}

export function suiteKit(make: () => Promise<TestDatabase>): Kit {
  let db: TestDatabase;
  let projects = 0;
  beforeAll(async () => {
    db = await make();
  });
  afterAll(() => db.drop());
  const project = async () => (await db.store.createProject(config(`suite ${projects++}`))).id;
  return {
    get db() {
      return db;
    },
    get store() {
      return db.store;
    },
    project,
    async reviewed(rows) {
      const id = await project();
      const items = rows.map((row) => item(row.itemId));
      await db.store.importItems(id, batches(items), { format: "jsonl" });
      await db.store.putCases(id, rows);
      return id;
    },
  };
}

export async function all<T>(stream: AsyncIterable<T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const batch of stream) rows.push(...batch);
  return rows;
}

/** The problem a call ends in. */
export async function problem(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Problem);
  return error as Problem;
}
