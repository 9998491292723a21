import { Agent, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { isMainThread, parentPort } from "node:worker_threads";
import { serve } from "@hono/node-server";
import { pino } from "pino";
import { systemClock } from "#core/clock.ts";
import { LessonId, type ProjectId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import type { RewriteRule, UserTurn } from "#core/rewrite.ts";
import { rngOf } from "#core/rng.ts";
import { createApp } from "#server/app.ts";
import { createLive } from "#server/live.ts";
import { inProcessCompute } from "#server/runtime/compute.ts";
import type { Host } from "#server/runtime/host.ts";
import { answerRequest } from "#server/runtime/rewrite-request.ts";
import { createStates } from "#server/runtime/state.ts";
import { takeTurns } from "#server/runtime/turns.ts";
import type { OpenStore } from "#store/open.ts";
import { handedOver, typescriptWorker } from "#systems/typescript-worker.ts";
import { type Bench, type Figure, mustHold, quantile } from "./harness.ts";
import { tempStores } from "./stores.ts";

const RULES = 100_000;
const TARGET_P99_MS = 5;
const CALLS = 200_000;
/** Half of the requests have a rewrite. */
const HIT_SHARE = 0.5;
const SECONDS = 10;
const WARM_UP_SECONDS = 2;
/** Connections a client keeps; more requests than that under way wait, and their wait counts. */
const SOCKETS = 64;

interface Load {
  readonly what: string;
  readonly perSecond: number;
  /** Turns that come in beside it. */
  readonly turnsPerSecond: number;
  readonly target?: number;
}
const LOADS: readonly Load[] = [
  { what: "1,000 requests/s", perSecond: 1_000, turnsPerSecond: 0, target: TARGET_P99_MS },
  { what: "1,000 requests/s beside 1,000 turns/s", perSecond: 1_000, turnsPerSecond: 1_000 },
  { what: "2,000 requests/s", perSecond: 2_000, turnsPerSecond: 0 },
];

const rate = (value: number) => ({
  successes: 100 * value,
  visits: 100,
  value,
  interval: { low: value, high: value, level: 0.8, method: "none" },
});
const ruleAt = (k: number): RewriteRule => ({
  id: `rw-${k}`,
  locale: "und",
  fromKey: `play song n${k} x`,
  fromText: `play song n${k} x`,
  toKey: `play song n${k} y`,
  toText: `play song n${k} y`,
  score: 0.5,
  share: 0.5,
  from: rate(0.2),
  to: rate(0.9),
  users: 10,
  examples: [],
});

/** A project whose rewrites are all live. */
async function fill(store: OpenStore): Promise<ProjectId> {
  const config = ProjectConfig.parse({
    name: "decide",
    task: { kind: "text", schema: {} },
    assess: { system: "markov-reformulation" },
  });
  const { id } = await store.createProject(config);
  const rules = Array.from({ length: RULES }, (_, k) => ruleAt(k));
  const lessonId = LessonId.parse("bench-decide");
  await store.putLesson(
    id,
    {
      id: lessonId,
      kind: "rewrites",
      parent: null,
      learnedFrom: [],
      code: "bench",
      options: {},
      seed: "bench",
      summary: `${RULES} rewrites`,
      body: { rules },
      atMs: 0,
    },
    [],
  );
  await store.promote(id, lessonId, "bench");
  await store.sql.exec("update rewrites set state = 'live'");
  return id;
}

const hostOf = (store: OpenStore): Host => ({
  store,
  // Nothing that is measured here is queued.
  jobs: undefined as never,
  compute: inProcessCompute(),
  clock: systemClock,
  live: createLive(),
  rng: rngOf("bench/decide"),
  log: pino({ level: "silent" }),
  states: createStates(store),
});

const textOf = (k: number): string =>
  (k * HIT_SHARE) % 1 === 0 ? `Play song n${k % RULES} x, please` : `what is the weather in n${k}`;

async function inProcess(host: Host, id: ProjectId): Promise<Figure[]> {
  await answerRequest(host, id, { text: "warm up" });
  const times = new Array<number>(CALLS);
  let hits = 0;
  const start = performance.now();
  for (let k = 0; k < CALLS; k++) {
    const before = performance.now();
    const { ruleId } = await answerRequest(host, id, { text: textOf(k), userId: `u${k % 5_000}` });
    times[k] = performance.now() - before;
    if (ruleId !== null) hits++;
  }
  const tookMs = performance.now() - start;
  mustHold(hits === CALLS * HIT_SHARE, `half of the requests have a rewrite (${hits})`);
  return [
    {
      what: `rewrite, in process, ${RULES.toLocaleString("en")} live`,
      ours: (1_000 * CALLS) / tookMs,
      unit: "requests/s",
      better: "more",
      note: `p50 ${(1_000 * quantile(times, 0.5)).toFixed(1)} µs, p99 ${(1_000 * quantile(times, 0.99)).toFixed(1)} µs`,
    },
  ];
}

interface Client {
  rewrite(k: number): Promise<void>;
  close(): void;
}

function clientOf(port: number, id: ProjectId): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  return {
    close: () => agent.destroy(),
    rewrite: (k) =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify({ text: textOf(k), userId: `u${k % 5_000}` });
        const sent = request(
          {
            agent,
            port,
            host: "127.0.0.1",
            method: "POST",
            path: `/api/v1/projects/${id}/rewrite`,
            headers: { "content-type": "application/json", "content-length": body.length },
          },
          (response) => {
            response.resume();
            response.on("end", () =>
              response.statusCode === 200
                ? resolve()
                : reject(new Error(`answered ${response.statusCode}`)),
            );
          },
        );
        sent.on("error", reject);
        sent.end(body);
      }),
  };
}

/** Sends at a steady pace whatever comes back: each time is from when it was due, so that no wait hides another. */
async function paced(client: Client, perSecond: number, seconds: number): Promise<number[]> {
  const times: number[] = [];
  const sent: Promise<void>[] = [];
  const start = performance.now();
  const count = perSecond * seconds;
  for (let k = 0; k < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - start) * perSecond) / 1_000) + 1);
    for (; k < due; k++) {
      const dueAt = start + (k * 1_000) / perSecond;
      sent.push(client.rewrite(k).then(() => void times.push(performance.now() - dueAt)));
    }
    await pause(1);
  }
  await Promise.all(sent);
  return times;
}

interface Paced {
  readonly port: number;
  readonly id: ProjectId;
  readonly perSecond: number;
  readonly seconds: number;
}

/** The client, in a thread of its own: its waits are not the server's. Milliseconds of each request. */
function pacedApart(how: Paced): Promise<number[]> {
  const worker = typescriptWorker(new URL(import.meta.url), how);
  return new Promise((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
}

if (!isMainThread) {
  const { port, id, perSecond, seconds } = handedOver() as Paced; // as `pacedApart` hands it over
  const client = clientOf(port, id);
  parentPort?.postMessage(await paced(client, perSecond, seconds));
  client.close();
}

/** Turns in batches of a tenth of a second, until told to stop. */
async function turnsComing(host: Host, id: ProjectId, { turnsPerSecond }: Load, stop: AbortSignal) {
  const size = turnsPerSecond / 10;
  for (let batch = 0; !stop.aborted; batch++) {
    const turns = Array.from({ length: size }, (_, k): UserTurn => {
      const at = batch * size + k;
      return { id: `t${at}`, userId: `u${at}`, ts: at * 1_000, utterance: textOf(at) };
    });
    const next = pause(100);
    await takeTurns(host, id, turns);
    await next;
  }
}

async function overHttp(host: Host, id: ProjectId, name: string): Promise<Figure[]> {
  const server = serve({ fetch: createApp(host).fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await pacedApart({ port, id, perSecond: 1_000, seconds: WARM_UP_SECONDS });
    const figures: Figure[] = [];
    for (const load of LOADS) {
      const stop = new AbortController();
      const coming = load.turnsPerSecond > 0 ? turnsComing(host, id, load, stop.signal) : undefined;
      const { perSecond } = load;
      const times = await pacedApart({ port, id, perSecond, seconds: SECONDS });
      stop.abort();
      await coming;
      mustHold(times.length === load.perSecond * SECONDS, "each request is answered");
      figures.push({
        what: `rewrite over HTTP, p99: ${name}, ${load.what}`,
        ours: quantile(times, 0.99),
        unit: "ms",
        better: "less",
        ...(load.target !== undefined && { target: load.target }),
        skipped:
          "client and server share the machine, and each time is from when the request was due",
        note: `p50 ${quantile(times, 0.5).toFixed(2)} ms, p99.9 ${quantile(times, 0.999).toFixed(2)} ms`,
      });
    }
    return figures;
  } finally {
    server.close();
  }
}

export const bench: Bench = {
  name: "decide",
  about: `What a request is answered as, from ${RULES.toLocaleString("en")} live rewrites, half of the requests having one`,
  async run(log) {
    const figures: Figure[] = [];
    for (const { name, use } of tempStores())
      await use(async (store) => {
        log(`${name}: filling`);
        const id = await fill(store);
        const host = hostOf(store);
        log(`${name}: in process`);
        if (figures.length === 0) figures.push(...(await inProcess(host, id)));
        log(`${name}: over HTTP`);
        figures.push(...(await overHttp(host, id, name)));
      });
    return figures;
  },
};
