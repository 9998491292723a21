import type { z } from "zod";
import type { Problem } from "./errors.ts";
import type { Result } from "./result.ts";

/**
 * The shape of an output and how a person edits it: `label`, `text`, `comparison`, `tree`, …
 *
 * Laws, held by the contract suite: `distance` is 0 exactly between equals and symmetric, in [0, 1];
 * `apply(before, diff(before, after))` is `after`; `reverse` undoes it; neither changes its arguments.
 */
export interface TaskKind<O, Op, Schema> {
  readonly id: string;
  /** What a project states about its outputs: the label set, the costs of an error. */
  readonly schema: z.ZodType<Schema>;
  readonly output: z.ZodType<O>;
  readonly operation: z.ZodType<Op>;
  /** Whether an output fits the project's schema (a label is in the set). */
  check(output: O, schema: Schema): Result<O, Problem>;
  /** 0 for equal, 1 for as different as can be. */
  distance(a: O | null, b: O | null): number;
  diff(before: O | null, after: O | null): Op[];
  apply(before: O | null, operations: readonly Op[]): O | null;
  reverse(operations: readonly Op[]): Op[];
  /** Size of an edit in the kind's own unit. */
  editSize(operations: readonly Op[]): number;
  /** Severity of putting out `got` where `gold` is right, in the schema's cost unit; 0 for no error. */
  severity(got: O | null, gold: O, schema: Schema): number;
}
