import { expect, test } from "vitest";
import type { QueuePage } from "#core/views.ts";
import {
  caseOf,
  chosenRow,
  expectText,
  inboxOf,
  itemOn,
  lastDecision,
  pageOf,
  rowsOf,
  type Suite,
  saved,
  sitDown,
  textOf,
} from "./desk.ts";
import { DEMO } from "./server.ts";

/** What a reviewer does with the hands on the keys. */
export const inbox: Suite = (desk) => {
  test("the riskiest case is first, with proposal, votes, evidence and reasons", async (t) => {
    const page = await pageOf(desk(), t);
    const itemId = await sitDown(page);
    const { rows } = await desk().emend.api<QueuePage>(`/projects/${DEMO}/queue?limit=1`);
    expect(itemId).toBe(rows[0]?.itemId);
    const shown = await caseOf(desk(), itemId);
    const heading = page.getByRole("article", { name: "Item" }).getByRole("heading");
    expect(await textOf(heading)).toBe(shown.item.fields.subject);
    const evidence = page.getByRole("complementary", { name: "Evidence" });
    const words = await textOf(evidence);
    for (const { title } of shown.votes) expect(words).toContain(title);
    expect(words).toContain(shown.why.replaceAll(/\s+/g, " ").trim());
  });

  test("1 and 2 give a label and go on to the next mail; the server has it at once", async (t) => {
    const page = await pageOf(desk(), t);
    const first = await sitDown(page);
    await page.keyboard.press("1");
    const second = await itemOn(page, first);
    await page.keyboard.press("2");
    await itemOn(page, second);
    await saved(page);
    const labels = [first, second].map(async (itemId) => {
      const { state, corrections } = await caseOf(desk(), itemId);
      return [state, corrections.length, corrections[0]?.after];
    });
    expect(await Promise.all(labels)).toEqual([
      ["answered", 1, "spam"],
      ["answered", 1, "ham"],
    ]);
    await expectText(lastDecision(page)).toMatch(/(confirmed|edited) ham/);
  });

  test("Enter confirms the proposal that is shown", async (t) => {
    const page = await pageOf(desk(), t);
    let itemId = await sitDown(page);
    while (!(await caseOf(desk(), itemId)).suggestionShown) {
      await page.keyboard.press("s");
      itemId = await itemOn(page, itemId);
    }
    await page.keyboard.press("Enter");
    await itemOn(page, itemId);
    await saved(page);
    const { proposal, corrections } = await caseOf(desk(), itemId);
    expect(corrections.map(({ decision, after }) => [decision, after])).toEqual([
      ["confirmed", proposal?.output],
    ]);
    expect(corrections[0]?.effort.ms).toBeGreaterThan(0);
  });

  for (const keys of ["z", "Control+z"])
    test(`${keys} takes the last decision back and returns to its mail`, async (t) => {
      const page = await pageOf(desk(), t);
      const itemId = await sitDown(page);
      await page.keyboard.press("1");
      const next = await itemOn(page, itemId);
      await saved(page);
      await page.keyboard.press(keys);
      expect(await itemOn(page, next)).toBe(itemId);
      await saved(page);
      await expectText(lastDecision(page)).toContain("Nothing decided");
      const { state, corrections } = await caseOf(desk(), itemId);
      expect([state, corrections.at(-1)?.decision]).toEqual(["open", "undone"]);
    });

  test("a mail gone by is relabelled: the later answer stands", async (t) => {
    const page = await pageOf(desk(), t);
    const itemId = await sitDown(page);
    await page.keyboard.press("1");
    const next = await itemOn(page, itemId);
    await page.keyboard.press("k");
    expect(await itemOn(page, next)).toBe(itemId);
    await expectText(chosenRow(page)).toContain("✓ spam");
    await page.keyboard.press("2");
    await itemOn(page, itemId);
    await saved(page);
    const { state, corrections } = await caseOf(desk(), itemId);
    const answers = corrections.slice(-2).map(({ after }) => after);
    expect([state, answers]).toEqual(["answered", ["spam", "ham"]]);
  });

  test("S leaves a case to somebody else; it is found under skipped", async (t) => {
    const page = await pageOf(desk(), t);
    const itemId = await sitDown(page);
    const title = await textOf(page.getByRole("article", { name: "Item" }).getByRole("heading"));
    await page.keyboard.press("s");
    await itemOn(page, itemId);
    await saved(page);
    await page.getByLabel("Show").selectOption("skipped");
    await page.waitForURL(/state=skipped/);
    await rowsOf(page).filter({ hasText: title }).first().waitFor();
    expect((await caseOf(desk(), itemId)).state).toBe("skipped");
  });

  test("/ filters the list, Escape shows all of it again", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page);
    const rows = rowsOf(page);
    const word = ((await textOf(rows.nth(5))).match(/[a-z]{5,}/i)?.[0] ?? "").toLowerCase();
    await page.keyboard.press("/");
    await page.keyboard.type(word);
    await expect
      .poll(async () =>
        (await rows.allTextContents()).every((row) => row.toLowerCase().includes(word)),
      )
      .toBe(true);
    const filtered = await rows.count();
    await page.keyboard.press("Escape");
    await expect.poll(() => rows.count()).toBeGreaterThan(filtered);
    await page.getByLabel("Filter the list").fill("no mail says this");
    await page.getByText("Nothing here.").waitFor();
  });

  test("O changes the order, and the address says so", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page);
    await page.keyboard.press("o");
    await page.waitForURL(/order=uncertainty/);
    expect(await page.getByLabel("Order").inputValue()).toBe("uncertainty");
    const itemId = await itemOn(page);
    await page.getByLabel("Order").selectOption("random");
    await page.waitForURL(/order=random/);
    expect(await itemOn(page, itemId)).not.toBe(itemId);
  });

  test("E asks again with the evidence; the new proposal stands in the same place", async (t) => {
    const page = await pageOf(desk(), t);
    const itemId = await sitDown(page);
    const answer = page.waitForResponse(/\/ask-again$/);
    await page.keyboard.press("e");
    expect((await answer).status()).toBe(200);
    const { proposal } = await caseOf(desk(), itemId);
    const evidence = page.getByRole("complementary", { name: "Evidence" });
    await expectText(evidence).toContain(`Proposed${proposal?.output}`);
    expect(await itemOn(page)).toBe(itemId);
  });

  test("the budget says how many errors a given effort leaves", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page);
    const budget = page.getByRole("slider", { name: /Review budget/ });
    const left = async () =>
      Number((await budget.getAttribute("aria-valuetext"))?.match(/(\d+) e/)?.[1]);
    const before = await left();
    await budget.focus();
    await page.keyboard.press("End");
    expect(await left()).toBeLessThan(before);
  });

  test("an address brings back case, order, filter and view", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(inboxOf(DEMO, "?state=accepted"));
    const itemId = await itemOn(page);
    await page.goto(inboxOf(DEMO, `/${itemId}?order=diversity&state=accepted&view=html`));
    expect(await itemOn(page)).toBe(itemId);
    expect(await page.getByLabel("Show").inputValue()).toBe("accepted");
    expect(await page.getByLabel("Order").inputValue()).toBe("diversity");
    expect(page.url()).toContain("view=html");
  });
};
