import { createRoute, z } from "@hono/zod-openapi";
import { CorrectionId, LessonId, ProjectId } from "#core/ids.ts";
import { CorrectionAnswer } from "#core/views.ts";
import type { Host } from "#server/runtime/host.ts";
import { revokeCorrection } from "#server/runtime/lessons.ts";
import { undoCorrection } from "#server/runtime/review.ts";
import { answers, conflict, failures, named, reviewerOf, router } from "./parts.ts";

const Answer = named(CorrectionAnswer, "CorrectionAnswer");
const Stale = z.strictObject({ stale: z.array(LessonId) });
const params = z.object({ id: ProjectId, correctionId: CorrectionId });

const undo = createRoute({
  method: "post",
  path: "/projects/{id}/corrections/{correctionId}/undo",
  summary: "Take back an answer; the case is open again",
  request: { params },
  responses: { 200: answers("The record of the undo", Answer), ...failures, ...conflict },
});

const revoke = createRoute({
  method: "post",
  path: "/projects/{id}/corrections/{correctionId}/revoke",
  summary: "Take a correction out of learning for good",
  request: { params },
  responses: { 200: answers("The lessons that descend from it", Stale), ...failures },
});

export const correctionRoutes = (host: Host) =>
  router()
    .openapi(undo, async (c) => {
      const { id, correctionId } = c.req.valid("param");
      const answer = await undoCorrection(host, id, correctionId, reviewerOf(c.req));
      return c.json(Answer.parse(answer), 200);
    })
    .openapi(revoke, async (c) => {
      const { id, correctionId } = c.req.valid("param");
      const stale = await revokeCorrection(host, id, correctionId, reviewerOf(c.req));
      return c.json(Stale.parse({ stale }), 200);
    });
