/** Columns that several tables have. */
import { customType, doublePrecision } from "drizzle-orm/pg-core";

/**
 * Identifiers compare byte by byte: the same order on every driver and locale, and a cheaper
 * index.
 */
export const key = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });
/** A time, milliseconds since 1970. */
export const ms = doublePrecision;
