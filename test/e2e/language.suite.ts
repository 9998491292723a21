import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { ComparisonOverview, ComparisonPage, TrainingList } from "#core/comparison-views.ts";
import { type Desk, expectText, pageOf, type Suite, saved, textOf } from "./desk.ts";
import { compareOne, question, REPLIES, read } from "./reader.ts";
import { settled, until } from "./server.ts";

const at = (search = "") => `/p/${REPLIES}/language${search}`;

const overview = ({ emend }: Desk): Promise<ComparisonOverview> =>
  emend.api(`/projects/${REPLIES}/comparisons/overview`);

const by = ({ emend }: Desk, person: string): Promise<ComparisonPage> =>
  emend.api(`/projects/${REPLIES}/comparisons?by=${person}&limit=200`);

/** What this person has said and not taken back. */
const standing = async (desk: Desk, person: string) =>
  (await by(desk, person)).comparisons.filter(({ undone }) => !undone);

async function sitDown(page: Page, person: string): Promise<void> {
  await page.addInitScript((name) => localStorage.setItem("emend/reviewer", name), person);
  await page.goto(at());
  await question(page).waitFor();
}

const download = async (page: Page, click: () => Promise<void>): Promise<string> => {
  const [file] = await Promise.all([page.waitForEvent("download"), click()]);
  return readFileSync(await file.path(), "utf8");
};

const last = (page: Page) => page.getByRole("status").first();
const shownId = (page: Page) => question(page).getAttribute("data-question");

export const language: Suite = (desk) => {
  test("40 pairs by keyboard: each is kept, and what they teach shows within seconds", async (t) => {
    await settled(desk().emend, REPLIES);
    const before = await overview(desk());
    const page = await pageOf(desk(), t);
    await sitDown(page, "reader");
    const said = [];
    for (let made = 0; made < 40; made++) said.push(await compareOne(page));
    await saved(page);
    const kept = await standing(desk(), "reader");
    expect(kept).toHaveLength(40);
    // Nothing of it was a program's, and each took somebody's time.
    expect(kept.every(({ simulated, ms }) => !simulated && ms > 0)).toBe(true);
    const verdicts = kept
      .toReversed()
      .map(({ output }) => (output.kind === "pair" ? output.verdict : ""));
    const meant = { a: "first", b: "second", t: "tie", x: "both-bad" };
    // The server writes a pair in an order of its own; what stands is which reply won.
    const winners = kept.toReversed().map(({ output, shown }) => {
      if (output.kind !== "pair" || (output.verdict !== "first" && output.verdict !== "second"))
        return null;
      return shown?.indexOf(output.verdict === "first" ? output.first : output.second);
    });
    expect(winners).toEqual(said.map(({ key }) => (key === "a" ? 0 : key === "b" ? 1 : null)));
    expect(verdicts.filter((verdict) => verdict === "tie" || verdict === "both-bad")).toEqual(
      said.map(({ key }) => meant[key]).filter((verdict) => !/first|second/.test(verdict)),
    );
    // A refit was due on the way: the screen says what it changed, and the curve has a point more.
    await page
      .getByText(/held-out accuracy/)
      .first()
      .waitFor();
    await expectText(page.getByRole("status").nth(1)).toMatch(/→ \d+(\.\d)? % \(.+\[.+\]\)/);
    const after = await until("another reward model to be measured", async () => {
      const now = await overview(desk());
      return now.accuracyCurve.length > before.accuracyCurve.length ? now : undefined;
    });
    expect(after.compared).toBe(before.compared + 40);
    const shown = page.getByRole("complementary", { name: "Learned so far" });
    const accuracy = after.rewardModel?.accuracy;
    await expectText(shown).toContain(`n ${accuracy?.n}`);
    expect(accuracy?.interval).not.toBeNull();
  });

  test("the next pair is painted within 50 ms of the key", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page, "quick");
    const spent: number[] = [];
    for (let made = 0; made < 6; made++) {
      await page.waitForTimeout(400);
      spent.push(
        await page.evaluate(async () => {
          const shown = () =>
            document.querySelector("[data-question]")?.getAttribute("data-question");
          const id = shown();
          const startMs = performance.now();
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
          for (let frame = 0; frame < 60 && shown() === id; frame++)
            await new Promise((resolve) => setTimeout(resolve, 0));
          return performance.now() - startMs;
        }),
      );
    }
    await saved(page);
    spent.sort((a, b) => a - b);
    expect(spent[Math.floor(spent.length / 2)]).toBeLessThan(50);
  });

  test("a tie, both bad, reasons, undo before and after it was sent, and a skip taken back", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page, "careful");
    const first = await shownId(page);
    await page.keyboard.press("t");
    await expectText(last(page)).toContain("a tie");
    await page.keyboard.press("x");
    await expectText(last(page)).toContain("both bad");
    await saved(page);
    // Taken back one after the other, the first pair is there again and can be said anew.
    await page.keyboard.press("z");
    await page.keyboard.press("z");
    expect(await shownId(page)).toBe(first);
    await page.keyboard.press("2");
    await expect
      .poll(() => page.getByRole("button", { name: /^complete/ }).getAttribute("aria-pressed"))
      .toBe("true");
    await page.keyboard.press("b");
    await saved(page);
    const [only, ...others] = await standing(desk(), "careful");
    expect(others).toEqual([]);
    expect(only?.output.reasons).toEqual(["complete"]);
    const skipped = await shownId(page);
    await page.keyboard.press("s");
    await expectText(last(page)).toContain("skipped");
    await saved(page);
    await page.keyboard.press("z");
    expect(await shownId(page)).toBe(skipped);
    await page.keyboard.press("a");
    await saved(page);
    expect(await standing(desk(), "careful")).toHaveLength(2);
    await page.getByRole("button", { name: "Sync: saved" }).waitFor();
  });

  test("the same pair is there after a reload, and undo reaches behind it", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page, "returning");
    await compareOne(page);
    const said = await compareOne(page);
    await saved(page);
    const shown = await shownId(page);
    await page.reload();
    await question(page).waitFor();
    expect(await shownId(page)).toBe(shown);
    await page.keyboard.press("z");
    expect((await read(page)).text).toBe(said.text);
    await saved(page);
    expect(await standing(desk(), "returning")).toHaveLength(1);
  });

  test("offline the pairs on hand can be compared; they are sent when the server is back", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page, "travelling");
    await page.waitForTimeout(1_000);
    await page.context().setOffline(true);
    await compareOne(page);
    await compareOne(page);
    await page.getByRole("button", { name: /Sync: offline, 2 waiting/ }).waitFor();
    await page.context().setOffline(false);
    await saved(page);
    expect(await standing(desk(), "travelling")).toHaveLength(2);
  });

  test("a second tab does not ask what the first has heard", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page, "double");
    const other = await page.context().newPage();
    await other.goto(at());
    await question(other).waitFor();
    const id = await shownId(page);
    expect(await shownId(other)).toBe(id);
    const { text } = await compareOne(page);
    await expect.poll(() => shownId(other)).not.toBe(id);
    await other.keyboard.press("z");
    expect((await read(other)).text).toBe(text);
    await saved(other);
    expect(await standing(desk(), "double")).toHaveLength(0);
  });

  test("a run's curves grow as it goes; paused it stands still, resumed it ends", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(at("?view=train"));
    const form = page.getByRole("region", { name: "New run" });
    await form.getByLabel("Steps", { exact: true }).fill("24");
    await form.getByLabel("Name").fill("short climb");
    await form.getByText("More options").click();
    await form.getByLabel("Steps between looks").fill("2");
    await form.getByLabel("Replies a step").fill("16");
    await form.getByRole("button", { name: "Start" }).click();
    const row = page.getByRole("row", { name: /short climb/ });
    const dots = page
      .getByRole("region", { name: "Curves of short climb" })
      .locator("figure")
      .first()
      .locator("circle");
    // Two curves, a dot a look: more dots without a reload is what the live events bring.
    await expect.poll(() => dots.count(), { timeout: 60_000 }).toBeGreaterThan(2);
    await row.getByRole("button", { name: "Pause short climb" }).click();
    await expectText(row).toMatch(/paused/);
    const { runs } = await desk().emend.api<TrainingList>(`/projects/${REPLIES}/training`);
    const paused = runs.find(({ name }) => name === "short climb");
    expect(paused?.checkpoints.length).toBeGreaterThan(0);
    await row.getByRole("button", { name: "Resume short climb" }).click();
    await expect.poll(() => textOf(row), { timeout: 90_000 }).toMatch(/done/);
    await expectText(row).toMatch(/24 of 24/);
    await expect.poll(() => dots.count()).toBe(2 * 13);
    const done = (await desk().emend.api<TrainingList>(`/projects/${REPLIES}/training`)).runs.find(
      ({ name }) => name === "short climb",
    );
    expect(done?.points.map(({ step }) => step)).toEqual(
      Array.from({ length: 13 }, (_, i) => 2 * i),
    );
  });

  test("a run can be cancelled, and what it left stays", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(at("?view=train"));
    const form = page.getByRole("region", { name: "New run" });
    await form.getByLabel("Steps", { exact: true }).fill("2000");
    await form.getByLabel("Name").fill("endless");
    await form.getByText("More options").click();
    await form.getByLabel("Steps between looks").fill("1");
    await form.getByRole("button", { name: "Start" }).click();
    const row = page.getByRole("row", { name: /endless/ });
    await expectText(row).toMatch(/running.*[1-9]\d* of 2 000/);
    await row.getByRole("button", { name: "Cancel endless" }).click();
    await expectText(row).toMatch(/cancelled/);
    expect(await row.getByRole("button", { name: /Pause|Resume|Cancel/ }).count()).toBe(0);
  });

  test("two policies answer side by side, and a prompt of one's own is answered", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(at("?view=train"));
    const beside = page.getByRole("region", { name: "Side by side" });
    await beside.getByRole("button", { name: "Let both answer" }).click();
    await expect.poll(() => beside.getByRole("row").count(), { timeout: 60_000 }).toBe(13);
    await expectText(beside.getByRole("status")).toMatch(/true reward: right wins .+\[.+\] n 12/);
    const own = page.getByRole("region", { name: "Your own prompt" });
    await own.getByLabel("Prompt").fill("<s> 2 7 1 8 2 8 c - - plain |");
    await own.getByRole("button", { name: "Answer" }).click();
    const answers = own.getByRole("list", { name: "Answers" }).getByRole("listitem");
    await expect.poll(() => answers.count()).toBe(4);
    await own.getByLabel("Prompt").fill("<s> 2 7 1 8 2 8 c - - rudely |");
    await own.getByRole("button", { name: "Answer" }).click();
    await expectText(own.getByRole("alert")).toContain("rudely");
  });

  test("the curve of over-optimisation has its safe zone, and λ re-ranks the replies at once", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(at("?view=scores"));
    await page.getByRole("button", { name: "Measure", exact: true }).click();
    const finding = page.getByRole("heading", { name: /safe/ });
    await finding.waitFor({ timeout: 60_000 });
    const list = page.getByRole("region", { name: "Candidates" });
    const scores = async () => (await list.getByRole("list").first().allTextContents()).join();
    await list.getByLabel("Members become one score by").selectOption("mean");
    const mean = await scores();
    await list.getByLabel("Members become one score by").selectOption("wco");
    expect(await scores()).not.toBe(mean);
    await list.getByRole("slider").fill("0");
    expect((await scores()).replaceAll(/[▲▼] (up|down) \d/g, "")).toBe(mean);
    await list.getByRole("slider").fill("4");
    expect(await scores()).not.toBe(mean);
    await page.waitForURL(/lambda=4/);
    await page.reload();
    await expectText(list).toContain("λ 4.00");
  });

  test("the judges' leaderboard and their agreement", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(at("?view=judges"));
    const table = page.getByRole("region", { name: "Judges, a table" });
    await expectText(table.getByRole("row", { name: /simulated-1/ })).toMatch(
      /a program.+\d \[.+\].+\d \[.+\]/,
    );
    await expectText(table.getByRole("row", { name: /^reader/ })).not.toContain("a program");
    await expectText(page.getByRole("region", { name: "Agreement", exact: true })).toMatch(
      /α .+\[.+\] n/,
    );
  });

  test("an export for a trainer says what it leaves out, and its files are whole", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(at("?view=data"));
    await page.getByRole("button", { name: /Export for fine-tuning/ }).click();
    const dialog = page.getByRole("dialog", { name: "Export for fine-tuning" });
    await dialog.getByLabel("Task").selectOption("dpo");
    await dialog.getByRole("button", { name: "Make the files" }).click();
    await expectText(dialog.getByRole("list", { name: "What the files do not hold" })).toMatch(/./);
    const text = await download(page, () =>
      dialog.getByRole("button", { name: "Save train.jsonl" }).click(),
    );
    const rows = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows)
      expect(Object.keys(row)).toEqual(expect.arrayContaining(["chosen", "rejected"]));
    const manifest = await download(page, () =>
      dialog.getByRole("button", { name: "Save manifest.json" }).click(),
    );
    const shown = await textOf(dialog.locator("code"));
    expect(createHash("sha256").update(manifest).digest("hex")).toBe(shown);
    await page.keyboard.press("Escape");
    // What came of it elsewhere becomes a lesson with the comparisons behind it.
    const outside = page.getByRole("region", { name: "Runs elsewhere" });
    expect(await outside.getByLabel("Hash of the export's manifest").inputValue()).toBe(shown);
    await outside.getByLabel("Name of the run").fill("a larger model");
    await outside.getByLabel("Wins").fill("61");
    await outside.getByLabel("of comparisons").fill("100");
    await outside.getByRole("button", { name: "Record" }).click();
    await expectText(outside.getByRole("list", { name: "Recorded runs" })).toMatch(
      /a larger model.*61\.0 % \[.+\] n 100.*from \d+ comparisons/,
    );
  });

  test("a file of pairs goes in; its bad lines come back and say why", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(at("?view=data"));
    const lines = [
      JSON.stringify({
        prompt: "<s> 1 2 3 4 5 6 a - - plain |",
        replies: [{ text: "a 1 ." }, { text: "a 2 ." }],
      }),
      '{"prompt": ',
      JSON.stringify({ prompt: "<s> 1 2 3 4 5 6 b - - plain |", replies: [{ text: "xyzzy" }] }),
    ];
    const form = page.getByRole("region", { name: "Import" });
    await form.getByLabel("File", { exact: true }).setInputFiles({
      name: "pairs.jsonl",
      mimeType: "application/jsonl",
      buffer: Buffer.from(lines.join("\n")),
    });
    await form.getByRole("button", { name: "Import" }).click();
    await expectText(form.getByRole("status")).toMatch(/1 row went in.*2 came back/);
    await expectText(form.getByRole("status")).toContain("xyzzy");
  });

  test("neither length nor source is shown unasked", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page, "blind");
    expect(await textOf(question(page))).not.toMatch(/\d words?|base/);
    await page.keyboard.press("l");
    await expectText(question(page)).toMatch(/\d words?/);
    const id = await shownId(page);
    await page.keyboard.press("a");
    await expect.poll(() => shownId(page)).not.toBe(id);
    expect(await textOf(question(page))).not.toMatch(/\d words?/);
    await saved(page);
  });
};
