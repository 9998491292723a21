/**
 * How near a state is to where demonstrations have been, and how far along the task it lies there:
 * what tells a person, or a splitter of recordings, that a robot is back on known ground.
 */
import { assert } from "#core/assert.ts";
import type { Episode } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";

const DEMONSTRATIONS_MIN = 3;
/** More frames than this are thinned evenly: a look-up stays under a tenth of a millisecond. */
const FRAMES_MAX = 4_000;
/** Share of demonstrated states, each seen from the other demonstrations, that count as familiar. */
const FAMILIAR_SHARE = 0.95;

export interface FamiliarityOptions {
  /** k of the nearest-neighbour distance. */
  readonly neighbours?: number;
  /** Observations that are angles in radians: π and −π are the same place. */
  readonly circular?: readonly number[];
}

export interface Familiarity {
  /** Distance, in standard deviations, up to which a state is familiar. */
  readonly radius: number;
  readonly neighbours: number;
  readonly observationSize: number;
  /** [columns] of the standardised state; an angle is two columns. */
  readonly centre: Float64Array;
  readonly scale: Float64Array;
  readonly circular: readonly number[];
  /** [frames × columns] demonstrated states, standardised. */
  readonly frames: Float64Array;
  /** [frames] share of the task done there, 0 to 1. */
  readonly progress: Float64Array;
}

export interface Sighting {
  /** Mean distance to the nearest demonstrated states, in standard deviations. */
  readonly distance: number;
  /** Median share of the task done at those, 0 to 1. */
  readonly progress: number;
  readonly familiar: boolean;
}

/**
 * Fits on demonstrations: rows of source `demo`, or whole episodes a person did. A column that never
 * changes keeps its own unit. The radius is the 95th percentile of the distances of demonstrated
 * states to the *other* demonstrations: frames of its own are neighbours in time, not evidence.
 *
 * @throws Problem `bad-input` for fewer than three demonstrations, or for an angle that is not there.
 */
export function fitFamiliarity(
  episodes: readonly Episode[],
  { neighbours = 5, circular = [] }: FamiliarityOptions = {},
): Familiarity {
  assert(Number.isSafeInteger(neighbours) && neighbours > 0, "one neighbour or more");
  const demonstrations = episodes.filter(({ rows }) =>
    rows.every(({ source }) => source !== "policy"),
  );
  const observationSize = demonstrations[0]?.rows[0]?.obs.length ?? 0;
  if (demonstrations.length < DEMONSTRATIONS_MIN)
    throw new Problem("bad-input", "Too few demonstrations to know what is familiar", {
      expected: `at least ${DEMONSTRATIONS_MIN} episodes that a person did from start to end`,
      got: String(demonstrations.length),
    });
  const odd = circular.find((column) => !(column >= 0 && column < observationSize));
  if (odd !== undefined)
    throw new Problem("bad-input", "There is no such angle", {
      expected: `a column from 0 to ${observationSize - 1}`,
      got: String(odd),
    });
  const thinned = thin(demonstrations);
  const raw = thinned.map(({ obs }) => unrolled(obs, circular));
  const { centre, scale } = standards(raw, observationSize, circular);
  const columns = centre.length;
  const frames = new Float64Array(raw.length * columns);
  raw.forEach((state, f) => {
    state.forEach((value, j) => {
      frames[f * columns + j] = (value - (centre[j] as number)) / (scale[j] as number);
    });
  });
  const progress = Float64Array.from(thinned, (frame) => frame.progress);
  const fitted = { neighbours, observationSize, centre, scale, circular, frames, progress };
  const owners = thinned.map(({ owner }) => owner);
  return { ...fitted, radius: radiusOf(fitted, owners) };
}

interface Frame {
  readonly owner: number;
  readonly obs: readonly number[];
  readonly progress: number;
}

function thin(demonstrations: readonly Episode[]): Frame[] {
  const subtasks = 1 + Math.max(...demonstrations.map(({ rows }) => rows.at(-1)?.subtask ?? 0));
  const all = demonstrations.flatMap((episode, owner) => {
    const progress = progressOf(episode, subtasks);
    return episode.rows.map(({ obs }, i) => ({ owner, obs, progress: progress[i] as number }));
  });
  const step = Math.max(1, all.length / FRAMES_MAX);
  return Array.from(
    { length: Math.floor(all.length / step) },
    (_, i) => all[Math.floor(i * step)] as Frame,
  );
}

/** [rows] sub-tasks finished plus the share of time within the one under way, of all sub-tasks. */
function progressOf({ rows }: Episode, subtasks: number): Float64Array {
  const progress = new Float64Array(rows.length);
  let start = 0;
  for (let end = 1; end <= rows.length; end++) {
    const subtask = rows[start]?.subtask ?? 0;
    if (end < rows.length && (rows[end]?.subtask ?? 0) === subtask) continue;
    for (let i = start; i < end; i++)
      progress[i] = (subtask + (i - start) / (end - start)) / subtasks;
    start = end;
  }
  return progress;
}

/** Angles as sine and cosine after the other columns, so that a full turn is no distance. */
function unrolled(obs: ArrayLike<number>, circular: readonly number[]): number[] {
  const plain = Array.from(obs).filter((_, column) => !circular.includes(column));
  const turned = circular.flatMap((column) => {
    const angle = obs[column] as number;
    return [Math.sin(angle), Math.cos(angle)];
  });
  return [...plain, ...turned];
}

/** Sine and cosine keep their own unit: standardised apart they would bend the circle. */
function standards(
  states: readonly (readonly number[])[],
  observationSize: number,
  circular: readonly number[],
): { readonly centre: Float64Array; readonly scale: Float64Array } {
  const columns = states[0]?.length ?? 0;
  const plain = observationSize - new Set(circular).size;
  const centre = new Float64Array(columns);
  const scale = new Float64Array(columns).fill(1);
  for (let j = 0; j < plain; j++) {
    const mean = states.reduce((sum, state) => sum + (state[j] as number), 0) / states.length;
    const squares = states.reduce((sum, state) => sum + ((state[j] as number) - mean) ** 2, 0);
    const deviation = Math.sqrt(squares / states.length);
    centre[j] = mean;
    if (deviation > 1e-9 * Math.max(1, Math.abs(mean))) scale[j] = deviation;
  }
  return { centre, scale };
}

type Fitted = Omit<Familiarity, "radius">;

/** Mean distance to, and median progress of, the nearest frames that `counts` lets through. */
function nearest(
  { frames, progress, neighbours, centre }: Fitted,
  state: Float64Array,
  counts: (frame: number) => boolean,
): { readonly distance: number; readonly progress: number } {
  const columns = centre.length;
  const best = new Float64Array(neighbours).fill(Number.POSITIVE_INFINITY);
  const which = new Int32Array(neighbours).fill(-1);
  for (let f = 0; f < progress.length; f++) {
    if (!counts(f)) continue;
    const worst = best[neighbours - 1] as number;
    let squared = 0;
    for (let j = 0; j < columns && squared < worst; j++) {
      const gap = (state[j] as number) - (frames[f * columns + j] as number);
      squared += gap * gap;
    }
    if (squared >= worst) continue;
    let at = neighbours - 1;
    for (; at > 0 && (best[at - 1] as number) > squared; at--) {
      best[at] = best[at - 1] as number;
      which[at] = which[at - 1] as number;
    }
    best[at] = squared;
    which[at] = f;
  }
  const found = [...which].filter((f) => f >= 0);
  const distances = [...best].slice(0, found.length).map(Math.sqrt);
  const done = found.map((f) => progress[f] as number).sort((a, b) => a - b);
  const middle = done.length / 2;
  return {
    distance: distances.reduce((sum, one) => sum + one, 0) / distances.length,
    progress:
      ((done[Math.ceil(middle) - 1] ?? Number.NaN) + (done[Math.floor(middle)] ?? Number.NaN)) / 2,
  };
}

function radiusOf(fitted: Fitted, owners: readonly number[]): number {
  const { frames, centre } = fitted;
  const distances = Float64Array.from(owners, (owner, f) => {
    const state = frames.subarray(f * centre.length, (f + 1) * centre.length);
    return nearest(fitted, state, (other) => owners[other] !== owner).distance;
  }).sort();
  return distances[Math.ceil(FAMILIAR_SHARE * distances.length) - 1] as number;
}

/** `observation`: [observation size] as the policy sees it. */
export function sightingOf(familiarity: Familiarity, observation: ArrayLike<number>): Sighting {
  const { observationSize, circular, centre, scale, radius } = familiarity;
  assert(observation.length === observationSize, `${observationSize} numbers observed`);
  const state = Float64Array.from(
    unrolled(observation, circular),
    (value, j) => (value - (centre[j] as number)) / (scale[j] as number),
  );
  const { distance, progress } = nearest(familiarity, state, () => true);
  return { distance, progress, familiar: distance <= radius };
}
