/** Somebody at the Robot screen who drives by keys, and reads nothing but the words beside the scene. */
import type { Page } from "playwright-core";
import { textOf } from "./desk.ts";

export const ROBOT = "tabletop-insertion";
export const robotAt = (rest = "") => `/p/${ROBOT}/robot${rest}`;

export const scene = (page: Page) => page.getByRole("region", { name: "Scene" });
export const phase = (page: Page) => scene(page).getByRole("status").first();

/** "step 12 of 150" */
export const stepOn = async (page: Page): Promise<number> =>
  Number(/step (\d+) of/.exec(await textOf(scene(page)))?.[1]);

/** Sits down at the table; the episode begins. */
export async function openRobot(page: Page, rest = ""): Promise<void> {
  await page.goto(robotAt(rest));
  await scene(page)
    .getByText(/step \d+ of/)
    .waitFor();
}

const LOOK_MS = 20;
const LOOKS_MAX = 1_500;

/** Looks again and again until it is so. */
async function looking(what: string, page: Page, isSo: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    if (await isSo()) return;
    await page.waitForTimeout(LOOK_MS);
  }
  throw new Error(`waited in vain for ${what}`);
}

export const pastStep = (page: Page, step: number): Promise<void> =>
  looking(`step ${step}`, page, async () => (await stepOn(page)) >= step);

const NEAR = 0.015;
const HIGH = 0.4;
const MOVES_MAX = 400;

interface Move {
  readonly key: string;
  /** Held down as long as it is what to do; else tapped, with Shift by a quarter of a step. */
  readonly how: "hold" | "tap" | "fine";
}

/** What somebody does who reads nothing but the words below the scene. */
function nextMove(words: string): Move {
  const [, what, off = "0", side = ""] =
    /(slot|piece) (?:in line|([\d.]+) (left|right))/.exec(words) ?? [];
  const up = Number(/gripper ([\d.]+) up/.exec(words)?.[1]);
  const away = side === "" ? 0 : Number(off);
  const grips = what === "piece" && away < NEAR && up < 0.1 && !words.includes("gripper closing");
  if (grips) return { key: "g", how: "tap" };
  if (away < NEAR) return { key: "ArrowDown", how: "hold" };
  if (up < HIGH) return { key: "ArrowUp", how: "hold" };
  const key = side === "left" ? "ArrowLeft" : "ArrowRight";
  return { key, how: away > 0.12 ? "hold" : away > 0.03 ? "tap" : "fine" };
}

const isOver = (words: string) => words.includes("Ended");

/** Does one move until the words ask for another, or a step was made. */
export async function steer(page: Page, { key, how }: Move): Promise<void> {
  const before = await stepOn(page);
  if (how === "fine") await page.keyboard.down("Shift");
  await page.keyboard.down(key);
  await looking(`an end of ${key}`, page, async () => {
    const words = await textOf(scene(page));
    const next = nextMove(words);
    const other = next.key !== key || next.how !== how;
    return isOver(words) || (how === "hold" ? other : (await stepOn(page)) > before);
  });
  await page.keyboard.up(key);
  if (how === "fine") await page.keyboard.up("Shift");
}

/** With the clutch held: finishes the job by keys. */
export async function driveToTheEnd(page: Page): Promise<void> {
  for (let move = 0; move < MOVES_MAX; move++) {
    const words = await textOf(scene(page));
    if (isOver(words)) return;
    await steer(page, nextMove(words));
  }
  throw new Error(`not there after ${MOVES_MAX} moves`);
}
