/**
 * Records a take-over for the documentation from the running thing: `npx tsx scripts/recording.ts`. A fresh server on a
 * temporary folder; a policy drives, a person rewinds, takes over by keys and shows it. Writes docs/images/robot.webp.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { packageRoot } from "#cli/package-root.ts";
import { assert } from "#core/assert.ts";
import { findChromium, launch } from "../test/e2e/browser.ts";
import { driveToTheEnd, openRobot, pastStep } from "../test/e2e/robot-hand.ts";
import { DEMO, settled, startEmend } from "../test/e2e/server.ts";
import { animatedWebp, type Frame } from "./animated-webp.ts";

const SIZE = { width: 1280, height: 800 };
/** As large as it is shown. */
const SHOWN = { width: 720, height: 450 };
const QUALITY = 0.62;
const FRAME_MS_MIN = 125;
const LAST_MS = 2_000;
const BYTES_MAX = 2_000_000;
const REST_MS = 900;
/** A start from which the first policy misses the slot. */
const FAILING = "slot";

interface Shot {
  /** JPEG, base64. */
  readonly data: string;
  readonly atMs: number;
}

/** What the page shows while `act` goes on. */
async function filmed(page: Page, act: () => Promise<void>): Promise<Shot[]> {
  const shots: Shot[] = [];
  const session = await page.context().newCDPSession(page);
  session.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
    const atMs = (metadata.timestamp ?? 0) * 1_000;
    if (atMs - (shots.at(-1)?.atMs ?? 0) >= FRAME_MS_MIN) shots.push({ data, atMs });
    void session.send("Page.screencastFrameAck", { sessionId });
  });
  await session.send("Page.startScreencast", { format: "jpeg", quality: 92 });
  await act();
  await session.send("Page.stopScreencast");
  return shots;
}

/** The browser's own encoder: a smaller picture as WebP. */
async function smaller(page: Page, { data }: Shot): Promise<Uint8Array> {
  const url = await page.evaluate(
    async ([jpeg, { width, height }, quality]) => {
      const image = new Image();
      image.src = `data:image/jpeg;base64,${jpeg}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width, height });
      const context = canvas.getContext("2d", { alpha: false });
      if (context === null) throw new Error("no canvas to draw on");
      context.imageSmoothingQuality = "high";
      context.drawImage(image, 0, 0, width, height);
      return canvas.toDataURL("image/webp", quality);
    },
    [data, SHOWN, QUALITY] as const,
  );
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}

/** Waits until the policy presses beside the slot, goes back a little and shows it. */
async function takeOver(page: Page): Promise<void> {
  await pastStep(page, 72);
  await page.keyboard.press("p");
  await sleep(REST_MS);
  for (let back = 0; back < 12; back++) {
    await page.keyboard.press("ArrowLeft");
    await sleep(60);
  }
  await sleep(REST_MS);
  await page.keyboard.down("Space");
  await driveToTheEnd(page);
  await page.keyboard.up("Space");
  await sleep(REST_MS);
}

const chromium = findChromium();
assert(chromium !== undefined, "the recording is made with Chromium: apt-get install chromium");
const emend = await startEmend();
const browser = await launch(chromium);
try {
  await settled(emend, DEMO);
  const page = await browser.newPage({ baseURL: emend.url, viewport: SIZE });
  await openRobot(page, `?seed=${FAILING}`);
  const shots = await filmed(page, () => takeOver(page));
  const blank = await browser.newPage();
  const frames: Frame[] = [];
  for (const [i, shot] of shots.entries()) {
    const next = shots[i + 1];
    const durationMs = next === undefined ? LAST_MS : next.atMs - shot.atMs;
    frames.push({ webp: await smaller(blank, shot), durationMs });
  }
  const bytes = animatedWebp(frames, SHOWN.width, SHOWN.height);
  const path = join(packageRoot, "docs", "images", "robot.webp");
  writeFileSync(path, bytes);
  console.log(`${path}  ${frames.length} frames, ${Math.round(bytes.length / 1000)} kB`);
  assert(bytes.length <= BYTES_MAX, "the recording is small enough to be checked in");
} finally {
  await browser.close();
  await emend.stop();
}
