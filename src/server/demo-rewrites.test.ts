import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobRun } from "#store/jobs.ts";
import { demoRewrites } from "./demo-rewrites.ts";
import { rewritePage } from "./runtime/rewrites.ts";
import { openTestHost, type TestHost } from "./testing.ts";

let on: TestHost;
beforeAll(async () => {
  on = await openTestHost();
});
afterAll(() => on.close());

test("the demo has rewrites in every state with outcomes, and made again it stays as it is", async () => {
  const { host } = on;
  const run: JobRun = {
    id: "demo",
    data: { demo: true },
    signal: new AbortController().signal,
    checkpoint: undefined,
    progress: () => {},
    saveCheckpoint: async () => {},
  };
  await demoRewrites(host, run);
  const [project] = await host.store.projects();
  if (project === undefined) throw new Error("the project is there");
  expect(project.config.name).toMatch(/simulated/);
  const page = await rewritePage(host, project.id, { limit: 500 });
  expect(page.totals.proposed).toBeGreaterThan(10);
  expect(page.totals.live).toBeGreaterThan(3);
  expect(page.turns).toBeGreaterThan(9_000);
  expect(page.defects.treated?.n).toBeGreaterThan(50);
  expect(page.defects.holdOut?.n).toBeGreaterThan(5);
  expect(page.winLoss?.interval).not.toBeNull();
  await demoRewrites(host, run);
  expect(await rewritePage(host, project.id, { limit: 500 })).toEqual(page);
});
