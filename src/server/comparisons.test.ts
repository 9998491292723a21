/** Comparing replies over HTTP, on a real store: asked, answered, learned from, trained on. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  CandidatePage,
  ComparisonAnswer,
  ComparisonOverview,
  NextQuestions,
  type QuestionView,
} from "#core/comparison-views.ts";
import type { ProjectId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import { ImportReport } from "#core/views.ts";
import { createApp } from "./app.ts";
import { ended, openTestHost, quiet, type TestHost } from "./testing.ts";

let open: TestHost;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  open = await openTestHost();
  app = createApp(open.host);
});
afterAll(() => open.close());

let projects = 0;
async function project(schema: object = {}, refitEvery = 1_000): Promise<ProjectId> {
  const made = await open.host.store.createProject(
    ProjectConfig.parse({
      name: `replies ${projects++}`,
      task: { kind: "comparison", schema },
      assess: { system: "reward-ensembles" },
      correct: { refitEvery },
    }),
  );
  return made.id;
}

const path = (id: ProjectId, rest: string) => `/api/v1/projects/${id}/${rest}`;
async function send(id: ProjectId, rest: string, body: unknown, reviewer = "ann") {
  const raw = typeof body === "string";
  return app.request(path(id, rest), {
    method: "POST",
    headers: { "content-type": "application/json", "x-reviewer": reviewer },
    body: raw ? body : JSON.stringify(body),
  });
}
const load = async (id: ProjectId, rows: readonly unknown[]) => {
  const text = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n");
  const response = await send(id, "candidates/import", text);
  expect(response.status).toBe(200);
  return ImportReport.parse(await response.json());
};
async function next(id: ProjectId, reviewer = "ann", query = "count=1") {
  const response = await app.request(path(id, `comparisons/next?${query}`), {
    headers: { "x-reviewer": reviewer },
  });
  expect(response.status).toBe(200);
  return NextQuestions.parse(await response.json());
}
const overview = async (id: ProjectId) =>
  ComparisonOverview.parse(await (await app.request(path(id, "comparisons/overview"))).json());

let corrections = 0;
/** Says that the reply with the most of a word is better. */
function answer(question: QuestionView, id = `c${corrections++}`) {
  const worth = (text: string) => text.split("good").length;
  const [left, right] = question.replies;
  if (left === undefined || right === undefined) throw new Error("two replies");
  return {
    id,
    questionId: question.id,
    output: {
      kind: "pair",
      first: left.id,
      second: right.id,
      verdict: worth(left.text) >= worth(right.text) ? "first" : "second",
      reasons: ["right"],
    },
    effort: { ms: 1_500, gestures: 1, edit: 0 },
  };
}
async function compare(id: ProjectId, body: object, reviewer = "ann") {
  const response = await send(id, "comparisons", body, reviewer);
  expect(response.status).toBe(200);
  return ComparisonAnswer.parse(await response.json());
}
const problemOf = async (response: Response) => ({
  status: response.status,
  ...z
    .object({ title: z.string() })
    .loose()
    .parse(await response.json()),
});

const candidates = (count: number, replies = 3) =>
  Array.from({ length: count }, (_, p) => ({
    prompt: `question ${p}`,
    replies: Array.from({ length: replies }, (_, r) => ({
      text: `${"good ".repeat(r)}answer ${r} to ${p} ${p % 3 === 0 ? "surely" : ""}`,
      source: r === 0 ? "plain" : "kind",
    })),
  }));

test("a comparison is asked blind, taken once, undone, and asked again", async () => {
  const id = await project({ heldOutShare: 0 });
  expect(await load(id, candidates(2))).toMatchObject({ accepted: 2, rejected: 0 });
  const asked = await next(id);
  expect(asked).toMatchObject({ left: 6, compared: 0 });
  const [question] = asked.questions;
  if (question === undefined) throw new Error("a question");
  expect(JSON.stringify(question)).not.toMatch(/plain|kind"?:?"?k/);
  // The same question again: it is with ann.
  expect((await next(id)).questions[0]).toEqual(question);
  const body = answer(question, "first");
  const taken = await compare(id, body);
  expect(taken.comparison).toMatchObject({ id: "first", by: "ann", undone: false, ms: 1_500 });
  expect(taken.comparison.shown).toEqual(question.replies.map((reply) => reply.id));
  expect(taken.compared).toBe(1);
  expect((await compare(id, body)).comparison).toEqual(taken.comparison);
  const twice = await problemOf(await send(id, "comparisons", { ...body, id: "second" }));
  expect(twice).toMatchObject({ status: 409 });
  const undone = await send(id, "comparisons/first/undo", {});
  expect(ComparisonAnswer.parse(await undone.json())).toMatchObject({
    compared: 0,
    comparison: { undone: true },
  });
  expect((await send(id, "comparisons/first/undo", {})).status).toBe(200);
  expect((await next(id)).left).toBe(6);
  await open.host.store.rebuild(id);
  const again = (await next(id, "ann", "count=20")).questions.find(
    ({ id: q }) => q === question.id,
  );
  if (again === undefined) throw new Error("it is asked again");
  await compare(id, answer(again, "third"));
  const events = await open.host.store.events(id);
  expect(events.filter(({ body: { kind } }) => kind === "compared")).toHaveLength(3);
});

test("two people are not asked the same thing at once, and what one skips the other can get", async () => {
  const id = await project({ heldOutShare: 0, againShare: 0 });
  await load(id, candidates(1, 2));
  const [question] = (await next(id, "ann")).questions;
  expect((await next(id, "bob")).questions).toEqual([]);
  const skipped = await send(id, "comparisons/skip", { questionId: question?.id }, "ann");
  expect(await skipped.json()).toMatchObject({ left: 0 });
  expect((await next(id, "ann")).questions).toEqual([]);
  expect((await next(id, "bob")).questions).toHaveLength(1);
  expect(await overview(id)).toMatchObject({ skipped: 1, compared: 0 });
});

test("a skip and a comparison taken back put their question to the person again, to be answered anew", async () => {
  const id = await project({ heldOutShare: 0, againShare: 0 });
  await load(id, candidates(1, 2));
  const [question] = (await next(id, "ann")).questions;
  await send(id, "comparisons/skip", { questionId: question?.id }, "ann");
  for (let twice = 0; twice < 2; twice++) {
    const back = await send(id, "comparisons/skip/undo", { questionId: question?.id }, "ann");
    expect(await back.json()).toMatchObject({ left: 1 });
  }
  expect((await next(id, "bob")).questions).toEqual([]);
  expect((await next(id, "ann")).questions).toEqual([question]);
  const said = (correctionId: string) => ({
    id: correctionId,
    questionId: question?.id,
    output: {
      kind: "pair",
      first: question?.replies[0]?.id,
      second: question?.replies[1]?.id,
      verdict: "first",
      reasons: [],
    },
    effort: { ms: 1, gestures: 1, edit: 0 },
  });
  expect((await send(id, "comparisons", said("one"), "ann")).status).toBe(200);
  expect((await send(id, "comparisons/one/undo", {}, "ann")).status).toBe(200);
  expect((await send(id, "comparisons", said("two"), "ann")).status).toBe(200);
  expect(await overview(id)).toMatchObject({ compared: 1, skipped: 0 });
  const never = await send(id, "comparisons/skip/undo", { questionId: question?.id }, "bob");
  expect(never.status).toBe(409);
});

test("sides are drawn for each person anew", async () => {
  const id = await project({ heldOutShare: 0, againShare: 1 });
  await load(id, candidates(30, 2));
  const left = async (reviewer: string) =>
    new Map((await next(id, reviewer, "count=20")).questions.map((q) => [q.id, q.replies[0]?.id]));
  const ann = await left("ann");
  const first = [...ann].filter(([q, reply]) => q.split("|")[1] === reply).length;
  expect(first).toBeGreaterThan(3);
  expect(first).toBeLessThan(17);
});

test.each([
  ["other replies", { first: "x", second: "y" }, 400],
  ["a reason that is not one", { reasons: ["pretty"] }, 400],
] as const)("an answer with %s is refused and nothing is recorded", async (_, over, status) => {
  const id = await project({ heldOutShare: 0 });
  await load(id, candidates(1));
  const [question] = (await next(id)).questions;
  if (question === undefined) throw new Error("a question");
  const body = answer(question);
  const refused = await send(id, "comparisons", { ...body, output: { ...body.output, ...over } });
  expect(refused.status).toBe(status);
  expect((await overview(id)).compared).toBe(0);
});

test("a question that was put to nobody is a conflict; one of another kind of project too", async () => {
  const id = await project({ heldOutShare: 0 });
  await load(id, candidates(1));
  const [question] = (await next(id, "bob")).questions;
  if (question === undefined) throw new Error("a question");
  expect((await send(id, "comparisons", answer(question), "ann")).status).toBe(409);
  const label = await open.host.store.createProject(
    ProjectConfig.parse({
      name: "labels",
      task: { kind: "label", schema: { classes: ["a", "b"], positive: "a" } },
    }),
  );
  expect((await app.request(path(label.id, "comparisons/next"))).status).toBe(409);
  expect((await app.request(path(label.id, "training"))).status).toBe(409);
});

describe("files", () => {
  test("good rows go in, bad ones come back with their reason", async () => {
    const id = await project({ heldOutShare: 0 });
    const report = await load(id, [
      candidates(1)[0],
      "{not json",
      { prompt: "empty", replies: [] },
      { prompt: "one-sided", chosen: "only this" },
      '{"prompt":"p","replies":[{"text":"a","rewards":{"r":NaN}}]}',
      { prompt: "same", chosen: "twice", rejected: "twice" },
      { prompt: "p", chosen: "yes", rejected: "no", annotator: "eve" },
      { prompt: "p", chosen: "yes", rejected: "no", annotator: "eve" },
      { prompt: "p", chosen: "no", rejected: "yes" },
      { prompt: "p", answers: ["yes", "no"], preference: null, annotator: "max" },
    ]);
    expect(report).toMatchObject({ accepted: 5, rejected: 5 });
    expect(report.problems.join("\n")).toMatch(/line 2[\s\S]*line 4[\s\S]*two different replies/);
    expect(report.problems.at(-1)).toContain("there before");
    const after = await overview(id);
    expect(after).toMatchObject({ prompts: 2, compared: 3, ties: 1 });
    expect(after.annotators.map(({ id: who }) => who).sort()).toEqual(["eve", "imported-2", "max"]);
    const rejects = await app.request(path(id, `rejects/${report.batch}`));
    expect((await rejects.text()).trim().split("\n")).toHaveLength(5);
  });

  test("an export imports again to the same comparisons", async () => {
    const id = await project({ heldOutShare: 0 });
    await load(id, [
      { prompt: "p", chosen: "yes", rejected: "no", annotator: "eve" },
      { prompt: "q", answers: ["yes", "no"], preference: null, annotator: "max" },
    ]);
    const text = await (await app.request(path(id, "comparisons/export"))).text();
    const copy = await project({ heldOutShare: 0 });
    await load(copy, text.trim().split("\n"));
    expect(await (await app.request(path(copy, "comparisons/export"))).text()).toBe(text);
  });

  test("training files go in by the shape of their rows, and come out for a trainer elsewhere", async () => {
    const id = await project({ heldOutShare: 0 });
    const says = (content: string) => [{ role: "assistant", content }];
    const rows = ["one", "two", "three"].map((name) =>
      JSON.stringify({
        prompt: [{ role: "user", content: name }],
        chosen: says(`${name}, well said`),
        rejected: says("no"),
      }),
    );
    const response = await send(id, "candidates/import?format=finetune", rows.join("\n"));
    expect(ImportReport.parse(await response.json())).toMatchObject({ accepted: 3, rejected: 0 });
    expect(await overview(id)).toMatchObject({ prompts: 3, replies: 6, compared: 3 });
    const out = await app.request(path(id, "comparisons/finetune?target=trl&task=dpo"));
    const made = (await out.json()) as {
      files: { name: string; text: string }[];
      manifestHash: string;
    };
    expect(made.manifestHash).toMatch(/^[0-9a-f]{64}$/);
    const lines = made.files.filter(({ name }) => name.endsWith(".jsonl")).map(({ text }) => text);
    expect(lines.join("").trim().split("\n")).toHaveLength(3);
    expect(lines.join("")).toContain("two, well said");
  });

  test("with a world, unknown words and what does not fit its context are refused", async () => {
    const id = await project({ world: "brief", read: "trunk" });
    const prompt = "<s> 3 1 4 1 5 9 b e - polite |";
    const report = await load(id, [
      { prompt, replies: ["hello b 1 e 5 thanks .", "b 1 ."] },
      { prompt, replies: ["bonjour ."] },
      { prompt, replies: ["b 1 ".repeat(20)] },
      { prompt: "b e", replies: ["b 1 ."] },
    ]);
    expect(report).toMatchObject({ accepted: 1, rejected: 3 });
    expect(report.problems.join(" ")).toMatch(/bonjour[\s\S]*context[\s\S]*not one of this world/);
  });

  test("an empty file is a problem, and a project that reads rewards wants them", async () => {
    const id = await project({ read: "rewards" });
    expect((await send(id, "candidates/import", "\n")).status).toBe(400);
    expect(await load(id, candidates(1))).toMatchObject({ accepted: 0, rejected: 1 });
  });
});

describe("learning", () => {
  test("after so many comparisons a reward model is learned, measured, and orders the candidates", async () => {
    const id = await project({ heldOutShare: 0.3, exploreShare: 0.5 }, 30);
    await load(id, candidates(40));
    for (let k = 0; k < 45; k++) {
      const [question] = (await next(id)).questions;
      if (question === undefined) throw new Error("a question is left");
      await compare(id, answer(question));
    }
    await quiet(open.host);
    const after = await overview(id);
    expect(after.rewardModel).toMatchObject({ members: 5, read: "text" });
    expect(after.rewardModel?.accuracy?.value).toBeGreaterThan(0.8);
    expect(after.rewardModel?.accuracy?.interval).toMatchObject({ method: "wilson" });
    expect(after.accuracyCurve).toHaveLength(1);
    expect(after.annotators[0]).toMatchObject({ id: "ann", msMedian: 1_500 });
    const page = CandidatePage.parse(
      await (await app.request(path(id, "candidates?aggregate=mean&limit=5"))).json(),
    );
    expect(page.total).toBe(40);
    const best = page.prompts.map(({ replies }) => replies[0]?.text ?? "");
    expect(best.filter((text) => text.startsWith("good good")).length).toBeGreaterThanOrEqual(4);
    expect(
      (await next(id, "bob", "count=20")).questions.some(({ why }) => why === "disagreement"),
    ).toBe(true);
  });

  test("too few comparisons give no model and say so", async () => {
    const id = await project({ heldOutShare: 0 });
    await load(id, candidates(2));
    const [question] = (await next(id)).questions;
    if (question === undefined) throw new Error("a question");
    await compare(id, answer(question));
    const started = z
      .object({ jobId: z.string() })
      .parse(await (await send(id, "refit", {})).json());
    const job = await ended(open.host, started.jobId);
    expect(job).toMatchObject({ state: "done", result: { lessonId: null, promoted: false } });
    expect(JSON.stringify(job.result)).toContain("Too few comparisons");
  });

  test("a revoked comparison makes its lesson stale", async () => {
    const id = await project({ heldOutShare: 0 });
    await load(id, candidates(12));
    for (let k = 0; k < 14; k++) {
      const [question] = (await next(id)).questions;
      if (question !== undefined) await compare(id, answer(question, `r${k}`));
    }
    await send(id, "refit", {});
    await quiet(open.host);
    const revoked = await send(id, "corrections/r3/revoke", {});
    expect(revoked.status).toBe(200);
    const lessons = await open.host.store.lessons(id);
    expect(lessons).toMatchObject([{ status: "stale" }]);
  });
});
