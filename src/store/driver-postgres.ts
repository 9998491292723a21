/** Any PostgreSQL, through a pool of connections. */
import { types as defaultTypes, Pool, type PoolClient } from "pg";
import { Problem } from "#core/errors.ts";
import { CopyIn } from "./copy-in.ts";
import { type Queryable, type Sql, statementProblem, type Tx, type Value } from "./sql.ts";

const CONNECTIONS_MAX = 10;
const CONNECT_TIMEOUT_MS = 10_000;
const RECONNECT_MS = 1_000;
const INT8 = 20;

/** Counts and log positions come as numbers, as they do from the embedded driver. */
const types = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === INT8 ? Number : defaultTypes.getTypeParser(oid, format),
};

/** What a failed connection looks like, as opposed to a failed statement. */
const UNREACHABLE = new Set(["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "ECONNRESET", "57P03"]);

function asProblem(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const gone =
    UNREACHABLE.has(code) || /timeout exceeded when trying to connect/.test(error.message);
  if (!gone) return statementProblem(error);
  return new Problem("unavailable", "The database does not answer", {
    got: error.message === "" ? code : error.message,
    hint: "See that PostgreSQL runs and that DATABASE_URL names its host, port, user and database.",
  });
}

function queryable(connection: Pick<PoolClient, "query">): Queryable {
  return {
    async query<Row>(text: string, values: readonly Value[] = []): Promise<Row[]> {
      try {
        const { rows } = await connection.query(text, [...values]);
        return rows;
      } catch (error) {
        throw asProblem(error);
      }
    },
    async exec(script) {
      await connection.query(script);
    },
  };
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw asProblem(error);
  }
}

async function transaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work({
      ...queryable(client),
      copyIn: (table, columns, rows) =>
        client.query(new CopyIn(`copy ${table}(${columns.join(",")}) from stdin`, rows)).finished,
    });
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((failed: Error) => {
      broken = failed;
    });
    throw asProblem(error);
  } finally {
    // A connection that cannot even roll back is thrown away.
    client.release(broken);
  }
}

/** Hears one channel on a connection of its own, and takes a new one when that breaks. */
async function listen(pool: Pool, channel: string, hear: (payload: string) => void) {
  let stopped = false;
  let client: PoolClient | undefined;
  const open = async (): Promise<void> => {
    const fresh = await connect(pool);
    fresh.on("notification", (message) => hear(message.payload ?? ""));
    fresh.once("error", () => {
      client = undefined;
      fresh.release(true);
      if (!stopped) setTimeout(reopen, RECONNECT_MS).unref();
    });
    await fresh.query(`listen ${channel}`);
    client = fresh;
  };
  const reopen = (): void => {
    if (stopped) return;
    open().catch(() => setTimeout(reopen, RECONNECT_MS).unref());
  };
  await open();
  return async () => {
    stopped = true;
    client?.release(true);
  };
}

export async function openPostgres(url: string): Promise<Sql> {
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: "emend",
    types,
  });
  // An idle connection that breaks is replaced by the pool; the next query says so if the server
  // is gone.
  pool.on("error", () => undefined);
  const direct = queryable(pool);
  await direct.query("select 1");
  return {
    driver: "postgres",
    ...direct,
    transaction: (work) => transaction(pool, work),
    listen: (channel, hear) => listen(pool, channel, hear),
    close: () => pool.end(),
  };
}
