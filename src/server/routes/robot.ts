import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { EpisodeEnd } from "#core/episode.ts";
import {
  ChangeInput,
  CompareInput,
  EndInput,
  EpisodeDetail,
  EpisodePage,
  EpisodeSummary,
  EpisodesReport,
  FitInput,
  MemoryView,
  PolicyView,
  RobotSessionView,
  RoundsView,
  RowsInput,
} from "#core/episode-views.ts";
import { Problem } from "#core/errors.ts";
import { ItemId, LessonId, ProjectId } from "#core/ids.ts";
import { PolicyModel } from "#propose/policy/model.ts";
import type { Host } from "#server/runtime/host.ts";
import {
  appendRows,
  changeEpisode,
  endEpisode,
  episodeDetail,
  listEpisodes,
} from "#server/runtime/robot-episodes.ts";
import {
  EPISODE_FILE_IDS,
  exportEpisodes,
  importEpisodeFile,
  takeEpisodeList,
} from "#server/runtime/robot-files.ts";
import { askToCompare, askToFit, policyList, policyModel } from "#server/runtime/robot-policies.ts";
import { robotProject } from "#server/runtime/robot-projects.ts";
import { memoryView, roundsView } from "#server/runtime/robot-rounds.ts";
import { robotSessions } from "#server/runtime/robot-sessions.ts";
import { download } from "./import-export.ts";
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

const PAGE_EPISODES = 50;
const PAGE_EPISODES_MAX = 500;

const Page = named(EpisodePage, "EpisodePage");
const Detail = named(EpisodeDetail, "EpisodeDetail");
const Summary = named(EpisodeSummary, "EpisodeSummary");
const Report = named(EpisodesReport, "EpisodesReport");
const Rounds = named(RoundsView, "Rounds");
const Memory = named(MemoryView, "EpisodeMemory");
const Model = named(PolicyModel, "PolicyModel");
const Policies = z
  .strictObject({ policies: z.array(PolicyView), inForce: LessonId.nullable() })
  .openapi("Policies");
const Sessions = z.strictObject({ sessions: z.array(RobotSessionView) }).openapi("RobotSessions");
const Started = z.strictObject({ jobId: z.string() });
const inEpisode = z.object({ id: ProjectId, episodeId: ItemId });
const all = { ...failures, ...conflict };
const yesOrNo = z.enum(["true", "false"]).transform((text) => text === "true");

const list = createRoute({
  method: "get",
  path: "/projects/{id}/episodes",
  summary: "Episodes, those recorded last first",
  request: {
    params: inProject,
    query: z.object({
      round: z.coerce.number().int().nonnegative().optional(),
      policyId: z.string().optional(),
      end: EpisodeEnd.optional(),
      discarded: yesOrNo.optional(),
      limit: z.coerce.number().int().min(1).max(PAGE_EPISODES_MAX).default(PAGE_EPISODES),
      cursor: z.string().max(40).optional(),
    }),
  },
  responses: { 200: answers("A page of episodes", Page), ...all },
});

const take = createRoute({
  method: "post",
  path: "/projects/{id}/episodes",
  summary: "Take in whole episodes: the good ones are recorded, the bad ones come back",
  description:
    'Either JSON, `{"episodes": [Episode, …]}`, or a file as the body with its `format`. ' +
    "An episode whose id is there already is left as it is. " +
    "Folders (LeRobot) go in by the command line: `emend robot import`.",
  request: {
    params: inProject,
    query: z.object({ format: z.enum(EPISODE_FILE_IDS).optional() }),
  },
  responses: { 200: answers("What went in and what did not", Report), ...all },
});

const give = createRoute({
  method: "get",
  path: "/projects/{id}/episodes/export",
  summary: "Episodes as a file, with all edits",
  request: {
    params: inProject,
    query: z.object({
      format: z.enum(EPISODE_FILE_IDS).default("jsonl"),
      humanOnly: yesOrNo.optional(),
    }),
  },
  responses: {
    200: { description: "The file", content: { "application/octet-stream": anyFile } },
    ...all,
  },
});

const read = createRoute({
  method: "get",
  path: "/projects/{id}/episodes/{episodeId}",
  summary: "One episode with its rows, as it stands",
  request: { params: inEpisode },
  responses: { 200: answers("The episode", Detail), ...all },
});

const rows = createRoute({
  method: "put",
  path: "/projects/{id}/episodes/{episodeId}/rows",
  summary: "Rows of an episode that runs: durable once answered, safe to send again",
  request: { params: inEpisode, body: takes(RowsInput) },
  responses: { 200: answers("How many rows are there", z.strictObject({ rows: z.int() })), ...all },
});

const end = createRoute({
  method: "post",
  path: "/projects/{id}/episodes/{episodeId}/end",
  summary: "End a running episode: it is recorded, its take-overs are corrections",
  request: { params: inEpisode, body: takes(EndInput) },
  responses: { 200: answers("The episode", Summary), ...all },
});

const change = createRoute({
  method: "post",
  path: "/projects/{id}/episodes/{episodeId}/changes",
  summary:
    "Move a cut or a window, say that a take-over was none, discard; the name goes in X-Reviewer",
  request: { params: inEpisode, body: takes(ChangeInput) },
  responses: { 200: answers("The episode as it now stands", Detail), ...all },
});

const rounds = createRoute({
  method: "get",
  path: "/projects/{id}/rounds",
  summary: "How often it worked in each round and what it took of people",
  request: { params: inProject },
  responses: { 200: answers("The rounds", Rounds), ...all },
});

const memory = createRoute({
  method: "get",
  path: "/projects/{id}/episode-memory",
  summary: "What each strategy would let go of, were memory cut to a capacity",
  request: {
    params: inProject,
    query: z.object({ capacity: z.coerce.number().int().positive().max(1e9) }),
  },
  responses: { 200: answers("Each strategy's choice", Memory), ...all },
});

const policies = createRoute({
  method: "get",
  path: "/projects/{id}/policies",
  summary: "Policies learned so far, newest first",
  request: { params: inProject },
  responses: { 200: answers("The policies", Policies), ...all },
});

const model = createRoute({
  method: "get",
  path: "/projects/{id}/policies/{lessonId}/model",
  summary: "A policy to act by: everything it needs, as JSON",
  request: { params: z.object({ id: ProjectId, lessonId: LessonId }) },
  responses: { 200: answers("The policy", Model), ...all },
});

const fit = createRoute({
  method: "post",
  path: "/projects/{id}/policies",
  summary: "Learn a policy from the project's episodes; it goes live only if it is proven better",
  request: { params: inProject, body: takes(FitInput) },
  responses: { 202: answers("The job that does it", Started), ...all },
});

const compare = createRoute({
  method: "post",
  path: "/projects/{id}/policies/compare",
  summary: "Try two policies on the same episodes of the project's world",
  request: { params: inProject, body: takes(CompareInput) },
  responses: { 202: answers("The job that does it", Started), ...all },
});

const sessions = createRoute({
  method: "get",
  path: "/projects/{id}/robot-sessions",
  summary: "Robots that act by this project's policies now",
  request: { params: inProject },
  responses: { 200: answers("The sessions", Sessions), ...all },
});

export const robotRoutes = (host: Host) =>
  router()
    .openapi(list, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(Page.parse(await listEpisodes(host, id, c.req.valid("query"))), 200);
    })
    .openapi(take, async (c) => {
      const { id } = c.req.valid("param");
      const { format } = c.req.valid("query");
      return c.json(Report.parse(await takenFrom(host, id, c, format)), 200);
    })
    .openapi(give, async (c) => {
      const { format, humanOnly = false } = c.req.valid("query");
      const file = await exportEpisodes(host, c.req.valid("param").id, { format, humanOnly });
      return download(file.body, file.fileName, file.mediaType);
    })
    .openapi(read, async (c) => {
      const { id, episodeId } = c.req.valid("param");
      return c.json(await episodeDetail(host, id, episodeId), 200);
    })
    .openapi(rows, async (c) => {
      const { id, episodeId } = c.req.valid("param");
      await robotProject(host, id);
      const asked = { episodeId, input: c.req.valid("json"), by: reviewerOf(c.req) };
      return c.json({ rows: await appendRows(host, id, asked) }, 200);
    })
    .openapi(end, async (c) => {
      const { id, episodeId } = c.req.valid("param");
      await robotProject(host, id);
      const asked = { episodeId, end: c.req.valid("json").end, by: reviewerOf(c.req) };
      return c.json(Summary.parse(await endEpisode(host, id, asked)), 200);
    })
    .openapi(change, async (c) => {
      const { id, episodeId } = c.req.valid("param");
      const asked = { episodeId, ...c.req.valid("json"), by: reviewerOf(c.req) };
      return c.json(await changeEpisode(host, id, asked), 200);
    })
    .openapi(rounds, async (c) =>
      c.json(Rounds.parse(await roundsView(host, c.req.valid("param").id)), 200),
    )
    .openapi(memory, async (c) => {
      const { id } = c.req.valid("param");
      const { capacity } = c.req.valid("query");
      return c.json(Memory.parse(await memoryView(host, id, capacity)), 200);
    })
    .openapi(policies, async (c) =>
      c.json(Policies.parse(await policyList(host, c.req.valid("param").id)), 200),
    )
    .openapi(model, async (c) => {
      const { id, lessonId } = c.req.valid("param");
      return c.json(await policyModel(host, id, lessonId), 200);
    })
    .openapi(fit, async (c) => {
      const { id } = c.req.valid("param");
      return c.json({ jobId: await askToFit(host, id, c.req.valid("json")) }, 202);
    })
    .openapi(compare, async (c) => {
      const { id } = c.req.valid("param");
      return c.json({ jobId: await askToCompare(host, id, c.req.valid("json")) }, 202);
    })
    .openapi(sessions, async (c) => {
      const { id } = await robotProject(host, c.req.valid("param").id);
      return c.json(Sessions.parse({ sessions: robotSessions(host, id) }), 200);
    });

async function takenFrom(
  host: Host,
  id: ProjectId,
  c: Context,
  format: (typeof EPISODE_FILE_IDS)[number] | undefined,
): Promise<EpisodesReport> {
  const by = reviewerOf(c.req);
  if (format === undefined) return takeEpisodeList(host, id, { given: await c.req.json(), by });
  const { body, signal } = c.req.raw;
  if (body === null)
    throw new Problem("bad-input", "There is no file in the request", {
      expected: "the file's bytes as the body",
    });
  return importEpisodeFile(host, id, { format, input: body, by, signal });
}
