/**
 * What a server's background processes do, and nobody does for a single-user PostgreSQL:
 * checkpoint, vacuum, analyze.
 */
import type { Queryable } from "./sql.ts";

/** WAL beyond this is checkpointed: else all of it is kept, and replayed after a kill. */
const WAL_BYTES_MAX = 256 * 2 ** 20;
/** Statements between two looks. */
const LOOK_EVERY = 200;
/**
 * A server's own rule for when a table is due, with its default shares and a larger constant for
 * an embedded store.
 */
const DUE = `
  select quote_ident(relname) as name, n_dead_tup > 10000 + 0.2 * n_live_tup as vacuum
  from pg_stat_user_tables
  where n_dead_tup > 10000 + 0.2 * n_live_tup or n_mod_since_analyze > 10000 + 0.1 * n_live_tup`;
const WAL = `
  select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 as bytes
  from pg_control_checkpoint()`;

/** Call it after each statement outside a transaction, and after each transaction. */
export function housekeeping(db: Queryable): () => Promise<void> {
  let statements = 0;
  return async () => {
    statements += 1;
    if (statements % LOOK_EVERY !== 0) return;
    const [wal] = await db.query<{ bytes: number }>(WAL);
    if ((wal?.bytes ?? 0) > WAL_BYTES_MAX) await db.exec("checkpoint");
    for (const { name, vacuum } of await db.query<{ name: string; vacuum: boolean }>(DUE))
      await db.exec(`${vacuum ? "vacuum (analyze)" : "analyze"} ${name}`);
  };
}
