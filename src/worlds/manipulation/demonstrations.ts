import type { Episode } from "#core/episode.ts";
import type { Rng } from "#core/rng.ts";
import { rollOut } from "./rollout.ts";
import { demonstrator } from "./sim-human.ts";
import type { InsertionWorld } from "./world.ts";

/** Episodes that a simulated person does from start to end: `demo-0`, `demo-1`, … */
export function demonstrate(world: InsertionWorld, count: number, rng: Rng): Episode[] {
  const person = demonstrator(world);
  return Array.from({ length: count }, (_, i) =>
    rollOut(world, null, person, { rng: rng.split(i), id: `demo-${i}` }),
  );
}
