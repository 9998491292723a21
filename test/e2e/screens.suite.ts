import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { inboxOf, pageOf, type Suite, sitDown } from "./desk.ts";
import { REPLIES } from "./reader.ts";
import { REQUESTS } from "./rewrites.suite.ts";
import { robotAt } from "./robot-hand.ts";
import { DEMO } from "./server.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LANGUAGE = `/p/${REPLIES}/language`;
const NARROW = { width: 768, height: 1024 };
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

interface Screen {
  readonly name: string;
  readonly path: string;
  /** Text that is there once the screen is. */
  readonly there: RegExp;
  readonly open?: (page: Page) => Promise<void>;
}

const SCREENS: readonly Screen[] = [
  { name: "inbox", path: inboxOf(DEMO), there: /Why this one/ },
  { name: "inbox as HTML", path: inboxOf(DEMO, "?view=html"), there: /Why this one/ },
  { name: "answered", path: inboxOf(DEMO, "?state=answered"), there: /Why this one/ },
  { name: "project", path: `/p/${DEMO}`, there: /lineage/ },
  { name: "empty project", path: "/p/nothing-yet", there: /no items yet/ },
  { name: "Writing documents", path: "/p/writing/writing", there: /The keeper of the log/ },
  { name: "Writing", path: "/p/writing/writing/lighthouse", there: /proposed by/ },
  {
    name: "Writing, learned",
    path: "/p/writing/writing/lighthouse?panel=filter",
    there: /Learned of you/,
  },
  {
    name: "Writing, history",
    path: "/p/writing/writing/lighthouse?panel=history&version=0",
    there: /same as the text now|came since/,
  },
  { name: "Rewrites", path: `/p/${REQUESTS}/rewrites`, there: /Sessions that show it/ },
  {
    name: "Rewrites, asking why",
    path: `/p/${REQUESTS}/rewrites`,
    there: /Sessions that show it/,
    open: async (page) => {
      await page.keyboard.press("b");
      await page.getByLabel(/^Why is/).waitFor();
    },
  },
  {
    name: "Rewrites, replaying",
    path: `/p/${REQUESTS}/rewrites`,
    there: /Sessions that show it/,
    open: async (page) => {
      await page.keyboard.press("r");
      await page.getByLabel(/One request a line/).fill("play sogns\nopen mail boxx");
      await page.keyboard.press("Control+Enter");
      await page.getByRole("list", { name: "Replayed" }).getByRole("listitem").nth(1).waitFor();
    },
  },
  {
    name: "Rewrites, importing",
    path: `/p/${REQUESTS}/rewrites`,
    there: /Sessions that show it/,
    open: async (page) => {
      await page.keyboard.press("i");
      await page.getByRole("dialog", { name: "Import turns" }).waitFor();
    },
  },
  { name: "Robot", path: robotAt(), there: /What each kind of step/ },
  { name: "Robot, policies", path: robotAt("?panel=policies"), there: /bc, mlp, from/ },
  { name: "Robot, episodes", path: robotAt("?panel=episodes"), there: /demonstration-1/ },
  { name: "Robot, memory", path: robotAt("?panel=memory"), there: /least taken over/ },
  { name: "Robot, an episode", path: robotAt("/demonstration-1"), there: /A person demonstrated/ },
  { name: "Language, comparing", path: LANGUAGE, there: /A is better/ },
  { name: "Language, scores", path: `${LANGUAGE}?view=scores`, there: /compared \d+ ×/ },
  { name: "Language, training", path: `${LANGUAGE}?view=train`, there: /a paused run goes on/ },
  { name: "Language, judges", path: `${LANGUAGE}?view=judges`, there: /simulated-1/ },
  { name: "Language, data", path: `${LANGUAGE}?view=data`, there: /Trained elsewhere/ },
  {
    name: "Language, exporting",
    path: `${LANGUAGE}?view=data`,
    there: /Trained elsewhere/,
    open: async (page) => {
      await page.getByRole("button", { name: /Export for fine-tuning/ }).click();
      await page.getByRole("button", { name: "Make the files" }).click();
      await page.getByRole("list", { name: "Files", exact: true }).waitFor();
    },
  },
  { name: "projects", path: "/?all=true", there: /New project/ },
  { name: "systems", path: "/systems", there: /POLAR/ },
  { name: "study", path: "/systems/pareto-calibration", there: /claims hold|not run yet/ },
  { name: "use", path: "/systems/pareto-calibration?tab=use", there: /Command line/ },
  { name: "read", path: "/systems/pareto-calibration?tab=read", there: /Equations/ },
  { name: "planned", path: "/systems/hil-serl", there: /roadmap/ },
  { name: "unknown", path: "/no/such/page", there: /\w/ },
  {
    name: "palette",
    path: "/systems",
    there: /POLAR/,
    open: async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("listbox", { name: "Commands" }).waitFor();
    },
  },
  {
    name: "keys",
    path: inboxOf(DEMO),
    there: /Why this one/,
    open: async (page) => {
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keys of this screen" }).waitFor();
    },
  },
];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Every violation as "rule: element: why". */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(
    async (tags) =>
      // @types of axe-core describe the module, not the global that the script leaves in the page.
      (
        window as unknown as {
          axe: { run(where: Document, how: object): Promise<{ violations: Violation[] }> };
        }
      ).axe.run(document, { runOnly: tags, resultTypes: ["violations"] }),
    TAGS,
  );
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)}: ${failureSummary}`),
  );
}

async function show(page: Page, { path, there, open }: Screen): Promise<void> {
  await page.goto(path);
  await page.getByRole("main").getByText(there).first().waitFor();
  await open?.(page);
}

/** The theme follows the system's; colours on their way from light to dark would be measured as neither. */
async function darken(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
  await page.evaluate(async () => {
    await new Promise(requestAnimationFrame);
    for (const animation of document.getAnimations()) animation.finish();
  });
}

const widerThanThePage = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    return scrollWidth <= clientWidth ? [] : [`${scrollWidth} px in ${clientWidth}`];
  });

/** What holds for every screen. */
export const screens: Suite = (desk) => {
  for (const screen of SCREENS)
    test(`${screen.name}: no barrier of WCAG 2.2 A or AA, and whole at 768 wide`, async (t) => {
      // The scanner is a script of ours in the page, which the page's own policy would refuse.
      const page = await pageOf(desk(), t, { bypassCSP: true, reducedMotion: "reduce" });
      await show(page, screen);
      expect.soft(await violations(page), "light").toEqual([]);
      await darken(page);
      expect.soft(await violations(page), "dark").toEqual([]);
      await page.setViewportSize(NARROW);
      expect.soft(await widerThanThePage(page), "narrow").toEqual([]);
    });

  test("an address that leads nowhere has a way out", async (t) => {
    const page = await pageOf(desk(), t);
    await page.goto("/no/such/page");
    await page.getByRole("main").getByRole("link").first().click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.goto("/p/no-such-project");
    await page.getByRole("alert").waitFor();
  });

  test("? lists every key of the screen", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page);
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keys of this screen" });
    for (const act of ["Answer spam", "Confirm the proposal", "Undo", "Skip", "Search or command"])
      await help.getByText(act, { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "hidden" });
  });

  test("the palette goes to a screen by its name", async (t) => {
    const page = await pageOf(desk(), t);
    await sitDown(page);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search or command" }).fill("systems");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/systems$/);
  });

  test("light and dark: as the system says, or as the person does, also after a reload", async (t) => {
    const page = await pageOf(desk(), t, { colorScheme: "dark" });
    await page.goto("/systems");
    const scheme = () => page.locator("html").getAttribute("data-mantine-color-scheme");
    expect(await scheme()).toBe("dark");
    await page.getByRole("button", { name: "Use the light theme" }).click();
    expect(await scheme()).toBe("light");
    await page.reload();
    await page.getByRole("button", { name: "Use the dark theme" }).waitFor();
    expect(await scheme()).toBe("light");
  });
};
