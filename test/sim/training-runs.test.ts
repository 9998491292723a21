/** Training runs over HTTP on the demo project: a policy is trained, paused, gone on with, and sampled from. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BestOfCurve,
  ComparisonOverview,
  SideBySide,
  TrainingList,
  TrainingRun,
} from "#core/comparison-views.ts";
import { Problem } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import { LessonView, type LiveEvent } from "#core/views.ts";
import type { ChatPolicy } from "#propose/chat.ts";
import { createApp } from "#server/app.ts";
import { demoLanguage } from "#server/demo-language.ts";
import { threadedCompute } from "#server/runtime/compute.ts";
import type { Host } from "#server/runtime/host.ts";
import { workOnJobs } from "#server/runtime/jobs.ts";
import { ended, openTestHost, quiet } from "#server/testing.ts";
import { openJobs } from "#store/boss.ts";
import type { OpenStore } from "#store/open.ts";

let asked = 0;
/** Answers two prompts and is down from then on. */
const chat: ChatPolicy = {
  model: "stub",
  async reply() {
    asked += 1;
    if (asked > 4) throw new Problem("unavailable", "The model's endpoint answered 500");
    return `reply ${asked}`;
  },
};

let open: { host: Host; close(): Promise<void> };
let app: ReturnType<typeof createApp>;
let id: ProjectId;
const told: LiveEvent[] = [];
beforeAll(async () => {
  // In a thread, as on a server: what a run says on its way is written while it goes on.
  const training = threadedCompute();
  const { host, close } = await openTestHost({ chat, training });
  // Jobs are closed as they are at the end: one test opens them anew.
  open = {
    host,
    async close() {
      await open.host.jobs.stop();
      await training.close();
      await close();
    },
  };
  app = createApp(open.host);
  open.host.live.listen(
    (event) => told.push(event),
    () => undefined,
  );
  await demoLanguage(open.host);
  await quiet(open.host);
  const project = await open.host.store.projectByName("Parley replies");
  if (project === undefined) throw new Error("the demo project is there");
  id = project.id;
}, 60_000);
afterAll(() => open.close());

const post = (rest: string, body: unknown = {}) =>
  app.request(`/api/v1/projects/${id}/${rest}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const get = async (rest: string) => (await app.request(`/api/v1/projects/${id}/${rest}`)).json();
const start = async (body: object) => {
  const response = await post("training", body);
  expect(response.status).toBe(201);
  return TrainingRun.parse(await response.json());
};
const run = async (runId: string) => TrainingRun.parse(await get(`training/${runId}`));
const small = { steps: 4, lookEvery: 2, batch: 8, groupSize: 4, bestOf: 4 };

test("the demo has candidates, comparisons marked as simulated, and a reward model measured on held-out ones", async () => {
  const overview = ComparisonOverview.parse(await get("comparisons/overview"));
  expect(overview).toMatchObject({ prompts: 48, rewardModel: { read: "trunk", members: 5 } });
  expect(overview.replies).toBeGreaterThan(200);
  expect(overview.compared).toBeGreaterThanOrEqual(72);
  expect(overview.annotators.every(({ simulated }) => simulated)).toBe(true);
  expect(overview.rewardModel?.accuracy?.n).toBeGreaterThan(5);
  expect(overview.agreement.pairs.length).toBeGreaterThan(0);
  // Made again it is the same: nothing twice.
  await demoLanguage(open.host);
  await quiet(open.host);
  expect(ComparisonOverview.parse(await get("comparisons/overview"))).toMatchObject({
    compared: overview.compared,
    replies: overview.replies,
  });
});

test.each(["policy-gradient", "ppo", "dpo", "sft", "expert-iteration"] as const)(
  "%s runs, is looked at on the way, and ends in a lesson with its lineage",
  async (method) => {
    const { id: runId, jobId } = await start({ method, options: small });
    const job = await ended(open.host, jobId ?? "");
    expect(job).toMatchObject({ state: "done" });
    const done = await run(runId);
    expect(done).toMatchObject({ state: "done", step: 4 });
    expect(done.points.map(({ step }) => step)).toEqual([0, 2, 4]);
    expect(done.points[0]).toMatchObject({ kl: 0, loss: null });
    expect(done.points.every(({ gold, reward }) => gold !== null && reward !== null)).toBe(true);
    const events = told.filter((event) => event.kind === "training" && event.runId === runId);
    expect(events.flatMap((event) => (event.kind === "training" ? event.points : []))).toEqual(
      done.points,
    );
    const row = (await open.host.store.lessons(id)).find(
      ({ lesson }) => lesson.id === done.lessonId,
    );
    expect(row?.lesson.learnedFrom.length).toBeGreaterThan(20);
    expect((await post(`lessons/${done.lessonId}/promote`)).status).toBe(409);
    // The reward model stays the one in force.
    expect((await open.host.store.lessonInForce(id))?.lesson.kind).toBe("reward-model");
  },
  60_000,
);

test("a paused run goes on from its last checkpoint, and a cancelled one does not", async () => {
  const { id: runId } = await start({
    method: "policy-gradient",
    options: { ...small, steps: 200, lookEvery: 1 },
  });
  await seen(runId, 2);
  const paused = TrainingRun.parse(await (await post(`training/${runId}/pause`)).json());
  expect(paused.state).toBe("paused");
  await quiet(open.host);
  const kept = await run(runId);
  expect(kept.state).toBe("paused");
  expect(kept.checkpoints.length).toBe(kept.points.length);
  expect((await post(`training/${runId}/pause`)).status).toBe(409);
  expect((await post(`training/${runId}/resume`)).status).toBe(200);
  await seen(runId, kept.step + 2);
  const steps = (await run(runId)).points.map(({ step }) => step);
  expect(steps).toEqual(steps.map((_, at) => at));
  expect((await post(`training/${runId}/cancel`)).status).toBe(200);
  await quiet(open.host);
  expect((await run(runId)).state).toBe("cancelled");
  expect((await post(`training/${runId}/resume`)).status).toBe(409);
}, 60_000);

test("a run paused and gone on with at once is not left standing by the job that still ends", async () => {
  const { id: runId } = await start({
    method: "policy-gradient",
    options: { ...small, steps: 12, lookEvery: 1 },
  });
  await seen(runId, 2);
  for (let again = 0; again < 2; again++) {
    expect((await post(`training/${runId}/pause`)).status).toBe(200);
    expect((await post(`training/${runId}/resume`)).status).toBe(200);
  }
  const { jobId } = await run(runId);
  expect(await ended(open.host, jobId ?? "")).toMatchObject({ state: "done" });
  const done = await run(runId);
  expect(done).toMatchObject({ state: "done", step: 12 });
  expect(done.points.map(({ step }) => step)).toEqual(Array.from({ length: 13 }, (_, at) => at));
}, 60_000);

test("a run that a stop interrupts is gone on with by the next start", async () => {
  const { id: runId, jobId } = await start({
    method: "policy-gradient",
    options: { ...small, steps: 24, lookEvery: 1 },
  });
  await seen(runId, 3);
  await open.host.jobs.stop();
  const kept = await run(runId);
  expect(kept).toMatchObject({ state: "queued" });
  expect(kept.step).toBeGreaterThanOrEqual(3);
  const jobs = await openJobs(open.host.store as OpenStore); // as the test host opened it
  open.host = { ...open.host, jobs };
  app = createApp(open.host);
  await workOnJobs(open.host);
  expect(await ended(open.host, jobId ?? "")).toMatchObject({ state: "done" });
  const done = await run(runId);
  expect(done).toMatchObject({ state: "done", step: 24 });
  expect(done.points.map(({ step }) => step)).toEqual(Array.from({ length: 25 }, (_, at) => at));
  expect(done.points.slice(0, kept.points.length)).toEqual(kept.points);
}, 60_000);

/** Waits until a run is at a step. */
function seen(runId: string, step: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = open.host.live.listen(
      (event) => {
        if (event.kind !== "training" || event.runId !== runId || event.step < step) return;
        stop();
        resolve();
      },
      () => undefined,
    );
  });
}

describe("a policy is used", () => {
  test("to reply to a prompt somebody writes, and an unknown word is named", async () => {
    const prompt = "<s> 3 1 4 1 5 9 b e - polite |";
    const from = { kind: "checkpoint", id: "base" };
    const response = await post("training/sample", { from, prompt, n: 3 });
    expect(await response.json()).toMatchObject({
      replies: [{ score: expect.any(Number), gold: expect.any(Number) }, {}, {}],
    });
    const bad = await post("training/sample", { from, prompt: "<s> bonjour", n: 1 });
    expect(bad.status).toBe(400);
    expect(JSON.stringify(await bad.json())).toContain("bonjour");
    const none = await post("training/sample", { from: { ...from, id: "nobody" }, prompt, n: 1 });
    expect(none.status).toBe(404);
  });

  test("beside another, and to choose the best of n, with a recommendation that has not seen gold", async () => {
    const { checkpoints } = TrainingList.parse(await get("training"));
    const other = checkpoints.find(({ id: each }) => each !== "base");
    const query = `a=base&b=${encodeURIComponent(other?.id ?? "")}&n=8`;
    const beside = SideBySide.parse(await get(`training/side-by-side?${query}`));
    expect(beside.rows).toHaveLength(8);
    expect(beside.bWins?.interval).not.toBeNull();
    const response = await post("best-of-n", { prompts: 12, replies: 16 });
    const curve = BestOfCurve.parse(await response.json());
    expect(curve.curve.map(({ n }) => n)).toEqual([1, 2, 4, 8, 16]);
    const proxies = curve.curve.map(({ proxy }) => proxy.value);
    expect(proxies).toEqual(proxies.toSorted((a, b) => a - b));
    expect(curve.recommended.by).toBe("members");
    expect(curve.curve.every(({ gold }) => gold !== null)).toBe(true);
    expect((await post("best-of-n", { prompts: 128, replies: 512 })).status).toBe(400);
  });

  test("for new candidates: fresh prompts of the world, under the policy's name", async () => {
    const before = ComparisonOverview.parse(await get("comparisons/overview"));
    const response = await post("candidates/sample", {
      from: { kind: "checkpoint", id: "base" },
      prompts: 3,
      replies: 2,
      fresh: true,
    });
    const { jobId } = (await response.json()) as { jobId: string };
    const job = await ended(open.host, jobId);
    expect(job.result).toMatchObject({ prompts: 3, failed: 0, problems: [] });
    const after = ComparisonOverview.parse(await get("comparisons/overview"));
    expect(after.prompts).toBe(before.prompts + 3);
  });
});

test("an endpoint that fails halfway leaves what it had answered", async () => {
  const text = await open.host.store.createProject({
    ...config(),
    name: "outside texts",
  });
  const rows = [1, 2, 3, 4, 5, 6].map((p) =>
    JSON.stringify({ prompt: `question ${p}`, replies: ["known"] }),
  );
  const base = `/api/v1/projects/${text.id}`;
  await app.request(`${base}/candidates/import`, { method: "POST", body: rows.join("\n") });
  const response = await app.request(`${base}/candidates/sample`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ from: { kind: "endpoint" }, prompts: 6, replies: 2 }),
  });
  const job = await ended(open.host, ((await response.json()) as { jobId: string }).jobId);
  expect(job).toMatchObject({
    state: "done",
    result: {
      prompts: 2,
      replies: 4,
      failed: 3,
      problems: Array.from({ length: 3 }, () => expect.stringContaining("answered 500")),
    },
  });
  const overview = await app.request(`${base}/comparisons/overview`);
  expect(ComparisonOverview.parse(await overview.json()).replies).toBe(10);
  expect(
    (
      await app.request(`${base}/training`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ method: "dpo" }),
      })
    ).status,
  ).toBe(409);
});

const config = () =>
  ProjectConfig.parse({
    name: "x",
    task: { kind: "comparison", schema: {} },
    assess: { system: "reward-ensembles" },
  });

test("what came of a model trained elsewhere is kept once, with its measured win rate", async () => {
  const outside = {
    name: "llama-8b dpo",
    manifestHash: "a".repeat(64),
    winRate: { wins: 61, n: 100, against: "the base model" },
  };
  const first = LessonView.parse(await (await post("training/outside", outside)).json());
  expect(first).toMatchObject({ kind: "outside-policy", measurements: [{ value: 0.61, n: 100 }] });
  const again = LessonView.parse(await (await post("training/outside", outside)).json());
  expect(again.id).toBe(first.id);
  const bad = { ...outside, winRate: { wins: 101, n: 100, against: "x" } };
  expect((await post("training/outside", bad)).status).toBe(400);
});
