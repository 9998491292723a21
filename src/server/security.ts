import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { basicAuth } from "hono/basic-auth";
import { Problem } from "#core/errors.ts";

/**
 * What the workbench may load: its own scripts and styles, pictures of its own or inlined, and sandboxed `srcdoc`
 * frames for mail, which inherit this policy: nothing remote is fetched and no script of a mail runs.
 * WebAssembly of its own is compiled: the physics engine.
 * Styles may be inline because the component library writes its own at run time.
 */
const CONTENT_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "frame-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  c.res.headers.set("content-security-policy", CONTENT_POLICY);
  c.res.headers.set("x-content-type-options", "nosniff");
  c.res.headers.set("referrer-policy", "no-referrer");
  c.res.headers.set("cross-origin-resource-policy", "same-origin");
  c.res.headers.set("cross-origin-opener-policy", "same-origin");
};

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what a foreign web page could make a browser send: a request under another name that resolves to this
 * machine (DNS rebinding), and a write that comes from another origin.
 *
 * @param anyHost true behind a password: the name under which the server is reached is then not ours to know.
 */
export function sameSiteOnly({ anyHost }: { readonly anyHost: boolean }): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header("host") ?? new URL(c.req.url).host;
    const name = host.replace(/:\d+$/, "");
    if (!anyHost && !LOOPBACK.has(name))
      throw new Problem("bad-input", "This server answers on this machine only", {
        expected: "a request for 127.0.0.1 or localhost",
        got: name,
        hint: "To serve others, start it with EMEND_PASSWORD set.",
      });
    const origin = c.req.header("origin");
    const foreign =
      c.req.header("sec-fetch-site") === "cross-site" ||
      (origin !== undefined && originHost(origin) !== host);
    if (foreign && !SAFE_METHODS.has(c.req.method))
      throw new Problem("bad-input", "A write from another site is refused", {
        expected: `a request from ${host}`,
        got: origin ?? "a cross-site request",
      });
    await next();
  };
}

const originHost = (origin: string): string | null =>
  URL.canParse(origin) ? new URL(origin).host : null;

/** Asks for the password (any user name) on every request. Compares digests, so that time tells nothing. */
export function passwordGate(password: string): MiddlewareHandler {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const wanted = digest(password);
  return basicAuth({
    realm: "Emend",
    verifyUser: (_user, given) => timingSafeEqual(digest(given), wanted),
  });
}

/** @throws Problem when another machine could reach an open server. */
export function checkBinding(host: string, password: string | undefined): void {
  if (LOOPBACK.has(host) || host === "::1" || (password !== undefined && password !== "")) return;
  throw new Problem("bad-input", `Emend does not serve on ${host} without a password`, {
    expected: "the host 127.0.0.1, or EMEND_PASSWORD in the environment",
    got: `host ${host} and no password`,
    hint: "Anyone who reaches the port could read and change every project.",
  });
}
