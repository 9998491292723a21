import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { EpisodeDetail, EpisodePage, FitInput } from "#core/episode-views.ts";
import { LessonId, type ProjectId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import { rngOf } from "#core/rng.ts";
import { rollOut } from "#worlds/manipulation/rollout.ts";
import { demonstrator } from "#worlds/manipulation/sim-human.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import { openHost, startServer } from "./serve.ts";

const dataDir = mkdtempSync(join(tmpdir(), "emend-robot-"));
const ROBOT = new URL("../../examples/robot-client/robot.ts", import.meta.url).pathname;
let server: Awaited<ReturnType<typeof startServer>>;
let projectId: ProjectId;

/** A project with a policy in force, before the server is up. */
async function prepare(): Promise<void> {
  const { host, close } = await openHost({ dataDir });
  const config = ProjectConfig.parse({
    name: "robots",
    task: { kind: "episode", schema: { world: "tabletop" } },
    assess: { system: "sirius" },
  });
  ({ id: projectId } = await host.store.createProject(config));
  const world = tabletop();
  const episodes = [rollOut(world, null, demonstrator(world), { rng: rngOf("demo") })];
  const fit = FitInput.parse({ method: "bc", steps: 50, hidden: [8] });
  const hooks = { signal: new AbortController().signal, progress: () => undefined };
  const fitted = await host.compute.fitPolicy({ episodes, fit, preWindow: 15, seed: "s" }, hooks);
  const id = LessonId.parse("policy-1");
  await host.store.putLesson(
    projectId,
    {
      id,
      kind: "policy",
      parent: null,
      learnedFrom: [],
      code: "policy@1",
      options: {},
      seed: "s",
      summary: "",
      body: { model: fitted.model, method: "bc", episodes: [] },
      atMs: 0,
    },
    [],
  );
  await host.store.promote(projectId, id, "the first");
  await close();
}

beforeAll(async () => {
  await prepare();
  server = await startServer({ dataDir, port: 0, demo: false, workers: false });
}, 30_000);
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const path = () => `/api/v1/projects/${projectId}`;
const url = () => `${server.url.replace("http", "ws")}${path()}/robot`;

interface Message {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A connection whose messages can be waited for. */
function connect(hello: object, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url(), { headers });
  const heard: Message[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const one of waiting) one();
  };
  socket.on("open", () => socket.send(JSON.stringify(hello)));
  socket.on("message", (data) => {
    heard.push(JSON.parse(String(data)));
    wake();
  });
  socket.on("close", () => {
    heard.push({ kind: "closed" });
    wake();
  });
  socket.on("error", (error) => heard.push({ kind: "error", said: error.message }));
  return {
    say: (message: object | string) =>
      socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    close: () => socket.terminate(),
    /** The next message of a kind, those before it left out. */
    next: (kind: string): Promise<Message> =>
      new Promise((resolve) => {
        const look = () => {
          const at = heard.findIndex((message) => message.kind === kind);
          const found = heard[at];
          if (found === undefined) return;
          heard.splice(0, at + 1);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

const world = tabletop();
const robotHello = {
  kind: "hello",
  protocol: 1,
  role: "robot",
  robot: "arm",
  observationNames: world.observationNames,
  actionNames: world.actionNames,
  controlHz: world.controlHz,
};
const driverHello = (name: string) => ({ kind: "hello", protocol: 1, role: "driver", name });
const obs = (t: number) => ({ kind: "observation", t, obs: new Array(11).fill(t / 100) });
const get = async (of: string) => (await fetch(`${server.url}${path()}${of}`)).json();
const episodeOf = async (message: Message) =>
  EpisodeDetail.parse(await get(`/episodes/${message.episodeId}`));

test("a robot acts by the policy in force, and its episode is recorded", async () => {
  const robot = connect(robotHello);
  const ready = await robot.next("ready");
  expect(ready).toMatchObject({ policyId: "policy-1" });
  for (let t = 0; t < 3; t++) {
    robot.say(obs(t));
    const act = await robot.next("action");
    expect(act).toMatchObject({ t, source: "policy" });
    expect(act.action).toHaveLength(3);
  }
  robot.say({ kind: "end", end: "success" });
  const ended = await robot.next("ended");
  expect(ended).toMatchObject({ end: "success", rows: 3 });
  const { summary, episode } = await episodeOf(ended);
  expect(summary).toMatchObject({ steps: 3, takeOvers: [], policyId: "policy-1", round: 1 });
  expect(episode.rows[2]?.obs[0]).toBe(0.02);
});

test("what cannot be right is refused with what was expected, and nothing is done", async () => {
  const robot = connect(robotHello);
  await robot.next("ready");
  robot.say('{"kind":"observation","t":0,"obs":[NaN]}');
  expect((await robot.next("problem")).title).toBe("The message does not parse");
  robot.say({ kind: "observation", t: 0, obs: [null] });
  expect((await robot.next("problem")).expected).toBe("number");
  robot.say({ kind: "observation", t: 0, obs: [1] });
  expect(await robot.next("problem")).toMatchObject({ expected: "11 finite numbers", got: "1" });
  robot.say(obs(4));
  expect(await robot.next("problem")).toMatchObject({ expected: "t 0" });
  robot.say({ ...obs(0), human: { action: [0, 2, 0] } });
  expect(await robot.next("problem")).toMatchObject({ title: "An action is out of bounds" });
  robot.say(obs(0));
  expect(await robot.next("action")).toMatchObject({ t: 0 });
  robot.close();
});

test("a robot the policy does not fit, a stranger and another site are turned away", async () => {
  const other = connect({ ...robotHello, actionNames: ["dx"] });
  expect(await other.next("problem")).toMatchObject({ at: { field: "actionNames" } });
  await other.next("closed");
  const stranger = connect({ kind: "observation" });
  expect((await stranger.next("problem")).status).toBe(400);
  const site = connect(robotHello, { origin: "http://example.org" });
  expect((await site.next("error")).said).toContain("400");
  const nobody = connect(driverHello("ann"));
  expect(await nobody.next("problem")).toMatchObject({
    title: "There is no robot to drive in this project",
  });
});

test("one who drives at a time; handed back, the policy goes on; each take-over is a correction", async () => {
  const robot = connect(robotHello);
  await robot.next("ready");
  const [ann, bob] = [connect(driverHello("ann")), connect(driverHello("bob"))];
  await ann.next("ready");
  await bob.next("ready");
  bob.say({ kind: "action", action: [0, 0, 0] });
  expect(await bob.next("problem")).toMatchObject({ title: "Nobody has taken over" });
  ann.say({ kind: "take-over" });
  await ann.next("held");
  bob.say({ kind: "take-over" });
  expect(await bob.next("problem")).toMatchObject({ title: "ann holds the control", status: 409 });
  ann.say({ kind: "action", action: [0.5, 0.85, 1], segment: "recovery" });
  ann.say({ kind: "action", action: [0.5, 9, 1] });
  expect(await ann.next("problem")).toMatchObject({ at: { field: "action.1" } });
  robot.say(obs(0));
  expect(await robot.next("action")).toMatchObject({ source: "human", action: [0.5, 0.85, 1] });
  expect(await bob.next("step")).toMatchObject({ t: 0, heldBy: "ann" });
  ann.say({ kind: "hand-back" });
  expect(await ann.next("held")).toMatchObject({ by: null });
  robot.say(obs(1));
  expect(await robot.next("action")).toMatchObject({ source: "policy" });
  bob.say({ kind: "take-over" });
  await bob.next("held");
  bob.say({ kind: "action", action: [0, 0, 0] });
  robot.say(obs(2));
  await robot.next("action");
  robot.say({ kind: "end", end: "failure" });
  const { summary, episode } = await episodeOf(await robot.next("ended"));
  expect(summary.takeOvers).toEqual([
    { interventionId: 0, from: 0, to: 1 },
    { interventionId: 1, from: 2, to: 3 },
  ]);
  expect(episode.rows[0]).toMatchObject({ segment: "recovery", mode: "teleop" });
  ann.close();
  bob.close();
});

test("a robot's own operator takes over by saying so, and gives back by saying nothing", async () => {
  const robot = connect(robotHello);
  await robot.next("ready");
  robot.say({ ...obs(0), human: { action: [1, 0, 0] } });
  expect(await robot.next("action")).toMatchObject({ source: "human", action: [1, 0, 0] });
  robot.say(obs(1));
  expect(await robot.next("action")).toMatchObject({ source: "policy" });
  robot.say({ kind: "end", end: "success" });
  const { summary } = await episodeOf(await robot.next("ended"));
  expect(summary.takeOvers).toEqual([{ interventionId: 0, from: 0, to: 1 }]);
});

test.each(["gone", "silent"] as const)(
  "whoever drives is %s: the robot stops and the record stays",
  async (how) => {
    const robot = connect(robotHello);
    await robot.next("ready");
    const ann = connect(driverHello("ann"));
    await ann.next("ready");
    ann.say({ kind: "take-over" });
    await ann.next("held");
    ann.say({ kind: "action", action: [0, 1, 1] });
    robot.say(obs(0));
    expect(await robot.next("action")).toMatchObject({ source: "human" });
    if (how === "gone") ann.close();
    else {
      await new Promise((resolve) => setTimeout(resolve, 600));
      robot.say(obs(1));
    }
    expect((await robot.next("stop")).because).toMatch(how === "gone" ? /ann.* is gone/ : /silent/);
    const { summary } = await episodeOf(await robot.next("ended"));
    expect(summary).toMatchObject({ end: "stopped", steps: 1, humanSteps: 1 });
  },
);

/** The robot of the examples, and what it prints. */
function secondProcess(): { child: ChildProcess; said: (what: RegExp) => Promise<string> } {
  const child = spawn(process.execPath, ["--import", "tsx", ROBOT, url()], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  const waiting = new Set<() => void>();
  child.stdout?.on("data", (data) => {
    text += String(data);
    for (const look of waiting) look();
  });
  const said = (what: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const look = () => {
        const found = what.exec(text);
        if (found === null) return;
        waiting.delete(look);
        resolve(found[0]);
      };
      waiting.add(look);
      look();
    });
  return { child, said };
}

test("a robot in another process is killed mid take-over: what it did is recorded, as stopped", async () => {
  const { child, said } = secondProcess();
  await said(/"ready"/);
  const ann = connect(driverHello("ann"));
  await ann.next("ready");
  ann.say({ kind: "take-over" });
  const driving = setInterval(() => ann.say({ kind: "action", action: [0, 0.85, 1] }), 100);
  await said(/"durable"/);
  while ((await ann.next("step")).source !== "human");
  child.kill("SIGKILL");
  const ended = await ann.next("ended");
  clearInterval(driving);
  expect(ended.end).toBe("stopped");
  const { summary, episode } = await episodeOf(ended);
  expect(summary.takeOvers).toHaveLength(1);
  expect(summary.takeOvers[0]?.to).toBe(summary.steps);
  expect(episode.rows.at(-1)).toMatchObject({ source: "human", action: [0, 0.85, 1] });
  expect(EpisodePage.parse(await get("/episodes")).episodes[0]?.id).toBe(ended.episodeId);
  ann.close();
}, 20_000);
