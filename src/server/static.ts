import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { Readable } from "node:stream";
import type { MiddlewareHandler } from "hono";

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/** The build puts a hash of the content in the names of its files: they never change. */
const HASHED = /^\/assets\//;

/** The workbench's files; any other path gets its page, so that deep links work. */
export function staticFiles(folder: string): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method !== "GET" && c.req.method !== "HEAD") return next();
    const path = decoded(c.req.path);
    const file = path === undefined ? undefined : await fileAt(folder, path);
    if (file !== undefined && path !== undefined) return respond(file, HASHED.test(path));
    // A missing file is missing; only a screen's address is answered with the page.
    if (path === undefined || extname(path) !== "") return next();
    const page = await fileAt(folder, "/index.html");
    return page === undefined ? next() : respond(page, false);
  };
}

interface Found {
  readonly path: string;
  readonly size: number;
}

async function fileAt(folder: string, path: string): Promise<Found | undefined> {
  const full = normalize(join(folder, path));
  if (!full.startsWith(normalize(folder) + sep)) return undefined;
  const found = await stat(full).catch(() => undefined);
  return found?.isFile() ? { path: full, size: found.size } : undefined;
}

const respond = ({ path, size }: Found, forever: boolean): Response =>
  // Node's web stream and the DOM's are one class under two types.
  new Response(Readable.toWeb(createReadStream(path)) as ReadableStream, {
    headers: {
      "content-type": MEDIA_TYPES[extname(path)] ?? "application/octet-stream",
      "content-length": String(size),
      "cache-control": forever ? "public, max-age=31536000, immutable" : "no-cache",
    },
  });

function decoded(path: string): string | undefined {
  try {
    const text = decodeURIComponent(path);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
