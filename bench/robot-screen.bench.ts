import type { Page } from "playwright-core";
import { DEMO, type Emend, settled, startEmend } from "../test/e2e/server.ts";
import { inBrowser, NO_BROWSER } from "./browser.ts";
import { type Bench, type Figure, mustHold, quantile } from "./harness.ts";

const ROBOT = "tabletop-insertion";
const FRAMES_MS = 6_000;
const PRESSES = 60;
const WARM_UP = 5;
const TARGET_FPS = 30;
const TARGET_MS = 50;
/** Between two presses what is shown has come to rest. */
const REST_MS = 450;

/** What the page keeps for us. */
declare global {
  var motionTimes: number[];
  var frameTimes: number[];
}

/** Runs in the page: when each frame began. */
function recordFrames(): void {
  globalThis.frameTimes = [];
  requestAnimationFrame(function tick(nowMs) {
    requestAnimationFrame(tick);
    frameTimes.push(nowMs);
  });
}

/**
 * Runs in the page, once the episode has begun, so that in each frame it comes after what draws: it looks at the scene's pixels
 * while that frame is not over. A press of an arrow counts until they have changed and the frame is painted.
 */
function recordMotion(): void {
  globalThis.motionTimes = [];
  const canvas = document.querySelector("section[aria-label='Scene'] canvas");
  const small = new OffscreenCanvas(240, 120).getContext("2d", { willReadFrequently: true });
  let seen = 0;
  let waiting: { since: number; before: number } | null = null;
  const look = (): number => {
    if (small === null || !(canvas instanceof HTMLCanvasElement)) return 0;
    small.clearRect(0, 0, 240, 120);
    small.drawImage(canvas, 0, 0, 240, 120);
    const { data } = small.getImageData(0, 0, 240, 120);
    let [sum, hash] = [0, 17];
    for (let i = 0; i < data.length; i++) {
      sum += data[i] as number;
      hash = (Math.imul(hash, 31) + (data[i] as number)) | 0;
    }
    return sum === 0 ? 0 : hash; // 0: nothing was drawn in this frame
  };
  const tick = () => {
    requestAnimationFrame(tick);
    const now = look();
    if (now === 0) return;
    const pressed = waiting;
    if (pressed !== null && now !== pressed.before) {
      waiting = null;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => motionTimes.push(performance.now() - pressed.since);
      port2.postMessage(null); // a task after the frame's own work: its paint is done
    }
    seen = now;
  };
  requestAnimationFrame(tick);
  addEventListener(
    "keydown",
    ({ key, repeat, timeStamp }) => {
      if (key.startsWith("Arrow") && !repeat) waiting = { since: timeStamp, before: seen };
    },
    { capture: true },
  );
}

/** Frames a second over some time: all of them, and by the slowest twentieth. */
async function framesOf(page: Page): Promise<{ mean: number; slow: number }> {
  await page.evaluate(() => {
    frameTimes.length = 0;
  });
  await page.waitForTimeout(FRAMES_MS);
  const times = await page.evaluate(() => frameTimes);
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time));
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return { mean: (1_000 * gaps.length) / total, slow: 1_000 / quantile(gaps, 0.95) };
}

async function pressed(page: Page): Promise<number[]> {
  for (let k = 0; k < PRESSES + WARM_UP; k++) {
    await page.waitForTimeout(REST_MS);
    await page.keyboard.press(k % 2 === 0 ? "ArrowUp" : "ArrowDown");
    await page.waitForFunction((count) => motionTimes.length > count, k);
  }
  return (await page.evaluate(() => motionTimes)).slice(WARM_UP);
}

async function measured(page: Page, emend: Emend): Promise<Figure[]> {
  await page.goto(`${emend.url}/p/${ROBOT}/robot?seed=bench`);
  const scene = page.getByRole("region", { name: "Scene" });
  await scene.locator("canvas").waitFor();
  await scene.getByText(/step [1-9]\d* of/).waitFor();
  await page.evaluate(recordFrames);
  const frames = await framesOf(page);
  mustHold(/drives/.test((await scene.textContent()) ?? ""), "the policy drove all the while");
  await page.getByRole("button", { name: "Next episode" }).click();
  await scene.getByText(/step [1-9]\d* of/).waitFor();
  await page.keyboard.press("c");
  await scene.getByText("You drive").waitFor();
  await page.evaluate(recordMotion);
  const times = await pressed(page);
  mustHold(times.length === PRESSES, "every press moved the robot");
  const latency = (what: string, p: number): Figure => ({
    what: `arrow key to the robot's motion painted, ${what}`,
    ours: quantile(times, p),
    unit: "ms",
    better: "less",
    target: TARGET_MS,
    skipped: "nothing else lets one drive this robot",
  });
  const rate = {
    unit: "frames/s",
    better: "more",
    skipped: "a bound: the screen's own 60",
  } as const;
  return [
    {
      what: "frames while a policy drives",
      ours: frames.mean,
      ...rate,
      target: TARGET_FPS,
      note: `1280 × 720, drawn by the processor, no graphics card; ${FRAMES_MS / 1_000} s`,
    },
    { what: "frames while a policy drives, the slowest twentieth", ours: frames.slow, ...rate },
    { ...latency("p50", 0.5), note: `${PRESSES} presses; looking at the pixels is in it` },
    { ...latency("p95", 0.95), note: `longest ${Math.max(...times).toFixed(1)} ms` },
  ];
}

export const bench: Bench = {
  name: "robot-screen",
  about: "The Robot screen of the demo project in Chromium, on the server that `npm start` starts",
  async run(log) {
    log("starting the server, making the demo projects");
    const emend = await startEmend();
    try {
      await settled(emend, DEMO);
      log("driving");
      const figures = await inBrowser((page) => measured(page, emend));
      if (figures === undefined) throw new Error(NO_BROWSER);
      return figures;
    } finally {
      await emend.stop();
    }
  },
};
