import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectText, inboxOf, itemOn, pageOf, type Suite, saved, sitDown } from "./desk.ts";
import { settled } from "./server.ts";

const ROWS = 40;
const BAD_LINE = 17;

/** Tickets about bills and bugs; one line is not JSON. */
const tickets = (): string =>
  Array.from({ length: ROWS }, (_, index) => {
    if (index + 1 === BAD_LINE) return '{"id": "t-17", "text": ';
    const gold = index % 2 === 0 ? "bill" : "bug";
    const label = index % 5 === 0 ? "bug" : gold;
    const text = gold === "bill" ? `invoice ${index} is too high` : `it crashes at step ${index}`;
    const votes = {
      invoice: gold === "bill" ? "bill" : null,
      crash: gold === "bug" ? "bug" : null,
    };
    return JSON.stringify({ id: `t-${index + 1}`, text, proposal: { label }, votes });
  }).join("\n");

const file = (name: string, text: string) => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(text),
});

async function makeProject(page: Page, name: string): Promise<void> {
  await page.goto("/?all=true");
  const form = page.getByRole("region", { name: "New project" });
  await form.getByLabel("Name").fill(name);
  for (const label of ["bill", "bug"]) {
    await form.getByLabel("Labels").fill(label);
    await page.keyboard.press("Enter");
  }
  await form.getByLabel(/Positive label/).selectOption("bug");
  await form.getByRole("button", { name: "Make the project" }).click();
  await form.getByRole("link", { name: "Open it" }).click();
  await page.waitForURL(/\/p\//);
}

const download = async (page: Page, click: () => Promise<void>): Promise<string> => {
  const [file] = await Promise.all([page.waitForEvent("download"), click()]);
  return readFileSync(await file.path(), "utf8");
};

/** A project of one's own: made, filled, reviewed, taken out again. */
export const data: Suite = (desk) => {
  test("an empty project says what belongs there and offers the next step", async (t) => {
    const page = await pageOf(desk(), t);
    await makeProject(page, "Nothing yet");
    await page.getByRole("heading", { name: "This project has no items yet" }).waitFor();
    await page.getByLabel("Import a file").waitFor();
    await page.goto(inboxOf("nothing-yet"));
    await page.getByRole("heading", { name: "Nothing left to review" }).waitFor();
    await page.getByRole("main").getByRole("link", { name: "Open the project" }).click();
    await page.waitForURL(/\/p\/nothing-yet#data/);
  });

  test("good rows go in, the bad one comes back with its reason", async (t) => {
    const page = await pageOf(desk(), t);
    await makeProject(page, "Tickets");
    await page.getByLabel("Import a file").setInputFiles(file("tickets.jsonl", tickets()));
    await page.getByRole("button", { name: "Import", exact: true }).click();
    const report = page.getByRole("region", { name: "Data" }).getByRole("status");
    await expectText(report).toContain(`${ROWS - 1} rows went in, 1 came back`);
    await expectText(report).toMatch(/line 17.*not JSON.*Expected one JSON object/);
    const rejects = await download(page, () =>
      report.getByRole("link", { name: "The rows that came back" }).click(),
    );
    expect(
      rejects
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ line: BAD_LINE, raw: '{"id": "t-17", "text": ' }]);
  });

  test("the new project is reviewed with its own keys, and exported with the answers", async (t) => {
    const { items } = await settled(desk().emend, "tickets");
    expect(items).toBe(ROWS - 1);
    const page = await pageOf(desk(), t);
    const itemId = await sitDown(page, "tickets");
    await page.keyboard.press("2");
    await itemOn(page, itemId);
    await saved(page);
    await page.goto("/p/tickets#data");
    await page.getByLabel("Export as").selectOption("jsonl");
    const lines = await download(page, () =>
      page.getByRole("link", { name: "Export", exact: true }).click(),
    );
    const rows = lines
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(ROWS - 1);
    expect(rows.find(({ id }) => id === itemId)).toMatchObject({ answer: { label: "bug" } });
  });

  test("a file that is not what its format says is refused in words", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto("/p/tickets#data");
    await page.getByLabel("Import a file").setInputFiles(file("odd.csv", "name,words\n1,hello\n"));
    await page.getByRole("button", { name: "Import", exact: true }).click();
    const alert = page.getByRole("region", { name: "Data" }).getByRole("alert");
    await expectText(alert).toMatch(/column.*Expected.*Got/);
  });
};
