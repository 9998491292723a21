/** Robots and drivers over WebSocket: docs/robot-protocol.md. What is to be done, sessions say. */
import { upgradeWebSocket } from "@hono/node-server";
import { Hono } from "hono";
import type { WSContext } from "hono/ws";
import { z } from "zod";
import { EpisodeEnd, StepSegment } from "#core/episode.ts";
import { badInput, isProblem, Problem } from "#core/errors.ts";
import { ActorId, LessonId, ProjectId } from "#core/ids.ts";
import { problemBody } from "./errors.ts";
import type { Host } from "./runtime/host.ts";
import { policyModel } from "./runtime/robot-policies.ts";
import { episodeSchema, robotProject } from "./runtime/robot-projects.ts";
import { type RobotSession, sessionToDrive, startSession } from "./runtime/robot-sessions.ts";

/** A robot says something at least this often; less is silence, and its episode ends. */
const ROBOT_SILENCE_MS_MAX = 2_000;
/** Observations of 10,000 numbers fit. */
const MESSAGE_CHARS_MAX = 512 * 1_024;

const Names = z.array(z.string()).min(1).max(10_000);
const Numbers = z.array(z.number()).max(10_000);

const Hello = z.discriminatedUnion("role", [
  z.strictObject({
    kind: z.literal("hello"),
    protocol: z.literal(1),
    role: z.literal("robot"),
    robot: z.string().min(1).max(100),
    observationNames: Names,
    actionNames: Names,
    controlHz: z.number().positive().max(10_000),
    seed: z.string().optional(),
    policyId: LessonId.optional(),
    round: z.int().nonnegative().optional(),
  }),
  z.strictObject({
    kind: z.literal("hello"),
    protocol: z.literal(1),
    role: z.literal("driver"),
    name: ActorId,
    sessionId: z.string().optional(),
  }),
]);
type Hello = z.infer<typeof Hello>;

const FromRobot = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("observation"),
    t: z.int().nonnegative(),
    obs: Numbers,
    reward: z.number().optional(),
    subtask: z.int().nonnegative().optional(),
    human: z.strictObject({ action: Numbers, segment: StepSegment.optional() }).optional(),
  }),
  z.strictObject({ kind: z.literal("end"), end: EpisodeEnd }),
  z.strictObject({ kind: z.literal("beat") }),
]);

const FromDriver = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("take-over") }),
  z.strictObject({
    kind: z.literal("action"),
    action: Numbers,
    segment: StepSegment.optional(),
  }),
  z.strictObject({ kind: z.literal("hand-back") }),
  z.strictObject({ kind: z.literal("beat") }),
]);

/** The end of one connection that messages come to, once it has said what it is. */
interface Peer {
  /** May throw a problem, which is answered; what ends the connection, it ends itself. */
  hear(message: unknown): Promise<void> | void;
  gone(): Promise<void> | void;
}

type Socket = Pick<WSContext, "send" | "close">;

/** Who watches each session. */
type Watchers = Map<string, Set<Socket>>;

export function robotSocket(host: Host) {
  const watchers: Watchers = new Map();
  return new Hono().get(
    "/projects/:id/robot",
    async (c, next) => {
      // A browser sends no preflight for a socket: its origin is the only word on who opens it.
      const origin = c.req.header("origin");
      const here = c.req.header("host");
      if (origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== here))
        throw new Problem("bad-input", "A connection from another site is refused", {
          expected: `one from ${here}`,
          got: origin,
        });
      await robotProject(host, ProjectId.parse(c.req.param("id")));
      await next();
    },
    upgradeWebSocket((c) => {
      const projectId = ProjectId.parse(c.req.param("id"));
      const policyId = LessonId.optional().safeParse(c.req.query("policyId")).data;
      const connection = connect({ host, projectId, policyId, watchers });
      return {
        onMessage: (event, socket) => connection.hear(event.data, socket),
        onClose: () => connection.gone(),
        onError: () => connection.gone(),
      };
    }),
  );
}

interface Around {
  readonly host: Host;
  readonly projectId: ProjectId;
  readonly policyId: LessonId | undefined;
  readonly watchers: Watchers;
}

const say = (socket: Socket, message: object): void => {
  socket.send(JSON.stringify(message));
};

/** Messages of a connection one after the other, so that an answer never overtakes another. */
function connect(around: Around) {
  let peer: Peer | undefined;
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn.then(work).catch((err: unknown) => {
      around.host.log.error({ err }, "a robot's connection failed on a bug");
    });
    return turn;
  };
  return {
    hear: (data: unknown, socket: Socket) =>
      inTurn(async () => {
        try {
          const message = parsed(data);
          if (peer === undefined) peer = await greet(around, message, socket);
          else await peer.hear(message);
        } catch (error) {
          if (!isProblem(error)) throw error;
          say(socket, { kind: "problem", ...problemBody(error) });
          if (peer === undefined) socket.close(1008, "there was no hello");
        }
      }),
    gone: () =>
      inTurn(async () => {
        const left = peer;
        peer = undefined;
        await left?.gone();
      }),
  };
}

function parsed(data: unknown): unknown {
  if (typeof data === "string" && data.length <= MESSAGE_CHARS_MAX) {
    try {
      return JSON.parse(data);
    } catch {
      // Answered below, with what was expected.
    }
  }
  throw new Problem("bad-input", "The message does not parse", {
    expected: `JSON as text, at most ${MESSAGE_CHARS_MAX / 1_024} kB (NaN and Infinity are not JSON)`,
  });
}

function known<S extends z.ZodType>(schema: S, message: unknown): z.infer<S> {
  const read = schema.safeParse(message);
  if (read.success) return read.data;
  throw badInput(read.error, message);
}

async function greet(around: Around, message: unknown, socket: Socket): Promise<Peer> {
  const hello = known(Hello, message);
  return hello.role === "robot"
    ? robotPeer(around, hello, socket)
    : driverPeer(around, hello, socket);
}

async function robotPeer(
  around: Around,
  hello: Extract<Hello, { role: "robot" }>,
  socket: Socket,
): Promise<Peer> {
  const { host, projectId, watchers } = around;
  const { config } = await robotProject(host, projectId);
  const policyId =
    hello.policyId ?? around.policyId ?? (await host.store.lessonInForce(projectId))?.lesson.id;
  if (policyId === undefined)
    throw new Problem("not-found", "There is no policy in force to act by", {
      hint: "Learn one first, or name one as policyId.",
    });
  const session = startSession(host, projectId, {
    hello,
    policyId,
    model: await policyModel(host, projectId, policyId),
    world: episodeSchema(config).world,
    round: hello.round ?? (await roundOf(host, projectId, policyId)),
    by: ActorId.parse(hello.robot),
  });
  const tell = (message: object) => {
    for (const watcher of watchers.get(session.id) ?? []) say(watcher, message);
  };
  let durable = 0;
  let over = false;
  const stop = async (end: EpisodeEnd, because: string | null) => {
    if (over) return;
    over = true;
    clearTimeout(silence);
    if (because !== null) say(socket, { kind: "stop", because });
    const episodeId = await session.end(end);
    say(socket, { kind: "ended", end, episodeId, rows: session.rowsDurable });
    tell({ kind: "ended", end, episodeId });
    watchers.delete(session.id);
    socket.close(1000);
  };
  const silent = () => void stop("stopped", "nothing was heard of the robot");
  let silence = setTimeout(silent, ROBOT_SILENCE_MS_MAX);
  const { episodeId } = session.view();
  say(socket, {
    kind: "ready",
    ...{ sessionId: session.id, episodeId, policyId, silenceMsMax: ROBOT_SILENCE_MS_MAX },
  });
  watchers.set(session.id, new Set());
  stoppers.set(session, stop);
  return {
    async hear(message) {
      clearTimeout(silence);
      if (!over) silence = setTimeout(silent, ROBOT_SILENCE_MS_MAX);
      const said = known(FromRobot, message);
      if (said.kind === "beat" || over) return;
      if (said.kind === "end") return stop(said.end, null);
      try {
        const act = session.observe(said);
        say(socket, { kind: "action", ...act });
        tell({ kind: "step", ...act, obs: said.obs, heldBy: session.view().heldBy });
      } catch (error) {
        if (!isProblem(error) || error.kind !== "conflict") throw error;
        await stop("stopped", error.message);
      }
      if (session.rowsDurable === durable) return;
      durable = session.rowsDurable;
      say(socket, { kind: "durable", rows: durable });
    },
    gone: () => stop("stopped", null),
  };
}

/** How a session is stopped by somebody else than its robot. */
const stoppers = new WeakMap<RobotSession, (end: EpisodeEnd, because: string) => Promise<void>>();

/** A policy that acted before goes on in its round; a new one begins the next. */
async function roundOf(host: Host, projectId: ProjectId, policyId: LessonId): Promise<number> {
  const [last] = (await host.store.episodes(projectId, { policyId, limit: 1 })).rows;
  if (last !== undefined) return last.facts.round;
  let round = 0;
  for await (const rows of host.store.allEpisodes(projectId))
    for (const { facts } of rows) round = Math.max(round, facts.round);
  return round + 1;
}

function driverPeer(
  { host, projectId, watchers }: Around,
  hello: Extract<Hello, { role: "driver" }>,
  socket: Socket,
): Peer {
  const { name, sessionId } = hello;
  const session = sessionToDrive(host, projectId, sessionId);
  watchers.get(session.id)?.add(socket);
  say(socket, { kind: "ready", session: session.view() });
  const held = () => {
    const heldBy = session.view().heldBy;
    for (const watcher of watchers.get(session.id) ?? [])
      say(watcher, { kind: "held", by: heldBy });
  };
  let mine = false; // of this connection: two of one name are two
  return {
    hear(message) {
      const said = known(FromDriver, message);
      switch (said.kind) {
        case "beat":
          return;
        case "take-over":
          session.takeOver(name);
          mine = true;
          return held();
        case "action":
          return session.drive(name, said.action, said.segment);
        case "hand-back":
          session.handBack(name);
          mine = false;
          return held();
      }
    },
    async gone() {
      watchers.get(session.id)?.delete(socket);
      if (!mine || !session.holds(name)) return;
      await stoppers.get(session)?.("stopped", `${name}, who drove, is gone`);
    },
  };
}
