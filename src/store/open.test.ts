import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "#core/clock.ts";
import { openPglite } from "./driver-pglite.ts";
import { migrate, migrations } from "./migrate.ts";
import { openStore } from "./open.ts";
import { config } from "./samples.ts";

test("every earlier version migrates to the newest, and a newer one is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "emend-migrate-"));
  const sql = await openPglite(folder);
  const all = migrations();
  const columns = () =>
    sql.query(
      `select table_name, column_name, data_type, is_nullable from information_schema.columns
       where table_schema = 'public' order by 1, 2`,
    );
  try {
    expect(await migrate(sql)).toEqual(all.map(({ name }) => name));
    expect(await migrate(sql)).toEqual([]);
    const newest = await columns();
    for (let version = 1; version < all.length; version++) {
      await sql.exec("drop schema public cascade; create schema public");
      await migrate(sql, all.slice(0, version));
      // The database of then knows nothing of the versions to come, and is brought to them.
      expect(await migrate(sql)).toEqual(all.slice(version).map(({ name }) => name));
      expect(await columns()).toEqual(newest);
    }
    await expect(migrate(sql, all.slice(0, -1))).rejects.toMatchObject({
      kind: "conflict",
      detail: { got: all.at(-1)?.name },
    });
  } finally {
    await sql.close();
    rmSync(folder, { recursive: true });
  }
});

test("a folder is one store's at a time, and keeps what was put in it", async () => {
  const dataDir = join(mkdtempSync(join(tmpdir(), "emend-open-")), "new");
  const clock = systemClock;
  // What a kill during the very first start leaves behind: begun, and not whole.
  mkdirSync(join(dataDir, "db"), { recursive: true });
  writeFileSync(join(dataDir, "db", "PG_VERSION"), "18\n");
  writeFileSync(join(dataDir, "starting"), "");

  const first = await openStore({ dataDir }, { clock });
  expect(existsSync(join(dataDir, "starting"))).toBe(false);
  await expect(openStore({ dataDir }, { clock })).rejects.toMatchObject({ kind: "conflict" });
  const { id } = await first.createProject(config("kept"));
  await first.close();
  const second = await openStore({ dataDir }, { clock });
  expect((await second.projectByName("kept"))?.id).toBe(id);
  await second.close();
  rmSync(dataDir, { recursive: true });
});

test("a server that does not answer is said to be away", async () => {
  const nowhere = "postgres://postgres@127.0.0.1:1/none";
  await expect(openStore({ databaseUrl: nowhere }, { clock: systemClock })).rejects.toMatchObject({
    kind: "unavailable",
  });
});
