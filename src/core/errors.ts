import type { z } from "zod";

/** Where in the user's data a problem is: enough to open the file and put a finger on it. */
export interface Place {
  readonly file?: string;
  /** 1-based line of a text file. */
  readonly line?: number;
  /** 1-based row of a table, header not counted. */
  readonly row?: number;
  readonly field?: string;
}

export type ProblemKind =
  | "bad-input" // 400: the request or file is not what was expected
  | "not-found" // 404
  | "conflict" // 409: made against a version that has moved on, or already done
  | "too-large" // 413
  | "unavailable" // 503: another part (database, model endpoint) does not answer
  | "cancelled"; // 499: the caller asked to stop

/** Fields of a problem: what was expected, what came, where, and the way out. */
export interface ProblemDetail {
  readonly expected?: string;
  readonly got?: string;
  readonly at?: Place;
  readonly hint?: string;
}

/** A failure at a boundary. The server maps it to problem+json, the CLI to one paragraph and an exit code. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly kind: ProblemKind;
  readonly detail: ProblemDetail;

  constructor(kind: ProblemKind, title: string, detail: ProblemDetail = {}) {
    super(title);
    this.kind = kind;
    this.detail = detail;
  }
}

export const isProblem = (error: unknown): error is Problem => error instanceof Problem;

export const placeText = ({ file, line, row, field }: Place): string =>
  [
    file,
    line === undefined ? undefined : `line ${line}`,
    row === undefined ? undefined : `row ${row}`,
    field === undefined ? undefined : `field "${field}"`,
  ]
    .filter((part) => part !== undefined)
    .join(", ");

/** One paragraph for a person: where, what was expected, what came, what to do. */
export function problemText(problem: Problem): string {
  const { expected, got, at, hint } = problem.detail;
  const where = at === undefined ? "" : placeText(at);
  return [
    where === "" ? `${problem.message}.` : `${where}: ${problem.message}.`,
    expected === undefined ? undefined : `Expected ${expected}.`,
    got === undefined ? undefined : `Got ${got}.`,
    hint,
  ]
    .filter((part) => part !== undefined)
    .join(" ");
}

const GOT_CHARS_MAX = 120;

/** A value as it is quoted in a message: short, and never the whole of a 10 MB field. */
export function quoted(value: unknown): string {
  const text = value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value));
  return text.length <= GOT_CHARS_MAX
    ? text
    : `${text.slice(0, GOT_CHARS_MAX)}… (${text.length} characters)`;
}

/** The first issue of a failed parse as a problem that names field, expectation and what came. */
export function badInput(error: z.ZodError, input: unknown, at: Place = {}): Problem {
  const issue = error.issues[0];
  if (issue === undefined) return new Problem("bad-input", "The input does not parse", { at });
  const path = issue.path.map(String).join(".");
  let got: unknown = input;
  for (const key of issue.path)
    got = (got as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return new Problem(
    "bad-input",
    path === "" ? "The input is not as expected" : `"${path}" is not as expected`,
    {
      expected: issue.message
        .replace(/^Invalid input: expected /, "")
        .replace(/, received .*$/, ""),
      got: quoted(got),
      at: path === "" ? at : { ...at, field: path },
    },
  );
}
