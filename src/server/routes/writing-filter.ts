import { createRoute, z } from "@hono/zod-openapi";
import { FilterView } from "#core/revision.ts";
import type { Host } from "#server/runtime/host.ts";
import { clearFilter, filterView, setNever } from "#server/runtime/writing-filter.ts";
import {
  answers,
  conflict,
  failures,
  inProject,
  named,
  reviewerOf,
  router,
  takes,
} from "./parts.ts";

const View = named(FilterView, "FilterView");
const Habit = z.string().min(1).max(20_000);

const read = createRoute({
  method: "get",
  path: "/projects/{id}/writing-filter",
  summary: "What was learned of the writer",
  request: { params: inProject },
  responses: { 200: answers("The filter", View), ...failures, ...conflict },
});

const clear = createRoute({
  method: "delete",
  path: "/projects/{id}/writing-filter",
  summary: "Forget what was learned up to now, or one habit of it",
  request: { params: inProject, query: z.object({ habit: Habit.optional() }) },
  responses: { 200: answers("The filter", View), ...failures, ...conflict },
});

const never = createRoute({
  method: "post",
  path: "/projects/{id}/writing-filter/never",
  summary: "Never propose an edit again, or propose it again after all",
  request: {
    params: inProject,
    body: takes(z.strictObject({ habit: Habit, never: z.boolean() })),
  },
  responses: { 200: answers("The filter", View), ...failures, ...conflict },
});

export const writingFilterRoutes = (host: Host) =>
  router()
    .openapi(read, async (c) =>
      c.json(View.parse(await filterView(host, c.req.valid("param").id)), 200),
    )
    .openapi(clear, async (c) => {
      const { habit = null } = c.req.valid("query");
      const { id } = c.req.valid("param");
      return c.json(View.parse(await clearFilter(host, id, habit, reviewerOf(c.req))), 200);
    })
    .openapi(never, async (c) => {
      const { id } = c.req.valid("param");
      const view = await setNever(host, id, c.req.valid("json"), reviewerOf(c.req));
      return c.json(View.parse(view), 200);
    });
