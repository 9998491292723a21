import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { type Logger, pino } from "pino";
import { WebSocketServer } from "ws";
import { type Clock, systemClock } from "#core/clock.ts";
import { Problem } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import { isLabelProject } from "#core/project.ts";
import { rngOf } from "#core/rng.ts";
import { openJobs } from "#store/boss.ts";
import { openStore } from "#store/open.ts";
import { createApp } from "./app.ts";
import { askForDemo } from "./demo.ts";
import { createLive } from "./live.ts";
import { chatFromEnv, modelFromEnv, reviserFromEnv } from "./model-from-env.ts";
import { threadedCompute } from "./runtime/compute.ts";
import { resumeDocuments } from "./runtime/documents.ts";
import type { Host } from "./runtime/host.ts";
import { workOnJobs } from "./runtime/jobs.ts";
import { stopRemembering } from "./runtime/remember.ts";
import { askForAssessment, refitIfDue } from "./runtime/requests.ts";
import { knownIndex } from "./runtime/rewrite-index.ts";
import { hasRewrites } from "./runtime/rewrite-projects.ts";
import { closeInterrupted } from "./runtime/robot-episodes.ts";
import { hasEpisodes } from "./runtime/robot-projects.ts";
import { endSessions } from "./runtime/robot-sessions.ts";
import { createStates } from "./runtime/state.ts";
import { hasDocuments } from "./runtime/writing-projects.ts";
import { checkBinding } from "./security.ts";

export interface StorageOptions {
  readonly dataDir: string;
  /** A PostgreSQL in place of the embedded database; the data folder then keeps blobs alone. */
  readonly databaseUrl?: string;
  readonly clock?: Clock;
  /** Decides, with the ids, who is audited and shown blind, and seeds every fit. */
  readonly seed?: string;
  readonly log?: Logger;
}

export interface ServerOptions extends StorageOptions {
  readonly port: number;
  readonly host?: string;
  /** Whether this process takes jobs; without, some `emend worker` must. */
  readonly workers?: boolean;
  /** Whether an empty store gets the demo project. */
  readonly demo?: boolean;
  readonly webFolder?: string;
  readonly password?: string;
}

export interface Running {
  close(): Promise<void>;
}

const HOST_DEFAULT = "127.0.0.1";
const SEED_DEFAULT = "emend";
/** Requests still open after so long are cut off when the server stops. */
const GOODBYE_MS_MAX = 3_000;
/** One message of a robot: an observation of 10,000 numbers fits. */
const SOCKET_BYTES_MAX = 2 ** 20;
/** Longer than a browser keeps a connection, so that it never writes to one just closed. */
const KEEP_ALIVE_MS = 120_000;

/** Opens the store and serves it. The page is up before the demo project is: its making shows as a job. */
export async function startServer(
  options: ServerOptions,
): Promise<Running & { readonly url: string }> {
  const { port, host = HOST_DEFAULT, workers = true, demo = true } = options;
  const password = options.password ?? process.env.EMEND_PASSWORD;
  checkBinding(host, password);
  const opened = await openHost(options);
  const stopTelling = opened.host.jobs.onChange((job) =>
    opened.host.live.publish({ kind: "job", job }),
  );
  try {
    const app = createApp(opened.host, { password, webFolder: options.webFolder });
    const server = await listening(app.fetch, { port, host });
    if (workers) await workOnJobs(opened.host);
    if (demo) await askForDemo(opened.host);
    await resumeProjects(opened.host);
    const url = `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`;
    opened.host.log.info({ url, store: opened.host.store.driver }, "serving");
    return {
      url,
      async close() {
        stopTelling();
        opened.host.live.close();
        await endSessions(opened.host);
        await server.close();
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Takes jobs without serving anything. */
export async function startWorker(options: StorageOptions): Promise<Running> {
  const { host, close } = await openHost(options);
  await workOnJobs(host);
  return { close };
}

/** What the runtime works with, on a store of its own. `close` it when done. */
export async function openHost(
  options: StorageOptions,
): Promise<Running & { readonly host: Host }> {
  const clock = options.clock ?? systemClock;
  const { dataDir, databaseUrl } = options;
  const store = await openStore(
    databaseUrl === undefined ? { dataDir } : { databaseUrl, blobDir: dataDir },
    { clock },
  );
  const jobs = await openJobs(store);
  const compute = threadedCompute();
  const training = threadedCompute();
  const host: Host = {
    store,
    jobs,
    compute,
    training,
    clock,
    live: createLive(),
    rng: rngOf(options.seed ?? SEED_DEFAULT),
    log: options.log ?? quietLog(),
    states: createStates(store),
    model: modelFromEnv(process.env),
    chat: chatFromEnv(process.env),
    reviser: reviserFromEnv(process.env),
  };
  return {
    host,
    async close() {
      await jobs.stop();
      await stopRemembering(host);
      await compute.close();
      await training.close();
      await store.close();
    },
  };
}

/** Warnings and bugs to stderr. Headers and bodies, where passwords and keys are, are never logged. */
const quietLog = (): Logger =>
  pino({ level: process.env.EMEND_LOG ?? "warn", redact: REDACTED }, pino.destination(2));
const REDACTED = ["*.authorization", "*.cookie", "*.password", "*.apiKey", "*.databaseUrl"];

/** Takes up what a stop interrupted: items without a case, a refit that is due, documents that wait for edits. */
async function resumeProjects(host: Host): Promise<void> {
  for (const { id, config, counts } of await host.store.projects()) {
    if (hasDocuments(config)) await resumeDocuments(host, id);
    if (hasRewrites(config)) warmUp(host, id);
    if (hasEpisodes(config)) await closeInterrupted(host, id);
    if (!isLabelProject(config)) continue;
    if (counts.waiting > 0) await askForAssessment(host, id, "new");
    await refitIfDue(host, id);
  }
}

/** Reads a project's rewrites behind the start, so that the first request need not wait for it. */
function warmUp(host: Host, id: ProjectId): void {
  knownIndex(host, id).catch((err: unknown) =>
    host.log.warn({ err, projectId: id }, "rewrites could not be read"),
  );
}

type ServeOptions = Parameters<typeof serve>[0];

function listening(
  fetch: ServeOptions["fetch"],
  { port, host }: { readonly port: number; readonly host: string },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const serverOptions = { keepAliveTimeout: KEEP_ALIVE_MS };
    const sockets = new WebSocketServer({ noServer: true, maxPayload: SOCKET_BYTES_MAX });
    // A server of `ws`, as its documentation asks for; the two describe it in other words.
    const websocket = { server: sockets } as unknown as NonNullable<ServeOptions["websocket"]>;
    const options = { fetch, port, hostname: host, serverOptions, websocket };
    const server = serve(options, (info: AddressInfo) =>
      resolve({
        port: info.port,
        close: () => {
          for (const socket of sockets.clients) socket.terminate();
          return closing(server);
        },
      }),
    );
    server.on("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(
        taken
          ? new Problem("conflict", `Port ${port} is taken`, {
              hint: "Choose another with --port, or 0 for any free one.",
            })
          : error,
      );
    });
  });
}

/** Lets open requests finish, for a while. */
function closing(server: ReturnType<typeof serve>): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(
      () => "closeAllConnections" in server && server.closeAllConnections(),
      GOODBYE_MS_MAX,
    );
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    if ("closeIdleConnections" in server) server.closeIdleConnections();
  });
}
