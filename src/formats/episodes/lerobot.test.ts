import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { EPISODES, gathered, streamed, temporaryFolder } from "./episodes.fixture.ts";
import { LEROBOT_VERSIONS } from "./lerobot-format.ts";
import { readLeRobot } from "./lerobot-read.ts";
import { mergeStatistics, statisticsOf } from "./lerobot-statistics.ts";
import { writeLeRobot } from "./lerobot-write.ts";
import { readParquet, writeParquet } from "./parquet-file.ts";

const { path, remove } = temporaryFolder();
afterAll(remove);
const read = (name: string, more: object = {}) =>
  gathered(readLeRobot(path(name), { file: name, world: "arm", ...more }));

test.each(LEROBOT_VERSIONS)("%s: what is written comes back, field by field", async (version) => {
  const report = await writeLeRobot(path(version), streamed(EPISODES), { version });
  expect(report).toEqual({ episodes: 3, frames: 10, notes: [] });
  expect(await read(version)).toEqual({ episodes: EPISODES, problems: [] });
});

test.each(LEROBOT_VERSIONS)(
  "%s: videos are linked to, not copied, and still known",
  async (version) => {
    const video = path(`${version}.mp4`);
    writeFileSync(video, "frames");
    const feature = { dtype: "video", shape: [480, 640, 3], names: ["height", "width", "channel"] };
    const camera = "observation.images.top";
    const filmed = EPISODES.map((episode) => ({
      ...episode,
      videos: { [camera]: { path: video, fromS: 0, feature } },
    }));
    const name = `filmed-${version}`;
    const report = await writeLeRobot(path(name), streamed(filmed), { version });
    expect(report.notes).toEqual([]);
    const { episodes } = await read(name);
    const [first] = episodes;
    const linked = first?.videos?.[camera]?.path ?? "";
    expect(readlinkSync(linked)).toBe(video);
    expect(first?.videos?.[camera]).toMatchObject({ fromS: 0, feature });
    const shared = new Set(episodes.map((episode) => episode.videos?.[camera]?.path));
    expect(shared.size).toBe(version === "3.0" ? 1 : 3);
  },
);

test.each(LEROBOT_VERSIONS)("%s: a person's steps alone", async (version) => {
  const name = `human-${version}`;
  await writeLeRobot(path(name), streamed(EPISODES), { version, humanOnly: true });
  const { episodes } = await read(name);
  expect(episodes.map(({ id }) => id)).toEqual(["demo", "shift/steps-1-3"]);
});

test("an episode of another control rate, size or camera is left out and said so", async () => {
  const [first, second] = EPISODES;
  if (first === undefined || second === undefined) throw new Error("there are two");
  const slow = { ...second, id: "slow", controlHz: 10 };
  const small = {
    ...second,
    id: "small",
    observed: undefined,
    rows: [{ t: 0, obs: [1], action: [1, 1], source: "demo" as const }],
  };
  const filmed = { ...second, id: "filmed", videos: { top: { path: "x", fromS: 0, feature: {} } } };
  const given = streamed([first, slow, small, filmed]);
  const { episodes, notes } = await writeLeRobot(path("odd"), given, { version: "3.0" });
  expect(episodes).toBe(1);
  expect(notes).toEqual([
    'Episode "slow" is left out: it runs at 10 steps a second, the others at 20.',
    'Episode "small" is left out: its observations or actions are of other sizes.',
    'Episode "filmed" is left out: it has other cameras.',
  ]);
  await expect(writeLeRobot(path("none"), streamed([]), { version: "2.1" })).rejects.toThrow(
    "no episode",
  );
});

/** A data set of another's, version 2.1, with one data file an episode. */
async function foreign(
  name: string,
  episodes: readonly Record<string, unknown[]>[],
  more: object = {},
) {
  mkdirSync(path(`${name}/meta`), { recursive: true });
  mkdirSync(path(`${name}/data/chunk-000`), { recursive: true });
  const vector = (size: number) => ({ dtype: "float32", shape: [size], names: null });
  writeFileSync(
    path(`${name}/meta/info.json`),
    JSON.stringify({
      codebase_version: "v2.1",
      robot_type: "so100",
      fps: 30,
      chunks_size: 1000,
      data_path: "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet",
      video_path: null,
      features: {
        action: { ...vector(2), names: { motors: ["a", "b"] } },
        "observation.environment_state": vector(1),
        "observation.state": vector(2),
        is_intervention: { dtype: "bool", shape: [1], names: null },
        "observation.image": { dtype: "image", shape: [2, 2, 3], names: null },
      },
      ...more,
    }),
  );
  const lines = episodes.map((columns, k) =>
    JSON.stringify({ episode_index: k, tasks: ["pick"], length: columns.action?.length ?? 0 }),
  );
  writeFileSync(path(`${name}/meta/episodes.jsonl`), `${lines.join("\n")}\n`);
  for (const [k, columns] of episodes.entries())
    await writeParquet(
      path(`${name}/data/chunk-000/episode_00000${k}.parquet`),
      Object.entries(columns).map(([column, data]) => ({
        name: column,
        type: typeof data[0] === "boolean" ? ("boolean" as const) : ("double" as const),
        list: Array.isArray(data[0]),
        data,
      })),
    );
}
const frames = (shift: number, more: Record<string, unknown[]> = {}) => ({
  action: [
    [0, shift],
    [1, shift],
  ],
  "observation.state": [
    [1, 2],
    [3, 4],
  ],
  "observation.environment_state": [9, 8],
  is_intervention: [false, true],
  ...more,
});

test("a data set of another's: the state first, interventions by their column, names and task kept", async () => {
  const notes: string[] = [];
  await foreign("foreign", [frames(0)]);
  const { episodes, problems } = await read("foreign", {
    note: (sentence: string) => notes.push(sentence),
  });
  expect(problems).toEqual([]);
  expect(episodes[0]).toMatchObject({
    id: "foreign/episode_0",
    world: "so100",
    controlHz: 30,
    end: "success",
    task: "pick",
    actionNames: ["a", "b"],
    observed: [
      { name: "observation.state", size: 2 },
      { name: "observation.environment_state", size: 1 },
    ],
  });
  expect(episodes[0]?.rows).toMatchObject([
    { obs: [1, 2, 9], source: "policy" },
    { obs: [3, 4, 8], source: "human", interventionId: 0 },
  ]);
  expect(notes).toEqual([
    'Pictures of "observation.image" are in the Parquet files, and are not kept.',
  ]);
});

test("each bad episode is named with file and field; the good ones go through", async () => {
  await foreign("bad", [
    frames(0),
    frames(1, {
      action: [
        [0, Number.NaN],
        [1, 1],
      ],
    }),
    frames(2),
    frames(3, { frame_index: [0, 2] }),
    frames(4),
    frames(0),
  ]);
  const cut = path("bad/data/chunk-000/episode_000002.parquet");
  writeFileSync(cut, readFileSync(cut).subarray(0, 60));
  const lines = readFileSync(path("bad/meta/episodes.jsonl"), "utf8").replace(
    '"episode_index":4,"tasks":["pick"],"length":2',
    '"episode_index":4,"tasks":["pick"],"length":7',
  );
  writeFileSync(path("bad/meta/episodes.jsonl"), `${lines}{"episode_index":6,"length":2}\n`);
  const { episodes, problems } = await read("bad");
  expect(episodes).toHaveLength(1);
  expect(problems).toEqual([
    expect.stringMatching(/episode_000001\.parquet.*"action".*episode_1.*finite/),
    expect.stringMatching(/episode_000002\.parquet.*episode_2: The file cannot be read as Parquet/),
    expect.stringMatching(/"frame_index".*episode_3.*none missing.*Got 2/),
    expect.stringMatching(/episode_4: The episode is cut short.*7 frames.*Got 2/),
    expect.stringMatching(/episode_5: The episode was there before/),
    expect.stringMatching(/episode_6: A file of the data set is missing/),
  ]);
});

test("a folder that is no data set, or of a version not known here, is a problem of its own", async () => {
  mkdirSync(path("empty"));
  await expect(read("empty")).rejects.toThrow("not a LeRobot data set");
  await foreign("old", [frames(0)], { codebase_version: "v1.6" });
  await expect(read("old")).rejects.toMatchObject({ detail: { got: '"v1.6"' } });
  await foreign("fps", [frames(0)], { fps: 0 });
  await expect(read("fps")).rejects.toMatchObject({ detail: { at: { field: "fps" } } });
  writeFileSync(path("fps/meta/info.json"), "{");
  await expect(read("fps")).rejects.toThrow("not JSON");
  await foreign("three", [frames(0)], { codebase_version: "v3.0" });
  await expect(read("three")).rejects.toThrow("list of episodes is missing");
});

test("tasks of version 3 are a table that pandas reads by task", async () => {
  expect(existsSync(path("3.0/meta/tasks.parquet"))).toBe(true);
  expect(await readParquet(path("3.0/meta/tasks.parquet"), "tasks")).toEqual([
    { task_index: 0n, task: "insert the peg" },
  ]);
});

test("statistics of parts together are those of the whole", () => {
  const cells = [
    [1, 2],
    [3, 7],
    [5, 0],
    [4, 4],
  ];
  const of = (part: number[][]) => ({ x: statisticsOf({ cells: part, width: 2 }) });
  const whole = of(cells).x;
  expect(whole).toMatchObject({ min: [1, 0], max: [5, 7], mean: [3.25, 3.25], count: [4] });
  const { x } = mergeStatistics([of(cells.slice(0, 1)), of(cells.slice(1))]);
  expect(x?.mean).toEqual(whole.mean);
  x?.std.forEach((value, k) => void expect(value).toBeCloseTo(whole.std[k] ?? 0, 12));
});
