import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Client } from "pg";
import { systemClock } from "#core/clock.ts";
import { type OpenStore, openStore } from "#store/open.ts";
import { inTempFolder } from "./temp.ts";

/** A store made for one measurement, and removed after it. */
export interface TempStore {
  readonly name: string;
  use<T>(work: (store: OpenStore) => Promise<T>): Promise<T>;
}

const embedded: TempStore = {
  name: "embedded",
  use: (work) =>
    inTempFolder(async (folder) => {
      const store = await openStore({ dataDir: join(folder, "data") }, { clock: systemClock });
      try {
        return await work(store);
      } finally {
        await store.close();
      }
    }),
};

async function administer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A database of its own on the server of `url`. */
const onServer = (url: string): TempStore => ({
  name: "PostgreSQL",
  async use(work) {
    const name = `emend_bench_${randomUUID().replaceAll("-", "")}`;
    await administer(url, `create database ${name}`);
    const own = new URL(url);
    own.pathname = `/${name}`;
    try {
      const store = await openStore({ databaseUrl: own.href }, { clock: systemClock });
      try {
        return await work(store);
      } finally {
        await store.close();
      }
    } finally {
      await administer(url, `drop database ${name} with (force)`);
    }
  },
});

/** The embedded store, and PostgreSQL where `EMEND_TEST_DATABASE_URL` names a server. */
export function tempStores(): TempStore[] {
  const url = process.env.EMEND_TEST_DATABASE_URL;
  return url === undefined ? [embedded] : [embedded, onServer(url)];
}
