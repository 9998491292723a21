import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { expect, type TestContext, test } from "vitest";
import type { DocumentView, FilterView } from "#core/revision.ts";
import { expectText, pageOf, type Suite, saved, syncDot, textOf } from "./desk.ts";
import { type Emend, until } from "./server.ts";

const PROJECT = "essays";

/** Slips that the local proposers know, each several times. */
const TEXT = `When I recieve a draft I read it twice. In order to see what it says I read it aloud, and in order to see what it does not say I wait a day.

Most drafts recieve too little time. At this point in time nobody has read this one, due to the fact that it is new.`;

const HOSTILE = `<script>window.hacked=1</script><img src=x onerror=window.hacked=1> <b onmouseover=window.hacked=1>bold</b>

I recieve mail every day, and I recieve it with a smile. 😀 In order to answer it I get up early.

שלום <script>window.hacked=1</script>`;

const at = (documentId = "", search = "") => `/p/${PROJECT}/writing/${documentId}${search}`;

const viewOf = ({ api }: Emend, documentId: string): Promise<DocumentView> =>
  api(`/projects/${PROJECT}/documents/${documentId}`);

/** Waits until the proposers have answered and everything is as `wanted`. */
const viewWhen = (emend: Emend, documentId: string, wanted: (view: DocumentView) => boolean) =>
  until("the document", async () => {
    const view = await viewOf(emend, documentId);
    return view.status !== "proposing" && wanted(view) ? view : undefined;
  });

async function ensureProject({ api }: Emend): Promise<void> {
  const { projects } = await api<{ projects: { id: string }[] }>("/projects");
  if (projects.some(({ id }) => id === PROJECT)) return;
  await api("/projects", {
    name: "Essays",
    task: { kind: "text", schema: { language: "en" } },
    assess: { system: "r3" },
  });
}

/** A document that has its first suggestions, open on a page. */
async function sitDown(
  desk: Parameters<Suite>[0],
  t: TestContext,
  text = TEXT,
): Promise<{ page: Page; view: DocumentView; emend: Emend }> {
  const { emend } = desk();
  await ensureProject(emend);
  // What one test teaches is nothing to the next.
  await fetch(`${emend.url}/api/v1/projects/${PROJECT}/writing-filter`, { method: "DELETE" });
  const { id } = await emend.api<DocumentView>(`/projects/${PROJECT}/documents`, { text });
  const view = await viewWhen(emend, id, ({ open }) => open > 0);
  const page = await pageOf(desk(), t);
  await page.goto(at(id));
  await held(page).waitFor();
  return { page, view, emend };
}

/** The card of the edit in hand. */
const held = (page: Page): Locator =>
  page.getByRole("list", { name: "Suggestions" }).getByRole("article");
const text = (page: Page): Locator => page.getByRole("textbox", { name: /^Text of/ });
const openCount = (page: Page): Locator => page.getByText(/\d+ of \d+ open/);
const address = (page: Page): string => /writing\/([^/?]+)/.exec(page.url())?.[1] ?? "";
const firstOf = (view: DocumentView, intent: string) =>
  view.edits.find((edit) => edit.intent === intent && edit.state === "open");

/** A writer at a document: hands on the keys, or in the text. */
export const writing: Suite = (desk) => {
  test("a pasted text gets suggestions in place, with intent, source and reason", async (t) => {
    const { emend } = desk();
    await ensureProject(emend);
    const page = await pageOf(desk(), t);
    await page.goto(at());
    await page.getByLabel("Text", { exact: true }).fill(TEXT);
    await page.getByRole("button", { name: "Revise" }).click();
    await held(page).waitFor();
    const view = await viewOf(emend, address(page));
    const [first] = view.edits;
    await expectText(held(page)).toContain(`proposed by ${first?.source}`);
    await expectText(held(page)).toContain(first?.rationale);
    await expectText(held(page)).toContain(first?.intent);
    const struck = await text(page).locator("del").allTextContents();
    expect(struck.join("")).toBe(view.edits.map(({ edit }) => edit.before).join(""));
    await expectText(openCount(page)).toBe(`${view.open} of ${view.open} open`);
  });

  test("A accepts, R rejects: the text changes at once, and the server has both", async (t) => {
    const { page, view, emend } = await sitDown(desk, t);
    const [first, second] = view.edits;
    await page.keyboard.press("a");
    await expectText(openCount(page)).toContain(`${view.open - 1} of`);
    await page.keyboard.press("r");
    await expectText(page.getByRole("status")).toContain("rejected");
    await saved(page);
    const now = await viewOf(emend, view.id);
    const states = now.edits.map(({ id, state }) => [id, state]);
    expect(states).toContainEqual([first?.id, "accepted"]);
    expect(states).toContainEqual([second?.id, "rejected"]);
    const start = first?.edit.start ?? 0;
    expect(now.text.slice(start)).toMatch(new RegExp(`^${first?.edit.after}`));
    expect(await textOf(text(page))).toContain(first?.edit.after);
  });

  test("by mouse: a click on a change takes it in hand, its card decides it", async (t) => {
    const { page, view, emend } = await sitDown(desk, t);
    const last = view.edits.at(-1);
    await text(page).locator(`del[data-edit="${last?.id}"]`).click();
    await expectText(held(page)).toContain(last?.edit.before);
    expect(await page.evaluate(() => document.activeElement?.closest(".cm-editor") === null)).toBe(
      true,
    );
    await held(page).getByRole("button", { name: "Accept" }).click();
    await saved(page);
    const now = await viewOf(emend, view.id);
    expect(now.edits.find(({ id }) => id === last?.id)?.state).toBe("accepted");
  });

  test("E puts in the writer's own wording, with the reason", async (t) => {
    const { page, view, emend } = await sitDown(desk, t);
    await page.keyboard.press("e");
    await page.keyboard.type("am given");
    await page.keyboard.press("Tab");
    await page.keyboard.type("plainer");
    await page.keyboard.press("Enter");
    await saved(page);
    const now = await viewOf(emend, view.id);
    expect(now.text).toMatch(/^When I am given a draft/);
    expect(now.edits[0]?.state).toBe("amended");
    await expectText(page.getByRole("status")).toContain("amended");
  });

  test("Shift+A accepts all of one intent, U takes all of it back", async (t) => {
    const { page, view, emend } = await sitDown(desk, t);
    const intent = view.edits[0]?.intent ?? "";
    const same = view.edits.filter((edit) => edit.intent === intent).length;
    expect(same).toBeGreaterThan(1);
    await page.keyboard.press("Shift+A");
    await expectText(openCount(page)).toContain(`${view.open - same} of`);
    await saved(page);
    const accepted = await viewOf(emend, view.id);
    expect(accepted.edits.filter(({ state }) => state === "accepted")).toHaveLength(same);
    await page.keyboard.press("u");
    await expectText(openCount(page)).toContain(`${view.open} of`);
    await saved(page);
    const back = await viewOf(emend, view.id);
    expect(back.text).toBe(TEXT);
    expect(back.open).toBe(view.open);
  });

  test("Shift+R rejects all of one intent; J and K move among what is open", async (t) => {
    const { page, view } = await sitDown(desk, t);
    const first = await held(page).getAttribute("aria-label");
    await page.keyboard.press("j");
    await expect.poll(() => held(page).getAttribute("aria-label")).not.toBe(first);
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => held(page).getAttribute("aria-label")).toBe(first);
    const intent = view.edits[0]?.intent ?? "";
    const same = view.edits.filter((edit) => edit.intent === intent).length;
    await page.keyboard.press("Shift+R");
    await expectText(openCount(page)).toContain(`${view.open - same} of`);
    expect(await textOf(text(page))).toContain(view.edits[0]?.edit.before);
  });

  test("in the text letters type, Escape leaves it to the keys, and suggestions keep their place", async (t) => {
    const { page, view, emend } = await sitDown(desk, t);
    await page.keyboard.press("i");
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("A jar. ");
    await page.keyboard.press("Escape");
    await page.keyboard.press("a");
    await expectText(openCount(page)).toContain(`${view.open - 1} of`);
    await saved(page);
    const [first] = view.edits;
    const now = await viewOf(emend, view.id);
    expect(now.text.startsWith(`A jar. When I ${first?.edit.after} a draft`)).toBe(true);
    expect(now.open).toBe(view.open - 1);
    await page.keyboard.press("z");
    await page.keyboard.press("z");
    await saved(page);
    expect((await viewOf(emend, view.id)).text).toBe(TEXT);
  });

  test("the next pass starts from the accepted text and does not ask again for what was rejected", async (t) => {
    const { page, view, emend } = await sitDown(desk, t);
    const [first] = view.edits;
    await page.keyboard.press("r");
    await page.keyboard.press("n");
    await page.getByRole("alert").getByText("still open").waitFor();
    await page.keyboard.press("n");
    await page.getByText("Pass 2 of 3").waitFor();
    const second = await viewWhen(emend, view.id, ({ pass }) => pass === 2);
    const again = second.edits.filter(
      ({ edit }) => edit.before === first?.edit.before && edit.start === first.edit.start,
    );
    expect(again).toEqual([]);
    expect(second.open).toBeGreaterThan(0);
    await held(page).waitFor();
    await expectText(openCount(page)).toBe(`${second.open} of ${second.open} open`);
  });

  test("every version is kept, shown against now, and can be restored", async (t) => {
    const { page, view, emend } = await sitDown(desk, t);
    await page.keyboard.press("a");
    await page.keyboard.press("h");
    const history = page.getByRole("complementary", { name: "History" });
    await history.getByRole("button", { name: /0 opened/ }).click();
    await page.waitForURL(/version=0/);
    const comparison = page.getByRole("region", { name: "Version 0 and now" });
    const [first] = view.edits;
    await expectText(comparison.locator(".cm-content del")).toBe(first?.edit.before);
    await expectText(comparison.locator(".cm-content ins")).toBe(first?.edit.after);
    await comparison.getByRole("button", { name: "Restore this version" }).click();
    await saved(page);
    await expect.poll(async () => (await viewOf(emend, view.id)).text).toBe(TEXT);
    await history.getByRole("button", { name: /before version 0 was restored/ }).waitFor();
    expect(await textOf(text(page))).toContain(first?.edit.before);
  });

  test("the text goes out in every format", async (t) => {
    const { page, view } = await sitDown(desk, t);
    await page.keyboard.press("a");
    await saved(page);
    for (const format of ["Text", "Markdown", "HTML", "Unified diff", "IteraTeR", "Decisions"]) {
      await page.getByRole("button", { name: "Export" }).click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("menuitem", { name: new RegExp(`^${format}`) }).click(),
      ]);
      const content = readFileSync(await download.path(), "utf8");
      expect(content, format).toContain(view.edits[0]?.edit.after);
    }
  });

  test("what was learned is shown with its evidence, made a rule, and forgotten", async (t) => {
    const { page, view, emend } = await sitDown(desk, t);
    const [first] = view.edits;
    await page.keyboard.press("r");
    await saved(page);
    await page.keyboard.press("f");
    const panel = page.getByRole("complementary", { name: "Learned" });
    const habit = panel
      .getByRole("listitem")
      .filter({ hasText: first?.edit.before ?? "" })
      .first();
    await expectText(habit).toContain("rejected");
    await habit.getByRole("button", { name: "Never again" }).click();
    await expectText(habit).toContain("never again");
    const filterOf = () => emend.api<FilterView>(`/projects/${PROJECT}/writing-filter`);
    const kept = (await filterOf()).habits.find(({ before }) => before === first?.edit.before);
    expect(kept?.never).toBe(true);
    await panel.getByRole("button", { name: "Forget all that was learned" }).click();
    await panel.getByRole("button", { name: "Forget", exact: true }).last().click();
    await panel.getByText("Nothing yet.").waitFor();
    expect((await filterOf()).decisions).toBe(0);
  });

  test("without a connection one goes on: nothing typed or decided is lost, also over a reload", async (t) => {
    const { page, view, emend } = await sitDown(desk, t);
    await page.route(/\/documents\/.*\/(decide|typed|undo)$/, (route) => route.abort());
    await page.keyboard.press("a");
    await page.keyboard.press("i");
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" The end.");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Sync: offline/ }).waitFor();
    expect((await viewOf(emend, view.id)).text).toBe(TEXT);
    await page.reload();
    await page.getByText("is sent first").waitFor();
    await page.unroute(/\/documents\/.*\/(decide|typed|undo)$/);
    await syncDot(page).click();
    const hurry = page.getByRole("button", { name: "Try now" });
    if (await hurry.isVisible()) await hurry.click();
    await saved(page);
    const now = await viewOf(emend, view.id);
    expect(now.text.endsWith("it is new. The end.")).toBe(true);
    expect(now.edits[0]?.state).toBe("accepted");
    await expectText(text(page)).toContain("The end.");
  });

  test("what somebody else changes meanwhile is taken over, and what is typed here keeps its place", async (t) => {
    const { page, view, emend } = await sitDown(desk, t);
    const { version } = await viewOf(emend, view.id);
    const edits = [{ start: 0, end: 0, before: "", after: "Elsewhere. " }];
    await emend.api(`/projects/${PROJECT}/documents/${view.id}/typed`, { version, edits });
    await page.keyboard.press("i");
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" Here.");
    await page.keyboard.press("Escape");
    await saved(page);
    await expectText(text(page)).toMatch(/^Elsewhere\. .* Here\.$/);
    expect((await viewOf(emend, view.id)).text).toBe(`Elsewhere. ${TEXT} Here.`);
  });

  test("hostile text is shown, never run", async (t) => {
    const { page, view } = await sitDown(desk, t, HOSTILE);
    const slip = view.edits.find(({ edit }) => edit.before === "recieve");
    await text(page).locator(`del[data-edit="${slip?.id}"]`).click();
    await page.keyboard.press("a");
    await expectText(page.getByRole("status")).toContain("accepted");
    await page.keyboard.press("h");
    await page.getByRole("button", { name: /0 opened/ }).click();
    await page.getByRole("region", { name: "Version 0 and now" }).getByText("bold").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("f");
    for (const markup of ["<script>window.", "</script><img src=x onerror=", "<b onmouseover="])
      expect(await textOf(text(page))).toContain(markup);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(view.edits.length).toBeGreaterThan(0);
  });

  test("a text with CR LF line ends is edited, and keeps them", async (t) => {
    const crlf = TEXT.replaceAll("\n", "\r\n");
    const { page, view, emend } = await sitDown(desk, t, crlf);
    const last = view.edits.at(-1);
    await page.keyboard.press("k");
    while (!(await textOf(held(page))).includes(last?.edit.before ?? ""))
      await page.keyboard.press("j");
    await page.keyboard.press("a");
    await page.keyboard.press("i");
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Enter");
    await page.keyboard.type("More.");
    await page.keyboard.press("Escape");
    await saved(page);
    const wanted = `${crlf.slice(0, last?.edit.start)}${last?.edit.after}${crlf.slice(last?.edit.end)}`;
    expect((await viewOf(emend, view.id)).text).toBe(`${wanted}\r\nMore.`);
  });

  test("an address brings back the edit in hand, the panel and the version", async (t) => {
    const { page, view } = await sitDown(desk, t);
    const wanted = firstOf(view, "clarity") ?? view.edits.at(-1);
    await page.goto(at(view.id, `?edit=${wanted?.id}&panel=history&version=0`));
    await page.getByRole("region", { name: "Version 0 and now" }).waitFor();
    await page.keyboard.press("Escape");
    await expectText(held(page)).toContain(wanted?.edit.before);
    expect(page.url()).toContain(`edit=${wanted?.id}`);
  });

  test("? lists the keys; a project of documents opens on Writing, mails stay the first screen", async (t) => {
    const { page } = await sitDown(desk, t);
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keys of this screen" });
    for (const act of ["Accept", "Accept all of this intent", "Next pass", "Undo"])
      await help.getByText(act, { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.evaluate(() => localStorage.clear());
    await page.goto("/");
    await page.waitForURL(/mail-triage\/inbox/);
    await page.getByRole("button", { name: /Mail triage/ }).click();
    await page.getByRole("menuitem", { name: /Essays/ }).click();
    await page.waitForURL(/essays\/writing/);
    await page.getByRole("link", { name: /^Inbox/ }).click();
    await page.waitForURL(/mail-triage\/inbox/);
  });
};
