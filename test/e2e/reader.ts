/** A person who compares replies: knows only what is on the screen, and prefers the reply that says what was asked. */
import type { Locator, Page } from "playwright-core";
import { textOf } from "./desk.ts";

/** The demo project of replies to compare. */
export const REPLIES = "parley-replies";

export interface Read {
  /** What tells this question from the next one. */
  readonly text: string;
  readonly replies: readonly string[];
  readonly key: "a" | "b" | "t" | "x";
}

export const question = (page: Page): Locator => page.getByRole("article", { name: "Question" });

const statements = (text: string): string[] => text.match(/\b[a-h] \d\b/g) ?? [];

/** Asked facts stated rightly, less whatever else is stated; words beside the facts hardly count. */
function worth(reply: string, facts: ReadonlySet<string>, asked: ReadonlySet<string>): number {
  const said = statements(reply);
  const right = new Set(said.filter((one) => facts.has(one) && asked.has(one.charAt(0))));
  const wrong = said.filter((one) => !facts.has(one)).length;
  const other = said.length - right.size - wrong;
  return 2 * right.size - wrong - 0.3 * other;
}

/** Reads the question on the screen and makes up their mind. */
export async function read(page: Page): Promise<Read> {
  const shown = question(page);
  const facts = await shown
    .getByRole("list", { name: "Facts" })
    .getByRole("listitem")
    .allTextContents();
  const told = /Tell (.+), (?:politely|plainly)/.exec(await textOf(shown))?.[1] ?? "";
  const asked = new Set(told.split(/, | and /));
  const replies = await Promise.all(
    ["A", "B"].map((letter) => textOf(shown.getByRole("region", { name: `Reply ${letter}` }))),
  );
  const known = new Set(facts.map((fact) => fact.replaceAll(/\s+/g, " ").trim()));
  const [a = 0, b = 0] = replies.map((reply) => worth(reply.slice(1), known, asked));
  const key = a === b ? (a <= 0 ? "x" : "t") : a > b ? "a" : "b";
  return { text: `${facts.join()} ${told} ${replies.join()}`, replies, key };
}

/** Compares one pair by its key and waits for the next to be there. */
export async function compareOne(page: Page): Promise<Read> {
  const before = await read(page);
  const id = await question(page).getAttribute("data-question");
  await page.keyboard.press(before.key);
  await page.locator(`article:not([data-question="${id}"])`).first().waitFor();
  return before;
}
