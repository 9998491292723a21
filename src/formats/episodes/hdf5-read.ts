/**
 * robomimic's HDF5 with what Sirius adds to it: `data/demo_<i>/{actions, rewards, obs/<key>,
 * action_modes, intv_labels, interventions, round}`.
 */
import type { Episode, EpisodeEnd, StepRow } from "#core/episode.ts";
import { isProblem, Problem, quoted } from "#core/errors.ts";
import {
  CONTROL_HZ_DEFAULT,
  type EpisodeBatch,
  type EpisodeReadOptions,
} from "./episode-format.ts";
import { EpisodeIntake } from "./episode-intake.ts";
import {
  groupAt,
  type H5Group,
  type Numbers,
  numbersAt,
  numericShape,
  openHdf5,
  textAttribute,
} from "./hdf5-file.ts";

/** Not kept, and said once. Next observations are those of the next step. */
const NOT_KEPT = ["states"];

/** Episodes of a file, one demonstration at a time and never the whole file in memory. */
export async function* readEpisodeHdf5(
  path: string,
  options: EpisodeReadOptions,
): AsyncGenerator<EpisodeBatch> {
  const { file = path } = options;
  const hdf5 = await openHdf5(path, file);
  try {
    const data = groupAt(hdf5, "data");
    if (data === undefined)
      throw new Problem("bad-input", "The file holds no demonstrations", {
        expected: "a group `data` with a group for each (robomimic)",
        got: quoted(hdf5.keys().slice(0, 10)),
        at: { file },
      });
    const intake = new EpisodeIntake(file);
    const notes = new Set<string>();
    const about = environment(data);
    for (const name of namesInOrder(data.keys())) {
      options.signal?.throwIfAborted();
      try {
        intake.offer(episodeOf(data, name, { ...options, ...about, notes }), name);
      } catch (error) {
        if (!isProblem(error)) throw error;
        intake.refuse(error, name);
      }
      if (intake.full) yield intake.take();
    }
    for (const note of notes) options.note?.(note);
    yield* intake.finish();
  } finally {
    hdf5.close();
  }
}

/** `demo_2` before `demo_10`. */
const namesInOrder = (names: readonly string[]): string[] =>
  names.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));

/** World and control rate, where the file's environment names them. */
function environment(data: H5Group): { readonly named?: string; readonly hz?: number } {
  const text = textAttribute(data, "env_args");
  if (text === undefined) return {};
  try {
    const args: unknown = JSON.parse(text);
    if (typeof args !== "object" || args === null) return {};
    const kwargs = "env_kwargs" in args ? args.env_kwargs : undefined;
    const hz =
      typeof kwargs === "object" && kwargs !== null && "control_freq" in kwargs
        ? kwargs.control_freq
        : undefined;
    return {
      ...("env_name" in args && typeof args.env_name === "string" && { named: args.env_name }),
      ...(typeof hz === "number" && hz > 0 && { hz }),
    };
  } catch {
    return {};
  }
}

interface Reading extends EpisodeReadOptions {
  readonly named?: string;
  readonly hz?: number;
  readonly notes: Set<string>;
}

function episodeOf(data: H5Group, name: string, options: Reading): unknown {
  const demo = groupAt(data, name);
  if (demo === undefined)
    throw new Problem("bad-input", "It is not a group", { at: { field: `data/${name}` } });
  const actions = table(demo, "actions");
  const [steps = 0] = actions.shape;
  const { observed, rows: observations } = observationsOf(demo, steps, options);
  for (const what of NOT_KEPT)
    if (demo.keys().includes(what))
      options.notes.add(`"${what}" of each demonstration is not kept.`);
  const sources = sourcesOf(demo, steps);
  const rewards = optional(demo, "rewards", steps);
  const segments = optional(demo, "emend/segment", steps);
  const takeOvers = optional(demo, "emend/intervention_id", steps);
  const subtasks = optional(demo, "emend/subtask", steps);
  const residual = optional(demo, "emend/residual", steps);
  const rows = Array.from({ length: steps }, (_, t): StepRow => {
    const interventionId = takeOvers?.[t] ?? -1;
    const segment = (["", "recovery", "correction"] as const)[segments?.[t] ?? 0];
    const subtask = subtasks?.[t] ?? -1;
    const reward = rewards?.[t];
    const mode = (["", "teleop", "residual"] as const)[residual?.[t] ?? 0];
    return {
      t,
      obs: observations[t] ?? [],
      action: rowOf(actions, t),
      source: sources[t] ?? "demo",
      ...(segment && { segment }),
      ...(mode && { mode }),
      ...(interventionId >= 0 && { interventionId }),
      ...(subtask >= 0 && { subtask }),
      ...(reward !== undefined && { reward }),
    };
  });
  return { ...headOf(demo, name, options), end: endOf(demo, rewards, options), rows, observed };
}

/** What the file says of the episode; the reader's word where it says nothing. */
function headOf(demo: H5Group, name: string, options: Reading) {
  const own = textAttribute(demo, "emend");
  const said: Partial<Episode> = own === undefined ? {} : JSON.parse(own);
  const round = optional(demo, "round", undefined)?.[0];
  const { world, hz, named, file = "" } = options;
  return {
    id: `${file === "" ? "" : `${file}/`}${name}`,
    world: named ?? world,
    seed: null,
    round: round ?? options.round ?? 0,
    policyId: null,
    controlHz: hz ?? options.controlHz ?? CONTROL_HZ_DEFAULT,
    ...said, // checked with the rest of the episode
  };
}

function endOf(
  demo: H5Group,
  rewards: ArrayLike<number> | undefined,
  options: Reading,
): EpisodeEnd {
  const own = textAttribute(demo, "emend_end");
  if (own !== undefined) return own as EpisodeEnd; // checked with the rest of the episode
  if (options.end !== undefined) return options.end;
  if (rewards === undefined || rewards.length === 0) return "success";
  return (rewards[rewards.length - 1] ?? 0) > 0 ? "success" : "time-out";
}

const field = (problem: string, name: string, expected: string, got: string): Problem =>
  new Problem("bad-input", problem, { expected, got, at: { field: name } });

/** [steps, size] numbers that must be there. */
function table(demo: H5Group, name: string): Numbers {
  const found = numbersAt(demo, name);
  if (found === undefined)
    throw field(
      `"${name}" is missing`,
      name,
      "a data set of numbers",
      quoted(demo.keys().slice(0, 20)),
    );
  const [steps = 0] = found.shape;
  if (found.shape.length !== 2 || steps < 1)
    throw field(`"${name}" is of another shape`, name, "[steps, size]", quoted(found.shape));
  return found;
}

/** [steps] numbers that may be there. */
function optional(
  demo: H5Group,
  name: string,
  steps: number | undefined,
): ArrayLike<number> | undefined {
  const [group = "", rest] = name.split("/");
  if (rest !== undefined && groupAt(demo, group) === undefined) return undefined;
  if (rest === undefined && !demo.keys().includes(name)) return undefined;
  const found = numbersAt(demo, name);
  if (found === undefined) return undefined;
  if (steps !== undefined && found.values.length !== steps)
    throw field(`"${name}" is of another length`, name, `${steps} steps`, `${found.values.length}`);
  return found.values;
}

function rowOf({ shape, values }: Numbers, t: number): number[] {
  const size = shape.slice(1).reduce((product, side) => product * side, 1);
  return Array.from({ length: size }, (_, k) => values[t * size + k] ?? Number.NaN);
}

function observationsOf(
  demo: H5Group,
  steps: number,
  { observations, notes }: Reading,
): { readonly observed: { name: string; size: number }[]; readonly rows: number[][] } {
  const obs = groupAt(demo, "obs");
  if (obs === undefined)
    throw field("There are no observations", "obs", "a group of data sets", "none");
  const isTable = (name: string) => [1, 2].includes(numericShape(obs, name)?.length ?? 0);
  for (const name of obs.keys())
    if (!isTable(name))
      notes.add(`Observation "${name}" is not a table of numbers, and is not kept.`);
  const names = observations ?? partsInOrder(demo, obs.keys().filter(isTable));
  const parts = names.map((name) => {
    const found = obs.keys().includes(name) ? numbersAt(obs, name) : undefined;
    if (found === undefined)
      throw field(`Observation "${name}" is missing`, `obs/${name}`, quoted(obs.keys()), "none");
    if (found.shape[0] !== steps)
      throw field(
        `Observation "${name}" is of another length`,
        `obs/${name}`,
        `${steps} steps`,
        `${found.shape[0]}`,
      );
    return { name, found, size: found.values.length / steps };
  });
  if (parts.length === 0)
    throw field("There are no observations of numbers", "obs", "at least one", "none");
  return {
    observed: parts.map(({ name, size }) => ({ name, size })),
    rows: Array.from({ length: steps }, (_, t) => parts.flatMap(({ found }) => rowOf(found, t))),
  };
}

/** The order they were put together in, where the file was written here; else by name. */
function partsInOrder(demo: H5Group, names: readonly string[]): readonly string[] {
  const order = textAttribute(demo, "emend_observed");
  if (order === undefined) return namesInOrder(names);
  const said: unknown = JSON.parse(order);
  return Array.isArray(said) ? said.map(String) : namesInOrder(names);
}

const MODES: Readonly<Record<number, StepRow["source"]>> = {
  [-1]: "demo",
  0: "policy",
  1: "human",
};
/** As labels are derived with the steps before a take-over: the policy's own. */
const LABELS: typeof MODES = { ...MODES, [-10]: "policy" };

/** Who acted at each step; demonstrations where the file does not say. */
function sourcesOf(demo: H5Group, steps: number): StepRow["source"][] {
  for (const [name, known] of [
    ["action_modes", MODES],
    ["intv_labels", LABELS],
  ] as const) {
    const labels = optional(demo, name, steps);
    if (labels === undefined) continue;
    return Array.from(labels, (label, t) => {
      const source = known[label];
      if (source !== undefined) return source;
      const expected = Object.keys(known).join(", ");
      throw field(
        `"${name}" has a label there is no such class for`,
        `${name}.${t}`,
        `one of ${expected}`,
        `${label}`,
      );
    });
  }
  const interventions = optional(demo, "interventions", steps);
  if (interventions === undefined) return Array.from({ length: steps }, () => "demo" as const);
  return Array.from(interventions, (taken, t) => {
    if (taken === 0 || taken === 1) return taken === 1 ? "human" : "policy";
    throw field(
      '"interventions" is neither yes nor no',
      `interventions.${t}`,
      "0 or 1",
      `${taken}`,
    );
  });
}
