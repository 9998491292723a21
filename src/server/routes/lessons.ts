import { createRoute, z } from "@hono/zod-openapi";
import { LessonId, ProjectId } from "#core/ids.ts";
import { LessonView } from "#core/views.ts";
import type { Host } from "#server/runtime/host.ts";
import { listLessons, promoteByHand, rollBack } from "#server/runtime/lessons.ts";
import { askForRefit } from "#server/runtime/requests.ts";
import { answers, conflict, failures, inProject, reviewerOf, router } from "./parts.ts";

const Lessons = z.strictObject({ lessons: z.array(LessonView) }).openapi("Lessons");
const Started = z.strictObject({ jobId: z.string() }).openapi("Started");
const params = z.object({ id: ProjectId, lessonId: LessonId });

const refit = createRoute({
  method: "post",
  path: "/projects/{id}/refit",
  summary: "Learn from the corrections so far",
  request: { params: inProject },
  responses: { 202: answers("The job that does it", Started), ...failures },
});

const list = createRoute({
  method: "get",
  path: "/projects/{id}/lessons",
  summary: "All lessons, newest first",
  request: { params: inProject },
  responses: { 200: answers("The lessons", Lessons), ...failures },
});

const promote = createRoute({
  method: "post",
  path: "/projects/{id}/lessons/{lessonId}/promote",
  summary: "Put a lesson in force by hand",
  request: { params },
  responses: { 200: answers("The lessons", Lessons), ...failures, ...conflict },
});

const back = createRoute({
  method: "post",
  path: "/projects/{id}/lessons/{lessonId}/roll-back",
  summary: "Put this earlier lesson back in force",
  request: { params },
  responses: { 200: answers("The lessons", Lessons), ...failures, ...conflict },
});

export const lessonRoutes = (host: Host) =>
  router()
    .openapi(refit, async (c) =>
      c.json(Started.parse({ jobId: await askForRefit(host, c.req.valid("param").id) }), 202),
    )
    .openapi(list, async (c) =>
      c.json(Lessons.parse({ lessons: await listLessons(host, c.req.valid("param").id) }), 200),
    )
    .openapi(promote, async (c) => {
      const { id, lessonId } = c.req.valid("param");
      const lessons = await promoteByHand(host, id, lessonId, reviewerOf(c.req));
      return c.json(Lessons.parse({ lessons }), 200);
    })
    .openapi(back, async (c) => {
      const { id, lessonId } = c.req.valid("param");
      const lessons = await rollBack(host, id, lessonId, reviewerOf(c.req));
      return c.json(Lessons.parse({ lessons }), 200);
    });
