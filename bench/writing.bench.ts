import type { Page } from "playwright-core";
import type { DocumentView } from "#core/revision.ts";
import { type Emend, startEmend, until } from "../test/e2e/server.ts";
import { inBrowser, NO_BROWSER } from "./browser.ts";
import { type Bench, type Figure, mustHold, quantile } from "./harness.ts";

const WORDS_MIN = 20_000;
const OPEN_MIN = 500;
const PRESSES = 60;
const WARM_UP = 5;
const TARGET_MS = 50;
/** A quick hand's pace, at which one key is done before the next. */
const PAUSE_MS = 120;
/** Means nothing to the page: from this press to the next frame is the least there can be. */
const IDLE_KEY = "x";

/** Plain sentences; one in each group has a slip that the local proposers know. */
const SENTENCES = [
  "The keeper went up the stairs in the evening and lit the lamp before it was dark.",
  "Most of the boats were home by then, and the few that were not knew the way.",
  "He would recieve his letters on a Friday, when the weather let the boat come out.",
  "In the morning he wrote down the wind, the sea, and whatever had been broken.",
  "On a clear day one could see the church on the other side of the bay.",
  "He read every letter twice in order to make the week a little shorter.",
  "The winter was long, but the spring brought birds, and with them the first visitors.",
  "They asked about the storms, and he showed them teh book and made them tea.",
] as const;

/** A text of at least so many words, in paragraphs. */
function longText(): string {
  const paragraphs: string[] = [];
  for (let words = 0; words < WORDS_MIN; ) {
    const paragraph = SENTENCES.join(" ");
    paragraphs.push(paragraph);
    words += paragraph.split(" ").length;
  }
  return paragraphs.join("\n\n");
}

/** What the page keeps for us: milliseconds from each key press to the frame that shows its effect. */
declare global {
  var writingTimes: number[];
}

/** Runs in the page. A press counts until the frame after the text on the screen is another has been painted. */
function record(idleKey: string): void {
  globalThis.writingTimes = [];
  const onPainted = (then: () => void) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = then; // a task after the frame's own work: its paint is done
      port2.postMessage(null);
    });
  addEventListener(
    "keydown",
    ({ key, timeStamp }) => {
      const done = () => onPainted(() => writingTimes.push(performance.now() - timeStamp));
      const typing = document.activeElement?.closest(".cm-editor") !== null;
      if (key === idleKey && !typing) return done();
      const observer = new MutationObserver(() => {
        observer.disconnect();
        done();
      });
      const content = document.querySelector(".cm-content") ?? document.body;
      const all = { subtree: true, childList: true, characterData: true, attributes: true };
      observer.observe(content, all);
    },
    { capture: true },
  );
}

/** Presses keys one after the other; milliseconds of each, warm-up left out. */
async function pressed(page: Page, keys: readonly string[]): Promise<number[]> {
  await page.evaluate(() => {
    writingTimes.length = 0;
  });
  for (const [done, key] of keys.entries()) {
    await page.keyboard.press(key);
    await page.waitForFunction((count) => writingTimes.length > count, done);
    await page.waitForTimeout(PAUSE_MS);
  }
  return (await page.evaluate(() => writingTimes)).slice(WARM_UP);
}

const keys = (pattern: string): string[] =>
  Array.from({ length: PRESSES + WARM_UP }, (_, k) => pattern.charAt(k % pattern.length));

const projectOf = ({ api }: Emend): Promise<{ id: string }> =>
  api("/projects", {
    name: "Bench writing",
    task: { kind: "text", schema: { language: "en" } },
    assess: { system: "r3" },
  });

/** A long document with its first suggestions. */
async function opened(emend: Emend, projectId: string): Promise<DocumentView> {
  const at = `/projects/${projectId}/documents`;
  const { id } = await emend.api<DocumentView>(at, { title: "Long", text: longText() });
  return until("the suggestions", async () => {
    const view = await emend.api<DocumentView>(`${at}/${id}`);
    return view.status === "proposing" ? undefined : view;
  });
}

async function measured(page: Page, emend: Emend, log: (line: string) => void): Promise<Figure[]> {
  const { id: projectId } = await projectOf(emend);
  log("making the document and its suggestions");
  const before = await opened(emend, projectId);
  mustHold(before.words >= WORDS_MIN, `${before.words} words are at least ${WORDS_MIN}`);
  mustHold(before.open >= OPEN_MIN, `${before.open} open edits are at least ${OPEN_MIN}`);
  await page.goto(`${emend.url}/p/${projectId}/writing/${before.id}`);
  await page.getByRole("list", { name: "Suggestions" }).getByRole("article").waitFor();
  await page.evaluate(record, IDLE_KEY);
  log("pressing keys");
  const idle = await pressed(page, keys(IDLE_KEY));
  const decided = await pressed(page, keys("ar"));
  await page.keyboard.press("i");
  const typed = await pressed(page, keys("the wind "));
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Sync: saved" }).waitFor();
  const after = await emend.api<DocumentView>(`/projects/${projectId}/documents/${before.id}`);
  const decisions = after.edits.filter(({ correctionId }) => correctionId !== null).length;
  mustHold(decisions === PRESSES + WARM_UP, `each of the keys decided an edit, not ${decisions}`);
  const size = `${before.words} words, ${before.open} open edits`;
  const figure = (what: string, times: readonly number[], p: number): Figure => ({
    what,
    ours: quantile(times, p),
    unit: "ms",
    better: "less",
    target: TARGET_MS,
    peer: { name: "bound: a key that does nothing", value: quantile(idle, p) },
    note: `${size}; longest ${Math.max(...times).toFixed(1)} ms`,
  });
  return [
    figure("a letter typed in the text to painted, p50", typed, 0.5),
    figure("a letter typed in the text to painted, p95", typed, 0.95),
    figure("an edit accepted or rejected to painted, p50", decided, 0.5),
    figure("an edit accepted or rejected to painted, p95", decided, 0.95),
  ];
}

export const bench: Bench = {
  name: "writing",
  about:
    "The Writing screen in Chromium: a long document with many open edits, on a server of its own",
  async run(log) {
    log("starting the server");
    const emend = await startEmend();
    try {
      const figures = await inBrowser((page) => measured(page, emend, log));
      if (figures === undefined) throw new Error(NO_BROWSER);
      return figures;
    } finally {
      await emend.stop();
    }
  },
};
