/**
 * A robot from outside that acts by a policy, and whoever takes over from it: what is to be done at
 * each observation, who holds the control, and the record of it. Sockets are somebody else's.
 */
import { randomUUID } from "node:crypto";
import type { EpisodeEnd, StepRow, StepSegment } from "#core/episode.ts";
import type { RobotSessionView } from "#core/episode-views.ts";
import { Problem, quoted } from "#core/errors.ts";
import { type ActorId, ItemId, type LessonId, type ProjectId } from "#core/ids.ts";
import type { Rng } from "#core/rng.ts";
import type { PolicyModel } from "#propose/policy/model.ts";
import type { Policy } from "#propose/policy/policy.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { type Host, perStore } from "./host.ts";
import { appendRows, endEpisode } from "./robot-episodes.ts";

/** What a robot says of itself before its first observation. */
export interface RobotHello {
  readonly robot: string;
  readonly observationNames: readonly string[];
  readonly actionNames: readonly string[];
  readonly controlHz: number;
  /** What its world was reset with, where it can be. */
  readonly seed?: string | undefined;
}

export interface Observation {
  readonly t: number;
  readonly obs: readonly number[];
  readonly reward?: number | undefined;
  readonly subtask?: number | undefined;
  /** What the robot's own operator does now, in place of the policy. */
  readonly human?:
    | { readonly action: readonly number[]; readonly segment?: StepSegment | undefined }
    | undefined;
}

export interface Act {
  readonly t: number;
  readonly action: readonly number[];
  readonly source: "policy" | "human";
}

/** A person who drives acts at least this often; less is silence, and silence means stop. */
export const DRIVER_SILENCE_MS_MAX = 500;
/** Rows wait at most for this long before they are durable. */
const FLUSH_MS = 1_000;

interface Hand {
  readonly by: ActorId;
  action: readonly number[] | undefined;
  atMs: number;
  segment: StepSegment | undefined;
  readonly interventionId: number;
  /** The robot's own operator: drives for as long as observations say so. */
  readonly local: boolean;
}

export interface Start {
  readonly hello: RobotHello;
  readonly policyId: LessonId;
  readonly model: PolicyModel;
  readonly world: string;
  readonly round: number;
  readonly by: ActorId;
}

const sessionsIn = perStore(() => new Map<string, RobotSession>());

export const robotSessions = (host: Host, id: ProjectId): RobotSessionView[] =>
  [...sessionsIn(host).values()].filter((one) => one.projectId === id).map((one) => one.view());

/** Ends all sessions, so that a server can stop without losing a row. */
export async function endSessions(host: Host): Promise<void> {
  await Promise.all([...sessionsIn(host).values()].map((session) => session.end("stopped")));
}

/** The session of an id, or the only one of a project. @throws Problem `not-found`, `conflict`. */
export function sessionToDrive(host: Host, id: ProjectId, sessionId?: string): RobotSession {
  const all = [...sessionsIn(host).values()].filter((one) => one.projectId === id);
  const found = sessionId === undefined ? all : all.filter((one) => one.id === sessionId);
  const [only, ...others] = found;
  if (only === undefined)
    throw new Problem("not-found", "There is no robot to drive in this project", {
      hint: "GET …/robot-sessions lists those there are.",
    });
  if (others.length > 0)
    throw new Problem("conflict", "There are several robots in this project", {
      expected: `one of ${all.map((one) => one.id).join(", ")}`,
      at: { field: "sessionId" },
    });
  return only;
}

/** Begins a session. @throws Problem `bad-input` where robot and policy do not fit. */
export function startSession(host: Host, projectId: ProjectId, start: Start): RobotSession {
  const { hello, model } = start;
  const fits = (what: string, names: readonly string[], size: number) => {
    if (names.length === size) return;
    throw new Problem("bad-input", `The policy does not fit the robot's ${what}s`, {
      expected: `${size} numbers`,
      got: `${names.length}: ${names.slice(0, 20).join(", ")}`,
      at: { field: `${what}Names` },
    });
  };
  fits("observation", hello.observationNames, model.observations);
  fits("action", hello.actionNames, model.actions);
  const session = new RobotSession(host, projectId, start);
  sessionsIn(host).set(session.id, session);
  host.live.publish({ kind: "robot-changed", projectId });
  return session;
}

export class RobotSession {
  readonly id = randomUUID();
  readonly projectId: ProjectId;
  private readonly host: Host;
  private readonly start: Start;
  private readonly policy: Policy;
  private readonly rng: Rng;
  private readonly episodeId: ItemId;
  private readonly sinceMs: number;
  private waiting: StepRow[] = [];
  private flushedAtMs: number;
  private durable = 0;
  private t = 0;
  private hand: Hand | undefined;
  private takeOvers = 0;
  private ended = false;
  private flushing: Promise<unknown> = Promise.resolve();

  constructor(host: Host, projectId: ProjectId, start: Start) {
    this.host = host;
    this.projectId = projectId;
    this.start = start;
    this.policy = policyRunner(start.model);
    this.policy.reset();
    this.rng = host.rng.split("robot").split(this.id);
    this.episodeId = ItemId.parse(`robot-${this.id}`);
    this.sinceMs = host.clock.nowMs();
    this.flushedAtMs = this.sinceMs;
  }

  view(): RobotSessionView {
    return {
      sessionId: this.id,
      episodeId: this.episodeId,
      policyId: this.start.policyId,
      robot: this.start.hello.robot,
      controlHz: this.start.hello.controlHz,
      rows: this.t,
      heldBy: this.hand?.by ?? null,
      sinceMs: this.sinceMs,
    };
  }

  /** Rows that would outlive this process. */
  get rowsDurable(): number {
    return this.durable;
  }

  /**
   * What to do now. What is answered is recorded as done: a robot that does something else says so
   * as `human` of its next observation.
   *
   * @throws Problem `bad-input` for an observation that is not one or out of turn, `conflict` when
   *   whoever drives has fallen silent: the robot is to stop.
   */
  observe({ t, obs, reward, subtask, human }: Observation): Act {
    if (this.ended) throw new Problem("conflict", "The session has ended");
    if (t !== this.t)
      throw new Problem("bad-input", "An observation is missing or came twice", {
        expected: `t ${this.t}`,
        got: `${t}`,
        at: { field: "t" },
      });
    numbers("obs", obs, this.start.model.observations);
    const acted = human === undefined ? this.chosen(obs) : this.byRobotsOperator(human);
    const { source, action } = acted;
    this.waiting.push({
      t,
      obs: [...obs],
      action: [...action],
      source,
      ...(source === "human" && { mode: "teleop", interventionId: acted.interventionId }),
      ...(acted.segment !== undefined && { segment: acted.segment }),
      ...(reward !== undefined && { reward }),
      ...(subtask !== undefined && { subtask }),
    });
    this.t += 1;
    if (this.host.clock.nowMs() - this.flushedAtMs >= FLUSH_MS) void this.flush();
    return { t, action, source };
  }

  private chosen(obs: readonly number[]) {
    if (this.hand?.local) this.release();
    const { hand } = this;
    if (hand === undefined) {
      const action = Array.from(this.policy.act(obs, this.rng));
      return { source: "policy" as const, action, segment: undefined, interventionId: undefined };
    }
    const silentMs = this.host.clock.nowMs() - hand.atMs;
    if (hand.action === undefined || silentMs > DRIVER_SILENCE_MS_MAX)
      throw new Problem("conflict", "Whoever drives has fallen silent", {
        expected: `an action at least every ${DRIVER_SILENCE_MS_MAX} ms`,
        got: `${Math.round(silentMs)} ms of silence`,
      });
    const { action, segment, interventionId } = hand;
    return { source: "human" as const, action, segment, interventionId };
  }

  private byRobotsOperator(human: NonNullable<Observation["human"]>) {
    const by = this.start.by;
    if (this.hand?.local === false) throw heldBy(this.hand.by);
    this.actionsChecked(human.action);
    this.hand ??= this.newHand(by, true);
    const { interventionId } = this.hand;
    return {
      source: "human" as const,
      action: human.action,
      segment: human.segment,
      interventionId,
    };
  }

  private newHand(by: ActorId, local: boolean): Hand {
    const atMs = this.host.clock.nowMs();
    this.host.live.publish({ kind: "robot-changed", projectId: this.projectId });
    const interventionId = this.takeOvers++;
    return { by, local, action: undefined, atMs, segment: undefined, interventionId };
  }

  /** One at a time. @throws Problem `conflict` with who holds the control. */
  takeOver(by: ActorId): void {
    if (this.hand !== undefined && this.hand.by !== by) throw heldBy(this.hand.by);
    this.hand ??= this.newHand(by, false);
    // Time to put the hand on the controls: until the first action the robot holds still.
    this.hand.action ??= this.still();
    this.hand.atMs = this.host.clock.nowMs();
  }

  private still(): number[] {
    return new Array<number>(this.start.model.actions).fill(0);
  }

  /** @throws Problem `conflict` when somebody else, or nobody, holds the control. */
  drive(by: ActorId, action: readonly number[], segment?: StepSegment): void {
    const { hand } = this;
    if (hand === undefined)
      throw new Problem("conflict", "Nobody has taken over", { expected: "a take-over first" });
    if (hand.by !== by) throw heldBy(hand.by);
    this.actionsChecked(action);
    hand.action = [...action];
    hand.segment = segment;
    hand.atMs = this.host.clock.nowMs();
  }

  handBack(by: ActorId): void {
    const { hand } = this;
    if (hand === undefined) return;
    if (hand.by !== by) throw heldBy(hand.by);
    this.release();
  }

  private release(): void {
    this.hand = undefined;
    this.policy.reset(); // what it had planned is of another situation
    this.host.live.publish({ kind: "robot-changed", projectId: this.projectId });
  }

  holds(by: ActorId): boolean {
    return this.hand?.by === by;
  }

  private actionsChecked(action: readonly number[]): void {
    numbers("action", action, this.start.model.actions);
    const out = action.findIndex((value) => Math.abs(value) > 1);
    if (out >= 0)
      throw new Problem("bad-input", "An action is out of bounds", {
        expected: "numbers from -1 to 1",
        got: String(action[out]),
        at: { field: `action.${out}` },
      });
  }

  /** Makes what is recorded so far durable. */
  flush(): Promise<unknown> {
    const rows = this.waiting;
    this.waiting = [];
    this.flushedAtMs = this.host.clock.nowMs();
    if (rows.length === 0) return this.flushing;
    const { hello, policyId, world, round, by } = this.start;
    const head = { world, seed: hello.seed ?? null, round, policyId, controlHz: hello.controlHz };
    const asked = { episodeId: this.episodeId, input: { head, rows }, by };
    this.flushing = this.flushing
      .then(() => appendRows(this.host, this.projectId, asked))
      .then((count) => {
        this.durable = count;
      });
    // Said to whoever awaits the end; the rows before are safe.
    this.flushing.catch((err: unknown) => this.host.log.error({ err }, "rows were not recorded"));
    return this.flushing;
  }

  /** Ends the session and records its episode; null when nothing was done in it. */
  async end(end: EpisodeEnd): Promise<string | null> {
    if (this.ended) return this.episodeId;
    this.ended = true;
    sessionsIn(this.host).delete(this.id);
    await this.flush();
    this.host.live.publish({ kind: "robot-changed", projectId: this.projectId });
    if (this.t === 0) return null;
    const { by } = this.start;
    await endEpisode(this.host, this.projectId, { episodeId: this.episodeId, end, by });
    return this.episodeId;
  }
}

const heldBy = (by: ActorId): Problem =>
  new Problem("conflict", `${by} holds the control`, {
    expected: "one who drives at a time",
    hint: "Ask them to hand back.",
  });

function numbers(field: string, values: readonly number[], size: number): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (values.length === size && bad < 0) return;
  throw new Problem("bad-input", `"${field}" is not as expected`, {
    expected: `${size} finite numbers`,
    got: bad < 0 ? `${values.length}` : quoted(values[bad]),
    at: { field },
  });
}
