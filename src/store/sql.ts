/** The little that both drivers must be able to do. Everything above it is the same SQL on both. */

import { Problem } from "#core/errors.ts";

/** `null` or a plain value; arrays go to array parameters; JSON is passed as text. */
export type Value =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly (string | number | boolean | null)[];

export interface Queryable {
  query<Row>(text: string, values?: readonly Value[]): Promise<Row[]>;
  /** Several statements at once, without parameters. */
  exec(script: string): Promise<void>;
}

export interface Tx extends Queryable {
  /** Appends rows in COPY text format (`copyRow`) to a table; resolves when the table has them. */
  copyIn(table: string, columns: readonly string[], rows: readonly string[]): Promise<void>;
}

/**
 * One database. A transaction is only ever open over awaits of the database itself:
 * the embedded driver has a single connection, and user code that waits would stop everybody.
 */
export interface Sql extends Queryable {
  readonly driver: "pglite" | "postgres";
  /** Committed, and flushed to disk, when it resolves; rolled back when `work` throws. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Payloads of `notify` from this and every other process; resolves to the way to stop. */
  listen(channel: string, hear: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const SPECIAL = /[\\\n\r\t]/g;
const ESCAPED: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function copyField(value: string | number | boolean | null): string {
  if (value === null) return "\\N";
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value === "number") return String(value);
  return value.replace(SPECIAL, (c) => ESCAPED[c] ?? c);
}

/** One line of COPY text format. */
export function copyRow(fields: readonly (string | number | boolean | null)[]): string {
  let line = "";
  for (let k = 0; k < fields.length; k++)
    line += (k === 0 ? "" : "\t") + copyField(fields[k] ?? null);
  return `${line}\n`;
}

/** SQLSTATE of a database error, on either driver. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export const UNIQUE_VIOLATION = "23505";
const NUL_IN_TEXT = "22021";

/** What a statement threw, as the caller's problem where it is one. */
export function statementProblem(error: unknown): unknown {
  if (sqlState(error) !== NUL_IN_TEXT) return error;
  return new Problem("bad-input", "An id or a name contains a NUL character", {
    expected: "text without U+0000, which PostgreSQL cannot hold",
    hint: "Leave the character out.",
  });
}

/** PostgreSQL text cannot hold NUL: ids that contain it are refused, free text has it replaced. */
export const hasNul = (text: string): boolean => text.includes("\0");
export const withoutNul = (text: string): string =>
  text.includes("\0") ? text.replaceAll("\0", "\uFFFD") : text;
