import type { Episode } from "#core/episode.ts";
import { rngOf } from "#core/rng.ts";
import type { ManipulationWorld, Scene } from "#worlds/manipulation/world.ts";

/** Observations of a replay that differ by more were not made by these actions from this start. */
const SAME = 1e-6;

/** [steps + 1] what was seen, made again from the start and the actions; null where that leads elsewhere. */
export function scenesOf(world: ManipulationWorld, { seed, rows }: Episode): Scene[] | null {
  if (seed === null || rows[0]?.action.length !== world.actionNames.length) return null;
  world.reset(rngOf(seed));
  const scenes = [world.draw()];
  for (const { obs, action } of rows) {
    const seen = world.observe();
    if (
      obs.length !== seen.length ||
      obs.some((value, i) => Math.abs(value - (seen[i] ?? 0)) > SAME)
    )
      return null;
    world.step(action);
    scenes.push(world.draw());
  }
  return scenes;
}
