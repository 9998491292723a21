import { afterAll, beforeAll, expect, test } from "vitest";
import type { ImportReport, JobView, ProjectDetail } from "#core/views.ts";
import { createApp } from "./app.ts";
import { ended, openTestHost, quiet, smallConfig, smallFile, type TestHost } from "./testing.ts";

let on: TestHost;
let app: ReturnType<typeof createApp>;
const ITEMS = 60;

beforeAll(async () => {
  on = await openTestHost();
  app = createApp(on.host);
  await call("/projects", { method: "POST", json: smallConfig() });
  await call("/projects/small/import?format=jsonl", { method: "POST", body: smallFile(ITEMS) });
  await quiet(on.host);
});
afterAll(() => on.close());

interface Given {
  readonly method?: string;
  readonly json?: unknown;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

async function call(path: string, { method = "GET", json, body, headers = {} }: Given = {}) {
  const response = await app.request(`http://localhost/api/v1${path}`, {
    method,
    headers: { ...(json === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const parse = () => JSON.parse(text);
  return { status: response.status, headers: response.headers, text, json: parse };
}

const next = async (reviewer: string, count = 1, exclude: string[] = []) =>
  (
    await call("/projects/small/next", { method: "POST", json: { reviewer, count, exclude } })
  ).json();

const answer = (id: string, version: number, after: string) => ({
  id,
  version,
  decision: "edited",
  after,
  effort: { ms: 2_000, gestures: 1, edit: 1 },
});

const correct = (itemId: string, json: unknown, reviewer = "ann") =>
  call(`/projects/small/cases/${itemId}/corrections`, {
    method: "POST",
    json,
    headers: { "x-reviewer": reviewer },
  });

test("health says which database answers", async () => {
  expect((await call("/health")).json()).toEqual({ status: "ok", store: "pglite" });
});

test("an imported project has a first lesson, a queue and figures", async () => {
  const { projects } = (await call("/projects")).json();
  expect(projects).toHaveLength(1);
  expect(projects[0]).toMatchObject({ id: "small", items: ITEMS, counts: { waiting: 0 } });
  const { lessons } = (await call("/projects/small/lessons")).json();
  expect(lessons).toHaveLength(1);
  expect(lessons[0]).toMatchObject({ status: "in-force", corrections: 0, kind: "harmoniser" });
  const overview = (await call("/projects/small/overview")).json();
  expect(overview.error.n).toBeGreaterThan(0);
  expect(overview.rules.map(({ id }: { id: string }) => id)).toEqual([
    "money-words",
    "reply-prefix",
  ]);
  expect(overview.rules[0].coverage.value).toBeCloseTo(0.5, 1);
});

test("the queue is ordered by cost, a page at a time, and never tells what is right", async () => {
  const first = (await call("/projects/small/queue?limit=10")).json();
  expect(first.rows).toHaveLength(10);
  const rest = (await call(`/projects/small/queue?limit=500&cursor=${first.next}`)).json();
  expect(rest.next).toBeNull();
  const rows = [...first.rows, ...rest.rows];
  const costs = rows.map(({ cost }: { cost: number }) => cost);
  expect(costs).toEqual(costs.toSorted((a: number, b: number) => b - a));
  expect(new Set(rows.map(({ itemId }: { itemId: string }) => itemId)).size).toBe(rows.length);
  expect(first.left).toBe(rows.length);
  const shown = await call(`/projects/small/cases/${rows[0].itemId}`);
  expect(shown.text).not.toContain("gold");
});

test("a case comes with votes, evidence and the reason it comes", async () => {
  const { cases, left } = await next("bea", 2);
  expect(cases).toHaveLength(2);
  expect(left).toBeGreaterThan(2);
  const [one] = cases;
  expect(one.proposal.source).toBe("test-model");
  expect(one.why).toMatch(/^Risk 0\.\d\d, cost of an error/);
  const voted = one.votes.find(({ output }: { output: string | null }) => output !== null);
  expect(voted.evidence.length).toBeGreaterThan(0);
  const other = await next("carl", 2);
  const ids = (of: { itemId: string }[]) => of.map(({ itemId }) => itemId);
  expect(ids(other.cases).filter((id) => ids(cases).includes(id))).toEqual([]);
});

test("an answer is taken once, however often it is sent, and refused when the case moved on", async () => {
  const { cases } = await next("ann");
  const [{ itemId, version, proposal }] = cases;
  const flipped = proposal.output === "spam" ? "ham" : "spam";
  const sent = answer("c-1", version, flipped);
  const first = await correct(itemId, sent);
  expect(first.status).toBe(200);
  expect(first.json().correction).toMatchObject({
    id: "c-1",
    decision: "edited",
    before: proposal.output,
    after: flipped,
    by: { id: "ann", kind: "person" },
    effort: { edit: 1 },
  });
  const again = await correct(itemId, sent);
  expect(again.json().correction).toEqual(first.json().correction);
  const stale = await correct(itemId, answer("c-2", version, flipped), "bea");
  expect(stale.status).toBe(409);
  expect(stale.headers.get("content-type")).toBe("application/problem+json");
  expect(stale.json().hint).toMatch(/Load the case again/);
});

test("confirming takes the proposal's own label, whatever else was sent", async () => {
  const { cases } = await next("ann");
  const [{ itemId, version, proposal }] = cases;
  const sent = { ...answer("c-confirm", version, "ham"), decision: "confirmed", after: null };
  const { correction } = (await correct(itemId, sent)).json();
  expect(correction).toMatchObject({
    decision: "confirmed",
    after: proposal.output,
    operations: [],
  });
});

test("undo opens the case again and is itself a record", async () => {
  const { cases } = await next("ann");
  const [{ itemId, version, proposal }] = cases;
  await correct(itemId, answer("c-undo", version, proposal.output));
  const undo = () => call("/projects/small/corrections/c-undo/undo", { method: "POST" });
  const undone = (await undo()).json();
  expect(undone.correction).toMatchObject({ decision: "undone", undoes: "c-undo" });
  expect((await undo()).json().correction).toEqual(undone.correction);
  const shown = (await call(`/projects/small/cases/${itemId}`)).json();
  expect(shown.state).toBe("open");
  expect(shown.version).toBe(version + 2);
  expect(shown.corrections).toHaveLength(2);
});

test("a skipped case leaves the queue", async () => {
  const { cases, left } = await next("ann");
  const [{ itemId }] = cases;
  const skipped = await call(`/projects/small/cases/${itemId}/skip`, { method: "POST" });
  expect(skipped.json()).toEqual({ left: left - 1 });
  const { rows } = (await call("/projects/small/queue?state=skipped")).json();
  expect(rows.map((row: { itemId: string }) => row.itemId)).toEqual([itemId]);
});

test.each([
  ["a label outside the set", { decision: "edited", after: "eggs" }, /"spam", "ham"/],
  ["an edit without a label", { decision: "edited", after: null }, /a label in `after`/],
  ["a decision there is none of", { decision: "guessed", after: "ham" }, /confirmed/],
])("%s is answered with what was expected", async (_, given, expected) => {
  const { cases } = await next("dora");
  const [{ itemId, version }] = cases;
  const refused = await correct(itemId, { ...answer("c-bad", version, "ham"), ...given });
  expect(refused.status).toBe(400);
  expect(refused.json().expected).toMatch(expected);
});

test.each([
  ["GET", "/projects/none"],
  ["GET", "/projects/none/overview"],
  ["GET", "/projects/none/queue"],
  ["GET", "/projects/none/lessons"],
  ["GET", "/projects/none/export"],
  ["POST", "/projects/none/refit"],
  ["GET", "/projects/small/cases/none"],
  ["GET", "/projects/small/cases/none/similar"],
  ["POST", "/projects/small/cases/none/skip"],
  ["POST", "/projects/small/cases/none/ask-again"],
  ["POST", "/projects/small/corrections/none/undo"],
  ["POST", "/projects/small/corrections/none/revoke"],
  ["POST", "/projects/small/lessons/none/promote"],
  ["POST", "/projects/small/lessons/none/roll-back"],
  ["GET", `/projects/small/rejects/${"0".repeat(64)}`],
  ["GET", "/jobs/none"],
  ["POST", "/jobs/none/cancel"],
  ["GET", "/systems/none"],
  ["GET", "/nowhere"],
])("%s %s is a 404 that says so", async (method, path) => {
  const missing = await call(path, { method });
  expect(missing.status).toBe(404);
  expect(missing.json()).toMatchObject({ status: 404, type: "urn:emend:problem:not-found" });
});

test("a project is changed, and refused when its name, rules or system do not hold", async () => {
  const post = (json: unknown) => call("/projects", { method: "POST", json });
  expect((await post(smallConfig())).status).toBe(409);
  const rule = { id: "r", kind: "regex", label: "spam", pattern: "(" };
  const unruly = await post({ ...smallConfig(), name: "unruly", rules: [rule] });
  expect(unruly.status).toBe(400);
  const system = { system: "none", options: {} };
  expect((await post({ ...smallConfig(), name: "lost", assess: system })).status).toBe(404);
  const [money] = smallConfig().rules;
  const twice = await post({ ...smallConfig(), name: "twice", rules: [money, money] });
  expect(twice.json()).toMatchObject({ status: 400, got: '"money-words" twice' });
  const { config } = (await call("/projects/small")).json() as ProjectDetail;
  const put = (json: unknown) => call("/projects/small", { method: "PUT", json });
  const fewer = { kind: "label", schema: { classes: ["spam", "eggs"], positive: "spam" } };
  expect((await put({ ...config, rules: [], task: fewer })).status).toBe(409);
  const changed = await put({ ...config, route: { acceptBelow: 0.01, blockAbove: 1 } });
  expect((changed.json() as ProjectDetail).config.route.acceptBelow).toBe(0.01);
  await quiet(on.host);
});

test("the good rows of a file go in, the bad come back, and again changes nothing", async () => {
  await call("/projects", { method: "POST", json: smallConfig({ name: "files" }) });
  const file = `${smallFile(20, "row")}{"id": "broken"\n{"id":"x","text":"t","proposal":{"label":"eggs"}}\n`;
  const load = async () =>
    (await call("/projects/files/import", { method: "POST", body: file })).json() as ImportReport;
  const report = await load();
  expect(report).toMatchObject({ project: "files", accepted: 20, rejected: 2 });
  expect(report.problems[0]).toMatch(/line 21/);
  const rejects = await call(`/projects/files/rejects/${report.batch}`);
  expect(
    rejects.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).line),
  ).toEqual([21, 22]);
  expect(await load()).toMatchObject({ accepted: 0, rejected: 2 });
  await quiet(on.host);
  const out = await call("/projects/files/export?format=jsonl");
  expect(out.headers.get("content-disposition")).toContain("attachment");
  const rows = out.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows).toHaveLength(20);
  expect(rows[0].votes).toEqual({ "money-words": "spam", "reply-prefix": null });
  expect(
    (await call("/projects/files/import?format=none", { method: "POST", body: "x" })).status,
  ).toBe(400);
  const empty = await call("/projects/files/import", { method: "POST", body: "" });
  expect(empty.status).toBe(400);
});

test("answers in a file are corrections, and an export brings them back in", async () => {
  await call("/projects", { method: "POST", json: smallConfig({ name: "answers" }) });
  const rows = smallFile(8, "told")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const told = { ...rows[0], answer: { label: "spam", by: "zoe", ms: 900 } };
  const body = [told, ...rows.slice(1)].map((row) => JSON.stringify(row)).join("\n");
  await call("/projects/answers/import", { method: "POST", body });
  await quiet(on.host);
  const shown = (await call("/projects/answers/cases/told-000")).json();
  expect(shown).toMatchObject({
    state: "answered",
    corrections: [{ after: "spam", by: { id: "zoe" } }],
  });
  const { text } = await call("/projects/answers/export");
  expect(JSON.parse(text.split("\n")[0] ?? "").answer).toMatchObject({
    label: "spam",
    by: "zoe",
    ms: 900,
  });
});

test("hostile text and ids pass through as data", async () => {
  await call("/projects", { method: "POST", json: smallConfig({ name: "hostile" }) });
  const evil = "<script>alert(1)</script>'; drop table items; --";
  const id = "a/b c?d#e%2F<x>";
  const body = JSON.stringify({
    id,
    text: evil,
    html: evil,
    fields: { subject: evil },
    proposal: { label: "ham" },
  });
  await call("/projects/hostile/import", { method: "POST", body });
  await quiet(on.host);
  const shown = await call(`/projects/hostile/cases/${encodeURIComponent(id)}`);
  expect(shown.json()).toMatchObject({ itemId: id, item: { text: evil, html: evil } });
  expect(shown.headers.get("content-type")).toContain("application/json");
  expect(shown.headers.get("x-content-type-options")).toBe("nosniff");
  expect(shown.headers.get("content-security-policy")).toContain("script-src 'self'");
});

test("without a model there is nobody to ask again, and the answer says how to get one", async () => {
  const { cases } = await next("eve");
  const asked = await call(`/projects/small/cases/${cases[0].itemId}/ask-again`, {
    method: "POST",
  });
  expect(asked.status).toBe(503);
  expect(asked.json().hint).toContain("EMEND_LLM_BASE_URL");
});

test("jobs are listed, read and cancelled", async () => {
  const started = await call("/projects/small/refit", { method: "POST" });
  expect(started.status).toBe(202);
  const { jobId } = started.json();
  const done = await ended(on.host, jobId);
  expect(done.kind).toBe("refit");
  const { jobs } = (await call("/jobs?projectId=small")).json() as { jobs: JobView[] };
  expect(jobs.map(({ id }) => id)).toContain(jobId);
  expect((await call(`/jobs/${jobId}`)).json()).toMatchObject({ id: jobId, state: done.state });
});

test("an operation runs on its own example, and bad input names the field", async () => {
  const { operations } = (await call("/systems/pareto-calibration")).json();
  expect(operations.map(({ id }: { id: string }) => id)).toEqual([
    "pareto-calibration.calibrate",
    "pareto-calibration.score",
  ]);
  const [calibrate] = operations;
  const ran = await call(`/run/${calibrate.id}`, { method: "POST", json: calibrate.example });
  expect(ran.status).toBe(200);
  expect(Object.keys(ran.json())).toContain("risk");
  const bad = await call(`/run/${calibrate.id}`, { method: "POST", json: { items: 3 } });
  expect(bad.json()).toMatchObject({ status: 400, at: { field: expect.any(String) } });
  expect((await call("/run/pareto-calibration.none", { method: "POST", json: {} })).status).toBe(
    404,
  );
});

test("the gallery lists all 43 systems, and a planned one has no study", async () => {
  const { systems } = (await call("/systems")).json();
  expect(systems).toHaveLength(43);
  const planned = systems.find(({ status }: { status: string }) => status === "planned");
  expect((await call(`/systems/${planned.id}`)).json()).toMatchObject({ parts: [], report: null });
  const study = await call(`/systems/${planned.id}/study`, { method: "POST", json: {} });
  expect(study.status).toBe(404);
});

test("the OpenAPI document lists every route, and the reference page needs nothing from elsewhere", async () => {
  const document = (await call("/openapi.json")).json();
  const routes = Object.entries(document.paths as Record<string, object>).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace("/api/v1", "")}`),
  );
  await expect(`${routes.sort().join("\n")}\n`).toMatchFileSnapshot(
    "../../test/golden/openapi-paths.txt",
  );
  expect(document.openapi).toBe("3.1.0");
  const page = await call("/docs");
  expect(page.text).toContain("/projects/{id}/next");
  expect(page.text).not.toMatch(/<script|<link|src=|href="http/);
});

test("malformed JSON, a wrong media type and a body too large are each said", async () => {
  const post = (given: Given) => call("/projects", { method: "POST", ...given });
  const malformed = await post({ body: "{", headers: { "content-type": "application/json" } });
  expect(malformed.status).toBe(400);
  expect(malformed.headers.get("content-type")).toBe("application/problem+json");
  const typed = await post({ body: "{}", headers: { "content-type": "text/plain" } });
  expect(typed.status).toBe(415);
  const length = String(64 * 2 ** 20);
  const large = await post({
    body: "{}",
    headers: { "content-type": "application/json", "content-length": length },
  });
  expect(large.status).toBe(413);
});
