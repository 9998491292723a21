/**
 * Makes the pictures of the documentation from the running thing: `npx tsx scripts/screenshots.ts`.
 * A fresh server on a temporary folder; mails reviewed by keys as somebody would who knows what is right, at a human pace, so
 * that there is something to show; a fast study where no report is committed. Writes docs/images/*.png.
 */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { packageRoot } from "#cli/package-root.ts";
import { assert } from "#core/assert.ts";
import type { JobView, SystemDetail } from "#core/views.ts";
import { findChromium, launch } from "../test/e2e/browser.ts";
import { answerRightly, rowsOf, saved, sitDown } from "../test/e2e/desk.ts";
import { compareOne, question, REPLIES } from "../test/e2e/reader.ts";
import { openRobot, pastStep, phase, robotAt, steer } from "../test/e2e/robot-hand.ts";
import { DEMO, type Emend, goldOfMails, settled, startEmend, until } from "../test/e2e/server.ts";

const SIZE = { width: 1280, height: 800 };
const BYTES_MAX = 300_000;
const ANSWERS = 85;
const PAIRS = 24;
/** What a practised reviewer takes for a mail whose verdict is at hand; less would not be believed. */
const READING_MS = 1_200;
const SYSTEM = "pareto-calibration";
const SETTLING_MS = 1_000;
const WRITING = "writing";
const DOCUMENT = "Notes for new members";
const REWRITES = "reformulations-simulated-users";
/** The mails are real, and many are coarse: the front page shows those of mailing lists, "[ilug] …". */
const FILTER = "[";

const folder = join(packageRoot, "docs", "images");

async function studied({ api }: Emend): Promise<void> {
  if ((await api<SystemDetail>(`/systems/${SYSTEM}`)).report !== null) return;
  const { jobId } = await api<{ jobId: string }>(`/systems/${SYSTEM}/study`, { fast: true });
  await until("the study", async () => {
    const { state, error } = await api<JobView>(`/jobs/${jobId}`);
    assert(state !== "failed" && state !== "cancelled", `the study ended: ${error}`);
    return state === "done" ? true : undefined;
  });
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await sleep(SETTLING_MS);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  console.log(`${path}  ${Math.round(size / 1000)} kB`);
  assert(size <= BYTES_MAX, `${name}.png is small enough to be checked in`);
}

/** The page as it stands, in both themes. */
async function shootBoth(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await shoot(page, `${name}-${colorScheme}`);
  }
}

async function pictures(page: Page): Promise<void> {
  // The sitting goes on: what was decided last and what it taught is on the screen.
  await page.getByLabel("Filter the list").fill(FILTER);
  await page.keyboard.press("Enter");
  await rowsOf(page).filter({ hasNotText: "✓" }).first().click();
  await shootBoth(page, "inbox");
  await page.goto(`/p/${DEMO}`);
  await page.getByText("lineage").first().waitFor();
  await shootBoth(page, "project");
  await page.goto(`/p/${WRITING}/writing`);
  await page.getByRole("link", { name: DOCUMENT }).click();
  await page
    .getByRole("button", { name: /Accept/ })
    .first()
    .waitFor();
  // A few decisions, so that the colours of a machine's and a person's changes are both seen.
  for (const key of ["a", "a", "r", "j"]) {
    await page.keyboard.press(key);
    await sleep(SETTLING_MS);
  }
  await shootBoth(page, "writing");
  await page.goto(`/p/${REWRITES}/rewrites`);
  await page.getByText("held out").first().waitFor();
  await page.keyboard.press("j");
  await shootBoth(page, "rewrites");
  await languagePictures(page);
  await robotPictures(page);
  await page.goto("/systems");
  await page.getByRole("heading", { level: 2 }).first().waitFor();
  await shoot(page, "systems-light");
  await page.goto(`/systems/${SYSTEM}`);
  await page.getByRole("region", { name: "Claims" }).waitFor();
  await shoot(page, "system-light");
}

/** Pairs compared as somebody would who looks up what was asked, and a policy that climbs what was learned. */
async function languagePictures(page: Page): Promise<void> {
  const at = `/p/${REPLIES}/language`;
  await page.goto(at);
  await question(page).waitFor();
  for (let made = 0; made < PAIRS; made++) {
    await sleep(READING_MS);
    await compareOne(page);
  }
  await saved(page);
  await shootBoth(page, "language");
  await page.goto(`${at}?view=train`);
  const form = page.getByRole("region", { name: "New run" });
  await form.getByLabel("Steps", { exact: true }).fill("30");
  await form.getByText("More options").click();
  await form.getByLabel("Steps between looks").fill("3");
  await form.getByRole("button", { name: "Start" }).click();
  await page.getByRole("row", { name: /30 of 30/ }).waitFor({ timeout: 120_000 });
  await form.getByText("More options").click();
  await shootBoth(page, "language-training");
}

/** A policy that presses beside the slot, and the person who has just taken over. */
async function robotPictures(page: Page): Promise<void> {
  await openRobot(page, "?seed=slot");
  await pastStep(page, 68);
  await page.keyboard.down("Space");
  await phase(page).getByText("You drive").waitFor();
  for (let tap = 0; tap < 6; tap++) await steer(page, { key: "ArrowUp", how: "tap" });
  await shootBoth(page, "robot");
  await page.keyboard.up("Space");
  await page.goto(robotAt("/shift-1-1?panel=episodes"));
  await page.getByRole("img", { name: /^Step/ }).waitFor();
  await shoot(page, "robot-episode-light");
}

const chromium = findChromium();
assert(chromium !== undefined, "the pictures are taken with Chromium: apt-get install chromium");
mkdirSync(folder, { recursive: true });
const emend = await startEmend();
const browser = await launch(chromium);
try {
  await settled(emend, DEMO);
  const desk = { emend, browser, gold: await goldOfMails() };
  const page = await browser.newPage({ baseURL: emend.url, viewport: SIZE, deviceScaleFactor: 1 });
  let itemId = await sitDown(page);
  for (let made = 0; made < ANSWERS; made++) {
    await sleep(READING_MS);
    itemId = await answerRightly(desk, page, itemId);
  }
  await saved(page);
  await settled(emend, DEMO);
  await studied(emend);
  await pictures(page);
} finally {
  await browser.close();
  await emend.stop();
}
