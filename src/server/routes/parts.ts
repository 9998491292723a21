import { OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { HonoRequest } from "hono";
import { badInput } from "#core/errors.ts";
import { ActorId, ItemId, ProjectId } from "#core/ids.ts";
import { onInvalid, ProblemBody } from "#server/errors.ts";

/** A set of routes whose requests are parsed and, when they do not parse, answered by the one error handler. */
export const router = () => new OpenAPIHono({ defaultHook: onInvalid });

export const inProject = z.object({ id: ProjectId });
export const inCase = z.object({ id: ProjectId, itemId: ItemId });

/**
 * The schema under the name it has in the OpenAPI document. A copy, since only schemas made after the library of routes
 * was loaded know how to take one.
 */
export const named = <S extends z.ZodType>(schema: S, name: string): S =>
  schema.clone().openapi(name);

const Problems = named(ProblemBody, "Problem");
const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problems } },
});

/** Failures any route may answer, by what it takes. */
export const failures = {
  400: problem("The request is not what was expected"),
  404: problem("There is no such thing"),
} as const;
export const conflict = { 409: problem("It has moved on meanwhile") } as const;

export const answers = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { "application/json": { schema } },
});

/** Bytes of any kind, sent or answered as they are. */
export const anyFile = {
  schema: z.string().openapi({ type: "string", format: "binary" }),
};

export const takes = <S extends z.ZodType>(schema: S) =>
  ({ required: true, content: { "application/json": { schema } } }) satisfies NonNullable<
    RouteConfig["request"]
  >["body"];

const REVIEWER_DEFAULT = "reviewer";

/** Who answers, as the workbench says: a name, not a proof. */
export function reviewerOf(request: HonoRequest): ActorId {
  const given = request.header("x-reviewer") ?? REVIEWER_DEFAULT;
  const parsed = ActorId.safeParse(given);
  if (!parsed.success) throw badInput(parsed.error, given, { field: "X-Reviewer" });
  return parsed.data;
}
