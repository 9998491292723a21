import { isProblem, type ProblemKind, problemText } from "#core/errors.ts";

/** What an exit code means; the same for every command, listed by `emend --help`. */
export const exitCodes: Readonly<Record<ProblemKind | "failed", number>> = {
  failed: 1,
  "not-found": 2,
  "bad-input": 3,
  "too-large": 3,
  conflict: 4,
  unavailable: 5,
  cancelled: 130,
};

export const printJson = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
};

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Remarks go to stderr, so that stdout holds results only. */
export const remark = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** The last word on an error: one paragraph (or problem+json) on stderr, and an exit code. */
export function fail(error: unknown, json: boolean): number {
  if (!isProblem(error)) {
    remark(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return exitCodes.failed;
  }
  const { kind, message, detail } = error;
  remark(json ? JSON.stringify({ kind, title: message, ...detail }) : problemText(error));
  return exitCodes[kind];
}

type Cell = string | number;

/** Columns padded to their widest cell; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const text = (cell: Cell | undefined) => String(cell ?? "");
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => text(row[column]).length)),
  );
  const line = (cells: readonly Cell[]) =>
    widths
      .map((width, column) => {
        const cell = cells[column];
        return typeof cell === "number" ? text(cell).padStart(width) : text(cell).padEnd(width);
      })
      .join("  ")
      .trimEnd();
  return [
    line(header),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map(line),
  ].join("\n");
}
