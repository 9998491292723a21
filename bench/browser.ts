import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

/** The distribution's own Chromium, or the one `$CHROMIUM` names; undefined where there is none. */
const executablePath = [process.env.CHROMIUM ?? "", "/usr/bin/chromium"].find(existsSync);

export const NO_BROWSER = "there is no Chromium: apt-get install chromium, or set CHROMIUM";

/** A page of a browser of its own, for the time of `work`; undefined where there is no Chromium. */
export async function inBrowser<T>(work: (page: Page) => Promise<T>): Promise<T | undefined> {
  if (executablePath === undefined) return undefined;
  const isRoot = process.getuid?.() === 0;
  const browser: Browser = await chromium.launch({
    executablePath,
    // Without a graphics card pictures in space are drawn by the processor, as a benchmark must be able to.
    args: ["--enable-unsafe-swiftshader", ...(isRoot ? ["--no-sandbox"] : [])],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    // What bundlers wrap named functions in, when a function is handed to the page as text.
    await page.addInitScript("globalThis.__name = (named) => named;");
    return await work(page);
  } finally {
    await browser.close();
  }
}
