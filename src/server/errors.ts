import type { Hook } from "@hono/zod-openapi";
import type { Context, Env, ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Logger } from "pino";
import { z } from "zod";
import { badInput, isProblem, Problem, type ProblemKind, problemText } from "#core/errors.ts";

/** The body of every answer that is not a success (RFC 9457, `application/problem+json`). */
export const ProblemBody = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** One paragraph for a person: where, what was expected, what came, what to do. */
  detail: z.string(),
  expected: z.string().optional(),
  got: z.string().optional(),
  /** File, line, row, field: where it is. */
  at: z
    .strictObject({
      file: z.string().optional(),
      line: z.int().optional(),
      row: z.int().optional(),
      field: z.string().optional(),
    })
    .optional(),
  hint: z.string().optional(),
});
export type ProblemBody = z.infer<typeof ProblemBody>;

const STATUS: Readonly<Record<ProblemKind, number>> = {
  "bad-input": 400,
  "not-found": 404,
  conflict: 409,
  "too-large": 413,
  cancelled: 499,
  unavailable: 503,
};

export function problemBody(problem: Problem): ProblemBody {
  const { expected, got, at, hint } = problem.detail;
  return {
    type: `urn:emend:problem:${problem.kind}`,
    title: problem.message,
    status: STATUS[problem.kind],
    detail: problemText(problem),
    ...(expected === undefined ? {} : { expected }),
    ...(got === undefined ? {} : { got }),
    ...(at === undefined ? {} : { at }),
    ...(hint === undefined ? {} : { hint }),
  };
}

const answer = (body: ProblemBody): Response =>
  new Response(JSON.stringify(body), {
    status: body.status,
    headers: { "content-type": "application/problem+json" },
  });

export const problemResponse = (problem: Problem): Response => answer(problemBody(problem));

/** The one place where a failure becomes a response. A bug shows nothing of the inside, only where to look. */
export function onError(log: Logger): ErrorHandler {
  return (error, c) => {
    if (isProblem(error)) return problemResponse(error);
    if (error instanceof HTTPException) return httpProblem(error, c);
    log.error({ error, method: c.req.method, path: c.req.path }, "a request failed on a bug");
    return answer({
      type: "urn:emend:problem:bug",
      title: "Emend made a mistake",
      status: 500,
      detail: "Emend made a mistake. What was acknowledged before is safe. The log says more.",
      hint: "Try again; if it stays, report it with the log of this moment.",
    });
  };
}

/** Failures of the HTTP layer itself: malformed JSON, wrong password. */
function httpProblem(error: HTTPException, c: Context): Response {
  if (error.status === 401) return error.getResponse();
  return answer({
    type: "urn:emend:problem:http",
    title: error.message === "" ? "The request cannot be answered" : error.message,
    status: error.status,
    detail: `${c.req.method} ${c.req.path}: ${error.message}`,
  });
}

export const onNotFound: NotFoundHandler = (c) =>
  problemResponse(
    new Problem("not-found", `There is no ${c.req.method} ${c.req.path}`, {
      hint: "GET /api/v1/docs lists what there is.",
    }),
  );

/** Turns a request that does not parse into the problem that names the field, the expectation and what came. */
export const onInvalid: Hook<unknown, Env, string, Promise<void>> = async (result, c) => {
  if (result.success) return;
  throw badInput(result.error, await received(result.target, c));
};

async function received(target: string, c: Context): Promise<unknown> {
  switch (target) {
    case "json":
      return c.req.json();
    case "query":
      return c.req.query();
    case "param":
      return c.req.param();
    case "header":
      return c.req.header();
    default:
      return undefined;
  }
}
