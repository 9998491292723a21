import { createRoute, z } from "@hono/zod-openapi";
import { Problem } from "#core/errors.ts";
import { SystemDetail, SystemRow } from "#core/views.ts";
import type { Host } from "#server/runtime/host.ts";
import { askForStudy, STUDY_SEEDS_MAX } from "#server/runtime/requests.ts";
import { cardOf, listSystems, systemDetail } from "#server/runtime/systems.ts";
import { answers, failures, named, router, takes } from "./parts.ts";

const Systems = z.strictObject({ systems: z.array(SystemRow) }).openapi("Systems");
const Detail = named(SystemDetail, "SystemDetail");
const Started = z.strictObject({ jobId: z.string() });
const params = z.object({ id: z.string().min(1).max(100) });

const list = createRoute({
  method: "get",
  path: "/systems",
  summary: "The gallery of systems",
  responses: { 200: answers("The systems", Systems) },
});

const read = createRoute({
  method: "get",
  path: "/systems/{id}",
  summary: "One system: parts, operations, README, latest report",
  request: { params },
  responses: { 200: answers("The system", Detail), ...failures },
});

const study = createRoute({
  method: "post",
  path: "/systems/{id}/study",
  summary: "Run a system's study; progress and report come through the job",
  request: {
    params,
    body: takes(
      z.strictObject({
        seeds: z.int().min(1).max(STUDY_SEEDS_MAX).optional(),
        fast: z.boolean().optional(),
      }),
    ),
  },
  responses: { 202: answers("The job", Started), ...failures },
});

export const systemRoutes = (host: Host) =>
  router()
    .openapi(list, async (c) => c.json(Systems.parse({ systems: await listSystems(host) }), 200))
    .openapi(read, async (c) =>
      c.json(Detail.parse(await systemDetail(host, c.req.valid("param").id)), 200),
    )
    .openapi(study, async (c) => {
      const card = cardOf(c.req.valid("param").id);
      if (card.status === "planned") throw new Problem("not-found", `"${card.id}" is planned`);
      const jobId = await askForStudy(host, { system: card.id, ...c.req.valid("json") });
      return c.json(Started.parse({ jobId }), 202);
    });
