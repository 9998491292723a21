import { expect, test } from "vitest";
import {
  caseOf,
  inboxOf,
  itemOn,
  pageOf,
  rowsOf,
  type Suite,
  saved,
  sitDown,
  textOf,
} from "./desk.ts";
import { DEMO } from "./server.ts";

/** Nothing a person did is lost: not by a reload, a dead line, or somebody who was faster. */
export const faults: Suite = (desk) => {
  test("what is decided without a connection is kept, said, and sent when it is back", async (t) => {
    const page = await pageOf(desk(), t);
    const first = await sitDown(page);
    await expect.poll(() => rowsOf(page).count()).toBeGreaterThan(3);
    await page.context().setOffline(true);
    await page.keyboard.press("1");
    const second = await itemOn(page, first);
    await page.keyboard.press("1");
    await page.getByRole("button", { name: "Sync: offline, 2 waiting" }).waitFor();
    expect((await caseOf(desk(), first)).corrections).toEqual([]);
    await page.context().setOffline(false);
    await saved(page);
    for (const itemId of [first, second])
      expect((await caseOf(desk(), itemId)).corrections.map(({ after }) => after)).toEqual([
        "spam",
      ]);
  });

  test("a page closed before its decisions were sent leaves them to the next one", async (t) => {
    const page = await pageOf(desk(), t);
    const itemId = await sitDown(page);
    const corrections = /\/corrections$/;
    await page.route(corrections, (route) => route.abort());
    await page.keyboard.press("2");
    await page.getByRole("button", { name: "Sync: offline, 1 waiting" }).waitFor();
    await page.unroute(corrections);
    await page.reload();
    await saved(page);
    expect((await caseOf(desk(), itemId)).corrections.map(({ after }) => after)).toEqual(["ham"]);
  });

  test("a reload in the middle of reviewing comes back to the same mail", async (t) => {
    const page = await pageOf(desk(), t);
    const first = await sitDown(page);
    await page.keyboard.press("1");
    const second = await itemOn(page, first);
    await page.reload();
    expect(await itemOn(page)).toBe(second);
    await saved(page);
    expect((await caseOf(desk(), first)).state).toBe("answered");
    expect((await caseOf(desk(), second)).state).toBe("open");
  });

  for (const [way, standing] of [
    ["Keep theirs", "spam"],
    ["Send mine on top", "ham"],
  ] as const)
    test(`who answers second is told, and may choose: ${way}`, async (t) => {
      const mine = await pageOf(desk(), t);
      const theirs = await pageOf(desk(), t);
      const itemId = await sitDown(mine);
      await theirs.goto(inboxOf(DEMO, `/${itemId}`));
      await itemOn(theirs);
      await theirs.keyboard.press("1");
      await itemOn(theirs, itemId);
      await saved(theirs);
      await mine.keyboard.press("2");
      await mine.getByRole("button", { name: "Sync: 1 decision to settle" }).click();
      const popover = mine.getByRole("dialog");
      expect(await textOf(popover)).toContain("Somebody answered this case meanwhile");
      await popover.getByRole("button", { name: way }).click();
      await saved(mine);
      expect((await caseOf(desk(), itemId)).corrections.at(-1)?.after).toBe(standing);
    });

  test("a server that is gone for a while is said to be gone, and the way back is one key", async (t) => {
    const page = await pageOf(desk(), t);
    const api = /\/api\/v1\//;
    await page.route(api, (route) => route.fulfill({ status: 503, json: { title: "Away" } }));
    await page.goto(inboxOf(DEMO));
    const failure = page.getByRole("alert").filter({ hasText: "Away" }).first();
    await failure.waitFor();
    expect(await page.getByText("Nothing left to review").count()).toBe(0);
    await page.unroute(api);
    // It may go by itself between the look and the press, once the first answer is back.
    const again = failure.getByRole("button", { name: /again/i });
    const pressed = async () => {
      if (await again.isVisible()) await again.click({ timeout: 1_000 }).catch(() => undefined);
      return await failure.isVisible();
    };
    await expect.poll(pressed, { timeout: 20_000 }).toBe(false);
    await itemOn(page);
    await saved(page);
  });
};
