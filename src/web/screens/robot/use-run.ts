import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { Episode, StepRow } from "#core/episode.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import type { Familiarity } from "#learn/episodes/familiarity.ts";
import type { PolicyModel } from "#propose/policy/model.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { sync } from "#web/app/sync.ts";
import type { InsertionWorld } from "#worlds/manipulation/world.ts";
import { Hands } from "./hands.ts";
import { type Telling, tell, toldNothing } from "./recording.ts";
import { Rig } from "./rig.ts";
import type { Protocol, Session } from "./session.ts";

export interface RunOptions {
  readonly projectId: string;
  readonly world: InsertionWorld;
  readonly policy: { readonly lessonId: string; readonly model: PolicyModel } | null;
  readonly protocol: Protocol;
  readonly round: number;
  /** What the episode begins as; another one each time where it is undefined. */
  readonly seed: string | undefined;
  readonly familiarity: Familiarity | null;
  /** False where a policy is only tried out: nothing goes to the server. */
  readonly records: boolean;
  /** How fast the clock runs, of the world's own. */
  readonly speed: number;
}

/** One episode under way: the table and the hands at it. */
export interface Run {
  readonly rig: Rig;
  readonly hands: Hands;
  /** Ends what is under way as stopped, and lets go of the page's keys. */
  leave(): void;
}

/** A paused episode is spoken of so often, since the server ends one that has long been silent. */
const SIGN_OF_LIFE_MS = 20_000;
/** A picture at rest is drawn so seldom: a resize clears it. */
const REST_FRAMES = 12;
/** After the last motion what is shown still comes to rest. */
const SETTLING_MS = 400;

const freshId = (): string => `run-${crypto.randomUUID().slice(0, 13)}`;

function begin(options: RunOptions, latest: () => RunOptions): Run {
  const { world, policy, protocol, round, projectId, records } = options;
  const rng: Rng = rngOf(options.seed ?? freshId());
  const rig = new Rig({
    world,
    policy: policy === null ? null : policyRunner(policy.model),
    policyId: policy?.lessonId ?? null,
    protocol,
    round: policy === null ? 0 : round,
    rng,
    familiarity: () => latest().familiarity,
    newId: freshId,
  });
  const hands = new Hands(rig);
  let told = toldNothing(rig.session().episodeId);
  let lastRow: StepRow | undefined;
  const say = (session: Session) => {
    if (!records) return;
    const next = tell(told, session);
    told = next.told;
    for (const telling of next.tellings) send(projectId, rig, telling);
    lastRow = session.rows[told.rows - 1];
  };
  const stop = rig.subscribe(() => say(rig.session()));
  const alive = setInterval(() => {
    if (lastRow === undefined || told.ended) return;
    send(projectId, rig, { kind: "rows", episodeId: told.episodeId, rows: [lastRow] });
  }, SIGN_OF_LIFE_MS);
  return {
    rig,
    hands,
    leave() {
      clearInterval(alive);
      hands.dispose();
      stop();
      const session = rig.session();
      if (session.end === null && told.rows > 0)
        say({ ...session, phase: "ended", end: "stopped" });
    },
  };
}

function send(projectId: string, { head }: Rig, telling: Telling): void {
  const { episodeId: itemId, rows } = telling;
  const at = { projectId, itemId };
  if (telling.kind === "rows") {
    sync.add({ kind: "episode-rows", ...at, input: { head, rows: [...rows] } });
    return;
  }
  const { end } = telling;
  const whole: Episode = { id: itemId, ...head, end, rows: [...rows], notReal: [], preWindows: {} };
  sync.add({ kind: "episode-end", ...at, end, whole: rows.length === 0 ? null : whole });
}

/** The episode under way, begun when all it needs is there, and the way to the next. */
export function useRun(options: RunOptions | null): {
  readonly run: Run | null;
  readonly next: () => void;
} {
  const latest = useRef(options);
  latest.current = options ?? latest.current;
  const [run, setRun] = useState<Run | null>(null);
  const world = options?.world;
  const current = useRef<Run | null>(null);
  const next = () => {
    current.current?.leave();
    const now = latest.current;
    current.current = now === null ? null : begin(now, () => latest.current ?? now);
    setRun(current.current);
  };
  // The external systems are the page's keys and the outbox; one world at a time. What else changes counts from the next episode on.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (world === undefined) return;
    next();
    return () => {
      current.current?.leave();
      current.current = null;
      setRun(null);
    };
  }, [world]);
  return { run, next };
}

/** Calls `draw` for every frame in which something moves, and lets time pass at the table. */
export function useClock(
  run: Run | null,
  speed: number,
  draw: { readonly current: ((nowS: number) => void) | null },
): void {
  const rate = useRef(speed);
  rate.current = speed;
  useEffect(() => {
    if (run === null) return;
    let lastMs = performance.now();
    let busyUntilMs = lastMs + SETTLING_MS;
    let rested = 0;
    let frame = requestAnimationFrame(function tick(nowMs) {
      frame = requestAnimationFrame(tick);
      run.hands.poll();
      const moved = run.rig.tick(Math.max(0, nowMs - lastMs) * rate.current, run.hands.read);
      lastMs = nowMs;
      if (moved) busyUntilMs = nowMs + SETTLING_MS;
      rested = nowMs < busyUntilMs ? 0 : rested + 1;
      if (rested % REST_FRAMES === 0) draw.current?.(nowMs / 1_000);
    });
    const stop = run.rig.subscribe(() => {
      busyUntilMs = performance.now() + SETTLING_MS;
    });
    return () => {
      cancelAnimationFrame(frame);
      stop();
    };
  }, [run, draw]);
}

const NOTHING = { subscribe: () => () => {}, session: () => null };

/** The session as it stands, read anew whenever it changes. */
export function useSession(run: Run | null): Session | null {
  const { subscribe, session } = run?.rig ?? NOTHING;
  return useSyncExternalStore<Session | null>(subscribe, session);
}
