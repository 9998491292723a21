/** Opens the store, embedded or on a server. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "#core/clock.ts";
import { type Blobs, databaseBlobs, folderBlobs } from "./blobs.ts";
import { caseStore } from "./cases.ts";
import { comparisonStore } from "./comparisons.ts";
import { correctionStore } from "./corrections.ts";
import { makeDb } from "./db.ts";
import { documentStore } from "./documents.ts";
import { openPglite } from "./driver-pglite.ts";
import { openPostgres } from "./driver-postgres.ts";
import { episodeStore } from "./episodes.ts";
import { eventStore } from "./events.ts";
import { itemStore } from "./items.ts";
import { lessonStore } from "./lessons.ts";
import { lockFolder } from "./lock.ts";
import { enableVectors, memoryStore } from "./memory.ts";
import { migrate } from "./migrate.ts";
import { projectStore } from "./projects.ts";
import { rewriteStore } from "./rewrites.ts";
import type { Sql } from "./sql.ts";
import type { Store } from "./store.ts";
import { turnStore } from "./turns.ts";

/** Where a store is: a folder of this machine, for one process; or any PostgreSQL, for many. */
export type Where =
  | { readonly dataDir: string }
  | { readonly databaseUrl: string; readonly blobDir?: string };

/** A store with what jobs and backups need below it. */
export interface OpenStore extends Store, Blobs {
  readonly sql: Sql;
  readonly clock: Clock;
}

/** While this is there, the database beside it is not whole: nothing was ever stored in it. */
const STARTING = "starting";

async function openFolder(folder: string): Promise<Sql> {
  const database = join(folder, "db");
  const marker = join(folder, STARTING);
  // Killed during the very first start: what is there cannot be opened, and begins anew.
  if (existsSync(marker)) rmSync(database, { recursive: true, force: true });
  if (!existsSync(database)) writeFileSync(marker, "");
  const sql = await openPglite(database);
  await migrate(sql);
  rmSync(marker, { force: true });
  return sql;
}

function storeOver(
  sql: Sql,
  made: { readonly clock: Clock; readonly vectors: boolean; readonly blobs: Blobs },
): Omit<OpenStore, "close"> {
  const db = makeDb(sql, made.clock);
  return {
    driver: sql.driver,
    sql,
    clock: made.clock,
    ...projectStore(db),
    ...itemStore(db),
    ...caseStore(db),
    ...correctionStore(db),
    ...lessonStore(db),
    ...eventStore(db),
    ...memoryStore(db, made.vectors),
    ...turnStore(db),
    ...rewriteStore(db),
    ...documentStore(db),
    ...comparisonStore(db),
    ...episodeStore(db, made.blobs),
    ...made.blobs,
  };
}

/**
 * Opens a store, making or migrating its database first. Throws a problem when the folder is
 * somebody else's or the server is away.
 */
export async function openStore(
  where: Where,
  { clock }: { readonly clock: Clock },
): Promise<OpenStore> {
  if ("databaseUrl" in where) {
    const sql = await openPostgres(where.databaseUrl);
    await migrate(sql);
    const blobs = where.blobDir === undefined ? databaseBlobs(sql) : folderBlobs(where.blobDir);
    const vectors = await enableVectors(sql);
    return { ...storeOver(sql, { clock, vectors, blobs }), close: () => sql.close() };
  }
  mkdirSync(where.dataDir, { recursive: true });
  const unlock = lockFolder(where.dataDir, clock);
  try {
    const sql = await openFolder(where.dataDir);
    const blobs = folderBlobs(join(where.dataDir, "blobs"));
    const vectors = await enableVectors(sql);
    return {
      ...storeOver(sql, { clock, vectors, blobs }),
      async close() {
        await sql.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}
