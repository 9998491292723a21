import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Episode, type StepRow } from "#core/episode.ts";
import { EpisodeDetail, FitInput } from "#core/episode-views.ts";
import { CorrectionId, type ProjectId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import { rngOf } from "#core/rng.ts";
import { PolicyModel } from "#propose/policy/model.ts";
import { rollOut } from "#worlds/manipulation/rollout.ts";
import { demonstrator } from "#worlds/manipulation/sim-human.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import { createApp } from "./app.ts";
import { revokeCorrection } from "./runtime/lessons.ts";
import { closeInterrupted } from "./runtime/robot-episodes.ts";
import { ended, openTestHost, type TestHost } from "./testing.ts";

let open: TestHost;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  open = await openTestHost();
  app = createApp(open.host);
});
afterAll(() => open.close());

let projects = 0;
async function project(world = "tabletop"): Promise<ProjectId> {
  const config = ProjectConfig.parse({
    name: `robot ${projects++}`,
    task: { kind: "episode", schema: { world } },
    assess: { system: "sirius" },
  });
  return (await open.host.store.createProject(config)).id;
}

async function call(method: string, path: string, body?: unknown) {
  const answer = await app.request(`http://127.0.0.1/api/v1${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", "x-reviewer": "ann" },
    }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
}

function demos(count: number, more: Partial<Episode> = {}): Episode[] {
  const world = tabletop();
  return Array.from({ length: count }, (_, k) => ({
    ...rollOut(world, null, demonstrator(world), { rng: rngOf(`demo-${k}`) }),
    id: `demo-${k}`,
    ...more,
  }));
}

const row = (t: number, more: Partial<StepRow> = {}): StepRow => ({
  t,
  obs: [t, 1],
  action: [0.5],
  source: "policy",
  ...more,
});
const shift = (id: string, more: Partial<Episode> = {}): Episode =>
  Episode.parse({
    id,
    world: "tabletop",
    seed: null,
    round: 1,
    policyId: null,
    controlHz: 20,
    end: "success",
    rows: Array.from({ length: 10 }, (_, t) =>
      t === 4 || t === 5 ? row(t, { source: "human", interventionId: 0 }) : row(t),
    ),
    ...more,
  });

describe("episodes", () => {
  test("the good of a list are recorded, the bad come back with what is wrong with them", async () => {
    const id = await project();
    const broken = { ...shift("c"), rows: [row(0), row(2)] };
    const nan = { ...shift("d"), rows: [{ ...row(0), action: [null] }] };
    const path = `/projects/${id}/episodes`;
    const taken = await call("POST", path, { episodes: [shift("a"), broken, nan, shift("a")] });
    expect(taken.body).toMatchObject({ accepted: 1, duplicates: 0, rejected: 3 });
    expect(taken.body.problems[0]).toContain('row 2, field "rows.1.t"');
    expect(taken.body.problems[1]).toContain("rows.0.action.0");
    expect((await call("POST", path, { episodes: [shift("a")] })).body).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    expect((await call("POST", path, {})).status).toBe(400);
    const page = await call("GET", `${path}?round=1`);
    expect(page.body).toMatchObject({
      total: 1,
      next: null,
      episodes: [{ id: "a", humanSeconds: 0.1 }],
    });
    expect((await call("GET", `${path}/none`)).status).toBe(404);
  });

  test("an episode that runs is safe row by row, and ends once", async () => {
    const id = await project();
    const path = `/projects/${id}/episodes/run-1`;
    const { world, seed, round, policyId, controlHz, rows } = shift("x");
    const head = { world, seed, round, policyId, controlHz };
    expect((await call("PUT", `${path}/rows`, { head, rows: rows.slice(0, 6) })).body).toEqual({
      rows: 6,
    });
    expect((await call("PUT", `${path}/rows`, { head, rows: rows.slice(4) })).body).toEqual({
      rows: 10,
    });
    const gap = await call("PUT", `${path}/rows`, { head, rows: [row(12)] });
    expect([gap.status, gap.body.expected]).toEqual([409, "a row with t 10 next"]);
    const other = await call("PUT", `${path}/rows`, { head, rows: [row(10, { obs: [1] })] });
    expect(other.status).toBe(400);
    const end = await call("POST", `${path}/end`, { end: "success" });
    expect(end.body).toMatchObject({ id: "run-1", steps: 10, end: "success", version: 1 });
    expect((await call("POST", `${path}/end`, { end: "failure" })).body).toEqual(end.body);
    expect(await open.host.store.corrections(id)).toMatchObject([
      { id: "run-1/take-over-0", by: { id: "ann" }, effort: { ms: 100 } },
    ]);
    expect(
      (await call("POST", `/projects/${id}/episodes/none/end`, { end: "success" })).status,
    ).toBe(404);
  });

  test("what a stop cut off is recorded as stopped, with all that was answered for", async () => {
    const id = await project();
    const { world, seed, round, policyId, controlHz, rows } = shift("x");
    const head = { world, seed, round, policyId, controlHz };
    await call("PUT", `/projects/${id}/episodes/cut/rows`, { head, rows: rows.slice(0, 5) });
    await closeInterrupted(open.host, id);
    const { body } = await call("GET", `/projects/${id}/episodes/cut`);
    expect(body.summary).toMatchObject({ end: "stopped", steps: 5 });
    expect(body.episode.rows).toEqual(rows.slice(0, 5));
  });

  test("edits: a cut, a window, a take-over that was none and was one again, a stale version", async () => {
    const id = await project();
    await call("POST", `/projects/${id}/episodes`, { episodes: [shift("a")] });
    const change = (version: number, change: object) =>
      call("POST", `/projects/${id}/episodes/a/changes`, { version, change });
    const cut = await change(1, { kind: "cut", interventionId: 0, at: 5 });
    const segments = EpisodeDetail.parse(cut.body).episode.rows.map(({ segment }) => segment);
    expect(segments.slice(4, 6)).toEqual(["recovery", "correction"]);
    const none = await change(2, { kind: "real", interventionId: 0, real: false });
    expect(none.body.episode.notReal).toEqual([0]);
    expect(await open.host.store.corrections(id, { forLearning: true })).toEqual([]);
    await change(3, { kind: "real", interventionId: 0, real: true });
    expect(await open.host.store.corrections(id, { forLearning: true })).toHaveLength(1);
    expect((await change(1, { kind: "discarded", discarded: true })).status).toBe(409);
    expect((await change(4, { kind: "cut", interventionId: 7, at: 1 })).status).toBe(400);
    const gone = await change(4, { kind: "discarded", discarded: true });
    expect(gone.body.summary.discarded).toBe(true);
  });

  test("a file goes in and comes out: jsonl and HDF5 alike", async () => {
    const [from, to] = [await project(), await project()];
    await call("POST", `/projects/${from}/episodes`, {
      episodes: [shift("a"), shift("b", { round: 2, rows: [row(0)] })],
    });
    for (const format of ["jsonl", "hdf5"]) {
      const file = await app.request(
        `http://127.0.0.1/api/v1/projects/${from}/episodes/export?format=${format}`,
      );
      expect(file.status).toBe(200);
      const answer = await app.request(
        `http://127.0.0.1/api/v1/projects/${to}/episodes?format=${format}`,
        {
          method: "POST",
          body: await file.arrayBuffer(),
        },
      );
      const known = format === "hdf5";
      expect(await answer.json()).toMatchObject({
        accepted: known ? 0 : 2,
        duplicates: known ? 2 : 0,
        rejected: 0,
      });
    }
    const foreign = await app.request(
      `http://127.0.0.1/api/v1/projects/${to}/episodes?format=hdf5`,
      {
        method: "POST",
        body: "no such file",
      },
    );
    expect([foreign.status, (await foreign.json()).title]).toEqual([
      400,
      "The file cannot be read as HDF5",
    ]);
    const none = await app.request(
      `http://127.0.0.1/api/v1/projects/${await project()}/episodes/export`,
    );
    expect(none.status).toBe(409);
  });

  test("a project of another kind has none", async () => {
    const config = ProjectConfig.parse({ name: "writing", task: { kind: "text", schema: {} } });
    const { id } = await open.host.store.createProject(config);
    expect((await call("GET", `/projects/${id}/episodes`)).status).toBe(409);
    expect((await call("GET", `/projects/${id}/rounds`)).status).toBe(409);
  });
});

describe("rounds and memory", () => {
  test("success, share of people and classes by round; what is discarded is out", async () => {
    const id = await project();
    await call("POST", `/projects/${id}/episodes`, {
      episodes: [
        shift("d", { round: 0, rows: [row(0, { source: "demo" })] }),
        shift("a"),
        shift("b", { end: "time-out", rows: Array.from({ length: 20 }, (_, t) => row(t)) }),
        shift("c", { end: "discarded", rows: [row(0, { obs: [7, 7] })] }),
      ],
    });
    const { body } = await call("GET", `/projects/${id}/rounds`);
    expect(body.rounds).toMatchObject([
      { round: 0, episodes: 1, success: { value: 1, n: 1 }, humanShare: { value: 1 } },
      {
        round: 1,
        episodes: 2,
        discarded: 1,
        success: { value: 0.5 },
        autonomous: { value: 0 },
        takeOvers: 1,
        humanSeconds: 0.1,
      },
    ]);
    expect(body.rounds[1].humanShare.value).toBeCloseTo(2 / 30, 12);
    expect(body.shares).toMatchObject({
      demo: 1 / 31,
      intervention: 2 / 31,
      "pre-intervention": 4 / 31,
    });
    expect(body.weighted.intervention).toBe(0.5);
    const memory = await call("GET", `/projects/${id}/episode-memory?capacity=2`);
    const evicted = Object.fromEntries(
      memory.body.strategies.map(
        ({ strategy, evicted }: { strategy: string; evicted: string[] }) => [strategy, evicted],
      ),
    );
    expect(evicted).toMatchObject({ lfi: ["b"], mfi: ["d"], fifo: ["d"], filo: ["b"] });
  });

  test("an empty project shows no rounds", async () => {
    const { body } = await call("GET", `/projects/${await project()}/rounds`);
    expect(body).toMatchObject({ rounds: [], plain: true });
  });
});

describe("policies", () => {
  const askFit = (id: ProjectId, input: object = {}) =>
    call("POST", `/projects/${id}/policies`, {
      steps: 60,
      batch: 16,
      hidden: [8],
      evaluations: 4,
      ...input,
    });

  test("the first is in force; the next only if it is better, and says so; both can be compared", async () => {
    const id = await project();
    await call("POST", `/projects/${id}/episodes`, { episodes: demos(3) });
    const losses: number[] = [];
    const stop = open.host.live.listen(
      (event) => event.kind === "policy-training" && losses.push(event.loss),
      () => undefined,
    );
    const first = await askFit(id, { method: "bc" });
    expect(first.status).toBe(202);
    expect(await ended(open.host, first.body.jobId)).toMatchObject({
      state: "done",
      result: { promoted: true, gate: "The first policy: there was none to beat." },
    });
    stop();
    expect(losses.length).toBeGreaterThan(1);
    const second = await ended(open.host, (await askFit(id, { seed: "2" })).body.jobId);
    expect(second).toMatchObject({ state: "done", result: { promoted: false } });
    const { policies, inForce } = (await call("GET", `/projects/${id}/policies`)).body;
    expect(policies).toMatchObject([
      { version: 2, status: "held-back", method: "sirius", parent: inForce, change: { n: 4 } },
      { version: 1, status: "in-force", method: "bc", lessonId: inForce, episodes: 3 },
    ]);
    const model = await call("GET", `/projects/${id}/policies/${inForce}/model`);
    expect(PolicyModel.parse(model.body)).toMatchObject({
      kind: "mlp",
      observations: 11,
      actions: 3,
    });
    const compared = await call("POST", `/projects/${id}/policies/compare`, {
      a: inForce,
      b: inForce,
      episodes: 3,
    });
    expect(await ended(open.host, compared.body.jobId)).toMatchObject({
      state: "done",
      result: { difference: { value: 0, n: 3 }, onlyA: 0, onlyB: 0 },
    });
    const none = await call("POST", `/projects/${id}/policies/compare`, { a: "x", b: "y" });
    expect(none.status).toBe(404);
  });

  test("the same episodes and options give the same policy", async () => {
    const [a, b] = [await project(), await project()];
    const models: unknown[] = [];
    const task = {
      episodes: demos(2),
      fit: FitInput.parse({ steps: 20, hidden: [4] }),
      preWindow: 15,
      seed: "s",
    };
    const hooks = { signal: new AbortController().signal, progress: () => undefined };
    for (const _ of [a, b]) models.push((await open.host.compute.fitPolicy(task, hooks)).model);
    expect(models[0]).toEqual(models[1]);
  });

  test("it descends from the take-overs it was learned from; a revoked one makes it stale and is left out", async () => {
    const id = await project("external:arm");
    const episodes = [
      shift("a"),
      shift("b", { rows: shift("x").rows.map((one) => ({ ...one, obs: [one.t, 2] })) }),
    ];
    await call("POST", `/projects/${id}/episodes`, { episodes });
    const { result } = await ended(open.host, (await askFit(id, { method: "iwr" })).body.jobId);
    const known = async () =>
      (await open.host.store.lessons(id)).map(({ lesson, status }) => [
        lesson.learnedFrom.length,
        status,
      ]);
    expect(result).toMatchObject({ promoted: true });
    expect(await known()).toEqual([[2, "in-force"]]);
    const by = (await open.host.store.corrections(id))[0]?.by.id;
    if (by === undefined) throw new Error("there is a correction");
    await revokeCorrection(open.host, id, CorrectionId.parse("a/take-over-0"), by);
    expect(await known()).toEqual([[2, "stale"]]);
    const again = await ended(open.host, (await askFit(id, { method: "iwr" })).body.jobId);
    expect(again.result).toMatchObject({
      promoted: false,
      gate: expect.stringContaining("no world"),
    });
    expect((await known())[1]).toEqual([1, "held-back"]);
    const lost = await call("POST", `/projects/${id}/policies/compare`, { a: "x", b: "y" });
    expect(lost.status).toBe(409);
  });

  test.each(["human-only", "rac"] as const)(
    "%s learns from a person's steps alone",
    async (method) => {
      const task = {
        episodes: [
          shift("a", {
            rows: shift("a").rows.map((one) =>
              one.source === "human"
                ? { ...one, segment: one.t === 4 ? ("recovery" as const) : ("correction" as const) }
                : one,
            ),
          }),
        ],
        fit: FitInput.parse({ method, steps: 5, hidden: [4] }),
        preWindow: 15,
        seed: "s",
      };
      const hooks = { signal: new AbortController().signal, progress: () => undefined };
      expect((await open.host.compute.fitPolicy(task, hooks)).frames).toBe(2);
    },
  );

  test("nothing to learn from is said so", async () => {
    const id = await project();
    await call("POST", `/projects/${id}/episodes`, { episodes: [shift("a", { end: "failure" })] });
    const job = await ended(open.host, (await askFit(id)).body.jobId);
    expect(job).toMatchObject({
      state: "failed",
      error: expect.stringContaining("no episode to learn from"),
    });
  });
});
