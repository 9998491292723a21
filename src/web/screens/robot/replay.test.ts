import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { rollOut } from "#worlds/manipulation/rollout.ts";
import { demonstrator } from "#worlds/manipulation/sim-human.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import { scenesOf } from "./scenes-of.ts";

const world = tabletop();
const episode = rollOut(world, null, demonstrator(world), { rng: rngOf("again") });

test("from its start and its actions an episode is seen again, step by step", () => {
  const scenes = scenesOf(tabletop(), episode);
  expect(scenes).toHaveLength(episode.rows.length + 1);
  expect(scenes?.at(-1)?.status).toBe("in the slot");
});

test("what was recorded elsewhere is not made up", () => {
  expect(scenesOf(tabletop(), { ...episode, seed: null })).toBeNull();
  expect(scenesOf(tabletop(), { ...episode, seed: "another" })).toBeNull();
  const rows = episode.rows.map((row) => ({ ...row, action: [0] }));
  expect(scenesOf(tabletop(), { ...episode, rows })).toBeNull();
});
