import { resolve } from "node:path";
import type { Command } from "commander";
import { Problem, quoted } from "#core/errors.ts";

/** `--data`, the same everywhere. */
export const dataOption = (command: Command): Command =>
  command.option(
    "--data <dir>",
    "data folder of the embedded database (not used with DATABASE_URL)",
    ".emend",
  );

/** Where everything is kept: PostgreSQL when `DATABASE_URL` is set, else the embedded database in a folder. */
export function storageOf(dataDir: string): { dataDir: string; databaseUrl?: string } {
  const databaseUrl = process.env.DATABASE_URL;
  return {
    dataDir: resolve(dataDir),
    ...(databaseUrl === undefined || databaseUrl === "" ? {} : { databaseUrl }),
  };
}

/** @throws Problem `bad-input` naming the option. */
export function wholeNumber(
  name: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const value = Number(text);
  if (text !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Problem("bad-input", `${name} is not as expected`, {
    expected: `a whole number from ${min} to ${max}`,
    got: quoted(text),
  });
}
