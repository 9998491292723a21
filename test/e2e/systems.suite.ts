import { expect, test } from "vitest";
import { cards } from "#systems/registry.ts";
import { expectText, pageOf, type Suite, textOf } from "./desk.ts";

const SYSTEM = "/systems/pareto-calibration";

/** The gallery, a study as it runs, an operation on one's own data. */
export const systems: Suite = (desk) => {
  test("the gallery shows all of them, and filters by address", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto("/systems");
    const items = page.getByRole("main").getByRole("listitem");
    await expect.poll(() => items.count()).toBe(cards.length);
    await page.getByRole("button", { name: "works", exact: true }).click();
    await page.waitForURL(/status=works/);
    const works = cards.filter(({ status }) => status === "works");
    await expect.poll(() => items.count()).toBe(works.length);
    await page.reload();
    await expect.poll(() => items.count()).toBe(works.length);
    await page.getByLabel("Search the systems").fill("no paper says this");
    await page.getByRole("link", { name: `Show all ${cards.length}` }).click();
    await expect.poll(() => items.count()).toBe(cards.length);
  });

  test("a planned system says so and measures nothing", async (t) => {
    const page = await pageOf(desk(), t);
    const planned = cards.find(({ status }) => status === "planned");
    await page.goto(`/systems/${planned?.id}`);
    await page.getByRole("heading", { name: "Planned" }).waitFor();
    await page.getByRole("link", { name: "Systems that run" }).click();
    await page.waitForURL(/status=works/);
  });

  test("a study runs with live progress and ends in claims", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(SYSTEM);
    await page.getByLabel("Seeds").fill("1");
    await page.getByLabel(/fast/).check();
    await page.getByRole("button", { name: /^Run/ }).click();
    const run = page.getByRole("region", { name: "Run the study" }).getByRole("status");
    await expectText(run).toMatch(/seed 1|%|arm|\d/);
    await expect.poll(() => textOf(run), { timeout: 240_000, interval: 500 }).toContain("Done.");
    const show = run.getByRole("button", { name: "Show the new report" });
    if (await show.isVisible()) await show.click();
    const claims = page.getByRole("region", { name: "Claims" });
    await expectText(claims).toMatch(/\d+ of \d+ claims hold/);
    await expectText(claims).toMatch(/(holds|does not hold).*\[.*\]/);
    await expectText(page.getByRole("region", { name: "The paper beside this run" })).toMatch(
      /The paper says.*This run/,
    );
    await page.getByRole("table").first().waitFor();
  });

  test("an operation runs on its example and answers; a wrong input is told where", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(`${SYSTEM}?tab=use`);
    const panel = page.getByRole("region", { name: "pareto-calibration.calibrate" });
    await panel.getByRole("button", { name: "Run" }).click();
    await expectText(panel.getByRole("status")).toMatch(/risk/);
    expect(await textOf(panel)).toContain("emend run pareto-calibration.calibrate");
    const input = panel.getByLabel("Input, JSON");
    await input.fill("{ not JSON");
    await panel.getByRole("alert").waitFor();
    await input.fill("{}");
    await panel.getByRole("button", { name: "Run" }).click();
    await expectText(panel.getByRole("alert")).toMatch(/not as expected.*Expected/);
  });

  test("the README is there to read", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(`${SYSTEM}?tab=read`);
    await page.getByRole("heading", { name: /When not to use it/ }).waitFor();
  });
};
