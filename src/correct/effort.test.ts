import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type EffortCommand,
  effortOf,
  effortState,
  IDLE_MS_MAX,
  standingOperations,
} from "./effort.ts";
import { type LabelOperation, labelKind } from "./label.ts";

const set = (from: string | null, to: string | null): LabelOperation => ({ kind: "set", from, to });
const cost = (log: EffortCommand<LabelOperation>[]) =>
  effortOf(effortState(log), labelKind.editSize);

test("time runs from shown to decided, gestures and standing edits are counted", () => {
  expect(
    cost([
      { kind: "show", atMs: 1_000 },
      { kind: "gesture", atMs: 3_000 },
      { kind: "gesture", atMs: 4_000 },
      { kind: "edit", operations: [set("spam", "ham")], atMs: 4_000 },
      { kind: "decide", atMs: 4_500 },
      { kind: "gesture", atMs: 9_000 },
    ]),
  ).toEqual({ ms: 3_500, gestures: 2, edit: 1 });
});

test("a pause counts as the longest that is still attention", () => {
  expect(
    cost([
      { kind: "show", atMs: 0 },
      { kind: "gesture", atMs: 10 * IDLE_MS_MAX },
      { kind: "decide", atMs: 10 * IDLE_MS_MAX + 500 },
    ]).ms,
  ).toBe(IDLE_MS_MAX + 500);
});

test("time while the window is elsewhere is not counted", () => {
  expect(
    cost([
      { kind: "show", atMs: 0 },
      { kind: "blur", atMs: 2_000 },
      { kind: "focus", atMs: 30_000 },
      { kind: "decide", atMs: 31_000 },
    ]).ms,
  ).toBe(3_000);
});

test("undo takes back the last standing edit, and its time stays spent", () => {
  const state = effortState<LabelOperation>([
    { kind: "show", atMs: 0 },
    { kind: "edit", operations: [set("spam", "ham")], atMs: 1 },
    { kind: "edit", operations: [set("ham", "spam")], atMs: 2 },
    { kind: "undo", atMs: 3 },
    { kind: "decide", atMs: 4 },
  ]);
  expect(standingOperations(state)).toEqual([set("spam", "ham")]);
  expect(effortOf(state, labelKind.editSize)).toEqual({ ms: 4, gestures: 0, edit: 1 });
});

test("undo with nothing to take back leaves nothing standing", () => {
  expect(
    cost([
      { kind: "show", atMs: 0 },
      { kind: "undo", atMs: 1 },
    ]),
  ).toEqual({ ms: 1, gestures: 0, edit: 0 });
});

test("a log that does not begin with the case being shown is a bug", () => {
  expect(() => effortState([{ kind: "gesture", atMs: 0 }])).toThrow("begins with the case");
});

const commands = fc.array(
  fc.record({
    kind: fc.constantFrom("focus", "blur", "gesture", "undo", "decide", "edit"),
    gapMs: fc.integer({ min: -1_000, max: 3 * IDLE_MS_MAX }),
  }),
);

test("more commands never cost less, and never more than the time that passed", () => {
  fc.assert(
    fc.property(commands, (steps) => {
      let atMs = 5_000;
      const log: EffortCommand<LabelOperation>[] = [{ kind: "show", atMs }];
      let previousMs = 0;
      let wallMs = 0;
      for (const { kind, gapMs } of steps) {
        atMs += gapMs;
        wallMs += Math.max(gapMs, 0);
        log.push(
          kind === "edit"
            ? { kind, operations: [set(null, "ham")], atMs }
            : { kind: kind as "gesture", atMs },
        );
        const { ms } = cost(log);
        expect(ms).toBeGreaterThanOrEqual(previousMs);
        expect(ms).toBeLessThanOrEqual(wallMs);
        previousMs = ms;
      }
    }),
    { seed: 7, numRuns: 200 },
  );
});
