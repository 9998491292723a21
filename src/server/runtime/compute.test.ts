import { afterAll, expect, test } from "vitest";
import { isProblem } from "#core/errors.ts";
import { smallConfig } from "#server/testing.ts";
import { inProcessCompute, threadedCompute } from "./compute.ts";
import { operationOf } from "./compute-tasks.ts";

const threaded = threadedCompute();
afterAll(() => threaded.close());

const hooks = (signal = new AbortController().signal) => ({ signal, progress: () => {} });
const operation = (id: string, input: unknown) => ({ id, input, seed: "1", nowMs: 0 });

test("a problem stays one across threads", async () => {
  const failed = threaded.runOperation(operation("pareto-calibration.none", {}), hooks());
  const error = await failed.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isProblem(error) && error.kind).toBe("not-found");
});

test("the thread gives the same bytes as this one", async () => {
  const { example, input } = await operationOf("pareto-calibration.calibrate");
  const task = operation("pareto-calibration.calibrate", input.parse(example));
  const here = await inProcessCompute().runOperation(task, hooks());
  expect(JSON.stringify(await threaded.runOperation(task, hooks()))).toBe(JSON.stringify(here));
});

test("the thread embeds texts as this one does", async () => {
  const texts = ["the minutes of the meeting", ""];
  expect(await threaded.embed(texts)).toEqual(await inProcessCompute().embed(texts));
});

test("a cancelled call fails at once, and the thread goes on", async () => {
  const stop = new AbortController();
  const call = threaded.runOperation(operation("pareto-calibration.none", {}), hooks(stop.signal));
  stop.abort();
  await expect(call).rejects.toMatchObject({ kind: "cancelled" });
  expect(await threaded.hasPool("none")).toBe(false);
});

test("a pool is kept under its name, and two at a time", async () => {
  const config = smallConfig();
  const tasks = inProcessCompute();
  const add = (pool: string) => tasks.addToPool({ pool, config, rows: [], afresh: true });
  await add("a");
  await add("b");
  await add("c");
  expect(await Promise.all(["a", "b", "c"].map(tasks.hasPool))).toEqual([false, true, true]);
});
