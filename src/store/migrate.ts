/**
 * Applies the generated migrations in order and records each; the same runner over both drivers.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Problem } from "#core/errors.ts";
import type { Sql } from "./sql.ts";

export interface Migration {
  /** File name without ending, e.g. `0000_start`; its number is its place. */
  readonly name: string;
  readonly script: string;
}

const FOLDER = fileURLToPath(new URL("./migrations", import.meta.url));
/** Any fixed number: processes that start at once wait for one another. */
const MIGRATION_LOCK = 730_411;

export function migrations(): Migration[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => ({
      name: file.replace(/\.sql$/, ""),
      script: readFileSync(join(FOLDER, file), "utf8"),
    }));
}

/** Brings a database to the newest version and answers the migrations that were missing. */
export async function migrate(
  sql: Sql,
  known: readonly Migration[] = migrations(),
): Promise<string[]> {
  return await sql.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    await tx.exec(`create table if not exists migrations (name text primary key)`);
    const rows = await tx.query<{ name: string }>("select name from migrations order by name");
    const done = new Set(rows.map((row) => row.name));
    for (const { name } of rows)
      if (!known.some((migration) => migration.name === name))
        throw new Problem("conflict", "The database was made by a newer Emend", {
          expected: `migrations up to ${known.at(-1)?.name}`,
          got: name,
          hint: "Start the newer version, or restore a backup made before it.",
        });
    const missing = known.filter(({ name }) => !done.has(name));
    for (const { name, script } of missing) {
      await tx.exec(script);
      await tx.query("insert into migrations(name) values ($1)", [name]);
    }
    return missing.map(({ name }) => name);
  });
}
