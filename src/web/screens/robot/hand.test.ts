import fc from "fast-check";
import { expect, test } from "vitest";
import { handAction, RESTING, STICK_DEAD_ZONE } from "./hand.ts";

const AT = { stepLength: 0.05, nowMs: 1_000 };

test("a hand at rest asks for nothing; a changed grip asks for a step without motion", () => {
  expect(handAction(RESTING, AT)).toBeNull();
  expect(handAction({ ...RESTING, grip: 1 }, AT)).toBeNull();
  expect(handAction({ ...RESTING, grip: 1, gripChanged: true }, AT)).toEqual([0, 0, 1]);
});

test("a tap moves by less than half a step, a key held by a whole one, Shift by a quarter", () => {
  const keys = (sinceMs: number) => new Map([["right", sinceMs]] as const);
  expect(handAction({ ...RESTING, keys: keys(1_000) }, AT)?.[0]).toBeCloseTo(0.4);
  expect(handAction({ ...RESTING, keys: keys(0) }, AT)).toEqual([1, 0, -1]);
  expect(handAction({ ...RESTING, keys: keys(0), fine: true }, AT)).toEqual([0.25, 0, -1]);
});

test("keys against each other cancel", () => {
  const keys = new Map([
    ["left", 0],
    ["right", 0],
    ["up", 0],
  ] as const);
  expect(handAction({ ...RESTING, keys }, AT)).toEqual([0, 1, -1]);
});

test("a stick within its dead zone is nobody's wish; beyond it motion begins at zero", () => {
  const stick = (x: number, y: number) => handAction({ ...RESTING, stick: { x, y } }, AT);
  expect(stick(STICK_DEAD_ZONE, 0)).toBeNull();
  expect(stick(-0.09, 0.09)).toBeNull();
  expect(stick(STICK_DEAD_ZONE + 0.01, 0)?.[0]).toBeLessThan(0.001);
  expect(stick(1, 0)).toEqual([1, 0, -1]);
  expect(stick(0, -1)).toEqual([0, -1, -1]);
});

test("the gripper follows a drag as far as it was dragged, and a trembling hand not at all", () => {
  const drag = (x: number, y: number) => handAction({ ...RESTING, drag: { x, y } }, AT);
  expect(drag(0.003, 0)).toBeNull();
  expect(drag(0.025, -0.0125)).toEqual([0.5, -0.25, -1]);
  expect(drag(4, 0)).toEqual([1, 0, -1]);
});

test("whatever hands do, an action is in range", () => {
  const axis = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(axis, axis, axis, axis, fc.boolean(), (x, y, dx, dy, fine) => {
      const keys = new Map([["up", 0] as const]);
      const action = handAction(
        { ...RESTING, keys, fine, stick: { x, y }, drag: { x: dx, y: dy } },
        AT,
      );
      expect(action?.every((value) => Math.abs(value) <= 1) ?? true).toBe(true);
    }),
    { seed: 7, numRuns: 200 },
  );
});
