import { assert } from "#core/assert.ts";
import type { Episode, EpisodeEnd, StepRow, StepSegment } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";
import type { Rng } from "#core/rng.ts";
import type { Policy } from "#propose/policy/policy.ts";
import { clipUnit } from "./action.ts";
import type { InsertionWorld, ManipulationWorld } from "./world.ts";

/** What one who watches does before a step. */
export type Decision =
  /** Leaves it to the policy. */
  | { readonly kind: "watch" }
  /** Acts in its place. */
  | { readonly kind: "drive"; readonly action: Float64Array; readonly segment: StepSegment }
  /** Ends the episode: the correction is made. */
  | { readonly kind: "end" };

/** One who watches a roll-out and may take over; of one world, one episode at a time. */
export interface Supervisor {
  reset(rng: Rng): void;
  decide(): Decision;
}

export interface RollOutOptions {
  /** The episode is that of `rng.path`: same path, same start, same noise of the world. */
  readonly rng: Rng;
  /** Default: the world's own. */
  readonly stepsMax?: number;
  /** Default: world and `rng.path`. */
  readonly id?: string;
  readonly round?: number;
  readonly policyId?: string | null;
}

/**
 * One episode, with every step's row. Without a policy the supervisor drives from the first step,
 * and its steps are a demonstration.
 */
export function rollOut(
  world: ManipulationWorld,
  policy: Policy | null,
  supervisor: Supervisor | null,
  options: RollOutOptions,
): Episode {
  const { rng, stepsMax = world.stepsMax, round = 0, policyId = null } = options;
  assert(policy !== null || supervisor !== null, "somebody to act");
  const acting = rng.split("policy");
  world.reset(rng);
  policy?.reset();
  supervisor?.reset(rng.split("supervisor"));

  const rows: StepRow[] = [];
  let end: EpisodeEnd = "time-out";
  let takeOvers = 0;
  let driving = false;
  let subtask = 0;
  for (let t = 0; t < stepsMax; t++) {
    const decision = supervisor?.decide() ?? { kind: "watch" };
    if (decision.kind === "end") {
      end = "terminated-after-intervention";
      break;
    }
    const obs = world.observe();
    const person = decision.kind === "drive";
    if (driving && !person) policy?.reset(); // what it had planned is of another situation
    if (person && !driving && policy !== null) takeOvers++;
    driving = person;
    assert(person || policy !== null, "without a policy a supervisor drives at every step");
    const action = person ? decision.action : (policy as Policy).act(obs, acting); // just asserted
    const outcome = world.step(action);
    rows.push({
      t,
      obs: Array.from(obs),
      action: Array.from(action, clipUnit),
      ...sourceOf(decision, policy, takeOvers - 1),
      subtask,
      reward: outcome.reward,
    });
    subtask = outcome.subtask;
    if (outcome.done) {
      end = outcome.success ? "success" : "failure";
      break;
    }
  }
  const { id = `${world.id}/${rng.path}` } = options;
  const { controlHz } = world;
  const about = { id, world: world.id, seed: rng.path, round, policyId, controlHz };
  return { ...about, end, rows, notReal: [], preWindows: {} };
}

function sourceOf(
  decision: Decision,
  policy: Policy | null,
  interventionId: number,
): Pick<StepRow, "source" | "segment" | "mode" | "interventionId"> {
  if (decision.kind !== "drive") return { source: "policy" };
  if (policy === null) return { source: "demo" };
  return { source: "human", segment: decision.segment, mode: "teleop", interventionId };
}

export interface EvaluationOptions {
  /** Episodes: the same seeds give two policies the same starts, so that they can be paired. */
  readonly seeds: readonly (string | number)[];
  readonly rng: Rng;
  /** Default: the world's own. */
  readonly stepsMax?: number;
  /** Ends an episode at so many recoveries: what trying again is worth, at one fixed policy. */
  readonly recoveriesMax?: number;
  readonly signal?: AbortSignal;
}

/** One episode of a policy that nobody helps. */
export interface EvaluatedEpisode {
  readonly seed: string | number;
  readonly success: boolean;
  /** Share of the sub-tasks finished. */
  readonly progress: number;
  readonly steps: number;
  /** Times it backed out of a failed insertion, up to where it sees the slot afresh. */
  readonly recoveries: number;
}

export interface Evaluation {
  readonly episodes: readonly EvaluatedEpisode[];
  /** Shares of, and means over, all episodes. */
  readonly success: number;
  readonly progress: number;
  readonly recoveries: number;
  /** Mean over the successes; NaN without any. */
  readonly successSteps: number;
}

/**
 * How a policy does alone. Nobody can take over: there is no supervisor to ask. Throws a
 * `cancelled` problem when `signal` says so.
 */
export function evaluate(
  policy: Policy,
  makeWorld: () => InsertionWorld,
  options: EvaluationOptions,
): Evaluation {
  assert(options.seeds.length > 0, "at least one episode to evaluate on");
  const world = makeWorld();
  try {
    const episodes = options.seeds.map((seed) => {
      if (options.signal?.aborted) throw new Problem("cancelled", "Evaluation was cancelled");
      return evaluateEpisode(policy, world, { ...options, seed });
    });
    const mean = (of: (episode: EvaluatedEpisode) => number, over = episodes) =>
      over.reduce((sum, episode) => sum + of(episode), 0) / over.length;
    return {
      episodes,
      success: mean(({ success }) => (success ? 1 : 0)),
      progress: mean(({ progress }) => progress),
      recoveries: mean(({ recoveries }) => recoveries),
      successSteps: mean(
        ({ steps }) => steps,
        episodes.filter(({ success }) => success),
      ),
    };
  } finally {
    world.dispose();
  }
}

function evaluateEpisode(
  policy: Policy,
  world: InsertionWorld,
  options: EvaluationOptions & { readonly seed: string | number },
): EvaluatedEpisode {
  const { stepsMax = world.stepsMax, recoveriesMax = Number.POSITIVE_INFINITY, seed } = options;
  const rng = options.rng.split(`episode-${seed}`);
  const acting = rng.split("policy");
  world.reset(rng);
  policy.reset();
  let recoveries = 0;
  let subtask = 0;
  let failed = false; // has pressed on the board since it last saw the slot afresh
  for (let steps = 1; ; steps++) {
    const outcome = world.step(policy.act(world.observe(), acting));
    const { contact, held, gripperY } = world.truth();
    if (outcome.subtask !== subtask || !held) failed = false;
    subtask = outcome.subtask;
    if (contact) failed = true;
    if (failed && gripperY >= world.geometry.viewY) {
      failed = false;
      recoveries++;
    }
    if (!outcome.done && steps < stepsMax && recoveries < recoveriesMax) continue;
    const progress = subtask / world.subtasks;
    return { seed, success: outcome.success, progress, steps, recoveries };
  }
}

/**
 * What a policy would do along the vertical, on average, where a person took over while the piece
 * pressed on the board (the person goes up at +.85); NaN where nobody did. Shows whether backing
 * out was learned, whatever became of it.
 */
export function verticalAtTakeOver(
  policy: Policy,
  world: Pick<ManipulationWorld, "observationNames" | "actionNames">,
  { episodes, rng }: { episodes: readonly Episode[]; rng: Rng },
): number {
  const contact = world.observationNames.indexOf("contact");
  const vertical = world.actionNames.indexOf("dy");
  assert(contact >= 0 && vertical >= 0, "a world with contact and a vertical action");
  let sum = 0;
  let count = 0;
  for (const { rows } of episodes)
    rows.forEach(({ source, obs, interventionId }, i) => {
      const onset = source === "human" && rows[i - 1]?.interventionId !== interventionId;
      if (!onset || obs[contact] !== 1) return;
      policy.reset();
      sum += policy.act(obs, rng)[vertical] as number; // its length is that of the names
      count++;
    });
  return sum / count;
}
