/** The real server, in a process of its own, on a temporary folder: what `npm start` gives a person. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "#cli/package-root.ts";
import { assert } from "#core/assert.ts";
import type { CaseView, JobView, ProjectSummary } from "#core/views.ts";
import { loadMails } from "#worlds/corpora/spam-assassin.ts";

export const emend = join(packageRoot, "bin", "emend.js");
export const DEMO = "mail-triage";

export interface Emend {
  readonly url: string;
  /** One call of the API; `body` makes it a POST. Fails on any status but 2xx. */
  api<T>(path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

const SETTLED_MS_MAX = 150_000;
const LOOK_MS = 250;

/** Looks again and again until `found` gives something. */
export async function until<T>(what: string, found: () => Promise<T | undefined>): Promise<T> {
  for (const endMs = Date.now() + SETTLED_MS_MAX; Date.now() < endMs; await sleep(LOOK_MS)) {
    const result = await found();
    if (result !== undefined) return result;
  }
  throw new Error(`waited ${SETTLED_MS_MAX / 1000} s for ${what}`);
}

/** Starts the server, which builds the workbench where it is stale, and waits for its address. */
export async function startEmend(): Promise<Emend> {
  const folder = mkdtempSync(join(tmpdir(), "emend-e2e-"));
  const args = [emend, "start", "--no-open", "--port", "0", "--json", "--data", folder];
  const child = spawn(process.execPath, args, { cwd: packageRoot });
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (errors += chunk));
  const { url } = await until("the server's address", async () => {
    assert(child.exitCode === null, `the server ended: ${errors}`);
    return out.trimEnd().endsWith("}") ? (JSON.parse(out) as { url: string }) : undefined;
  });
  return {
    url,
    api: (path, body) => call(`${url}/api/v1${path}`, body),
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function call<T>(url: string, body: unknown): Promise<T> {
  const headers = { "content-type": "application/json", "x-reviewer": "another" };
  const init = body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(url, init);
  const text = await response.text();
  assert(response.ok, `${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

/** Waits until a project is there, nothing works on it, and nothing waits for its assessment. */
export const settled = ({ api }: Emend, projectId: string): Promise<ProjectSummary> =>
  until(`the project "${projectId}"`, async () => {
    const { projects } = await api<{ projects: ProjectSummary[] }>("/projects");
    const { jobs } = await api<{ jobs: JobView[] }>("/jobs");
    const busy = jobs.some(({ state }) => state === "queued" || state === "running");
    const project = projects.find(({ id }) => id === projectId);
    return busy || project?.counts.waiting !== 0 ? undefined : project;
  });

const keyOf = ({ text, fields }: CaseView["item"]) => `${fields.subject ?? ""}\n${text}`;

/** What is right of each mail, read from the corpus itself: the server does not know it. */
export async function goldOfMails(): Promise<(item: CaseView["item"]) => string> {
  const gold = new Map((await loadMails()).map((mail) => [keyOf(mail.input), mail.gold]));
  return (item) => {
    const found = gold.get(keyOf(item));
    assert(found !== undefined, "every mail of the demo is in the corpus");
    return found;
  };
}
