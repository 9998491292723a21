import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const INSTALL_MS_MAX = 300_000;

/** A Python with the packages of one peer, or the reason there is none. */
export type Python = { readonly path: string } | { readonly skipped: string };

/** A throw-away environment under the temporary folder, kept between runs of one machine. */
export function pythonWith(name: string, packages: readonly string[]): Python {
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

/** Runs a script that prints one JSON value on its last line. One thread, so that cores compare. */
export function runPython(path: string, script: string, args: readonly string[] = []): unknown {
  const out = execFileSync(path, ["-c", script, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" },
  });
  return JSON.parse(out.trim().split("\n").at(-1) ?? "null");
}
