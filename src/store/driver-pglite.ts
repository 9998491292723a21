/** The embedded driver: PGlite on a folder, one connection, flushed to disk on every commit. */
import { fdatasyncSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import { vector } from "@electric-sql/pglite-pgvector";
import { housekeeping } from "./housekeeping.ts";
import { type Queryable, type Sql, statementProblem, type Tx, type Value } from "./sql.ts";

/**
 * PGlite ships with fsync off, and its file layer has no fsync at all. A commit must survive a
 * power cut as well as
 * a kill, so both are put back: PostgreSQL asks for fsync, and the file layer passes it on.
 */
const START_PARAMS = [
  ...PGlite.defaultStartParams.filter((param) => param !== "-F"),
  "-c",
  // The file layer's fdatasync is a no-op that cannot be replaced; its fsync can.
  "wal_sync_method=fsync",
];

/** What of Emscripten's node file system is replaced. */
interface StreamOps {
  fsync?: (stream: { nfd: number }) => number;
}

function streamOps(fileSystem: unknown): StreamOps {
  const holder = fileSystem as { filesystems?: { NODEFS?: { stream_ops?: StreamOps } } };
  const ops = holder.filesystems?.NODEFS?.stream_ops;
  if (ops === undefined) throw new Error("PGlite's node file system is not as this release has it");
  return ops;
}

class DurableFolder extends NodeFS {
  override async init(...args: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const made = await super.init(...args);
    made.emscriptenOpts.preRun ??= [];
    made.emscriptenOpts.preRun.push((module: { FS: unknown }) => {
      streamOps(module.FS).fsync = ({ nfd }) => {
        fdatasyncSync(nfd);
        return 0;
      };
    });
    return made;
  }
}

const BYTEA = 17;
const HEX_PREFIX = "\\x";

/**
 * The database runs in this thread, so a long import would let nobody else have it: no longer
 * than this at a stretch.
 */
const STRETCH_MS_MAX = 10;

/** Lets timers and sockets have their turn when the database had its own for long enough. */
function turns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < STRETCH_MS_MAX) return;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  };
}

type Connection = Pick<PGlite, "query" | "exec">;

function queryable(connection: Connection, turn: () => Promise<void>): Queryable {
  return {
    async query<Row>(text: string, values: readonly Value[] = []): Promise<Row[]> {
      try {
        const { rows } = await connection.query<Row>(text, [...values]);
        await turn();
        return rows;
      } catch (error) {
        throw statementProblem(error);
      }
    },
    async exec(script) {
      await connection.exec(script);
      await turn();
    },
  };
}

/** Opens (or makes) the database in `folder`. The caller holds the folder's lock. */
export async function openPglite(folder: string): Promise<Sql> {
  const db = await PGlite.create({
    fs: new DurableFolder(folder),
    startParams: START_PARAMS,
    extensions: { vector },
    parsers: { [BYTEA]: (hex) => Buffer.from(hex.slice(HEX_PREFIX.length), "hex") },
    serializers: {
      [BYTEA]: (bytes: Uint8Array) => HEX_PREFIX + Buffer.from(bytes).toString("hex"),
    },
  });

  const turn = turns();
  const direct = queryable(db, turn);
  const keepHouse = housekeeping(direct);

  return {
    driver: "pglite",
    async query<Row>(text: string, values?: readonly Value[]) {
      const rows = await direct.query<Row>(text, values);
      await keepHouse();
      return rows;
    },
    exec: direct.exec,
    async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
      const result = await db.transaction((tx) =>
        work({
          ...queryable(tx, turn),
          async copyIn(table, columns, rows) {
            await tx.query(`copy ${table}(${columns.join(",")}) from '/dev/blob'`, [], {
              blob: new Blob([...rows]),
            });
            await turn();
          },
        }),
      );
      await keepHouse();
      return result;
    },
    async listen(channel, hear) {
      const stop = await db.listen(channel, hear);
      return () => stop();
    },
    close: () => db.close(),
  };
}
