/** What a reviewer does in the workbench, in the distribution's Chromium, against one running server. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { assert } from "#core/assert.ts";
import { findChromium, launch } from "./browser.ts";
import { data } from "./data.suite.ts";
import type { Desk } from "./desk.ts";
import { faults } from "./faults.suite.ts";
import { hostile } from "./hostile.suite.ts";
import { inbox } from "./inbox.suite.ts";
import { language } from "./language.suite.ts";
import { learning } from "./learning.suite.ts";
import { rewrites } from "./rewrites.suite.ts";
import { robot } from "./robot.suite.ts";
import { screens } from "./screens.suite.ts";
import { DEMO, type Emend, goldOfMails, settled, startEmend } from "./server.ts";
import { systems } from "./systems.suite.ts";
import { writing } from "./writing.suite.ts";

const chromium = findChromium();

describe.skipIf(chromium === undefined)("workbench", () => {
  let emend: Emend | undefined;
  let browser: Browser | undefined;
  let shared: Desk | undefined;
  const desk = (): Desk => {
    assert(shared !== undefined, "the server and the browser are up");
    return shared;
  };

  beforeAll(async () => {
    emend = await startEmend();
    browser = await launch(chromium ?? "");
    await settled(emend, DEMO);
    shared = { emend, browser, gold: await goldOfMails() };
  });
  afterAll(async () => {
    await browser?.close();
    await emend?.stop();
  });

  // In this order: learning finds a fresh project, the screens find one with something to show.
  describe("learning", () => learning(desk));
  describe("inbox", () => inbox(desk));
  describe("faults", () => faults(desk));
  describe("data", () => data(desk));
  describe("hostile mail", () => hostile(desk));
  describe("Rewrites", () => rewrites(desk));
  describe("systems", () => systems(desk));
  describe("Writing", () => writing(desk));
  describe("Robot", () => robot(desk));
  describe("Language", () => language(desk));
  describe("every screen", () => screens(desk));
});
