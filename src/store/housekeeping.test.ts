import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPglite } from "./driver-pglite.ts";
import type { Sql } from "./sql.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-house-"));
let sql: Sql;
beforeAll(async () => {
  sql = await openPglite(folder);
  await sql.exec("create table kept (id int primary key, n int)");
});
afterAll(async () => {
  await sql.close();
  rmSync(folder, { recursive: true });
});

const dead = async () => {
  const [row] = await sql.query<{ dead: number }>(
    "select n_dead_tup as dead from pg_stat_user_tables where relname = 'kept'",
  );
  return row?.dead ?? 0;
};

/** Flushes of the log so far, as PostgreSQL counts them. */
const flushes = async () => {
  await sql.query("select pg_stat_force_next_flush()");
  const [row] = await sql.query<{ n: number }>(
    "select sum(fsyncs)::int as n from pg_stat_io where object = 'wal'",
  );
  return row?.n ?? 0;
};

test("a commit waits for the disk, one that says it need not does not", async () => {
  const before = await flushes();
  for (let k = 0; k < 3; k++)
    await sql.query(`insert into kept select ${-k - 1}, 0
      where set_config('synchronous_commit', 'off', true) is not null`);
  expect(await flushes()).toBe(before);
  await sql.query("insert into kept values (-4, 0)");
  await sql.query("insert into kept values (-5, 0)");
  expect(await flushes()).toBe(before + 2);
});

test("rows that were replaced again and again are cleared away as work goes on", async () => {
  await sql.query("insert into kept select g, 0 from generate_series(1, 20000) g");
  await sql.query("update kept set n = 1");
  // Else the server counts them within the second.
  await sql.query("select pg_stat_force_next_flush()");
  expect(await dead()).toBeGreaterThan(10_000);
  for (let k = 0; k < 200; k++) await sql.query("select 1");
  expect(await dead()).toBe(0);
});

test("timers have their turn during long work", async () => {
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 1);
  for (let k = 0; k < 20; k++) await sql.query("select sum(g) from generate_series(1, 100000) g");
  clearInterval(counting);
  expect(turns).toBeGreaterThan(5);
});
