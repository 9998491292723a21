/**
 * What the parts of the store share: the database, the clock, and the number behind a project's
 * id.
 */
import type { Clock } from "#core/clock.ts";
import { Problem } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Queryable, Sql, Tx, Value } from "./sql.ts";

export interface Db {
  readonly sql: Sql;
  readonly clock: Clock;
  /** Throws `not-found` for a project that is not there. */
  projectNo(id: ProjectId): Promise<number>;
  /**
   * A transaction that changes what is folded from a project's log. One at a time per project, in
   * every process:
   * so the order of the log is the order in which things became visible.
   */
  change<T>(id: ProjectId, work: (tx: Tx, projectNo: number) => Promise<T>): Promise<T>;
}

export function makeDb(sql: Sql, clock: Clock): Db {
  const known = new Map<ProjectId, number>();
  async function projectNo(id: ProjectId): Promise<number> {
    const cached = known.get(id);
    if (cached !== undefined) return cached;
    const [row] = await sql.query<{ no: number }>("select no from projects where id = $1", [id]);
    if (row === undefined)
      throw new Problem("not-found", "There is no such project", {
        got: id,
        hint: "List the projects to see their ids.",
      });
    known.set(id, row.no);
    return row.no;
  }
  return {
    sql,
    clock,
    projectNo,
    async change(id, work) {
      const no = await projectNo(id);
      return await sql.transaction(async (tx) => {
        await lockProject(sql, tx, no);
        return await work(tx, no);
      });
    },
  };
}

/** The embedded driver has one connection: its transactions are one at a time as they are. */
async function lockProject(sql: Sql, tx: Queryable, no: number): Promise<void> {
  if (sql.driver === "postgres")
    await tx.query("select 1 from counts where project_no = $1 for update", [no]);
}

/**
 * Many rows as one JSON text: to take a thousand rows apart field by field costs the embedded
 * driver several times what the query does.
 */
export async function bulk<Row>(
  db: Queryable,
  text: string,
  values: readonly Value[],
): Promise<Row[]> {
  const [found] = await db.query<{ rows: Row[] | null }>(
    `select json_agg(t) as rows from (${text}) t`,
    values,
  );
  return found?.rows ?? [];
}

/**
 * Rows streamed by key, `batch` at a time: constant memory, and nothing held open between
 * batches.
 */
export async function* pages<Row>(
  next: (last: Row | undefined, limit: number) => Promise<Row[]>,
  batch: number,
): AsyncGenerator<Row[]> {
  let last: Row | undefined;
  for (;;) {
    const rows = await next(last, batch);
    if (rows.length > 0) yield rows;
    if (rows.length < batch) return;
    last = rows.at(-1);
  }
}
