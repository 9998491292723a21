import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { EpisodeDetail, EpisodePage, RoundsView } from "#core/episode-views.ts";
import { type Desk, expectText, pageOf, type Suite, saved, textOf } from "./desk.ts";
import {
  driveToTheEnd,
  openRobot,
  pastStep,
  phase,
  ROBOT,
  robotAt,
  scene,
  steer,
  stepOn,
} from "./robot-hand.ts";
import { until } from "./server.ts";

const rounds = (page: Page) => page.getByRole("list", { name: "Rounds" });

const episodesOf = ({ emend }: Desk, projectId = ROBOT) =>
  emend.api<EpisodePage>(`/projects/${projectId}/episodes`);

const heightOf = async (page: Page): Promise<number> =>
  Number(/gripper ([\d.]+) up/.exec(await textOf(scene(page)))?.[1]);

export const robot: Suite = (desk) => {
  test("by keyboard alone: take over, rewind, show it, retrain, and the rounds change", async (t) => {
    const page = await pageOf(desk(), t);
    const before = await desk().emend.api<RoundsView>(`/projects/${ROBOT}/rounds`);
    await openRobot(page, "?seed=by-keyboard-2");
    await expectText(phase(page)).toContain("Policy v1 drives");
    await pastStep(page, 8);
    await page.keyboard.press("p");
    await expectText(phase(page)).toBe("Paused");
    const paused = await stepOn(page);
    await page.keyboard.press("Shift+ArrowLeft");
    const step = Math.max(0, paused - 10);
    await expectText(phase(page)).toBe(`Rewound to step ${step}`);

    await page.keyboard.down("Space");
    await expectText(phase(page)).toBe("You drive");
    await driveToTheEnd(page);
    await page.keyboard.up("Space");
    await expectText(phase(page)).toBe("Ended: success");
    await saved(page);
    const mine = await until("the episode", async () => {
      const { episodes } = await episodesOf(desk());
      return episodes.find((one) => one.seed === "by-keyboard-2" && one.end === "success");
    });
    expect(mine).toMatchObject({ round: 1, takeOvers: [{ interventionId: 0, from: step }] });
    expect(mine.humanSteps).toBe(mine.steps - step);
    const round = before.rounds.find((one) => one.round === 1);
    await expectText(rounds(page)).toContain(`Round 1${(round?.episodes ?? 0) + 1} episodes`);

    await page.keyboard.press("t");
    const result = page.getByRole("region", { name: "Retrain" }).getByRole("status");
    await expectText(result).toMatch(/policy v2 (drives now|held back)/);
    const { policies } = await desk().emend.api<{ policies: { lessonId: string }[] }>(
      `/projects/${ROBOT}/policies`,
    );
    await page.goto(robotAt(`?policy=${policies[0]?.lessonId}`));
    await page.getByRole("combobox", { name: "Speed" }).selectOption("2");
    await expectText(phase(page)).toContain("Ended");
    await expectText(rounds(page)).toMatch(/Round 21 episode/);
  });

  test("RaC by keyboard: recover, correct, end; nothing is handed back, and again is possible", async (t) => {
    const page = await pageOf(desk(), t);
    await openRobot(page, "?seed=rac-by-keyboard");
    await page.getByRole("combobox", { name: "Then" }).selectOption("rac");
    await page.getByRole("button", { name: "Next episode" }).click();
    await pastStep(page, 5);
    await page.keyboard.press("c");
    await expectText(phase(page)).toMatch(/You drive: (recovery|correction)/);
    const from = await stepOn(page);
    await steer(page, { key: "ArrowUp", how: "tap" });
    await page.keyboard.press("r");
    await expectText(phase(page)).toBe("You drive: correction");
    await page.keyboard.press("c");
    await expectText(phase(page)).toBe("Waiting for your hand");
    expect(await page.getByRole("button", { name: "Let the policy go on" }).count()).toBe(0);
    await page.keyboard.press("Backspace");
    await expectText(phase(page)).toBe(`Rewound to step ${from}`);

    await page.keyboard.press("c");
    await steer(page, { key: "ArrowUp", how: "tap" });
    await page.keyboard.press("r");
    await expectText(phase(page)).toBe("You drive: correction");
    await steer(page, { key: "ArrowRight", how: "tap" });
    await page.keyboard.press("Enter");
    await expectText(phase(page)).toBe("Ended: ended after your correction");
    await saved(page);
    const ended = await until("the episode", async () => {
      const { episodes } = await episodesOf(desk());
      return episodes.find(
        (one) => one.seed === "rac-by-keyboard" && one.end === "terminated-after-intervention",
      );
    });
    const { episode } = await desk().emend.api<EpisodeDetail>(
      `/projects/${ROBOT}/episodes/${ended.id}`,
    );
    const segments = episode.rows.slice(from).map(({ segment }) => segment);
    expect(segments).toContain("recovery");
    expect(segments.at(-1)).toBe("correction");
  });

  test("with the connection lost it goes on, says so, and nothing is missing afterwards", async (t) => {
    const page = await pageOf(desk(), t);
    await openRobot(page, "?seed=offline");
    await page.context().setOffline(true);
    await page.getByRole("button", { name: /^Sync: .*(offline|not reach)/i }).waitFor();
    await expectText(phase(page)).toContain("Ended");
    const steps = await stepOn(page);
    await page.context().setOffline(false);
    await saved(page);
    const { episodes } = await episodesOf(desk());
    expect(episodes.find(({ seed }) => seed === "offline")).toMatchObject({ steps });
  });

  test("an episode of the past: its edges move by keys, and a take-over can be called none", async (t) => {
    const page = await pageOf(desk(), t);
    const { episodes } = await episodesOf(desk());
    const taken = episodes.find(({ id, takeOvers }) => /^shift/.test(id) && takeOvers.length > 0);
    const read = async () =>
      (await desk().emend.api<EpisodeDetail>(`/projects/${ROBOT}/episodes/${taken?.id}`)).episode;
    await page.goto(robotAt(`/${taken?.id}`));
    await page.getByRole("img", { name: /^Step/ }).waitFor();
    const edge = page.getByRole("slider", { name: "Take-over 1: first step held against" });
    const [first = 0, last = 0] = await Promise.all(
      ["aria-valuenow", "aria-valuemax"].map(async (name) => Number(await edge.getAttribute(name))),
    );
    await edge.press("ArrowRight");
    await expect
      .poll(async () => (await read()).preWindows["0"], { timeout: 10_000 })
      .toBe(last - first - 1);
    await page
      .getByRole("list", { name: "Take-overs" })
      .getByRole("button", { name: "Not a real take-over" })
      .first()
      .click();
    await expect.poll(async () => (await read()).notReal, { timeout: 10_000 }).toEqual([0]);
    await page.getByRole("button", { name: "Real after all" }).click();
    await expect.poll(async () => (await read()).notReal, { timeout: 10_000 }).toEqual([]);
  });

  test("the same screen runs a world of rigid bodies in the page, and does not record what is only tried", async (t) => {
    const page = await pageOf(desk(), t);
    const { total } = await episodesOf(desk());
    await openRobot(page, "?world=mujoco-insert");
    await page.getByText("tried out, not recorded").waitFor();
    await pastStep(page, 15);
    await page.keyboard.press("Delete");
    await expectText(phase(page)).toBe("Ended: thrown away");
    expect((await episodesOf(desk())).total).toBe(total);
  });

  test("without WebGL the scene is drawn flat, and says so", async (t) => {
    const page = await pageOf(desk(), t);
    await page.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
    await openRobot(page);
    await page.getByText("no WebGL").waitFor();
    await page.getByRole("img", { name: /^The scene:/ }).waitFor();
    await pastStep(page, 5);
  });

  test("the mouse pressed on the scene takes over and leads the robot; let go, the policy drives", async (t) => {
    const page = await pageOf(desk(), t);
    await openRobot(page, "?seed=mouse");
    await pastStep(page, 4);
    const box = await scene(page).boundingBox();
    const [x, y] = [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await expectText(phase(page)).toBe("You drive");
    const from = await stepOn(page);
    const before = await heightOf(page);
    await page.mouse.move(x, y - 90, { steps: 4 });
    await pastStep(page, from + 3);
    expect(await heightOf(page)).toBeGreaterThan(before + 0.05);
    await page.mouse.up();
    await expectText(phase(page)).toMatch(/drives|Ended/);
  });

  test("so does the trigger of a gamepad, and a stick at rest moves nothing", async (t) => {
    const page = await pageOf(desk(), t);
    await page.addInitScript(() => {
      const pad = {
        mapping: "standard",
        axes: [0.05, -0.08, 0, 0],
        buttons: Array.from({ length: 17 }, () => ({ value: 0 })),
      };
      Object.assign(globalThis, { pad });
      Object.defineProperty(navigator, "getGamepads", { value: () => [pad] });
    });
    const hold = (trigger: number, up: number) =>
      page.evaluate(
        ([value, y]) => {
          // What the script above left there.
          const { pad } = globalThis as unknown as {
            pad: { axes: number[]; buttons: { value: number }[] };
          };
          pad.buttons[7] = { value };
          pad.axes[1] = -y;
        },
        [trigger, up] as const,
      );
    await openRobot(page, "?seed=gamepad");
    await pastStep(page, 4);
    await hold(1, 0.08);
    await expectText(phase(page)).toBe("You drive");
    const from = await stepOn(page);
    await page.waitForTimeout(400);
    expect(await stepOn(page)).toBe(from);
    await hold(1, 1);
    await pastStep(page, from + 3);
    await hold(0, 0);
    await expectText(phase(page)).toMatch(/drives|Ended/);
  });
};
