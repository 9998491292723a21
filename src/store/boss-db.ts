import type PgBoss from "pg-boss";
import type { Sql, Value } from "./sql.ts";

/**
 * What pg-boss needs of a database. It is over when the store is, whatever pg-boss still has in
 * flight.
 */
export class BossDb implements PgBoss.Db {
  private readonly sql: Sql;
  private readonly flying = new Set<Promise<unknown>>();
  private over = false;

  constructor(sql: Sql) {
    this.sql = sql;
  }

  async executeSql(text: string, values: unknown[] = []): Promise<{ rows: unknown[] }> {
    if (this.over) return { rows: [] };
    const running = this.run(text, values);
    this.flying.add(running);
    try {
      return await running;
    } finally {
      this.flying.delete(running);
    }
  }

  private async run(text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
    // Its scripts bring their own transaction; ours gives the connection back clean when one fails.
    const script = /^\s*BEGIN;([\s\S]*)COMMIT;\s*$/.exec(text)?.[1];
    if (script === undefined) return { rows: await this.sql.query(text, values as Value[]) };
    await this.sql.transaction((tx) => tx.exec(script));
    return { rows: [] };
  }

  async end(): Promise<void> {
    this.over = true;
    await Promise.allSettled(this.flying);
  }
}
