import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "zod";

/** Snorkel brings PyTorch, which is gigabytes. */
const INSTALL_MS_MAX = 900_000;

/** A Python with the packages of one peer, or the reason there is none. */
type Python = { readonly path: string } | { readonly skipped: string };

/** A throw-away environment under the temporary folder, kept between runs of one machine. */
function pythonWith(name: string, packages: readonly string[]): Python {
  const folder = join(tmpdir(), `emend-bench-${name}`);
  const path = join(folder, "bin", "python");
  const ready = join(folder, "ready");
  if (existsSync(ready)) return { path };
  const quiet = { stdio: "ignore" as const, timeout: INSTALL_MS_MAX };
  try {
    execFileSync("python3", ["-m", "venv", folder], quiet);
  } catch {
    return { skipped: "there is no python3 with venv" };
  }
  try {
    execFileSync(path, ["-m", "pip", "install", "-q", ...packages], quiet);
  } catch {
    return { skipped: `${packages.join(", ")} cannot be installed here` };
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(ready, packages.join("\n"));
  return { path };
}

/** What a peer's script printed, or why there is nothing. */
export type PeerRun<T> = { readonly value: T } | { readonly skipped: string };

/**
 * Runs a script in a peer's environment and parses the JSON value on its last line. One thread, so that cores compare.
 * A peer that fails is skipped with the last line of what it said.
 */
export function runPeer<T>(
  name: string,
  packages: readonly string[],
  { script, args, schema }: { script: string; args: readonly string[]; schema: z.ZodType<T> },
): PeerRun<T> {
  const python = pythonWith(name, packages);
  if ("skipped" in python) return python;
  const run = spawnSync(python.path, ["-c", script, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" },
  });
  const lastOf = (text: string) => text.trim().split("\n").at(-1) ?? "";
  if (run.status !== 0) return { skipped: `${name} failed: ${lastOf(run.stderr)}` };
  return { value: schema.parse(JSON.parse(lastOf(run.stdout))) };
}
