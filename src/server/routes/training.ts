import { createRoute, z } from "@hono/zod-openapi";
import {
  CheckpointId,
  OutsideRun,
  SampledReply,
  SampleInput,
  SideBySide,
  TrainingInput,
  TrainingList,
  TrainingRun,
} from "#core/comparison-views.ts";
import { ProjectId } from "#core/ids.ts";
import { LessonView } from "#core/views.ts";
import { sampleNow } from "#server/runtime/candidates.ts";
import type { Host } from "#server/runtime/host.ts";
import { sideBySide } from "#server/runtime/language-curves.ts";
import { recordOutsideRun } from "#server/runtime/outside-runs.ts";
import {
  cancelTraining,
  listTraining,
  pauseTraining,
  resumeTraining,
  startTraining,
  trainingRun,
} from "#server/runtime/training.ts";
import { answers, conflict, failures, inProject, named, router, takes } from "./parts.ts";

const Runs = named(TrainingList, "TrainingList");
const Run = named(TrainingRun, "TrainingRun");
const Beside = named(SideBySide, "SideBySide");
const Lesson = named(LessonView, "OutsideLesson");
const Samples = z.strictObject({ replies: z.array(SampledReply) }).openapi("SampledReplies");
const params = z.object({ id: ProjectId, runId: z.string().min(1).max(200) });

const PROMPTS_MAX = 128;

const list = createRoute({
  method: "get",
  path: "/projects/{id}/training",
  summary: "Training runs, the latest first, and the checkpoints there are",
  request: { params: inProject },
  responses: { 200: answers("Runs and checkpoints", Runs), ...failures, ...conflict },
});

const start = createRoute({
  method: "post",
  path: "/projects/{id}/training",
  summary: "Train the project's tiny policy on what was learned",
  request: { params: inProject, body: takes(TrainingInput) },
  responses: { 201: answers("The run", Run), ...failures, ...conflict },
});

const read = createRoute({
  method: "get",
  path: "/projects/{id}/training/{runId}",
  summary: "One run with its curves",
  request: { params },
  responses: { 200: answers("The run", Run), ...failures, ...conflict },
});

const step = (what: "pause" | "resume" | "cancel", summary: string) =>
  createRoute({
    method: "post",
    path: `/projects/{id}/training/{runId}/${what}`,
    summary,
    request: { params },
    responses: { 200: answers("The run", Run), ...failures, ...conflict },
  });
const pause = step("pause", "Stop a run for now; its last checkpoint stays");
const resume = step("resume", "Go on from the last checkpoint");
const cancel = step("cancel", "End a run for good; its checkpoints stay");

const sample = createRoute({
  method: "post",
  path: "/projects/{id}/training/sample",
  summary: "Replies to a prompt you write, from a checkpoint or the model at the server's endpoint",
  request: { params: inProject, body: takes(SampleInput) },
  responses: { 200: answers("Replies", Samples), ...failures, ...conflict },
});

const beside = createRoute({
  method: "get",
  path: "/projects/{id}/training/side-by-side",
  summary: "Two checkpoints on the same prompts",
  request: {
    params: inProject,
    query: z.object({
      a: CheckpointId,
      b: CheckpointId,
      n: z.coerce.number().int().min(2).max(PROMPTS_MAX).default(16),
      seed: z.coerce.number().int().nonnegative().default(1),
    }),
  },
  responses: { 200: answers("Both, side by side", Beside), ...failures, ...conflict },
});

const outside = createRoute({
  method: "post",
  path: "/projects/{id}/training/outside",
  summary: "Record what came of a model trained elsewhere from an export",
  request: { params: inProject, body: takes(OutsideRun) },
  responses: { 201: answers("The lesson it is kept as", Lesson), ...failures, ...conflict },
});

export const trainingRoutes = (host: Host) =>
  router()
    .openapi(list, async (c) =>
      c.json(Runs.parse(await listTraining(host, c.req.valid("param").id)), 200),
    )
    .openapi(beside, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(Beside.parse(await sideBySide(host, id, c.req.valid("query"))), 200);
    })
    .openapi(start, async (c) => {
      const run = await startTraining(host, c.req.valid("param").id, c.req.valid("json"));
      return c.json(Run.parse(run), 201);
    })
    .openapi(sample, async (c) => {
      const { id } = c.req.valid("param");
      const replies = await sampleNow(host, id, c.req.valid("json"), c.req.raw.signal);
      return c.json(Samples.parse({ replies }), 200);
    })
    .openapi(outside, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(Lesson.parse(await recordOutsideRun(host, id, c.req.valid("json"))), 201);
    })
    .openapi(read, async (c) => {
      const { id, runId } = c.req.valid("param");
      return c.json(Run.parse(await trainingRun(host, id, runId)), 200);
    })
    .openapi(pause, async (c) => {
      const { id, runId } = c.req.valid("param");
      return c.json(Run.parse(await pauseTraining(host, id, runId)), 200);
    })
    .openapi(resume, async (c) => {
      const { id, runId } = c.req.valid("param");
      return c.json(Run.parse(await resumeTraining(host, id, runId)), 200);
    })
    .openapi(cancel, async (c) => {
      const { id, runId } = c.req.valid("param");
      return c.json(Run.parse(await cancelTraining(host, id, runId)), 200);
    });
