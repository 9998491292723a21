import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { Problem } from "#core/errors.ts";
import { ProjectId } from "#core/ids.ts";
import {
  RewriteChange,
  RewriteDetail,
  RewritePage,
  RewriteState,
  RewriteView,
  Rewritten,
  TurnsReport,
  UserTurn,
} from "#core/rewrite.ts";
import { REWRITE_FORMAT_IDS } from "#formats/rewrites.ts";
import { TURN_FORMAT_IDS } from "#formats/turns.ts";
import type { Host } from "#server/runtime/host.ts";
import { askToMine } from "#server/runtime/mine.ts";
import { exportRewrites } from "#server/runtime/rewrite-export.ts";
import { rewriteText } from "#server/runtime/rewrite-request.ts";
import { changeRewrite, notTheSame, rewriteDetail, rewritePage } from "#server/runtime/rewrites.ts";
import { importTurns } from "#server/runtime/turn-files.ts";
import { takeTurnList } from "#server/runtime/turns.ts";
import { download, encoded } from "./import-export.ts";
import {
  answers,
  anyFile,
  conflict,
  failures,
  inProject,
  named,
  reviewerOf,
  router,
  takes,
} from "./parts.ts";

const PAGE_ROWS = 50;
const PAGE_ROWS_MAX = 500;

const View = named(RewriteView, "Rewrite");
const Page = named(RewritePage, "RewritePage");
const Detail = named(RewriteDetail, "RewriteDetail");
const Report = named(TurnsReport, "TurnsReport");
const Answer = named(Rewritten, "Rewritten");
const Started = z.strictObject({ jobId: z.string() });
const params = z.object({ id: ProjectId, ruleId: z.string().min(1).max(200) });

const take = createRoute({
  method: "post",
  path: "/projects/{id}/turns",
  summary: "Take in what users said: the good turns go in, the bad ones come back",
  description:
    'Either JSON, `{"turns": [UserTurn, …]}`, or a file as the body with its `format`, streamed. A turn that is sent again ' +
    "under the same id is left as it is. A turn that was rewritten, or held out, carries what /rewrite answered as its `rewrite`.",
  request: {
    params: inProject,
    query: z.object({ format: z.enum(TURN_FORMAT_IDS).optional() }),
  },
  responses: { 200: answers("What went in and what did not", Report), ...failures, ...conflict },
});

const mine = createRoute({
  method: "post",
  path: "/projects/{id}/mine",
  summary: "Mine rewrites from all turns so far; new ones wait for a person",
  request: { params: inProject },
  responses: { 202: answers("The job that does it", Started), ...failures, ...conflict },
});

const list = createRoute({
  method: "get",
  path: "/projects/{id}/rewrites",
  summary: "Rewrites, those that promise most first, and how rewriting fares",
  request: {
    params: inProject,
    query: z.object({
      state: RewriteState.optional(),
      /** Words of the request or the target. */
      q: z.string().max(200).optional(),
      cursor: z.string().max(400).optional(),
      limit: z.coerce.number().int().min(1).max(PAGE_ROWS_MAX).default(PAGE_ROWS),
    }),
  },
  responses: { 200: answers("A page of rewrites", Page), ...failures, ...conflict },
});

const give = createRoute({
  method: "get",
  path: "/projects/{id}/rewrites/export",
  summary: "Rewrites as a file, streamed: all, or those of a state",
  request: {
    params: inProject,
    query: z.object({
      format: z.enum(REWRITE_FORMAT_IDS).default("jsonl"),
      state: RewriteState.optional(),
    }),
  },
  responses: {
    200: {
      description: "The file",
      content: {
        "application/octet-stream": anyFile,
      },
    },
    ...failures,
    ...conflict,
  },
});

const read = createRoute({
  method: "get",
  path: "/projects/{id}/rewrites/{ruleId}",
  summary: "One rewrite with its evidence",
  request: { params },
  responses: { 200: answers("The rewrite", Detail), ...failures, ...conflict },
});

const change = createRoute({
  method: "post",
  path: "/projects/{id}/rewrites/{ruleId}",
  summary: "Approve, block, pin or retarget a rewrite; the reviewer's name goes in X-Reviewer",
  request: { params, body: takes(RewriteChange) },
  responses: { 200: answers("The rewrite as it now stands", View), ...failures, ...conflict },
});

const apart = createRoute({
  method: "post",
  path: "/projects/{id}/rewrites/{ruleId}/not-the-same",
  summary:
    "Say that request and target do not mean the same: blocked, and not linked when mining again",
  request: { params },
  responses: { 200: answers("The rewrite as it now stands", View), ...failures, ...conflict },
});

const rewrite = createRoute({
  method: "post",
  path: "/projects/{id}/rewrite",
  summary: "What a request is to be answered as, from memory",
  request: {
    params: inProject,
    body: takes(
      z.strictObject({
        text: z.string().max(10_000),
        locale: UserTurn.shape.locale,
        userId: UserTurn.shape.userId,
        turnId: UserTurn.shape.id,
      }),
    ),
  },
  responses: { 200: answers("The text, rewritten or not", Answer), ...failures, ...conflict },
});

export const rewriteRoutes = (host: Host) =>
  router()
    .openapi(take, async (c) => {
      const { id } = c.req.valid("param");
      const { format } = c.req.valid("query");
      return c.json(Report.parse(await takenFrom(host, id, c, format)), 200);
    })
    .openapi(mine, async (c) =>
      c.json(Started.parse({ jobId: await askToMine(host, c.req.valid("param").id) }), 202),
    )
    .openapi(list, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(Page.parse(await rewritePage(host, id, c.req.valid("query"))), 200);
    })
    .openapi(give, async (c) => {
      const { format, state } = c.req.valid("query");
      const file = await exportRewrites(host, c.req.valid("param").id, { format, state });
      return download(encoded(file.text), file.fileName, file.mediaType);
    })
    .openapi(read, async (c) => {
      const { id, ruleId } = c.req.valid("param");
      return c.json(Detail.parse(await rewriteDetail(host, id, ruleId)), 200);
    })
    .openapi(change, async (c) => {
      const { id, ruleId } = c.req.valid("param");
      const said = { change: c.req.valid("json"), by: reviewerOf(c.req) };
      return c.json(View.parse(await changeRewrite(host, id, ruleId, said)), 200);
    })
    .openapi(apart, async (c) => {
      const { id, ruleId } = c.req.valid("param");
      return c.json(View.parse(await notTheSame(host, id, ruleId, reviewerOf(c.req))), 200);
    })
    .openapi(rewrite, async (c) =>
      c.json(await rewriteText(host, c.req.valid("param").id, c.req.valid("json")), 200),
    );

const isJson = (type: string | undefined): boolean =>
  type !== undefined && /^application\/json\b/i.test(type);

async function takenFrom(
  host: Host,
  id: ProjectId,
  c: Context,
  format: (typeof TURN_FORMAT_IDS)[number] | undefined,
): Promise<TurnsReport> {
  if (format === undefined && isJson(c.req.header("content-type")))
    return takeTurnList(host, id, await c.req.json());
  const { body, signal } = c.req.raw;
  if (body === null)
    throw new Problem("bad-input", "There are no turns in the request", {
      expected: '{"turns": […]} as JSON, or a file\'s bytes as the body',
    });
  return importTurns(host, id, { format: format ?? "jsonl", input: body, signal });
}
