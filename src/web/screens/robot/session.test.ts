import { describe, expect, test } from "vitest";
import type { StepOutcome } from "#worlds/manipulation/world.ts";
import {
  advanceSession,
  lastTakeOver,
  mayFinish,
  mayRecover,
  mayResume,
  openSession,
  type Protocol,
  type Session,
  type SessionEvent,
} from "./session.ts";

const GOING: StepOutcome = { reward: 0, success: false, subtask: 0, done: false };
const step = (outcome: Partial<StepOutcome> = {}): SessionEvent => ({
  kind: "stepped",
  obs: [1],
  action: [0.5],
  outcome: { ...GOING, ...outcome },
});
const opened = (protocol: Protocol = "sirius", more: Partial<Session> = {}): Session => ({
  ...openSession({ episodeId: "a", protocol, demonstrating: false, stepsMax: 10 }),
  ...more,
});
const then = (session: Session, ...events: readonly SessionEvent[]): Session =>
  events.reduce(advanceSession, session);
const took: SessionEvent = { kind: "took" };
const letGo: SessionEvent = { kind: "let-go" };
const sources = ({ rows }: Session) =>
  rows.map(({ source, interventionId, segment }) => [source, interventionId, segment]);

describe("Sirius: hand back and go on", () => {
  test("each take-over is numbered, and the policy drives again when it is let go", () => {
    const end = then(opened(), step(), took, step(), letGo, step(), took, step(), letGo);
    expect(sources(end)).toEqual([
      ["policy", undefined, undefined],
      ["human", 0, undefined],
      ["policy", undefined, undefined],
      ["human", 1, undefined],
    ]);
    expect(end.rows.map(({ t }) => t)).toEqual([0, 1, 2, 3]);
    expect(end).toMatchObject({ phase: "policy", takeOver: null, end: null });
  });

  test("a clutch that was held for nothing leaves no take-over behind", () => {
    const end = then(opened(), step(), took, letGo, took, step());
    expect(end.rows[1]?.interventionId).toBe(0);
  });

  test("paused, nothing is recorded; it goes on where it was", () => {
    const paused = then(opened(), step(), { kind: "paused" }, step());
    expect(paused).toMatchObject({ phase: "paused" });
    expect(paused.rows).toHaveLength(1);
    expect(mayResume(paused)).toBe(true);
    expect(then(paused, { kind: "resumed" }, step()).rows).toHaveLength(2);
  });

  test("Enter and R are of RaC", () => {
    const human = then(opened(), took, step());
    expect(mayRecover(human)).toBe(false);
    expect(then(human, { kind: "recovered" }, { kind: "finished" })).toEqual(human);
  });
});

describe("RaC: recover, correct, end", () => {
  test("recovery comes first, then correction, then the end", () => {
    const recovering = then(opened("rac"), step(), took, step());
    expect(mayFinish(recovering)).toBe(false);
    expect(then(recovering, { kind: "finished" })).toEqual(recovering);
    const correcting = then(recovering, { kind: "recovered" });
    expect(mayFinish(correcting), "no step of correction yet").toBe(false);
    const done = then(correcting, step(), { kind: "finished" }, step());
    expect(sources(done)).toEqual([
      ["policy", undefined, undefined],
      ["human", 0, "recovery"],
      ["human", 0, "correction"],
    ]);
    expect(done).toMatchObject({ phase: "ended", end: "terminated-after-intervention" });
  });

  test("there is no hand-back: let go, it waits, and the same take-over goes on", () => {
    const waiting = then(opened("rac"), took, step(), letGo);
    expect(waiting).toMatchObject({ phase: "paused", takeOver: { id: 0, from: 0 } });
    expect(mayResume(waiting)).toBe(false);
    expect(then(waiting, { kind: "resumed" })).toEqual(waiting);
    expect(then(waiting, took, step()).rows[1]).toMatchObject({ interventionId: 0 });
  });
});

test("without a policy every step is a demonstration, and time waits for the hand", () => {
  const start = openSession({
    episodeId: "a",
    protocol: "sirius",
    demonstrating: true,
    stepsMax: 9,
  });
  expect(start.phase).toBe("paused");
  const end = then(start, took, step(), letGo, step(), took, step({ success: true, done: true }));
  expect(sources(end)).toEqual([
    ["demo", undefined, undefined],
    ["demo", undefined, undefined],
  ]);
  expect(end.end).toBe("success");
});

test("it ends in success, in failure, or when time runs out; then nothing more happens", () => {
  const success = then(opened(), step({ success: true, done: true, subtask: 1, reward: 1 }));
  expect(success).toMatchObject({ end: "success", phase: "ended", subtask: 1 });
  expect(success.rows[0]).toMatchObject({ subtask: 0, reward: 1 });
  expect(then(opened(), step({ done: true })).end).toBe("failure");
  expect(then(opened("sirius", { stepsMax: 2 }), step(), step(), step())).toMatchObject({
    end: "time-out",
    rows: { length: 2 },
  });
  expect(then(success, took, step())).toEqual(success);
});

describe("rewinding", () => {
  const failed = then(opened(), step(), step({ subtask: 1 }), step(), step({ done: true }));
  const back = (to: number): SessionEvent => ({ kind: "rewound", to, episodeId: "b" });

  test("also from the end, to before a step, as another episode with the same beginning", () => {
    const rewound = then(failed, back(2));
    expect(rewound).toMatchObject({ episodeId: "b", phase: "rewound", end: null, subtask: 1 });
    expect(rewound.rows).toEqual(failed.rows.slice(0, 2));
    expect(then(rewound, took, step()).rows[2]).toMatchObject({ t: 2, interventionId: 0 });
    expect(then(rewound, { kind: "resumed" }).phase).toBe("policy");
  });

  test("to where it is changes nothing, and it stays the same episode", () => {
    expect(then(failed, back(4))).toEqual(failed);
    expect(then(opened(), step(), back(9))).toMatchObject({ episodeId: "a", phase: "rewound" });
    expect(then(failed, back(-3)).rows).toEqual([]);
  });

  test("into a take-over of RaC goes on with it, before it starts another", () => {
    const driven = then(opened("rac"), step(), took, step(), { kind: "recovered" }, step(), letGo);
    expect(then(driven, back(2)).takeOver).toEqual({ id: 0, from: 1, segment: "recovery" });
    expect(then(driven, back(1)).takeOver).toBeNull();
    expect(then(opened(), took, step(), step(), letGo, back(1)).takeOver).toBeNull();
  });

  test("not while a hand drives", () => {
    const driving = then(opened(), step(), took, step());
    expect(then(driving, back(0))).toEqual(driving);
  });
});

test("Backspace leads to the beginning of the take-over at hand, else of the last", () => {
  expect(lastTakeOver(then(opened(), step()))).toBeNull();
  expect(lastTakeOver(then(opened(), step(), took, step(), step()))).toBe(1);
  expect(lastTakeOver(then(opened(), took, step(), letGo, step(), took, step(), letGo))).toBe(2);
});

test("thrown away, it is over", () => {
  const end = then(opened(), step(), took, { kind: "discarded" });
  expect(end).toMatchObject({ end: "discarded", phase: "ended" });
});
