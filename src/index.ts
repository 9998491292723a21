/** The library: what a program imports. `emend` on the command line and the HTTP API offer the same operations. */

export { systemClock } from "#core/clock.ts";
export type { Ctx } from "#core/contracts.ts";
export { Problem, problemText } from "#core/errors.ts";
export { rngOf } from "#core/rng.ts";
export type { StudyReport } from "#core/study.ts";
export { calibrate } from "#systems/pareto-calibration/calibrate.ts";
export { score } from "#systems/pareto-calibration/score.ts";
export { cards, loadSystem } from "#systems/registry.ts";
export { runStudy } from "#systems/study-runner.ts";
