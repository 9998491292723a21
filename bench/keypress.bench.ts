import type { Page } from "playwright-core";
import type { ProjectSummary } from "#core/views.ts";
import { DEMO, type Emend, settled, startEmend, until } from "../test/e2e/server.ts";
import { inBrowser, NO_BROWSER } from "./browser.ts";
import { type Bench, type Figure, mustHold, quantile } from "./harness.ts";

const PRESSES = 100;
const WARM_UP = 5;
const TARGET_MS = 50;
/** A quick reviewer's pace; what is fetched ahead comes in the meantime. */
const PAUSE_MS = 400;
/** Means nothing to the page: from this press to the next frame is the least there can be. */
const IDLE_KEY = "x";

/** What the page keeps for us: milliseconds from each key press to the frame that shows its effect. */
declare global {
  var pressTimes: number[];
}

/** Runs in the page. A press counts until the frame after the item on the screen is another has been painted. */
function record(idleKey: string): void {
  globalThis.pressTimes = [];
  const shown = () => document.querySelector('article[aria-label="Item"]')?.textContent ?? "";
  const onPainted = (then: () => void) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then; // a task after the frame's own work: its paint is done
      port2.postMessage(null);
    });
  addEventListener(
    "keydown",
    ({ key, timeStamp }) => {
      const done = () => onPainted(() => pressTimes.push(performance.now() - timeStamp));
      if (key === idleKey) return done();
      const before = shown();
      const observer = new MutationObserver(() => {
        if (shown() === "" || shown() === before) return;
        observer.disconnect();
        done();
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    },
    { capture: true },
  );
}

/** Presses keys one after the other at a reviewer's pace; milliseconds of each, warm-up left out. */
async function pressed(page: Page, keys: readonly string[]): Promise<number[]> {
  await page.evaluate(() => {
    pressTimes.length = 0;
  });
  for (const [done, key] of keys.entries()) {
    await page.keyboard.press(key);
    await page.waitForFunction((count) => pressTimes.length > count, done);
    await page.waitForTimeout(PAUSE_MS);
  }
  return (await page.evaluate(() => pressTimes)).slice(WARM_UP);
}

const answered = async ({ api }: Emend): Promise<number> => {
  const { projects } = await api<{ projects: ProjectSummary[] }>("/projects");
  return projects.find(({ id }) => id === DEMO)?.counts.answered ?? 0;
};

async function measured(page: Page, emend: Emend): Promise<Figure[]> {
  await page.goto(`${emend.url}/p/${DEMO}/inbox`);
  await page.getByRole("article", { name: "Item" }).waitFor();
  await page.evaluate(record, IDLE_KEY);
  const count = PRESSES + WARM_UP;
  const idle = await pressed(
    page,
    Array.from({ length: WARM_UP + 20 }, () => IDLE_KEY),
  );
  const times = await pressed(
    page,
    Array.from({ length: count }, (_, k) => (k % 2 === 0 ? "2" : "1")),
  );
  mustHold(times.length === PRESSES, "every press showed another mail");
  await until("the answers to be saved", async () =>
    (await answered(emend)) === count ? true : undefined,
  );
  const figure = (what: string, p: number): Figure => ({
    what: `key press to the next mail painted, ${what}`,
    ours: quantile(times, p),
    unit: "ms",
    better: "less",
    target: TARGET_MS,
    peer: { name: "bound: a key that does nothing", value: quantile(idle, p) },
  });
  return [
    {
      ...figure("p50", 0.5),
      note: `${PRESSES} answers ${PAUSE_MS} ms apart, all on the server afterwards`,
    },
    { ...figure("p95", 0.95), note: `longest ${Math.max(...times).toFixed(1)} ms` },
  ];
}

export const bench: Bench = {
  name: "keypress",
  about: "The Inbox of the demo project in Chromium, on the server that `npm start` starts",
  async run(log) {
    log("starting the server, making the demo project");
    const emend = await startEmend();
    try {
      await settled(emend, DEMO);
      log("answering mails");
      const figures = await inBrowser((page) => measured(page, emend));
      if (figures === undefined) throw new Error(NO_BROWSER);
      return figures;
    } finally {
      await emend.stop();
    }
  },
};
