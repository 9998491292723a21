import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ProjectConfig } from "#core/project.ts";
import { DocumentView, type EditView, FilterView } from "#core/revision.ts";
import type { EditProposer } from "#propose/revise/proposer.ts";
import { createApp } from "./app.ts";
import { resumeDocuments } from "./runtime/documents.ts";
import { openTestHost, quiet, smallConfig, type TestHost } from "./testing.ts";

const TEXT =
  "We recieve a great many letters. In order to answer them all, we begin at dawn, and we seperate the urgent ones.";

/** A model that says the same of every text, or nothing when it is away. */
let away = false;
const reviser: EditProposer = {
  source: "llm:stub",
  async propose(text) {
    if (away) throw new Error("the model is away");
    const start = text.indexOf("a great many");
    if (start < 0) return [];
    const edit = { start, end: start + 12, before: "a great many", after: "many" };
    return [{ edit, intent: "clarity", source: "llm:stub", rationale: "Shorter.", score: 0.6 }];
  },
};

let on: TestHost;
let app: ReturnType<typeof createApp>;
const told: { documentId: string; version: number }[] = [];

beforeAll(async () => {
  on = await openTestHost({ reviser });
  app = createApp(on.host);
  expect((await call("", writing("writing"))).status).toBe(201);
  await on.host.store.createProject(smallConfig());
  on.host.live.listen(
    (event) => {
      if (event.kind === "document-changed") told.push(event);
    },
    () => {},
  );
});
afterAll(() => on.close());

const writing = (name: string, options: Record<string, unknown> = {}) =>
  ProjectConfig.parse({
    name,
    task: { kind: "text", schema: {} },
    assess: { system: "r3", options },
  });

async function call(path: string, json?: unknown, method = json === undefined ? "GET" : "POST") {
  const response = await app.request(`http://localhost/api/v1/projects${path && `/${path}`}`, {
    method,
    headers: {
      "x-reviewer": "ann",
      ...(json === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: () => JSON.parse(text) };
}

async function view(path: string, json?: unknown, method?: string): Promise<DocumentView> {
  const answer = await call(path, json, method);
  expect([200, 201], answer.text).toContain(answer.status);
  return DocumentView.parse(answer.json());
}

/** A document whose first pass is there. */
async function opened(body: object = { text: TEXT }, project = "writing") {
  const { id } = await view(`${project}/documents`, body);
  await quiet(on.host);
  const at = `${project}/documents/${id}`;
  return { id, at, document: await view(at) };
}

let ids = 0;
const decision = ({ id: proposalId }: EditView, kind: string, after?: string) => ({
  id: `c-${++ids}`,
  proposalId,
  decision: kind,
  effort: { ms: 800, gestures: 1, edit: 1 },
  ...(after === undefined ? {} : { after }),
});
function edit(document: DocumentView, before: string): EditView {
  const found = document.edits.find((one) => one.edit.before.includes(before));
  if (found === undefined) throw new Error(`no edit of "${before}"`);
  return found;
}

test("a project of documents has no error and no assessment; options that are none are named", async () => {
  const { projects } = (await call("")).json();
  expect(projects[0]).toMatchObject({ id: "writing", taskKind: "text", system: "r3", error: null });
  const wrong = await call("", writing("wrong", { memory: "long" }));
  expect([wrong.status, wrong.json().at?.field]).toEqual([400, "memory"]);
  const labels = await call("", { ...smallConfig(), name: "mixed", assess: { system: "r3" } });
  expect(labels.status).toBe(400);
  const changed = await call("writing", writing("writing", { depthMax: 4 }), "PUT");
  expect(changed.status).toBe(200);
  expect(await on.host.jobs.jobs()).toEqual([]);
});

test("a document is opened at once, and its edits come from every proposer and are told", async () => {
  const made = await view("writing/documents", {
    text: `# Letters\n\n${TEXT}`,
    format: "markdown",
  });
  expect(made).toMatchObject({ title: "Letters", status: "proposing", version: 1, edits: [] });
  await quiet(on.host);
  const document = await view(`writing/documents/${made.id}`);
  expect(document).toMatchObject({ status: "reviewing", pass: 1, version: 2, silent: [] });
  expect(edit(document, "recieve")).toMatchObject({
    edit: { after: "receive" },
    intent: "fluency",
    source: "spelling",
    state: "open",
    shown: true,
  });
  expect(document.edits.map(({ source }) => source)).toContain("llm:stub");
  expect(
    told.filter(({ documentId }) => documentId === made.id).map((event) => event.version),
  ).toEqual([1, 2]);
  const { documents } = (await call("writing/documents")).json();
  expect(documents[0]).toMatchObject({ id: made.id, open: document.open, words: 24 });
});

test("decisions are taken once, and the pass is closed when all are made", async () => {
  const { at, document } = await opened();
  const made = [decision(edit(document, "recieve"), "confirmed")];
  const sent = { version: document.version, decisions: made };
  const first = await call(`${at}/decide`, sent);
  expect(first.json()).toEqual({ version: 3, open: document.open - 1 });
  expect((await call(`${at}/decide`, sent)).json()).toEqual(first.json());
  const others = (await view(at)).edits.filter(({ state }) => state === "open");
  const late = { version: 2, decisions: others.map((one) => decision(one, "rejected")) };
  expect((await call(`${at}/decide`, late)).status).toBe(409);
  const early = await call(`${at}/next`, { version: 3 });
  expect(early.status).toBe(409);
  expect(early.json().hint ?? early.json().expected).toContain("leaveRest");
  expect((await call(`${at}/decide`, { ...late, version: 3 })).json().open).toBe(0);
  const next = await view(`${at}/next`, { version: 4 });
  expect(next).toMatchObject({ status: "proposing", version: 5, pass: 1 });
  await quiet(on.host);
  // What was accepted is done and what was rejected does not come again.
  const done = await view(at);
  expect(done).toMatchObject({ status: "done", pass: 2 });
  expect(done.text).toBe(TEXT.replace("recieve", "receive"));
  expect(done.versions.map(({ why }) => why)).toEqual(["opened", "end of pass 1"]);
  expect((await call(`${at}/versions/0`)).json()).toEqual({ text: TEXT });
  expect((await call(`${at}/versions/7`)).status).toBe(404);
});

test("an undo is taken once, and refused where the text was changed since", async () => {
  const { at, document } = await opened();
  const made = decision(edit(document, "recieve"), "edited", "get");
  await call(`${at}/decide`, { version: 2, decisions: [made] });
  const undo = { id: "undo-1", correctionId: made.id, version: 3 };
  const after = await view(`${at}/undo`, undo);
  expect(after).toMatchObject({ text: TEXT, version: 4, open: document.open });
  expect(await view(`${at}/undo`, undo)).toEqual(after);
  const again = decision(edit(document, "recieve"), "confirmed");
  await call(`${at}/decide`, { version: 4, decisions: [again] });
  const typed = { start: 0, end: 10, before: "We receive", after: "Every day we get" };
  await call(`${at}/typed`, { version: 5, edits: [typed] });
  const refused = await call(`${at}/undo`, { id: "undo-2", correctionId: again.id, version: 6 });
  expect(refused.status).toBe(409);
  expect(refused.json().title).toContain("the text there was changed since");
});

test("typing moves the open edits along, drops those under it, and may be of an older version of the same text", async () => {
  const { at, document } = await opened();
  const start = TEXT.indexOf("seperate");
  const typed = { start, end: start + 8, before: "seperate", after: "set apart" };
  const dropped = await call(`${at}/typed`, { version: 1, edits: [typed] });
  expect(dropped.json()).toEqual({ version: 3, dropped: [edit(document, "seperate").id] });
  const stale = { start: 0, end: 2, before: "We", after: "They" };
  expect((await call(`${at}/typed`, { version: 2, edits: [stale] })).status).toBe(409);
  const wrong = await call(`${at}/typed`, { version: 3, edits: [{ ...stale, before: "Us" }] });
  expect(wrong.status).toBe(400);
  expect((await view(at)).text).toContain("set apart");
});

test("edits found while the writer typed are put where their text is now", async () => {
  const { id } = await view("writing/documents", { text: TEXT });
  const at = `writing/documents/${id}`;
  const typed = { start: 0, end: 0, before: "", after: "Every day, in all weathers, " };
  expect((await call(`${at}/typed`, { version: 1, edits: [typed] })).status).toBe(200);
  await quiet(on.host);
  const document = await view(at);
  expect(document.status).toBe("reviewing");
  for (const { edit } of document.edits)
    expect(document.text.slice(edit.start, edit.end)).toBe(edit.before);
});

test("a proposer that fails is silent and the others are heard", async () => {
  away = true;
  const { document } = await opened();
  away = false;
  expect(document.silent).toEqual([{ source: "llm:stub", reason: "the model is away" }]);
  expect(edit(document, "recieve").source).toBe("spelling");
});

test("a version is restored and the text before it kept; documents are renamed and deleted", async () => {
  const { at, id } = await opened();
  const typed = { start: 0, end: 2, before: "We", after: "They" };
  await call(`${at}/typed`, { version: 2, edits: [typed] });
  const restored = await view(`${at}/restore`, { version: 3, to: 0 });
  expect(restored).toMatchObject({ text: TEXT, version: 4 });
  expect(restored.versions.at(-1)?.why).toBe("before version 0 was restored");
  expect((await view(at, { title: "Post" }, "PATCH")).title).toBe("Post");
  expect((await call(at, undefined, "DELETE")).status).toBe(204);
  expect((await call(at)).status).toBe(404);
  expect((await call(at, undefined, "DELETE")).status).toBe(404);
  const { documents } = (await call("writing/documents")).json();
  expect(documents.map((one: { id: string }) => one.id)).not.toContain(id);
});

test("documents a stop left waiting are proposed for again", async () => {
  const project = (await on.host.store.projectByName("writing"))?.id;
  if (project === undefined) throw new Error("the project is there");
  const opened = { title: "Left", text: TEXT, format: "plain" as const, depthMax: 3 };
  await on.host.store.openDocument(project, "left" as never, opened);
  await resumeDocuments(on.host, project);
  await quiet(on.host);
  expect((await view("writing/documents/left")).status).toBe("reviewing");
});

describe("what is refused", () => {
  test.each([
    ["a text of over 2 MB", "writing/documents", { text: "word ".repeat(450_000) }, 413],
    ["no text", "writing/documents", { title: "Empty" }, 400],
    ["a field too many", "writing/documents", { text: "", by: "me" }, 400],
    ["a document in a project of labels", "small/documents", { text: "Hello" }, 409],
    ["a document in no project", "nowhere/documents", { text: "Hello" }, 404],
    [
      "a decision on no document",
      "writing/documents/none/decide",
      { version: 1, decisions: [] },
      400,
    ],
    ["an answer to no document", "writing/documents/none/next", { version: 1 }, 404],
  ])("%s", async (_, path, json, status) => {
    const answer = await call(path, json);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.json().detail.length).toBeGreaterThan(10);
  });
  test("typing that would grow a document beyond its bound", async () => {
    const { at } = await opened({ text: "word ".repeat(400_000) });
    const typed = { start: 0, end: 0, before: "", after: "more ".repeat(30_000) };
    expect((await call(`${at}/typed`, { version: 2, edits: [typed] })).status).toBe(413);
  });
  test("what is for labels alone", async () => {
    expect((await call("writing/overview")).status).toBe(409);
    expect((await call("writing/refit", {})).status).toBe(409);
    expect((await call("writing/import", {})).status).toBe(409);
    expect((await call("small/writing-filter")).status).toBe(409);
  });
});

test("a text of no words and one in another language have no edits, and say why", async () => {
  expect((await opened({ text: "" })).document).toMatchObject({
    status: "done",
    title: "Untitled",
  });
  const german = writing("schreiben");
  await on.host.store.createProject({
    ...german,
    task: { kind: "text", schema: { language: "de", cost: 1 } },
  });
  const { document } = await opened({ text: "Die Katze sitzt auf der Matte." }, "schreiben");
  expect(document.status).toBe("done");
  expect(document.silent[0]?.reason).toContain("this project is in de");
});

describe("the writer's filter", () => {
  const filter = async (project: string) =>
    FilterView.parse((await call(`${project}/writing-filter`)).json());
  const reject = async ({ at, document }: Awaited<ReturnType<typeof opened>>, before: string) =>
    call(`${at}/decide`, {
      version: document.version,
      decisions: [decision(edit(document, before), "rejected")],
    });

  test("learns from every document, makes habits of rejections, and stops proposing them", async () => {
    await on.host.store.createProject(writing("habits", { exploreShare: 0 }));
    expect(await filter("habits")).toEqual({ decisions: 0, weights: [], habits: [] });
    for (let k = 0; k < 3; k++) {
      const one = await opened({ text: `${TEXT} Number ${k}.`, title: `Letter ${k}` }, "habits");
      if (
        one.document.edits.some(
          ({ edit, state }) => edit.before === "a great many" && state === "open",
        )
      )
        await reject(one, "a great many");
      else await on.host.store.deleteDocument("habits" as never, one.id, "ann");
    }
    const learned = await filter("habits");
    const habit = learned.habits[0];
    expect(habit).toMatchObject({ before: "a great many", after: "many", accepted: 0 });
    expect(habit?.examples[0]).toMatchObject({ title: "Letter 0" });
    expect(learned.decisions).toBe(habit?.rejected);
    expect(learned.weights[0]?.weight).toBeLessThan(0);
    const key = habit?.key ?? "";

    const never = await call("habits/writing-filter/never", { habit: key, never: true });
    expect(FilterView.parse(never.json()).habits[0]?.never).toBe(true);
    const { document } = await opened({ text: TEXT }, "habits");
    expect(document.edits.map(({ edit }) => edit.before)).not.toContain("a great many");
    expect(document.edits[0]?.acceptance).not.toBeNull();
    const unknown = await call("habits/writing-filter/never", { habit: "[]", never: true });
    expect(unknown.status).toBe(404);

    const one = await call(
      `habits/writing-filter?habit=${encodeURIComponent(key)}`,
      undefined,
      "DELETE",
    );
    expect(FilterView.parse(one.json())).toEqual({ decisions: 0, weights: [], habits: [] });
    const after = await opened({ text: TEXT }, "habits");
    expect(after.document.edits.map(({ edit }) => edit.before)).toContain("a great many");
  });

  test("a pass that is closed leaves a lesson with its lineage; an undo is unlearned", async () => {
    await on.host.store.createProject(writing("lessons"));
    const one = await opened({ text: TEXT }, "lessons");
    const made = decision(edit(one.document, "recieve"), "confirmed");
    await call(`${one.at}/decide`, { version: 2, decisions: [made] });
    await view(`${one.at}/next`, { version: 3, leaveRest: true });
    const { lessons } = (await call("lessons/lessons")).json();
    expect(lessons).toHaveLength(1);
    expect(lessons[0]).toMatchObject({ kind: "writer-filter", status: "in-force", corrections: 1 });
    expect(lessons[0].measurements[0]).toMatchObject({ metric: "acceptance", value: 1, n: 1 });
    expect((await filter("lessons")).decisions).toBe(1);
    const chosen = await call(`lessons/lessons/${encodeURIComponent(lessons[0].id)}/roll-back`, {});
    expect([chosen.status, chosen.json().hint]).toEqual([409, expect.stringContaining("clear")]);
    await quiet(on.host);
    const { version } = await view(one.at);
    await view(`${one.at}/undo`, { id: "undo-lesson", correctionId: made.id, version });
    expect((await filter("lessons")).decisions).toBe(0);
  });
});
