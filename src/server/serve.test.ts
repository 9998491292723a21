import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer } from "./serve.ts";
import { smallConfig, smallFile } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "emend-serve-"));
const webFolder = join(folder, "web");
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  mkdirSync(join(webFolder, "assets"), { recursive: true });
  writeFileSync(join(webFolder, "index.html"), "<!doctype html><title>Emend</title>");
  writeFileSync(join(webFolder, "assets", "app-1a2b.js"), "console.log(1)");
  writeFileSync(join(folder, "secret.txt"), "not for the web");
  server = await startServer({ port: 0, dataDir: join(folder, "data"), demo: false, webFolder });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = async (path: string) => {
  const response = await fetch(`${server.url}${path}`);
  return { response, text: await response.text() };
};

test("every screen's address gets the page, a missing file a 404", async () => {
  for (const path of ["/", "/projects/mails/inbox"]) {
    const { response, text } = await read(path);
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(text).toContain("<title>Emend</title>");
  }
  expect((await read("/assets/none.js")).response.status).toBe(404);
});

test("hashed files may be kept for good, and nothing outside the folder is served", async () => {
  const { response } = await read("/assets/app-1a2b.js");
  expect(response.headers.get("cache-control")).toContain("immutable");
  expect(response.headers.get("content-type")).toContain("text/javascript");
  for (const path of ["/..%2Fsecret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"])
    expect((await read(path)).text).not.toContain("not for the web");
});

test("events are told as they happen, over a fit in another thread", async () => {
  const stop = new AbortController();
  const stream = await fetch(`${server.url}/api/v1/events`, {
    signal: stop.signal,
    headers: { "last-event-id": "17" },
  });
  expect(stream.headers.get("content-type")).toContain("text/event-stream");
  const post = (path: string, body: string) =>
    fetch(`${server.url}/api/v1${path}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
  await post("/projects", JSON.stringify(smallConfig({ name: "live" })));
  await post("/projects/live/import", smallFile(60));
  let heard = "";
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (reader !== undefined && !/"kind":"assess"[^\n]*"state":"done"/.test(heard)) {
    const { value, done } = await reader.read();
    if (done) break;
    heard += value;
  }
  stop.abort();
  expect(heard.startsWith("event: open\n")).toBe(true);
  for (const kind of ["project-changed", "queue-changed", "job"])
    expect(heard).toContain(`event: ${kind}\n`);
  const { text } = await read("/api/v1/projects/live/lessons");
  expect(JSON.parse(text).lessons[0]).toMatchObject({ status: "in-force" });
});

test("a port in use is a problem that says what to do", async () => {
  const port = Number(new URL(server.url).port);
  const second = startServer({ port, dataDir: join(folder, "second"), demo: false });
  await expect(second).rejects.toMatchObject({
    kind: "conflict",
    message: `Port ${port} is taken`,
  });
});

test("stopping ends open streams, and what was stored is there at the next start", async () => {
  const stream = await fetch(`${server.url}/api/v1/events`);
  await server.close();
  expect(await stream.text()).toContain("event: open");
  server = await startServer({ port: 0, dataDir: join(folder, "data"), demo: false, webFolder });
  const { text } = await read("/api/v1/projects");
  expect(JSON.parse(text).projects.map(({ id }: { id: string }) => id)).toEqual(["live"]);
});
