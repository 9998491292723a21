import { createRoute, z } from "@hono/zod-openapi";
import { ProjectConfig } from "#core/project.ts";
import { Overview, ProjectDetail, ProjectSummary } from "#core/views.ts";
import type { Host } from "#server/runtime/host.ts";
import { overviewOf } from "#server/runtime/overview.ts";
import {
  changeProject,
  createProject,
  listProjects,
  projectDetail,
} from "#server/runtime/projects.ts";
import { answers, conflict, failures, inProject, named, router, takes } from "./parts.ts";

const Projects = z.strictObject({ projects: z.array(ProjectSummary) }).openapi("Projects");
const Detail = named(ProjectDetail, "ProjectDetail");

const list = createRoute({
  method: "get",
  path: "/projects",
  summary: "All projects with their item counts",
  responses: { 200: answers("The projects", Projects) },
});

const create = createRoute({
  method: "post",
  path: "/projects",
  summary: "Make a project",
  request: { body: takes(ProjectConfig) },
  responses: { 201: answers("The project", Detail), ...failures, ...conflict },
});

const read = createRoute({
  method: "get",
  path: "/projects/{id}",
  summary: "One project with its config",
  request: { params: inProject },
  responses: { 200: answers("The project", Detail), ...failures },
});

const change = createRoute({
  method: "put",
  path: "/projects/{id}",
  summary: "Change a project's config; its open cases are assessed again",
  request: { params: inProject, body: takes(ProjectConfig) },
  responses: { 200: answers("The project", Detail), ...failures, ...conflict },
});

const overview = createRoute({
  method: "get",
  path: "/projects/{id}/overview",
  summary: "The figures of the Project screen",
  request: { params: inProject },
  responses: { 200: answers("The figures", named(Overview, "Overview")), ...failures },
});

export const projectRoutes = (host: Host) =>
  router()
    .openapi(list, async (c) => c.json(Projects.parse({ projects: await listProjects(host) }), 200))
    .openapi(create, async (c) =>
      c.json(Detail.parse(await createProject(host, c.req.valid("json"))), 201),
    )
    .openapi(read, async (c) =>
      c.json(Detail.parse(await projectDetail(host, c.req.valid("param").id)), 200),
    )
    .openapi(change, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(Detail.parse(await changeProject(host, id, c.req.valid("json"))), 200);
    })
    .openapi(overview, async (c) =>
      c.json(Overview.parse(await overviewOf(host, c.req.valid("param").id)), 200),
    );
