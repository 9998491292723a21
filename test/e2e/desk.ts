/** A reviewer at the Inbox: reads what is open, knows what is right, and answers by keys. */
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect, type TestContext } from "vitest";
import type { CaseView } from "#core/views.ts";
import { openPage } from "./browser.ts";
import { DEMO, type Emend } from "./server.ts";

/** What all suites share: one server, one browser, and the answers. */
export interface Desk {
  readonly emend: Emend;
  readonly browser: Browser;
  gold(item: CaseView["item"]): string;
}

/** A suite is handed the desk when its tests run, not when they are listed. */
export type Suite = (desk: () => Desk) => void;

export const pageOf = (
  { browser, emend }: Desk,
  test: TestContext,
  options?: BrowserContextOptions,
): Promise<Page> => openPage(browser, emend.url, test, options);

export const inboxOf = (projectId: string, rest = "") => `/p/${projectId}/inbox${rest}`;

/** The item the address names, once it names one other than `before`. */
export async function itemOn(page: Page, before?: string): Promise<string> {
  const read = () => /\/inbox\/([^/?#]+)/.exec(page.url())?.[1];
  await page.waitForURL((url) => {
    const itemId = /\/inbox\/([^/?#]+)/.exec(url.href)?.[1];
    return itemId !== undefined && itemId !== before;
  });
  await page.getByRole("article", { name: "Item" }).waitFor();
  return decodeURIComponent(read() ?? "");
}

/** Opens the Inbox and waits for a case to be in hand. Returns its item. */
export async function sitDown(page: Page, projectId = DEMO, search = ""): Promise<string> {
  await page.goto(inboxOf(projectId, search));
  return itemOn(page);
}

export const caseOf = ({ emend }: Desk, itemId: string, projectId = DEMO): Promise<CaseView> =>
  emend.api(`/projects/${projectId}/cases/${encodeURIComponent(itemId)}`);

/** Answers the case in hand as somebody who knows: Enter where the proposal shown is right, else its key. */
export async function answerRightly(desk: Desk, page: Page, itemId: string): Promise<string> {
  const { item, proposal, suggestionShown } = await caseOf(desk, itemId);
  const gold = desk.gold(item);
  const agrees = suggestionShown && proposal?.output === gold;
  await page.keyboard.press(agrees ? "Enter" : gold === "spam" ? "1" : "2");
  return itemOn(page, itemId);
}

export const rowsOf = (page: Page): Locator =>
  page.getByRole("listbox", { name: "Items" }).getByRole("option");
export const chosenRow = (page: Page): Locator =>
  page.getByRole("listbox", { name: "Items" }).getByRole("option", { selected: true });
export const lastDecision = (page: Page): Locator => page.getByRole("status").first();
export const syncDot = (page: Page): Locator => page.getByRole("button", { name: /^Sync:/ });

/** Waits until the server has everything this page decided. */
export const saved = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Sync: saved" }).waitFor();
};

export const textOf = async (locator: Locator): Promise<string> =>
  ((await locator.textContent()) ?? "").replaceAll(/\s+/g, " ").trim();

/** Looks until the text is as expected: screens follow the server, not the clock. */
export const expectText = (locator: Locator) =>
  expect.poll(() => textOf(locator), { timeout: 20_000, interval: 100 });
