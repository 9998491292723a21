import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import type { PeerRun } from "./python.ts";

const INSTALL_MS_MAX = 300_000;
const RUN_MS_MAX = 300_000;
const PACKAGES = ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"];

/** A throw-away folder under the temporary folder, kept between runs of one machine. */
function installed(): { readonly folder: string } | { readonly skipped: string } {
  const folder = join(tmpdir(), "emend-bench-tfjs-4.22.0");
  const ready = join(folder, "ready");
  if (existsSync(ready)) return { folder };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
  try {
    execFileSync("npm", ["install", ...flags, ...PACKAGES], {
      cwd: folder,
      stdio: "ignore",
      timeout: INSTALL_MS_MAX,
    });
  } catch {
    return { skipped: "TensorFlow.js cannot be installed here" };
  }
  writeFileSync(ready, PACKAGES.join("\n"));
  return { folder };
}

/**
 * Runs a script, an ES module, where TensorFlow.js can be imported, and parses the JSON value on its
 * last line. A peer that fails is skipped with the last line of what it said.
 */
export function runTfjs<T>({
  script,
  args,
  schema,
}: {
  readonly script: string;
  readonly args: readonly string[];
  readonly schema: z.ZodType<T>;
}): PeerRun<T> {
  const place = installed();
  if ("skipped" in place) return place;
  const file = join(place.folder, "peer.mjs");
  writeFileSync(file, script);
  const run = spawnSync(process.execPath, [file, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    timeout: RUN_MS_MAX,
  });
  const lastOf = (text: string) => text.trim().split("\n").at(-1) ?? "";
  if (run.status !== 0) return { skipped: `TensorFlow.js failed: ${lastOf(run.stderr)}` };
  return { value: schema.parse(JSON.parse(lastOf(run.stdout))) };
}
