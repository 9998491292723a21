import { createRoute, z } from "@hono/zod-openapi";
import { CaseView, CorrectionAnswer, CorrectionInput, SimilarAnswers } from "#core/views.ts";
import { askAgain } from "#server/runtime/ask-again.ts";
import type { Host } from "#server/runtime/host.ts";
import { correctCase, oneCase, skipCase } from "#server/runtime/review.ts";
import { similarAnswers } from "#server/runtime/similar.ts";
import { answers, conflict, failures, inCase, named, reviewerOf, router, takes } from "./parts.ts";

const Shown = named(CaseView, "Case");
const Answer = named(CorrectionAnswer, "CorrectionAnswer");
const Similar = named(SimilarAnswers, "SimilarAnswers");
const Left = z.strictObject({ left: z.int() });

const read = createRoute({
  method: "get",
  path: "/projects/{id}/cases/{itemId}",
  summary: "One case",
  request: { params: inCase },
  responses: { 200: answers("The case", Shown), ...failures },
});

const similar = createRoute({
  method: "get",
  path: "/projects/{id}/cases/{itemId}/similar",
  summary: "What people answered of items like this one",
  request: { params: inCase },
  responses: { 200: answers("The nearest, none for a blind case", Similar), ...failures },
});

const correct = createRoute({
  method: "post",
  path: "/projects/{id}/cases/{itemId}/corrections",
  summary: "Answer a case; the reviewer's name goes in X-Reviewer",
  request: { params: inCase, body: takes(CorrectionInput) },
  responses: { 200: answers("The record, as it will stay", Answer), ...failures, ...conflict },
});

const skip = createRoute({
  method: "post",
  path: "/projects/{id}/cases/{itemId}/skip",
  summary: "Leave a case to somebody else",
  request: { params: inCase },
  responses: { 200: answers("How many are left", Left), ...failures },
});

const again = createRoute({
  method: "post",
  path: "/projects/{id}/cases/{itemId}/ask-again",
  summary: "Ask the proposer again, with all the evidence",
  request: { params: inCase },
  responses: {
    200: answers("The case with the new proposal, or why it waits", Shown),
    ...failures,
  },
});

export const caseRoutes = (host: Host) =>
  router()
    .openapi(read, async (c) => {
      const { id, itemId } = c.req.valid("param");
      return c.json(Shown.parse(await oneCase(host, id, itemId)), 200);
    })
    .openapi(similar, async (c) => {
      const { id, itemId } = c.req.valid("param");
      return c.json(Similar.parse(await similarAnswers(host, id, itemId)), 200);
    })
    .openapi(correct, async (c) => {
      const { id: projectId, itemId } = c.req.valid("param");
      const by = reviewerOf(c.req);
      const input = c.req.valid("json");
      return c.json(Answer.parse(await correctCase(host, { projectId, itemId, input, by })), 200);
    })
    .openapi(skip, async (c) => {
      const { id, itemId } = c.req.valid("param");
      return c.json(Left.parse(await skipCase(host, id, itemId, reviewerOf(c.req))), 200);
    })
    .openapi(again, async (c) => {
      const { id, itemId } = c.req.valid("param");
      return c.json(Shown.parse(await askAgain(host, id, itemId, reviewerOf(c.req))), 200);
    });
