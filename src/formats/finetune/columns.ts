/**
 * Lines that a loader which infers its types from the first of them reads as meant: the same columns on every line,
 * in the same order, each of one type.
 */
import type { Row } from "./rows.ts";

/** Columns of fractions: written with a point, since a first line of whole numbers would make them integers. */
const FRACTIONS = new Set(["margin", "fn_rate", "fp_rate", "rewards"]);
/** Columns that are of no use with gaps: a trainer takes them on every line or not at all. */
const WHOLE = new Set(["margin"]);

type Bag = Record<string, unknown>;
const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Keys in the order they first occur. */
const keysOf = (bags: Iterable<Row>): string[] => {
  const keys = new Set<string>();
  for (const bag of bags) for (const key in bag) keys.add(key);
  return [...keys];
};

const filled = (bag: Row, keys: readonly string[]): Row =>
  Object.fromEntries(keys.map((key) => [key, bag[key] ?? null]));

/** Objects in the lists of a column, each with the keys of all. */
function evenLists(rows: readonly Row[], column: string): (value: unknown) => unknown {
  const keys = new Set<string>();
  for (const { [column]: value } of rows)
    if (Array.isArray(value))
      for (const entry of value) if (isBag(entry)) for (const key in entry) keys.add(key);
  const all = [...keys];
  return (value) =>
    Array.isArray(value)
      ? value.map((entry: unknown) => (isBag(entry) ? filled(entry, all) : entry))
      : value;
}

/** How many values of a row, lists of objects looked into, are there. */
const known = (row: Row): number =>
  Object.values(row).reduce<number>((sum, value) => {
    if (value === null) return sum;
    if (!Array.isArray(value)) return sum + 1;
    const gaps = value.flatMap((entry) => (isBag(entry) ? Object.values(entry) : []));
    return sum + 1 + (gaps.length === 0 ? 0 : new Set(gaps.map((gap) => gap !== null)).size);
  }, 0);

export interface Evened {
  readonly rows: readonly Row[];
  /** Columns that were left out, since not every line has them. */
  readonly left: readonly string[];
}

/** `rows` of all splits together: the files of a data set are read as one table. */
export function evenColumns(rows: readonly Row[]): Evened {
  const has = (column: string) => (row: Row) => row[column] !== undefined && row[column] !== null;
  const columns = keysOf(rows).filter((column) =>
    WHOLE.has(column) ? rows.every(has(column)) : rows.some(has(column)),
  );
  const left = keysOf(rows).filter(
    (column) => WHOLE.has(column) && !columns.includes(column) && rows.some(has(column)),
  );
  const even = columns.map((column) => [column, evenLists(rows, column)] as const);
  return {
    rows: rows.map((row) =>
      Object.fromEntries(even.map(([column, list]) => [column, list(row[column] ?? null)])),
    ),
    left,
  };
}

/** The row that knows most comes first: what is null in the first rows a loader sees has no type yet. */
export function richestFirst<T>(entries: readonly T[], rowOf: (entry: T) => Row): readonly T[] {
  let [best, most] = [0, -1];
  for (const [at, entry] of entries.entries()) {
    const count = known(rowOf(entry));
    if (count > most) [best, most] = [at, count];
  }
  const richest = entries[best];
  if (richest === undefined || best === 0) return entries;
  return [richest, ...entries.slice(0, best), ...entries.slice(best + 1)];
}

const fraction = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(fraction).join(",")}]`
    : typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 1e21
      ? `${value}.0`
      : JSON.stringify(value);

/** One line of JSON, its end included. */
export const lineOf = (row: Row): string =>
  `{${Object.entries(row)
    .map(
      ([key, value]) =>
        `${JSON.stringify(key)}:${FRACTIONS.has(key) ? fraction(value) : JSON.stringify(value)}`,
    )
    .join(",")}}\n`;
