/** Episodes as robomimic reads them, with Sirius's labels and what else there is to keep. */
import type { Episode, StepRow } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";
import { type EpisodeWriteOptions, written } from "./episode-format.ts";
import { createHdf5, type H5Group } from "./hdf5-file.ts";

const MODES: Readonly<Record<StepRow["source"], number>> = { demo: -1, policy: 0, human: 1 };
const LABELS: Readonly<Record<string, number>> = {
  demo: -1,
  robot: 0,
  intervention: 1,
  "pre-intervention": -10,
};
/** What an observation is called where nobody named its parts. */
const WHOLE = "state";

/** Writes a file; answers how many episodes are in it. */
export async function writeEpisodeHdf5(
  path: string,
  episodes: AsyncIterable<Episode>,
  options: EpisodeWriteOptions = {},
): Promise<number> {
  const hdf5 = await createHdf5(path);
  try {
    const data = hdf5.create_group("data");
    const byEnd = new Map<string, string[]>();
    let [count, total] = [0, 0];
    for await (const episode of written(episodes, options)) {
      if (count === 0) data.create_attribute("env_args", environmentOf(episode));
      const name = `demo_${count}`;
      writeDemo(data.create_group(name), episode, options);
      byEnd.set(episode.end, [...(byEnd.get(episode.end) ?? []), name]);
      count += 1;
      total += episode.rows.length;
    }
    if (count === 0)
      throw new Problem("bad-input", "There is no episode to write", { expected: "at least one" });
    data.create_attribute("total", total, null, "<i");
    const mask = hdf5.create_group("mask");
    for (const [end, names] of byEnd) mask.create_dataset({ name: end, data: names });
    return count;
  } finally {
    hdf5.close();
  }
}

const environmentOf = ({ world, controlHz }: Episode): string =>
  JSON.stringify({ env_name: world, type: 0, env_kwargs: { control_freq: controlHz } });

function writeDemo(demo: H5Group, episode: Episode, { classesOf }: EpisodeWriteOptions): void {
  const { rows, round, end, observed, ...rest } = episode;
  const { id, world, seed, policyId, controlHz, notReal, preWindows, actionNames, task, videos } =
    rest;
  const steps = rows.length;
  const parts = observed ?? [{ name: WHOLE, size: rows[0]?.obs.length ?? 0 }];
  demo.create_attribute("num_samples", steps, null, "<i");
  const about = {
    id,
    world,
    seed,
    policyId,
    controlHz,
    notReal,
    preWindows,
    actionNames,
    task,
    videos,
  };
  demo.create_attribute("emend", JSON.stringify(about));
  demo.create_attribute("emend_end", end);
  demo.create_attribute("emend_observed", JSON.stringify(parts.map(({ name }) => name)));

  const floats = (group: H5Group, name: string, table: readonly (readonly number[])[]) => {
    const size = table[0]?.length ?? 0;
    group.create_dataset({
      name,
      data: Float64Array.from(table.flat()),
      shape: [table.length, size],
      dtype: "<d",
    });
  };
  const column = (
    group: H5Group,
    name: string,
    of: (row: StepRow, t: number) => number,
    dtype = "<i",
  ) => {
    const data = dtype === "<d" ? Float64Array.from(rows, of) : Int32Array.from(rows, of);
    group.create_dataset({ name, data, shape: [steps], dtype });
  };
  floats(
    demo,
    "actions",
    rows.map(({ action }) => action),
  );
  column(demo, "rewards", ({ reward = 0 }) => reward, "<d");
  column(demo, "dones", (_, t) => (t === steps - 1 ? 1 : 0));
  column(demo, "action_modes", ({ source }) => MODES[source]);
  const classes = classesOf?.(episode);
  column(demo, "intv_labels", ({ source }, t) => LABELS[classes?.[t] ?? ""] ?? MODES[source]);
  column(demo, "round", () => round);
  column(demo, "interventions", ({ source }) => (source === "human" ? 1 : 0));

  const [now, next] = [demo.create_group("obs"), demo.create_group("next_obs")];
  let from = 0;
  for (const { name, size } of parts) {
    const cut = rows.map(({ obs }) => obs.slice(from, from + size));
    floats(now, name, cut);
    // What came of the last action was not recorded: its own observation stands in, as done is set.
    floats(next, name, [...cut.slice(1), ...cut.slice(-1)]);
    from += size;
  }

  const own = demo.create_group("emend");
  column(own, "segment", ({ segment }) =>
    segment === undefined ? 0 : segment === "recovery" ? 1 : 2,
  );
  column(own, "intervention_id", ({ interventionId = -1 }) => interventionId);
  column(own, "subtask", ({ subtask = -1 }) => subtask);
  column(own, "residual", ({ mode }) => (mode === undefined ? 0 : mode === "teleop" ? 1 : 2));
}
