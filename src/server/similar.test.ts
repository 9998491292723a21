import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { SimilarAnswers } from "#core/views.ts";
import { createApp } from "./app.ts";
import { openTestHost, quiet, smallConfig, type TestHost } from "./testing.ts";

const MAILS = {
  prize: "You have won a prize of money. Click here to claim your money today.",
  "prize-again": "You have won a big prize of money. Click here to claim your money now.",
  minutes: "Attached are the minutes of the engineering meeting on Tuesday.",
};
const FOUND_WITHIN_MS = 20_000;

let on: TestHost;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  on = await openTestHost();
  app = createApp(on.host);
  await project("mails", 0);
  await project("blind", 1);
});
afterAll(() => on.close());

async function post(path: string, body: string, type = "application/json") {
  const headers = { "content-type": type };
  const response = await app.request(`/api/v1${path}`, { method: "POST", body, headers });
  expect(response.ok).toBe(true);
}

async function project(name: string, blindShare: number) {
  const correct = { ...smallConfig().correct, blindShare };
  await post("/projects", JSON.stringify(smallConfig({ name, correct })));
  const rows = Object.entries(MAILS).map(([id, text]) =>
    JSON.stringify({ id, text, proposal: { label: "ham" } }),
  );
  await post(`/projects/${name}/import?format=jsonl`, rows.join("\n"), "application/x-ndjson");
  await quiet(on.host);
}

async function answer(name: string, itemId: string, id: string) {
  const effort = { ms: 1_000, gestures: 1, edit: 1 };
  const shown = await app.request(`/api/v1/projects/${name}/cases/${itemId}`);
  const { version } = await shown.json();
  const input = { id, version, decision: "edited", after: "spam", effort };
  await post(`/projects/${name}/cases/${itemId}/corrections`, JSON.stringify(input));
}

async function similar(name: string, itemId: string): Promise<SimilarAnswers> {
  const response = await app.request(`/api/v1/projects/${name}/cases/${itemId}/similar`);
  return SimilarAnswers.parse(await response.json());
}

const ids = (found: SimilarAnswers) => found.similar.map(({ itemId }) => itemId);
const NONE: SimilarAnswers = { similar: [], says: null };

test("an answer comes up beside a near-duplicate, until it is undone or revoked", async () => {
  expect(await similar("mails", "prize-again")).toEqual(NONE);
  await answer("mails", "prize", "first");
  await vi.waitFor(
    async () => expect(ids(await similar("mails", "prize-again"))).toEqual(["prize"]),
    {
      timeout: FOUND_WITHIN_MS,
    },
  );
  const { similar: found, says } = await similar("mails", "prize-again");
  const near = found[0];
  expect(near).toMatchObject({ title: MAILS.prize, label: "spam" });
  expect(near?.distance).toBeLessThan(0.2);
  expect(says?.label).toBe("spam");
  expect(await similar("mails", "minutes")).toEqual(NONE);
  expect(await similar("mails", "prize")).toEqual(NONE);

  await post("/projects/mails/corrections/first/undo", "");
  expect(await similar("mails", "prize-again")).toEqual(NONE);

  await answer("mails", "prize", "second");
  await vi.waitFor(
    async () => expect(ids(await similar("mails", "prize-again"))).toEqual(["prize"]),
    {
      timeout: FOUND_WITHIN_MS,
    },
  );
  await post("/projects/mails/corrections/second/revoke", "");
  expect(await similar("mails", "prize-again")).toEqual(NONE);
});

test("a case shown blind tells no one's answer, remembered or not", async () => {
  const remember = vi.spyOn(on.host.store, "remember");
  await answer("blind", "prize", "unseen");
  await vi.waitFor(() => expect(remember).toHaveResolved(), { timeout: FOUND_WITHIN_MS });
  expect(await similar("blind", "prize-again")).toEqual(NONE);
});
