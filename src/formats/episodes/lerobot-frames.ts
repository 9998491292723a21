/** The columns of LeRobot's frames: what it asks for, and what says who acted. */
import type { Episode, StepRow } from "#core/episode.ts";
import { type Feature, featureName, MODES, SEGMENTS, SOURCES, STATE } from "./lerobot-format.ts";

export interface FrameColumn {
  readonly name: string;
  readonly type: "float" | "int64" | "boolean";
  /** Numbers of a cell; more than one is a list. */
  readonly width: number;
  readonly cells: readonly unknown[];
}

interface Place {
  readonly index: number;
  readonly firstFrame: number;
  readonly taskIndex: number;
}

/** A column of one value a step. */
type Scalar = readonly [
  name: string,
  type: FrameColumn["type"],
  of: (row: StepRow, episode: Episode, place: Place) => number | boolean,
];

const SCALARS: readonly Scalar[] = [
  ["timestamp", "float", ({ t }, { controlHz }) => t / controlHz],
  ["frame_index", "int64", ({ t }) => t],
  ["episode_index", "int64", (_, __, { index }) => index],
  ["index", "int64", ({ t }, _, { firstFrame }) => firstFrame + t],
  ["task_index", "int64", (_, __, { taskIndex }) => taskIndex],
  ["next.reward", "float", ({ reward = 0 }) => reward],
  ["next.done", "boolean", ({ t }, { rows }) => t === rows.length - 1],
  ["next.success", "boolean", ({ t }, { rows, end }) => t === rows.length - 1 && end === "success"],
  ["source", "int64", ({ source }) => SOURCES.indexOf(source)],
  ["segment", "int64", ({ segment }) => SEGMENTS.indexOf(segment)],
  ["mode", "int64", ({ mode }) => MODES.indexOf(mode)],
  ["intervention", "boolean", ({ source }) => source === "human"],
  ["intervention_id", "int64", ({ interventionId = -1 }) => interventionId],
  ["subtask", "int64", ({ subtask = -1 }) => subtask],
];

const partsOf = ({ observed, rows }: Episode) =>
  observed ?? [{ name: STATE, size: rows[0]?.obs.length ?? 0 }];

const cell = (numbers: readonly number[]) => (numbers.length === 1 ? numbers[0] : numbers);

export function frameColumns(episode: Episode, place: Place): FrameColumn[] {
  const { rows } = episode;
  const columns: FrameColumn[] = [];
  let from = 0;
  for (const { name, size } of partsOf(episode)) {
    const [start, end] = [from, from + size];
    const cells = rows.map(({ obs }) => cell(obs.slice(start, end)));
    columns.push({ name: featureName(name), type: "float", width: size, cells });
    from = end;
  }
  const width = rows[0]?.action.length ?? 0;
  columns.push({
    name: "action",
    type: "float",
    width,
    cells: rows.map(({ action }) => cell(action)),
  });
  for (const [name, type, of] of SCALARS)
    columns.push({ name, type, width: 1, cells: rows.map((row) => of(row, episode, place)) });
  return columns;
}

const DTYPES = { float: "float32", int64: "int64", boolean: "bool" } as const;

/** `features` of `meta/info.json`. */
export function describeFrames(episode: Episode): Record<string, Feature> {
  const width = episode.rows[0]?.action.length ?? 0;
  const vector = (size: number, names: unknown): Feature => ({
    dtype: "float32",
    shape: [size],
    names,
  });
  return {
    ...Object.fromEntries(
      partsOf(episode).map(({ name, size }) => [
        featureName(name),
        vector(
          size,
          Array.from({ length: size }, (_, k) => `${name}_${k}`),
        ),
      ]),
    ),
    action: vector(
      width,
      episode.actionNames ?? Array.from({ length: width }, (_, k) => `action_${k}`),
    ),
    ...Object.fromEntries(
      SCALARS.map(([name, type]) => [name, { dtype: DTYPES[type], shape: [1], names: null }]),
    ),
  };
}
