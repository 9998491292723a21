import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { RewriteDetail, RewritePage, RewriteView } from "#core/rewrite.ts";
import type { ProjectDetail, ProjectSummary } from "#core/views.ts";
import { type Desk, expectText, pageOf, type Suite, saved, textOf } from "./desk.ts";
import { settled } from "./server.ts";

export const REQUESTS = "requests";

/** Run, it would open a dialog, which `openPage` holds against the page. */
const HOSTILE = "show cat pictures <script>alert()</script>";
/** What fails, and what its users then say. */
const WORDINGS = [
  ["play sogns", "play songs"],
  [HOSTILE, "show cat pictures"],
  ["open mail boxx", "open mailbox"],
  ["call my mom mobil", "call my mom mobile"],
  ["find a good resturant", "find a good restaurant"],
  ["weather tomorow", "weather tomorrow"],
] as const;
const USERS = 30;
const DAY_MS = 86_400_000;
/** Last week: what is long ago counts for little. */
const START_MS = Date.now() - 7 * DAY_MS;
const BAD_LINES = [3, 8];

/** Everybody says it wrongly and then well, and as many say it well at once: one session a person and day. */
function turns(): string[] {
  return WORDINGS.flatMap(([wrong, well], day) =>
    Array.from({ length: USERS }, (_, user) => {
      const ts = START_MS + day * DAY_MS + user * 1_000;
      return [
        { userId: `u${user}`, ts, utterance: wrong },
        { userId: `u${user}`, ts: ts + 10_000, utterance: well },
        { userId: `v${user}`, ts, utterance: well },
      ];
    })
      .flat()
      .map((turn) => JSON.stringify(turn)),
  );
}

function fileOfTurns(): string {
  const lines = turns();
  lines.splice((BAD_LINES[0] ?? 0) - 1, 0, '{"userId": "u1", "ts": ');
  lines.splice((BAD_LINES[1] ?? 0) - 1, 0, JSON.stringify({ userId: "u1", utterance: "when?" }));
  return `${lines.join("\n")}\n`;
}

const at = (rest = "") => `/p/${REQUESTS}/rewrites${rest}`;
const grid = (page: Page) => page.getByRole("grid", { name: "Rewrites" });
/** A row by the request it is about. */
const rowOf = (page: Page, fromText: string) =>
  grid(page).getByRole("row").filter({ hasText: fromText });
const chosen = (page: Page) => grid(page).getByRole("row", { selected: true });
const lastAct = (page: Page) => page.getByRole("status").filter({ hasText: /“|Nothing decided/ });

async function open(page: Page, rest = ""): Promise<void> {
  await page.goto(at(rest));
  await chosen(page).waitFor();
}

/** Takes a rewrite in hand by its row. */
async function take(page: Page, fromText: string): Promise<void> {
  await rowOf(page, fromText).click();
  await page.getByRole("complementary", { name: "Evidence" }).getByText(fromText).first().waitFor();
}

const listed = ({ emend }: Desk, projectId = REQUESTS, search = ""): Promise<RewritePage> =>
  emend.api(`/projects/${projectId}/rewrites${search}`);

/** A rewrite as the server has it. */
async function onServer(desk: Desk, fromText: string): Promise<RewriteView> {
  const { rewrites } = await listed(desk);
  const found = rewrites.find((rewrite) => rewrite.fromText === fromText);
  expect(found, `a rewrite of "${fromText}"`).toBeDefined();
  return found as RewriteView;
}

const download = async (page: Page, click: () => Promise<void>): Promise<string> => {
  const [file] = await Promise.all([page.waitForEvent("download"), click()]);
  return readFileSync(await file.path(), "utf8");
};

/** From an empty project to rewrites that people have spoken on. */
export const rewrites: Suite = (desk) => {
  test("the demo's rewrites are listed with their evidence", async (t) => {
    const { emend } = desk();
    const { projects } = await emend.api<{ projects: ProjectSummary[] }>("/projects");
    const demo = projects.find(({ system }) => system === "markov-reformulation");
    expect(demo, "a demo project of rewrites").toBeDefined();
    const projectId = demo?.id ?? "";
    const { rewrites: known } = await listed(desk(), projectId);
    const page = await pageOf(desk(), t);
    await page.goto("/");
    await page.getByRole("link", { name: "Rewrites" }).click();
    await page.waitForURL(new RegExp(`/p/${projectId}/rewrites`));
    const row = chosen(page);
    await expectText(row).toContain(known[0]?.fromText);
    await expectText(row).toContain(known[0]?.toText);
    // No bare number: every rate has its interval.
    expect(await textOf(row)).toMatch(/\d+ % \[\d+, \d+\].*\d+ % \[\d+, \d+\]/);
    const evidence = page.getByRole("complementary", { name: "Evidence" });
    const detail = await emend.api<RewriteDetail>(
      `/projects/${projectId}/rewrites/${encodeURIComponent(known[0]?.id ?? "")}`,
    );
    await expectText(evidence).toContain(detail.guard.because);
    const ways = evidence.getByRole("table", { name: /Where users went from/ });
    await expectText(ways).toContain("gave up here");
    const figures = page.getByRole("region", { name: "How rewriting fares" });
    await expectText(figures).toMatch(/Turns read.*mined/);
    await page.keyboard.press("j");
    await page.waitForURL(new RegExp(`rewrites/${encodeURIComponent(known[1]?.id ?? "")}`));
  });

  test("an empty project says what belongs there and offers the next step", async (t) => {
    await desk().emend.api<ProjectDetail>("/projects", {
      name: "Requests",
      task: { kind: "text", schema: {} },
      assess: { system: "markov-reformulation" },
    });
    const page = await pageOf(desk(), t);
    await page.goto(at());
    await page.getByRole("heading", { name: "No turns yet" }).waitFor();
    await page.getByText('"utterance": "play songs"').waitFor();
    await page.getByRole("main").getByRole("button", { name: "Import turns" }).last().click();
    await page.getByRole("dialog", { name: "Import turns" }).waitFor();
  });

  test("good turns go in, two bad rows come back, and mining shows its rewrites live", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(at());
    await page.getByRole("heading", { name: "No turns yet" }).waitFor();
    await page.keyboard.press("i");
    const dialog = page.getByRole("dialog", { name: "Import turns" });
    await dialog.getByLabel("File of turns").setInputFiles({
      name: "turns.jsonl",
      mimeType: "application/octet-stream",
      buffer: Buffer.from(fileOfTurns()),
    });
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
    const report = dialog.getByRole("status");
    await expectText(report).toContain(`${turns().length} turns went in, 2 came back`);
    await expectText(report).toMatch(/line 3.*not JSON/);
    await expectText(report).toMatch(/line 8.*ts/);
    const rejects = await download(page, () =>
      report.getByRole("link", { name: "The rows that came back" }).click(),
    );
    const lines = rejects.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).line)).toEqual(BAD_LINES);
    await report.getByRole("button", { name: "Mine now" }).click();
    await settled(desk().emend, REQUESTS);
    // The page follows by itself.
    await expect
      .poll(() => grid(page).getByRole("row").count(), { timeout: 20_000 })
      .toBe(WORDINGS.length + 1);
    await page.getByText(/mined just now/).waitFor();
  });

  test("hostile requests are shown, never run", async (t) => {
    const page = await pageOf(desk(), t);
    await open(page);
    await take(page, HOSTILE);
    const evidence = page.getByRole("complementary", { name: "Evidence" });
    await expectText(evidence.getByRole("heading", { level: 2 })).toContain(HOSTILE);
    await evidence.getByRole("table").waitFor({ state: "attached" });
    expect(await page.locator("script", { hasText: "alert" }).count()).toBe(0);
  });

  test("approved by key it is live, the next one is in hand, and Z takes it back", async (t) => {
    const page = await pageOf(desk(), t);
    await open(page);
    const [first, second] = (await listed(desk())).rewrites;
    const { fromText = "", toText, state, because } = first ?? {};
    await take(page, fromText);
    await page.keyboard.press("a");
    await expectText(rowOf(page, fromText)).toContain("live");
    await expectText(lastAct(page)).toContain(`made live “${fromText}” → “${toText}”`);
    await expectText(chosen(page)).toContain(second?.fromText);
    await saved(page);
    expect(await onServer(desk(), fromText)).toMatchObject({ state: "live" });
    await page.keyboard.press("z");
    await expectText(rowOf(page, fromText)).toContain(state);
    await expectText(chosen(page)).toContain(fromText);
    await saved(page);
    expect(await onServer(desk(), fromText)).toMatchObject({ state, because });
    await take(page, "play sogns");
    await page.keyboard.press("a");
    await expectText(rowOf(page, "play sogns")).toContain("live");
    await saved(page);
  });

  test("blocked with a reason, pinned, given another target; all of it survives a reload", async (t) => {
    const page = await pageOf(desk(), t);
    await open(page);
    await take(page, "open mail boxx");
    await page.keyboard.press("b");
    await page.getByLabel(/Why is “open mail boxx” blocked/).fill("the target no longer works");
    await page.keyboard.press("Enter");
    await take(page, "call my mom mobil");
    await page.keyboard.press("p");
    await page.keyboard.press("e");
    await page.getByLabel(/Rewrite “call my mom mobil” to/).fill("ring my mom on her mobile");
    await page.keyboard.press("Enter");
    await saved(page);
    expect(await onServer(desk(), "open mail boxx")).toMatchObject({
      state: "blocked",
      because: "the target no longer works",
    });
    expect(await onServer(desk(), "call my mom mobil")).toMatchObject({
      pinned: true,
      edited: true,
      toText: "ring my mom on her mobile",
    });
    await page.reload();
    await expectText(rowOf(page, "open mail boxx")).toContain("blocked");
    await expectText(rowOf(page, "call my mom mobil")).toMatch(/ring my mom.*pinned.*edited/);
  });

  test("what does not mean the same is blocked, and Z makes it possible again", async (t) => {
    const page = await pageOf(desk(), t);
    await open(page);
    const before = await onServer(desk(), "weather tomorow");
    await take(page, "weather tomorow");
    await page.keyboard.press("n");
    await expectText(rowOf(page, "weather tomorow")).toContain("blocked");
    await saved(page);
    expect(await onServer(desk(), "weather tomorow")).toMatchObject({ state: "blocked" });
    await page.keyboard.press("z");
    await saved(page);
    expect(await onServer(desk(), "weather tomorow")).toMatchObject({ state: before.state });
  });

  test("what was done without a network is sent when it is back", async (t) => {
    const page = await pageOf(desk(), t);
    await open(page);
    await take(page, "find a good resturant");
    const before = await onServer(desk(), "find a good resturant");
    await page.route("**/api/v1/projects/**", (route) =>
      route.request().method() === "POST" ? route.abort("connectionfailed") : route.continue(),
    );
    await page.keyboard.press("a");
    await expectText(rowOf(page, "find a good resturant")).toContain("live");
    await page.getByRole("button", { name: "Sync: offline, 1 waiting" }).waitFor();
    expect(await onServer(desk(), "find a good resturant")).toEqual(before);
    await page.unroute("**/api/v1/projects/**");
    await page.reload();
    await saved(page);
    expect(await onServer(desk(), "find a good resturant")).toMatchObject({ state: "live" });
    await expectText(rowOf(page, "find a good resturant")).toContain("live");
  });

  test("the list is filtered by state and words, as the address says", async (t) => {
    const page = await pageOf(desk(), t);
    await open(page);
    await page.getByRole("button", { name: /^blocked/ }).click();
    await page.waitForURL(/state=blocked/);
    await expect.poll(() => grid(page).getByRole("row").count()).toBe(2);
    await expectText(rowOf(page, "open mail boxx")).toContain("blocked");
    await page.getByRole("button", { name: /^all/ }).click();
    await page.keyboard.press("/");
    await page.keyboard.type("sogns");
    await page.waitForURL(/q=sogns/);
    await expect.poll(() => grid(page).getByRole("row").count()).toBe(2);
    await page.reload();
    await expectText(chosen(page)).toContain("play sogns");
    expect(await page.getByLabel("Filter the list").inputValue()).toBe("sogns");
    await page.getByLabel("Filter the list").fill("nobody said this");
    await page.getByRole("heading", { name: /No rewrites with “nobody said this”/ }).waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await expect.poll(() => grid(page).getByRole("row").count()).toBe(WORDINGS.length + 1);
  });

  test("a pasted session is replayed: what is rewritten, what is not, and why", async (t) => {
    const page = await pageOf(desk(), t);
    await open(page);
    await page.keyboard.press("r");
    const dialog = page.getByRole("dialog", { name: "Replay a request or a session" });
    await dialog
      .getByLabel(/One request a line/)
      .fill("Play SOGNS!\nopen mail boxx\nsomething else entirely\n");
    await page.keyboard.press("Control+Enter");
    const lines = dialog.getByRole("list", { name: "Replayed" }).getByRole("listitem");
    await expect.poll(() => lines.count()).toBe(3);
    await expectText(lines.nth(0)).toMatch(/→ play songs\s*A live rewrite fits|was held out/);
    await expectText(lines.nth(1)).toMatch(/stays as it is.*blocked: the target no longer works/);
    await expectText(lines.nth(2)).toContain("No live rewrite fits this wording.");
    await lines.nth(1).getByRole("button", { name: "Open its evidence" }).click();
    await expectText(chosen(page)).toContain("open mail boxx");
  });

  test("the rewrites go out as JSONL, CSV and Solr synonyms", async (t) => {
    const page = await pageOf(desk(), t);
    await open(page);
    const taken = async (title: RegExp) => {
      await page.getByRole("button", { name: "Export" }).click();
      return download(page, () => page.getByRole("menuitem", { name: title }).click());
    };
    const lines = (await taken(/JSONL/)).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).fromText).toSorted()).toEqual(
      WORDINGS.map(([wrong]) => wrong).toSorted(),
    );
    const [head = "", ...rows] = (await taken(/CSV/)).trim().split(/\r?\n/);
    expect(head).toContain("from_text");
    const { totals } = await listed(desk());
    expect(rows).toHaveLength(totals.live);
    // Only what is live is a synonym.
    const synonyms = await taken(/Solr/);
    expect(synonyms).toContain("play sogns => play songs");
    expect(synonyms).not.toContain("open mail boxx");
  });

  test("? lists every key of the screen", async (t) => {
    const page = await pageOf(desk(), t);
    await open(page);
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keys of this screen" });
    for (const act of [
      "Approve: make it live",
      "Block, with a reason",
      "Pin or unpin",
      "Edit the target",
      "Not the same intent",
      "Undo",
      "Mine now",
    ])
      await help.getByText(act, { exact: true }).waitFor();
  });
};
