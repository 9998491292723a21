import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { Problem, quoted } from "#core/errors.ts";
import type { ImportInput } from "#formats/format.ts";

/** Says at once, and clearly, when a file is not there. */
export const statOf = (path: string) => orMissing(path, () => statSync(path));

/** A file as a stream, or a folder (WRENCH) as its files; opened anew at each call. */
export function inputOf(path: string): ImportInput {
  if (!statOf(path).isDirectory()) return createReadStream(path);
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ name, open: () => createReadStream(join(path, name)) }));
}

export const nameOf = (path: string): string => basename(path);

/** A small file, whole. */
export const textOf = (path: string): string => orMissing(path, () => readFileSync(path, "utf8"));

function orMissing<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Problem("not-found", "A file cannot be read", {
      expected: "the path of a file or folder",
      got: quoted(path),
      hint: error instanceof Error ? error.message : "",
    });
  }
}
