import { expect, test } from "vitest";
import type { TurnRecord, UserTurn } from "#core/rewrite.ts";
import { MineOptions } from "#systems/markov-reformulation/options.ts";
import { inOrder, mineTasks } from "./mine-tasks.ts";

const turn = (id: string, ts: number, more: Partial<UserTurn> = {}): UserTurn => ({
  id,
  userId: "ann",
  ts,
  utterance: id,
  ...more,
});

test("turns are read by when they were said, with what became known of them later", () => {
  const records: TurnRecord[] = [
    turn("c", 3),
    turn("a", 1, { signals: { rating: 1 } }),
    { turnId: "a", ts: 9, signals: { undone: true } },
    { turnId: "a", ts: 9, signals: { rating: -1 } },
    { turnId: "gone", ts: 9, signals: { undone: true } },
    turn("b", 3),
  ];
  expect(inOrder(records)).toEqual([
    turn("a", 1, { signals: { rating: -1, undone: true } }),
    turn("c", 3),
    turn("b", 3),
  ]);
  expect(inOrder([])).toEqual([]);
});

const hooks = { signal: new AbortController().signal, progress: () => {} };

test("logs that came in one after another in any order teach the same", async () => {
  const said = (user: number, ts: number): UserTurn[] => [
    turn(`${user}-1`, ts, { userId: `u${user}`, utterance: "play jaz", signals: { error: true } }),
    turn(`${user}-2`, ts + 5_000, { userId: `u${user}`, utterance: "play jazz" }),
  ];
  const log = Array.from({ length: 12 }, (_, user) => said(user, user * 1_000_000)).flat();
  const mined = async (records: readonly TurnRecord[]) => {
    const tasks = mineTasks();
    await tasks.addTurns({ turns: "t", records: records.slice(0, 5) });
    await tasks.addTurns({ turns: "t", records: records.slice(5) });
    return tasks.mine({ turns: "t", options: MineOptions.parse({}), seed: "1", nowMs: 0 }, hooks);
  };
  const forwards = await mined(log);
  expect(forwards.rules).toMatchObject([{ fromKey: "play jaz", toText: "play jazz", users: 12 }]);
  expect(forwards.graphs[forwards.rules[0]?.id ?? ""]).toMatchObject({
    node: "play jaz",
    edges: [{ to: "play jazz" }],
    absorption: { success: 0, failure: 0 },
  });
  expect(await mined(log.toReversed())).toEqual(forwards);
});

test("what was dropped is not mined, and what cannot be read is told by its id", async () => {
  const tasks = mineTasks();
  await tasks.addTurns({ turns: "t", records: [turn("empty", 1, { utterance: "…" })] });
  const task = { turns: "t", options: MineOptions.parse({}), seed: "1", nowMs: 0 };
  expect((await tasks.mine(task, hooks)).skipped).toEqual({
    count: 1,
    problems: [expect.stringMatching(/^turn "empty": /)],
  });
  await tasks.addTurns({ turns: "t", records: [turn("a", 1)] });
  await tasks.dropTurns("t");
  expect((await tasks.mine(task, hooks)).diagnostics.turns).toBe(0);
});
