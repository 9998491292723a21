import { createRoute } from "@hono/zod-openapi";
import { Decided, DecideInput, Feedback, FeedbackAnswer } from "#core/decide.ts";
import { decide, takeFeedback } from "#server/runtime/decide.ts";
import type { Host } from "#server/runtime/host.ts";
import { answers, conflict, failures, named, reviewerOf, router, takes } from "./parts.ts";

const Decision = named(Decided, "Decision");

const ask = createRoute({
  method: "post",
  path: "/decide",
  summary: "Decide on one request or proposal while a user waits",
  description:
    "In a project of rewrites, `output` is the text to go on with; `ruleId`, `arm` and `propensity` go back with its " +
    "turn. In a project of labels, `route` says whether the proposal may go out, and `risk` how likely it is wrong.",
  request: { body: takes(DecideInput) },
  responses: { 200: answers("The decision", Decision), ...failures, ...conflict },
});

const tell = createRoute({
  method: "post",
  path: "/feedback",
  summary: "Tell what happened after a decision; said again, it is not taken twice",
  request: { body: takes(Feedback) },
  responses: { 200: answers("Whether it was news", FeedbackAnswer), ...failures, ...conflict },
});

export const decideRoutes = (host: Host) =>
  router()
    .openapi(ask, async (c) => c.json(await decide(host, c.req.valid("json")), 200))
    .openapi(tell, async (c) =>
      c.json(await takeFeedback(host, c.req.valid("json"), reviewerOf(c.req)), 200),
    );
