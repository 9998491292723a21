import { expect, test } from "vitest";
import { openSession, type Session } from "./session.ts";
import { phaseText, whereText } from "./words.ts";

const session = (more: Partial<Session>): Session => ({
  ...openSession({ episodeId: "a", protocol: "rac", demonstrating: false, stepsMax: 9 }),
  ...more,
});

test("who drives, or why nothing moves", () => {
  const text = (more: Partial<Session>) => phaseText(session(more), "policy v3");
  const takeOver = { id: 0, from: 0, segment: "correction" } as const;
  expect(text({})).toBe("Policy v3 drives");
  expect(text({ phase: "human", takeOver })).toBe("You drive: correction");
  expect(text({ phase: "human", takeOver, protocol: "sirius" })).toBe("You drive");
  expect(text({ phase: "paused" })).toBe("Paused");
  expect(text({ phase: "paused", takeOver })).toBe("Waiting for your hand");
  expect(text({ phase: "rewound" })).toBe("Rewound to step 0");
  expect(text({ phase: "ended", end: "time-out" })).toBe("Ended: time ran out");
  expect(text({ phase: "paused", demonstrating: true })).toBe("Your turn: show how");
});

test("where things are, in words", () => {
  const truth = {
    ...{ gripperX: 0.1, gripperY: 0.4, held: false, objectX: -0.25, tipX: 0.1, slotX: 0.5 },
    ...{ inserted: false, contact: false, subtask: 0 },
  };
  expect(whereText(truth)).toBe("piece 0.35 left, gripper 0.40 up");
  expect(whereText({ ...truth, held: true, tipX: 0.12 })).toBe("slot 0.38 right, gripper 0.40 up");
  expect(whereText({ ...truth, held: true, tipX: 0.499 })).toBe("slot in line, gripper 0.40 up");
});
