import { createRoute, z } from "@hono/zod-openapi";
import { ActorId, ItemId } from "#core/ids.ts";
import { ReviewOrder } from "#core/project.ts";
import { CaseView, QueuePage, QueueRow } from "#core/views.ts";
import type { Host } from "#server/runtime/host.ts";
import { nextCases, queuePage } from "#server/runtime/review.ts";
import { answers, failures, inProject, named, router, takes } from "./parts.ts";

const PAGE_ROWS_MAX = 500;
const NEXT_CASES_MAX = 50;
/** Cases a client may hold besides those it asks for. */
const EXCLUDED_MAX = 1_000;

const Page = named(QueuePage, "QueuePage");
const Next = z
  .strictObject({
    cases: z.array(CaseView),
    left: z.int(),
    minutesLeft: z.number().nullable(),
  })
  .openapi("NextCases");

const page = createRoute({
  method: "get",
  path: "/projects/{id}/queue",
  summary: "One page of the queue",
  request: {
    params: inProject,
    query: z.object({
      order: ReviewOrder.optional(),
      state: QueueRow.shape.state.default("open"),
      limit: z.coerce.number().int().min(1).max(PAGE_ROWS_MAX).default(50),
      cursor: z.string().optional(),
    }),
  },
  responses: { 200: answers("The rows", Page), ...failures },
});

const next = createRoute({
  method: "post",
  path: "/projects/{id}/next",
  summary: "Lease the next cases to a reviewer",
  request: {
    params: inProject,
    body: takes(
      z.strictObject({
        reviewer: ActorId,
        count: z.int().min(1).max(NEXT_CASES_MAX).default(1),
        exclude: z.array(ItemId).max(EXCLUDED_MAX).default([]),
        order: ReviewOrder.optional(),
      }),
    ),
  },
  responses: { 200: answers("The cases, with all that is needed to show them", Next), ...failures },
});

export const queueRoutes = (host: Host) =>
  router()
    .openapi(page, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(Page.parse(await queuePage(host, id, c.req.valid("query"))), 200);
    })
    .openapi(next, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(Next.parse(await nextCases(host, id, c.req.valid("json"))), 200);
    });
