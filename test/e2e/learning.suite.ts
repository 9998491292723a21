import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { LessonView } from "#core/views.ts";
import {
  answerRightly,
  caseOf,
  type Desk,
  expectText,
  pageOf,
  type Suite,
  saved,
  sitDown,
  textOf,
} from "./desk.ts";
import { DEMO, settled, until } from "./server.ts";

const REFIT_EVERY = 40;

const lessonsOf = async ({ emend }: Desk): Promise<readonly LessonView[]> =>
  (await emend.api<{ lessons: LessonView[] }>(`/projects/${DEMO}/lessons`)).lessons;

const inForce = (lessons: readonly LessonView[]): LessonView | undefined =>
  lessons.find(({ status }) => status === "in-force");

/** The line of one lesson on the Project screen. */
const lineOf = (page: Page, { version }: Pick<LessonView, "version">) =>
  page
    .getByRole("region", { name: "Lessons" })
    .getByRole("listitem")
    .filter({ hasText: new RegExp(`^v${version}(?!\\d)`) });

/** Answers until a lesson that was not there before is judged; returns it. */
async function newLesson(desk: Desk, act: () => Promise<void>): Promise<LessonView> {
  const known = new Set((await lessonsOf(desk)).map(({ id }) => id));
  await act();
  const lesson = await until("a new lesson", async () =>
    (await lessonsOf(desk)).find(({ id, status }) => !known.has(id) && status !== "candidate"),
  );
  await settled(desk.emend, DEMO);
  return lesson;
}

async function answer(desk: Desk, page: Page, times: number): Promise<void> {
  let itemId = await sitDown(page);
  for (let made = 0; made < times; made++) itemId = await answerRightly(desk, page, itemId);
  await saved(page);
}

/** From corrections to a lesson in force, and all the ways back. */
export const learning: Suite = (desk) => {
  test("forty right answers teach a lesson; Inbox and Project say what it changed", async (t) => {
    const page = await pageOf(desk(), t);
    const lesson = await newLesson(desk(), () => answer(desk(), page, REFIT_EVERY + 3));
    const said = page.getByRole("link", { name: /held-out error/ });
    await expectText(said).toMatch(
      /^Your last \d+ corrections (would have )?moved the held-out error \d+\.\d → \d+\.\d % \([+−]?\d/,
    );
    await said.click();
    const line = lineOf(page, lesson);
    await expectText(line).toContain(lesson.status.replace("-", " "));
    await expectText(line).toContain(lesson.gate ?? "a gate's sentence");
    await expectText(line).toMatch(/from \d+ corrections/);
    expect(lesson.corrections).toBeGreaterThanOrEqual(REFIT_EVERY);
    const steps = page.getByRole("region", { name: "What the corrections changed" });
    await expectText(steps).toMatch(/\d → \d+\.\d % .* from \d+ corrections/);
  });

  test("a lesson is put in force by hand, and rolled back", async (t) => {
    const page = await pageOf(desk(), t);
    const before = inForce(await lessonsOf(desk()));
    const other = (await lessonsOf(desk())).find(({ status }) => status !== "in-force");
    if (before === undefined || other === undefined) throw new Error("there are two lessons");
    await page.goto(`/p/${DEMO}`);
    for (const wanted of [other, before]) {
      await lineOf(page, wanted)
        .getByRole("button", { name: /^(Promote|Roll back to)/ })
        .click();
      await expectText(lineOf(page, wanted)).toContain("in force");
      expect(inForce(await lessonsOf(desk()))?.id).toBe(wanted.id);
    }
    await settled(desk().emend, DEMO);
  });

  test("Learn now makes a lesson of the corrections so far", async (t) => {
    const page = await pageOf(desk(), t);
    await answer(desk(), page, 3);
    await page.goto(`/p/${DEMO}`);
    await page.getByRole("heading", { name: "Lessons" }).waitFor();
    const lesson = await newLesson(desk(), () =>
      page.getByRole("button", { name: "Learn now" }).click(),
    );
    await expectText(lineOf(page, lesson)).toContain(lesson.gate ?? "a gate's sentence");
    await expectText(page.getByRole("region", { name: "Jobs" })).toContain("refit done");
  });

  test("a revoked correction leaves every lesson that knew it stale, in plain sight", async (t) => {
    const page = await pageOf(desk(), t);
    const itemId = await sitDown(page, DEMO, "?state=answered");
    const { corrections } = await caseOf(desk(), itemId);
    await page.goto(`/p/${DEMO}`);
    const { stale } = await desk().emend.api<{ stale: string[] }>(
      `/projects/${DEMO}/corrections/${encodeURIComponent(corrections[0]?.id ?? "")}/revoke`,
      {},
    );
    expect(stale.length).toBeGreaterThan(0);
    for (const lesson of (await lessonsOf(desk())).filter(({ id }) => stale.includes(id)))
      await expectText(lineOf(page, lesson)).toContain("stale");
  });

  test("the Project screen states each figure with interval and n", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto(`/p/${DEMO}`);
    for (const name of ["Rules", "Gates", "Lessons", "Jobs", "Data"])
      await page.getByRole("region", { name }).first().waitFor();
    const main = await textOf(page.getByRole("main"));
    expect(main).toMatch(/Error now ?\d+\.\d ?% ?\[\d+\.\d, \d+\.\d\] n [\d ]+/);
    expect(main).not.toMatch(/NaN|undefined|Infinity/);
  });
};
