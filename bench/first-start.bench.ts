import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import { packageRoot } from "#cli/package-root.ts";
import { inBrowser, NO_BROWSER } from "./browser.ts";
import { type Bench, commit, type Figure, mustHold, timeMs } from "./harness.ts";
import { inTempFolder } from "./temp.ts";

const TARGET_S = 90;
const USABLE_MS_MAX = 300_000;
const Started = z.object({ url: z.url() });

/** `npm start` in a checkout, in a process group of its own; its address once it says so. */
async function start(folder: string, data: string): Promise<{ child: ChildProcess; url: string }> {
  const args = ["start", "--silent", "--", "--no-open", "--port", "0", "--json", "--data", data];
  const child = spawn("npm", args, {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let out = "";
  for await (const chunk of child.stdout) {
    out += String(chunk);
    if (out.trimEnd().endsWith("}")) break;
  }
  return { child, url: Started.parse(JSON.parse(out)).url };
}

/** The first mail on the screen, ready to be answered. */
async function usable(url: string): Promise<void> {
  const seen = await inBrowser(async (page) => {
    await page.goto(url);
    const item = page.getByRole("article", { name: "Item" });
    await item.waitFor({ timeout: USABLE_MS_MAX });
    mustHold(((await item.textContent()) ?? "") !== "", "the mail has a text");
    return true;
  });
  if (seen === undefined) throw new Error(NO_BROWSER);
}

async function measured(folder: string, log: (line: string) => void): Promise<Figure[]> {
  const clone = join(folder, "emend");
  execFileSync("git", ["clone", "-q", "--no-hardlinks", packageRoot, clone]);
  log("npm ci, into an empty cache");
  const npmCi = ["ci", "--omit=dev", "--no-fund", "--no-audit", "--cache", join(folder, "cache")];
  const installMs = await timeMs(() => execFileSync("npm", npmCi, { cwd: clone, stdio: "ignore" }));
  log("npm start");
  let running: ChildProcess | undefined;
  try {
    const startMs = await timeMs(async () => {
      const { child, url } = await start(clone, join(folder, "data"));
      running = child;
      await usable(url);
    });
    const same = { unit: "s", better: "less" } as const;
    const skipped = "nothing else installs and starts this";
    return [
      {
        what: "fresh clone to a mail on the screen",
        ours: (installMs + startMs) / 1000,
        ...same,
        target: TARGET_S,
        peer: { name: "bound: npm ci", value: installMs / 1000 },
        note: `commit ${commit()}; every package downloaded from the registry`,
      },
      { what: "of it npm ci", ours: installMs / 1000, ...same, skipped },
      {
        what: "of it npm start",
        ours: startMs / 1000,
        ...same,
        skipped,
        note: "page built, database made, mails imported, first lesson learned, browser opened",
      },
    ];
  } finally {
    if (running?.pid !== undefined) {
      const gone = once(running, "exit");
      process.kill(-running.pid, "SIGTERM");
      await gone;
    }
  }
}

export const bench: Bench = {
  name: "first-start",
  about: "`npm ci --omit=dev && npm start` from a fresh clone until the first mail can be answered",
  run: (log) => inTempFolder((folder) => measured(folder, log)),
};
