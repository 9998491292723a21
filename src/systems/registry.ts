import { Problem } from "#core/errors.ts";
import type { System } from "#core/system.ts";
import { cards } from "./cards.ts";

/** Data now, code on demand: one line per system that works. */
const code: Readonly<Record<string, () => Promise<{ system: System }>>> = {
  alpacafarm: () => import("./alpacafarm/system.ts"),
  chime: () => import("./chime/system.ts"),
  "markov-reformulation": () => import("./markov-reformulation/system.ts"),
  "pareto-calibration": () => import("./pareto-calibration/system.ts"),
  r3: () => import("./r3/system.ts"),
  rac: () => import("./rac/system.ts"),
  "reward-ensembles": () => import("./reward-ensembles/system.ts"),
  sirius: () => import("./sirius/system.ts"),
};

export { cards };

export const working: readonly string[] = Object.keys(code);

/** Throws a `not-found` problem when there is no such system, or when it is still planned. */
export async function loadSystem(id: string): Promise<System> {
  const load = code[id];
  if (load !== undefined) return (await load()).system;
  const planned = cards.some((card) => card.id === id);
  throw new Problem("not-found", planned ? `"${id}" is planned` : `There is no system "${id}"`, {
    expected: `one that works: ${working.join(", ")}`,
    got: id,
  });
}
