import { OpenAPIHono } from "@hono/zod-openapi";
import type { HonoRequest } from "hono";
import { bodyLimit } from "hono/body-limit";
import { Problem } from "#core/errors.ts";
import { onError, onInvalid, onNotFound } from "./errors.ts";
import { openApiDocument, referencePage } from "./reference.ts";
import { robotSocket } from "./robot-socket.ts";
import { caseRoutes } from "./routes/cases.ts";
import { comparisonRoutes } from "./routes/comparisons.ts";
import { correctionRoutes } from "./routes/corrections.ts";
import { decideRoutes } from "./routes/decide.ts";
import { documentRoutes } from "./routes/documents.ts";
import { healthRoutes } from "./routes/health.ts";
import { importExportRoutes } from "./routes/import-export.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { lessonRoutes } from "./routes/lessons.ts";
import { liveRoutes } from "./routes/live.ts";
import { operationRoutes } from "./routes/operations.ts";
import { projectRoutes } from "./routes/projects.ts";
import { queueRoutes } from "./routes/queue.ts";
import { rewriteRoutes } from "./routes/rewrites.ts";
import { robotRoutes } from "./routes/robot.ts";
import { systemRoutes } from "./routes/systems.ts";
import { trainingRoutes } from "./routes/training.ts";
import { writingFilterRoutes } from "./routes/writing-filter.ts";
import type { Host } from "./runtime/host.ts";
import { allOperations } from "./runtime/systems.ts";
import { passwordGate, sameSiteOnly, securityHeaders } from "./security.ts";
import { staticFiles } from "./static.ts";

export interface AppOptions {
  /** Asked of every request when set; the server may then be reached under any name. */
  readonly password?: string | undefined;
  /** Folder of the built workbench; none in tests of the API. */
  readonly webFolder?: string | undefined;
}

const API = "/api/v1";
/** A JSON body: an operation's rows at most. Files have a route of their own, streamed and unbounded here. */
const JSON_BYTES_MAX = 32 * 2 ** 20;
const IMPORT = /^\/api\/v1\/projects\/[^/]+\/(candidates\/)?import$/;
/** Turns come as JSON, or with their format as a file. */
const TURNS = /^\/api\/v1\/projects\/[^/]+\/turns$/;
/** And so do episodes. */
const EPISODES = /^\/api\/v1\/projects\/[^/]+\/episodes$/;
const isFile = (request: HonoRequest): boolean =>
  IMPORT.test(request.path) ||
  ((TURNS.test(request.path) || EPISODES.test(request.path)) &&
    request.query("format") !== undefined);

/** The HTTP server as a function from request to response. */
export function createApp(host: Host, { password, webFolder }: AppOptions = {}) {
  const app = new OpenAPIHono({ defaultHook: onInvalid });
  app.onError(onError(host.log));
  app.notFound(onNotFound);
  app.use(securityHeaders);
  app.use(sameSiteOnly({ anyHost: password !== undefined }));
  if (password !== undefined) app.use(passwordGate(password));
  const limit = bodyLimit({ maxSize: JSON_BYTES_MAX, onError: tooLarge });
  app.use(`${API}/*`, (c, next) => (isFile(c.req) ? next() : limit(c, next)));
  const routed = app
    .route(API, healthRoutes(host))
    .route(API, projectRoutes(host))
    .route(API, queueRoutes(host))
    .route(API, caseRoutes(host))
    .route(API, correctionRoutes(host))
    .route(API, lessonRoutes(host))
    .route(API, importExportRoutes(host))
    .route(API, documentRoutes(host))
    .route(API, writingFilterRoutes(host))
    .route(API, rewriteRoutes(host))
    .route(API, comparisonRoutes(host))
    .route(API, trainingRoutes(host))
    .route(API, robotRoutes(host))
    .route(API, decideRoutes(host))
    .route(API, jobRoutes(host))
    .route(API, liveRoutes(host))
    .route(API, systemRoutes(host))
    .route(API, operationRoutes(host));
  const document = async () => openApiDocument(app, await allOperations());
  app.get(`${API}/openapi.json`, async (c) => c.json(await document()));
  app.get(`${API}/docs`, async (c) => c.html(referencePage(await document())));
  app.route(API, robotSocket(host));
  app.all(`${API}/*`, (c) => onNotFound(c));
  if (webFolder !== undefined) app.use(staticFiles(webFolder));
  return routed;
}

const tooLarge = (): never => {
  throw new Problem("too-large", "The request is too large", {
    expected: `at most ${JSON_BYTES_MAX / 2 ** 20} MB`,
    hint: "Import large data with POST /projects/:id/import, which streams it.",
  });
};
