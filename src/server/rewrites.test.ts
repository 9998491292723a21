/** Rewrites over HTTP: turns in, mining, a person's word, requests, decisions and feedback. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RewriteDetail, RewritePage, RewriteView, TurnsReport } from "#core/rewrite.ts";
import { rngOf } from "#core/rng.ts";
import { ASSISTANT, makeAssistant } from "#worlds/users/assistant.ts";
import { simulateSessions } from "#worlds/users/sessions.ts";
import { createApp } from "./app.ts";
import { ended, openTestHost, quiet, smallConfig, smallFile, type TestHost } from "./testing.ts";

const START_MS = Date.parse("2035-01-01");
let on: TestHost;
let app: ReturnType<typeof createApp>;

const turns = simulateSessions(
  makeAssistant(rngOf("http"), { ...ASSISTANT, intents: 12 }),
  { sessions: 1_200, users: 200, startMs: START_MS, everyMs: 200_000 },
  rngOf("http"),
).turns;

async function call(
  path: string,
  {
    json,
    body,
    method = json === undefined && body === undefined ? "GET" : "POST",
    headers = {},
  }: {
    readonly method?: string;
    readonly json?: unknown;
    readonly body?: string;
    readonly headers?: Record<string, string>;
  } = {},
) {
  const response = await app.request(`http://localhost/api/v1${path}`, {
    method,
    headers: { ...(json === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  // What came back is the test's to look at.
  return {
    status: response.status,
    json: <T = Record<string, unknown>>() => JSON.parse(text) as T,
  };
}
const page = async (query = "") =>
  (await call(`/projects/assistant/rewrites${query}`)).json<RewritePage>();

const config = (options: object, name = "assistant") => ({
  name,
  task: { kind: "text", schema: {} },
  assess: { system: "markov-reformulation", options },
});

beforeAll(async () => {
  on = await openTestHost();
  app = createApp(on.host);
  const made = await call("/projects", { json: config({ minSupport: 5, holdOut: 0 }) });
  expect(made.status).toBe(201);
});
afterAll(() => on.close());

test("a project of rewrites is checked when it is made, and has no queue of labels", async () => {
  for (const [options, field] of [
    [{ holdOut: 2 }, "holdOut"],
    [{ minSuport: 5 }, "minSuport"],
  ] as const) {
    const refused = await call("/projects", { json: config(options, "odd") });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.json())).toContain(field);
  }
  expect((await call("/projects/assistant")).json()).toMatchObject({
    taskKind: "text",
    system: "markov-reformulation",
    error: null,
  });
  for (const path of ["/projects/assistant/overview", "/projects/assistant/export"])
    expect((await call(path)).status).toBe(409);
  const import_ = await call("/projects/assistant/import", { body: smallFile(2) });
  expect(import_.status).toBe(409);
  expect((await call("/projects/small-none/turns", { json: { turns: [] } })).status).toBe(404);
});

test("turns go in as JSON and as a file, the bad ones come back, and again changes nothing", async () => {
  const post = (given: Parameters<typeof call>[1], query = "") =>
    call(`/projects/assistant/turns${query}`, given);
  const some = turns.slice(0, 500);
  const first = await post({ json: { turns: [...some, { utterance: "no time" }] } });
  expect(first.status).toBe(200);
  expect(first.json<TurnsReport>()).toMatchObject({ accepted: 500, duplicates: 0, rejected: 1 });
  const file = `${turns.map((turn) => JSON.stringify(turn)).join("\n")}\nnot json\n`;
  const second = (await post({ body: file }, "?format=jsonl")).json<TurnsReport>();
  expect(second).toMatchObject({
    accepted: turns.length - 500,
    duplicates: 500,
    rejected: 1,
    problems: [expect.stringMatching(new RegExp(`line ${turns.length + 1}`))],
  });
  const rejects = await app.request(
    `http://localhost/api/v1/projects/assistant/rejects/${second.batch}`,
  );
  expect(await rejects.text()).toContain("not json");
  expect((await post({ body: "x" }, "?format=none")).status).toBe(400);
  expect((await post({ json: [] })).status).toBe(400);
  expect((await post({ body: "" }, "?format=csv")).status).toBe(400);
  expect((await page()).turns).toBe(turns.length);
});

test("mining makes rewrites that wait for a person, listed a page at a time", async () => {
  const started = await call("/projects/assistant/mine", { method: "POST" });
  expect(started.status).toBe(202);
  const job = await ended(on.host, started.json<{ jobId: string }>().jobId);
  expect([job.kind, job.state, job.error]).toEqual(["mine", "done", null]);
  const first = await page("?limit=2");
  expect(first.rewrites).toHaveLength(2);
  expect(first.minedAtMs).toBeGreaterThan(0);
  expect(first.totals.proposed).toBeGreaterThan(3);
  const second = await page(`?limit=2&cursor=${encodeURIComponent(first.next ?? "")}`);
  expect(second.rewrites[0]?.id).not.toBe(first.rewrites[1]?.id);
  const { lessons } = (await call("/projects/assistant/lessons")).json<{ lessons: object[] }>();
  expect(lessons).toMatchObject([{ kind: "rewrites", status: "in-force" }]);
});

test("a rewrite is read, approved, applied, given another target and taken apart", async () => {
  const [one] = (await page()).rewrites;
  if (one === undefined) throw new Error("there is a rewrite");
  const at = `/projects/assistant/rewrites/${one.id}`;
  expect((await call(at)).json<RewriteDetail>()).toMatchObject({
    rewrite: { id: one.id, state: "proposed" },
    graph: { node: expect.any(String) },
    guard: { verdict: "wait" },
  });
  const said = { state: "live", because: "looks right" };
  const approved = await call(at, { json: said, headers: { "x-reviewer": "ann" } });
  expect(approved.json<RewriteView>()).toMatchObject(said);
  const request = { text: one.fromText, userId: "u1", turnId: "t1" };
  expect((await call("/projects/assistant/rewrite", { json: request })).json()).toEqual({
    text: one.toText,
    ruleId: one.id,
    arm: "treated",
    propensity: 1,
  });
  const apart = await call(`${at}/not-the-same`, {
    method: "POST",
    headers: { "x-reviewer": "bo" },
  });
  expect(apart.json<RewriteView>()).toMatchObject({
    state: "blocked",
    because: "not the same intent, said by bo",
  });
  expect((await page("?state=blocked")).rewrites.map(({ id }) => id)).toEqual([one.id]);
  const back = await call(at, { json: { state: "live", because: "" } });
  expect(back.json<RewriteView>()).toMatchObject({ state: "live", because: "said by reviewer" });
});

test.each([
  ["GET", "/projects/none/rewrites", 404],
  ["POST", "/projects/none/mine", 404],
  ["GET", "/projects/assistant/rewrites/none", 404],
  ["POST", "/projects/assistant/rewrites/none/not-the-same", 404],
  ["GET", "/projects/assistant/rewrites?state=odd", 400],
  ["GET", "/projects/assistant/rewrites?cursor=odd", 400],
])("%s %s is a %i that says so", async (method, path, status) => {
  const answer = await call(path, { method });
  expect(answer.status).toBe(status);
  expect(answer.json()).toMatchObject({ status, detail: expect.any(String) });
});

test("decide rewrites and gives what goes back with the turn; feedback takes it once", async () => {
  const [one] = (await page("?state=live")).rewrites;
  if (one === undefined) throw new Error("one is live");
  const decided = await call("/decide", {
    json: { projectId: "assistant", text: one.fromText, userId: "u7" },
  });
  expect(decided.json()).toMatchObject({
    route: "accept",
    output: one.toText,
    ruleId: one.id,
    arm: "treated",
    propensity: 1,
    risk: 1 - one.to.value,
    reasons: [{ from: one.id }],
    itemId: null,
    queued: false,
  });
  const turn = {
    id: "decided-1",
    userId: "u7",
    ts: START_MS + 1e9,
    utterance: one.toText,
    rewrite: { ruleId: one.id, original: one.fromText, arm: "treated", propensity: 0.9 },
  };
  const tell = (json: unknown) => call("/feedback", { json });
  const told = { kind: "turn", projectId: "assistant", turn };
  expect((await tell(told)).json()).toEqual({ taken: true });
  expect((await tell(told)).json()).toEqual({ taken: false });
  const undo = {
    kind: "signals",
    projectId: "assistant",
    turnId: turn.id,
    signals: { undone: true },
  };
  expect((await tell(undo)).json()).toEqual({ taken: true });
  const spared = await call("/decide", {
    json: { projectId: "assistant", text: one.fromText, userId: "u7" },
  });
  expect(spared.json()).toMatchObject({ output: one.fromText, ruleId: null, risk: null });
  expect((await tell({ kind: "odd", projectId: "assistant" })).status).toBe(400);
});

test("in a project of labels, decide gives risk and route, and queues what is risky", async () => {
  const { host } = on;
  await host.store.createProject(smallConfig());
  await call("/projects/small/import?format=jsonl", { body: smallFile(60) });
  await quiet(host);
  const before = await host.store.counts("small" as never);
  const text = "win a prize of money";
  const decide = (more: object) => call("/decide", { json: { projectId: "small", text, ...more } });
  const right = (await decide({ proposal: { label: "spam", model: "m" } })).json();
  const wrong = (await decide({ proposal: { label: "ham", model: "m" } })).json();
  expect(wrong.risk).toBeGreaterThan(right.risk as number);
  expect(right).toMatchObject({ lessonId: expect.any(String), ruleId: null, queued: false });
  expect(await host.store.counts("small" as never)).toEqual(before);
  const asked = (await decide({ proposal: { label: "ham" }, queue: true, itemId: "new" })).json();
  expect(asked).toMatchObject({ itemId: "new", queued: true, output: "spam" });
  expect(["ask", "block"]).toContain(asked.route);
  // Asked again it is the same item.
  await decide({ proposal: { label: "ham" }, queue: true, itemId: "new" });
  const { open } = await host.store.counts("small" as never);
  expect(open).toBe(before.open + 1);
  expect((await decide({ proposal: { label: "eggs" } })).status).toBe(400);

  const tell = (json: object) => call("/feedback", { json: { projectId: "small", ...json } });
  const said = { kind: "label", itemId: "new", label: "spam" };
  expect((await tell(said)).json()).toEqual({ taken: true });
  expect((await tell(said)).json()).toEqual({ taken: false });
  const [correction] = await host.store.corrections("small" as never, { itemId: "new" as never });
  expect(correction).toMatchObject({ before: "ham", after: "spam", decision: "edited" });
  expect((await tell({ ...said, itemId: "gone out" })).status).toBe(404);
  const item = { text: "lunch?", proposal: { label: "spam" } };
  expect((await tell({ kind: "label", itemId: "gone out", label: "ham", item })).json()).toEqual({
    taken: true,
  });
});
