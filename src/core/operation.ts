import type { z } from "zod";
import type { Ctx } from "./contracts.ts";

/**
 * What a system offers on a user's own data. From this one definition come the library function,
 * the CLI command `emend run <system>.<name>`, and the HTTP endpoint with its OpenAPI entry.
 */
export interface Operation<In = unknown, Out = unknown> {
  /** `<system>.<name>`. */
  readonly id: string;
  readonly summary: string;
  readonly input: z.ZodType<In>;
  readonly output: z.ZodType<Out>;
  /**
   * Set when the input carries rows under this key: a file of rows can then be given in its place,
   * each row is checked by `row` on its own, and the bad ones come back as rejects while the good go through.
   */
  readonly rows?: { readonly key: string; readonly row: z.ZodType; readonly outKey: string };
  /** An input that works, shown in the form, the CLI help and the API reference. */
  readonly example: z.input<z.ZodType<In>>;
  run(input: In, ctx: Ctx): Promise<Out>;
}

/** Keeps input and output types tied together where an operation is defined. */
export const defineOperation = <In, Out>(operation: Operation<In, Out>): Operation<In, Out> =>
  operation;

/** An operation among others: its own schema checks its input, so a list of them can forget the types. */
export const listed = <In, Out>(operation: Operation<In, Out>): Operation<never, unknown> =>
  operation as unknown as Operation<never, unknown>;
