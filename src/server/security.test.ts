import { OpenAPIHono } from "@hono/zod-openapi";
import { pino } from "pino";
import { expect, test } from "vitest";
import { assert } from "#core/assert.ts";
import { Problem } from "#core/errors.ts";
import { onError } from "./errors.ts";
import { checkBinding, passwordGate, sameSiteOnly } from "./security.ts";

function served(password?: string) {
  const app = new OpenAPIHono();
  app.onError(onError(pino({ level: "silent" })));
  app.use(sameSiteOnly({ anyHost: password !== undefined }));
  if (password !== undefined) app.use(passwordGate(password));
  app.all("/", (c) => c.text("in"));
  app.get("/bug", () => {
    assert(false, "the secret invariant holds");
    return new Response();
  });
  app.get("/gone", () => {
    throw new Problem("cancelled", "The work was cancelled");
  });
  return (method: string, headers: Record<string, string> = {}, path = "/") =>
    app.request(`http://127.0.0.1:4600${path}`, { method, headers });
}

test("only this machine's own names are answered", async () => {
  const send = served();
  for (const host of ["127.0.0.1:4600", "localhost:4600", "[::1]:4600"])
    expect((await send("GET", { host })).status).toBe(200);
  expect((await send("GET", { host: "evil.example:4600" })).status).toBe(400);
});

test("a write from another origin is refused, a read is not", async () => {
  const send = served();
  const host = "localhost:4600";
  const foreign = { host, origin: "http://evil.example" };
  expect((await send("POST", foreign)).status).toBe(400);
  expect((await send("POST", { host, "sec-fetch-site": "cross-site" })).status).toBe(400);
  expect((await send("POST", { host, origin: "null" })).status).toBe(400);
  expect((await send("GET", foreign)).status).toBe(200);
  expect((await send("POST", { host, origin: "http://localhost:4600" })).status).toBe(200);
});

test("behind a password any name is answered, and only with the password", async () => {
  const send = served("open sesame");
  const host = "emend.example";
  expect((await send("GET", { host })).status).toBe(401);
  const basic = (password: string) => `Basic ${btoa(`anyone:${password}`)}`;
  expect((await send("GET", { host, authorization: basic("guess") })).status).toBe(401);
  expect((await send("GET", { host, authorization: basic("open sesame") })).status).toBe(200);
});

test("no other host is bound without a password", () => {
  expect(() => checkBinding("0.0.0.0", undefined)).toThrow(/without a password/);
  expect(() => checkBinding("0.0.0.0", "")).toThrow(/without a password/);
  expect(() => checkBinding("0.0.0.0", "long enough")).not.toThrow();
  expect(() => checkBinding("127.0.0.1", undefined)).not.toThrow();
});

test("a bug shows nothing of the inside", async () => {
  const answer = await served()("GET", {}, "/bug");
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("secret invariant");
});

test("a cancelled request is told apart from a failed one", async () => {
  expect((await served()("GET", {}, "/gone")).status).toBe(499);
});
