import { createRoute, z } from "@hono/zod-openapi";
import { badInput } from "#core/errors.ts";
import type { Operation } from "#core/operation.ts";
import { operationOf } from "#server/runtime/compute-tasks.ts";
import { type Host, operationSeed } from "#server/runtime/host.ts";
import { inputSchema, outputSchema } from "#server/runtime/systems.ts";
import { answers, failures, router, takes } from "./parts.ts";

const run = createRoute({
  method: "post",
  path: "/run/{operation}",
  summary: "Run an operation of a system",
  request: {
    params: z.object({ operation: z.string().min(1).max(200) }),
    body: takes(z.unknown()),
  },
  responses: { 200: answers("The operation's output", z.unknown()), ...failures },
  hide: true, // each operation has an entry of its own
});

export const operationRoutes = (host: Host) =>
  router().openapi(run, async (c) => {
    const operation = await operationOf(c.req.valid("param").operation);
    const given = c.req.valid("json");
    const parsed = operation.input.safeParse(given);
    if (!parsed.success) throw badInput(parsed.error, given);
    const output = await host.compute.runOperation(
      {
        id: operation.id,
        input: parsed.data,
        seed: operationSeed(host, operation.id),
        nowMs: host.clock.nowMs(),
      },
      { signal: c.req.raw.signal, progress: () => {} },
    );
    return c.json(operation.output.parse(output), 200);
  });

/** The OpenAPI paths of operations, from the schemas they check their input with. */
export const operationPaths = (operations: readonly Operation<never, unknown>[]) =>
  Object.fromEntries(
    operations.map((operation) => [
      `/run/${operation.id}`,
      {
        post: {
          summary: operation.summary,
          requestBody: {
            required: true,
            content: {
              "application/json": { schema: inputSchema(operation), example: operation.example },
            },
          },
          responses: {
            200: {
              description: "The output",
              content: { "application/json": { schema: outputSchema(operation) } },
            },
            400: { description: "The input is not what was expected" },
          },
        },
      },
    ]),
  );
