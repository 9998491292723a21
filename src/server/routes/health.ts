import { createRoute, z } from "@hono/zod-openapi";
import type { Host } from "#server/runtime/host.ts";
import { answers, router } from "./parts.ts";

const Health = z.strictObject({ status: z.literal("ok"), store: z.enum(["pglite", "postgres"]) });

const health = createRoute({
  method: "get",
  path: "/health",
  summary: "Whether the server answers, and on which database",
  responses: { 200: answers("It does", Health) },
});

export const healthRoutes = ({ store }: Pick<Host, "store">) =>
  router().openapi(health, async (c) => {
    await store.projects(); // a database that is away is not well
    return c.json(Health.parse({ status: "ok", store: store.driver }), 200);
  });
