import { createRoute, z } from "@hono/zod-openapi";
import { Problem } from "#core/errors.ts";
import { ProjectId } from "#core/ids.ts";
import { JobView } from "#core/views.ts";
import type { Host } from "#server/runtime/host.ts";
import { answers, failures, named, router } from "./parts.ts";

const JOBS_LISTED_MAX = 100;

const JobsList = z.strictObject({ jobs: z.array(JobView) }).openapi("Jobs");
const Job = named(JobView, "Job");
const params = z.object({ id: z.string().min(1).max(200) });

const list = createRoute({
  method: "get",
  path: "/jobs",
  summary: "The latest jobs, newest first",
  request: { query: z.object({ projectId: ProjectId.optional() }) },
  responses: { 200: answers("The jobs", JobsList), ...failures },
});

const read = createRoute({
  method: "get",
  path: "/jobs/{id}",
  summary: "One job with its progress",
  request: { params },
  responses: { 200: answers("The job", Job), ...failures },
});

const cancel = createRoute({
  method: "post",
  path: "/jobs/{id}/cancel",
  summary: "Stop a job; what it had finished stays",
  request: { params },
  responses: { 200: answers("The job", Job), ...failures },
});

const resume = createRoute({
  method: "post",
  path: "/jobs/{id}/resume",
  summary: "Run a cancelled or failed job on from where it stopped",
  request: { params },
  responses: { 200: answers("The job", Job), ...failures },
});

export const jobRoutes = ({ jobs }: Pick<Host, "jobs">) => {
  const jobOf = async (id: string): Promise<JobView> => {
    const job = await jobs.job(id);
    if (job === undefined) throw new Problem("not-found", `There is no job "${id}"`);
    return job;
  };
  return router()
    .openapi(list, async (c) => {
      const { projectId } = c.req.valid("query");
      const scope = projectId === undefined ? {} : { projectId };
      const found = await jobs.jobs({ ...scope, limit: JOBS_LISTED_MAX });
      return c.json(JobsList.parse({ jobs: found }), 200);
    })
    .openapi(read, async (c) => c.json(Job.parse(await jobOf(c.req.valid("param").id)), 200))
    .openapi(cancel, async (c) => {
      const { id } = await jobOf(c.req.valid("param").id);
      await jobs.cancel(id);
      return c.json(Job.parse(await jobOf(id)), 200);
    })
    .openapi(resume, async (c) => {
      const { id } = await jobOf(c.req.valid("param").id);
      await jobs.resume(id);
      return c.json(Job.parse(await jobOf(id)), 200);
    });
};
