import { afterAll, beforeAll, expect, test } from "vitest";
import { ProjectConfig } from "#core/project.ts";
import type { DocumentView } from "#core/revision.ts";
import { createApp } from "./app.ts";
import { openTestHost, type TestHost } from "./testing.ts";

let on: TestHost;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  on = await openTestHost();
  app = createApp(on.host);
  await on.host.store.createProject(
    ProjectConfig.parse({
      name: "writing",
      task: { kind: "text", schema: {} },
      assess: { system: "r3" },
    }),
  );
});
afterAll(() => on.close());

async function send(path: string, body: string, type = "application/octet-stream") {
  const response = await app.request(`http://localhost/api/v1/projects/writing/documents/${path}`, {
    method: "POST",
    headers: { "content-type": type, "x-reviewer": "ann" },
    body,
  });
  const text = await response.text();
  return { status: response.status, text, json: () => JSON.parse(text) };
}

async function imported(query: string, body: string) {
  const answer = await send(`import?${query}`, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.json() as {
    documents: DocumentView[];
    rejects: { line?: number; problem: string }[];
  };
}

const get = async (path: string) => {
  const url = `http://localhost/api/v1/projects/writing/documents/${path}`;
  return (await app.request(url)).text();
};

const BEFORE = "We met in order to talk. It were late.";
const line = (given: Record<string, unknown> = {}) =>
  JSON.stringify({
    doc_id: "d1",
    revision_depth: 1,
    before_revision: BEFORE,
    after_revision: "We met to talk. It was late.",
    edit_actions: [
      {
        type: "R",
        before: "in order to",
        after: "to",
        start_char_pos: 7,
        end_char_pos: 18,
        major_intent: "clarity",
        raw_intents: ["clarity", "clarity", "style"],
      },
      {
        type: "R",
        before: "were",
        after: "was",
        start_char_pos: 28,
        end_char_pos: 32,
        major_intent: "fluency",
        raw_intents: ["fluency", "fluency", "fluency"],
      },
    ],
    sents_char_pos: [0, 25],
    domain: "news",
    ...given,
  });

test("a file of IteraTeR opens a document an edit list, with its intents; bad lines and later passes come back", async () => {
  const file = [line(), "{", line({ revision_depth: 2 }), line({ doc_id: "d2" })].join("\n");
  const { documents, rejects } = await imported("format=iterater&name=human.jsonl", file);
  expect(documents.map(({ title, text, pass, open }) => [title, text, pass, open])).toEqual([
    ["d1", BEFORE, 1, 2],
    ["d2", BEFORE, 1, 2],
  ]);
  expect(documents[0]?.edits.map(({ edit, intent, state }) => [edit.after, intent, state])).toEqual(
    [
      ["to", "clarity", "open"],
      ["was", "fluency", "open"],
    ],
  );
  expect(rejects.map(({ line: at }) => at ?? null)).toEqual([2, null]);
  expect(rejects[1]?.problem).toContain("later one");
});

test("a page of tracked changes comes back as it went out: decided what was decided, open what was open", async () => {
  const { documents } = await imported("format=iterater", line({ doc_id: "page" }));
  const [document] = documents;
  const { version, edits = [], id } = document ?? { version: 0, id: "" };
  const effort = { ms: 1, gestures: 1, edit: 1 };
  const decisions = [{ id: "c1", proposalId: edits[0]?.id, decision: "confirmed", effort }];
  const decided = await send(
    `${id}/decide`,
    JSON.stringify({ version, decisions }),
    "application/json",
  );
  expect(decided.status, decided.text).toBe(200);
  const html = await get(`${id}/export?format=html`);
  const again = (await imported("format=html&name=page.html", html)).documents[0];
  expect(again?.text).toBe("We met to talk. It were late.");
  expect(again?.edits.map(({ edit, state }) => [edit.after, state])).toEqual([
    ["to", "accepted"],
    ["was", "open"],
  ]);
});

test("a text file keeps its line ends, a Markdown file its heading as title", async () => {
  const plain = (await imported("format=text&name=notes.txt", "One.\r\nTwo.\n")).documents[0];
  expect([plain?.title, plain?.text, plain?.format]).toEqual(["notes", "One.\r\nTwo.\n", "plain"]);
  const page = (await imported("format=markdown&name=x.md", "# On bees\n\nThey hum.\n"))
    .documents[0];
  expect([page?.title, page?.format]).toEqual(["On bees", "markdown"]);
});

test("a diff is typed into the text it is of, and refused on another", async () => {
  const [document] = (await imported("format=text&name=a.txt", "one\ntwo\nthree\n")).documents;
  const patch = "--- a\n+++ b\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n";
  const path = `${document?.id}/diff?version=${document?.version}`;
  const changed = await send(path, patch, "text/x-diff");
  expect(changed.status, changed.text).toBe(200);
  expect(changed.json().text).toBe("one\n2\nthree\n");
  const again = `${document?.id}/diff?version=${changed.json().version}`;
  const refused = await send(again, patch, "text/x-diff");
  expect(refused.status).toBe(409);
  expect(refused.text).toContain("does not fit the text");
});

test("what is no such file is said", async () => {
  expect((await send("import?format=docx", "x")).status).toBe(400);
  const html = await send("import?format=html", "<p>no tracked page</p>");
  expect(html.status).toBe(400);
  const binary = await app.request(
    "http://localhost/api/v1/projects/writing/documents/import?format=text",
    { method: "POST", body: new Uint8Array([0xff, 0xfe, 0x00]) },
  );
  expect(binary.status).toBe(400);
});
