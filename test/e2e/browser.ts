/** The distribution's own Chromium, driven from outside: nothing is downloaded. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
  type Request,
} from "playwright-core";
import { expect, type TestContext } from "vitest";
import { packageRoot } from "#cli/package-root.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `$CHROMIUM`, or the first on the path. Without one the tests are skipped, loudly; CI must have one. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const candidates = [process.env.CHROMIUM, ...onPath].filter((path) => path !== undefined);
  const found = candidates.find(isProgram);
  if (found !== undefined) return found;
  if (process.env.CI === "true") throw new Error("CI has no Chromium: apt-get install chromium");
  console.warn("\n  NO CHROMIUM: the browser tests are skipped. apt-get install chromium\n");
  return undefined;
}

const QUIET = [
  "--disable-gpu",
  "--enable-unsafe-swiftshader",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];

export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ["--no-sandbox", ...QUIET] : QUIET,
  });

export const VIEWPORT = { width: 1280, height: 720 };
const WAIT_MS_MAX = 20_000;

/** Everything on the page that should not have happened, in sentences. */
export function watch(page: Page, origin: string): readonly string[] {
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(`an error nobody caught: ${error.stack}`));
  page.on("dialog", (dialog) => {
    trouble.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const foreign = (request: Request) => {
    const url = new URL(request.url());
    return url.protocol.startsWith("http") && url.origin !== origin;
  };
  page.on("requestfinished", (request) => {
    if (foreign(request)) trouble.push(`a request to ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    // What the page's own policy stopped never left it.
    if (foreign(request) && request.failure()?.errorText !== "csp")
      trouble.push(`an attempt to reach ${request.url()}`);
  });
  return trouble;
}

/**
 * A person's browser: storage of its own, the server's address as its base. When the test ends it is closed; when the test
 * failed, a picture of it is kept in test-output/; and nothing on it may have gone wrong unseen.
 */
export async function openPage(
  browser: Browser,
  url: string,
  { task, onTestFinished }: TestContext,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, viewport: VIEWPORT, ...options });
  context.setDefaultTimeout(WAIT_MS_MAX);
  const page = await context.newPage();
  const trouble = watch(page, url);
  onTestFinished(async () => {
    if (task.result?.state === "fail") await picture(page, task.name);
    await context.close();
    expect(trouble).toEqual([]);
  });
  return page;
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = join(packageRoot, "test-output");
  mkdirSync(folder, { recursive: true });
  const file = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.png`;
  await page.screenshot({ path: join(folder, file) });
}
