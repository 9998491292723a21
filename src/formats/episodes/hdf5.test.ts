import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { EPISODES, gathered, streamed, temporaryFolder } from "./episodes.fixture.ts";
import { createHdf5, type H5Group, openHdf5 } from "./hdf5-file.ts";
import { readEpisodeHdf5 } from "./hdf5-read.ts";
import { writeEpisodeHdf5 } from "./hdf5-write.ts";

const { path, remove } = temporaryFolder();
afterAll(remove);
const read = (name: string, more: object = {}) =>
  gathered(readEpisodeHdf5(path(name), { file: name, world: "arm", ...more }));

/** A file of demonstrations, each filled by hand. */
async function made(name: string, demos: readonly ((demo: H5Group) => void)[]): Promise<string> {
  const file = await createHdf5(path(name));
  const data = file.create_group("data");
  for (const [k, fill] of demos.entries()) fill(data.create_group(`demo_${k}`));
  file.close();
  return name;
}
const table = (group: H5Group, name: string, rows: readonly number[][], dtype = "<d") =>
  group.create_dataset({
    name,
    data: Float64Array.from(rows.flat()),
    shape: [rows.length, rows[0]?.length ?? 0],
    dtype,
  });
const column = (group: H5Group, name: string, values: readonly number[]) =>
  group.create_dataset({ name, data: Int32Array.from(values), dtype: "<i" });
const plain =
  (steps: number, shift = 0) =>
  (demo: H5Group) => {
    const rows = Array.from({ length: steps }, (_, t) => [t + shift]);
    table(
      demo,
      "actions",
      rows.map(() => [0.5]),
    );
    table(demo.create_group("obs"), "x", rows);
  };

test("what is written comes back, field by field", async () => {
  expect(await writeEpisodeHdf5(path("all.hdf5"), streamed(EPISODES))).toBe(3);
  expect(await read("all.hdf5")).toEqual({ episodes: EPISODES, problems: [] });
});

test("it is laid out as robomimic and Sirius do, labels as they are derived", async () => {
  const classesOf = () => ["robot", "intervention", "pre-intervention", "robot", "robot", "robot"];
  await writeEpisodeHdf5(path("laid.hdf5"), streamed(EPISODES.slice(1, 2)), { classesOf });
  const file = await openHdf5(path("laid.hdf5"), "laid.hdf5");
  const of = (name: string) => {
    const found = file.get(`data/demo_0/${name}`);
    return found !== null && "value" in found ? Array.from(found.value as Int32Array) : undefined;
  };
  expect(of("action_modes")).toEqual([0, 1, 1, 0, 1, 0]);
  expect(of("intv_labels")).toEqual([0, 1, -10, 0, 0, 0]);
  expect(of("dones")).toEqual([0, 0, 0, 0, 0, 1]);
  expect(of("round")).toEqual([2, 2, 2, 2, 2, 2]);
  expect(of("next_obs/gripper")).toEqual(of("obs/gripper"));
  file.close();
});

test("a person's steps alone can be written", async () => {
  await writeEpisodeHdf5(path("human.hdf5"), streamed(EPISODES), { humanOnly: true });
  const { episodes } = await read("human.hdf5");
  expect(episodes.map(({ id }) => id)).toEqual(["demo", "shift/steps-1-3"]);
  expect(episodes.flatMap(({ rows }) => rows).every(({ source }) => source !== "policy")).toBe(
    true,
  );
});

test("a file of another's: interventions or labels say who acted, else all is demonstration", async () => {
  await made("foreign.hdf5", [
    plain(2),
    (demo) => {
      plain(3, 10)(demo);
      column(demo, "interventions", [0, 1, 0]);
    },
    (demo) => {
      plain(4, 20)(demo);
      column(demo, "intv_labels", [-10, 1, 0, 1]);
      column(demo, "rewards", [0, 0, 0, 0]);
    },
  ]);
  const { episodes, problems } = await read("foreign.hdf5", { controlHz: 10, round: 3 });
  expect(problems).toEqual([]);
  expect(episodes.map(({ id, end, round }) => [id, end, round])).toEqual([
    ["foreign.hdf5/demo_0", "success", 3],
    ["foreign.hdf5/demo_1", "success", 3],
    ["foreign.hdf5/demo_2", "time-out", 3],
  ]);
  expect(episodes.map(({ rows }) => rows.map(({ source }) => source[0]).join(""))).toEqual([
    "dd",
    "php",
    "phph",
  ]);
  expect(episodes[2]?.rows.map(({ interventionId }) => interventionId)).toEqual([
    undefined,
    0,
    undefined,
    1,
  ]);
});

test("observations are put together in the order asked for; pictures are said not to be kept", async () => {
  await made("parts.hdf5", [
    (demo) => {
      table(demo, "actions", [[0], [1]]);
      const obs = demo.create_group("obs");
      table(obs, "a", [
        [1, 2],
        [3, 4],
      ]);
      table(obs, "b", [[5], [6]]);
      obs.create_dataset({ name: "image", data: new Uint8Array(24), shape: [2, 2, 2, 3] });
      table(demo, "states", [[0], [0]]);
    },
  ]);
  const notes: string[] = [];
  const note = (sentence: string) => notes.push(sentence);
  const standard = await read("parts.hdf5", { note });
  expect(standard.episodes[0]?.rows[0]?.obs).toEqual([1, 2, 5]);
  expect(notes).toEqual([
    'Observation "image" is not a table of numbers, and is not kept.',
    '"states" of each demonstration is not kept.',
  ]);
  const asked = await read("parts.hdf5", { observations: ["b", "a"] });
  expect(asked.episodes[0]?.rows[1]?.obs).toEqual([6, 3, 4]);
  expect(asked.episodes[0]?.observed).toEqual([
    { name: "b", size: 1 },
    { name: "a", size: 2 },
  ]);
  const wrong = await read("parts.hdf5", { observations: ["c"] });
  expect(wrong.problems[0]).toContain('Observation "c" is missing');
});

test("each bad demonstration is named with its field; the good ones go through", async () => {
  await made("bad.hdf5", [
    (demo) => plain(1)(demo),
    (demo) => {
      plain(2, 30)(demo);
      column(demo, "action_modes", [0, 2]);
    },
    (demo) => {
      plain(2, 40)(demo);
      column(demo, "action_modes", [0]);
    },
    (demo) => {
      table(demo, "actions", [[Number.NaN]]);
      table(demo.create_group("obs"), "x", [[50]]);
    },
    (demo) => void demo.create_group("obs"),
    (demo) => void table(demo, "actions", [[1]]),
    (demo) => {
      table(demo, "actions", [[1], [1]]);
      table(demo.create_group("obs"), "x", [[60]]);
    },
    (demo) => plain(1)(demo),
    (demo) => {
      table(demo.create_group("obs"), "x", [[70]]);
      demo.create_dataset({ name: "actions", data: ["text"] });
    },
  ]);
  const { episodes, problems } = await read("bad.hdf5");
  expect(episodes.map(({ id }) => id)).toEqual(["bad.hdf5/demo_0"]);
  expect(problems).toEqual([
    expect.stringMatching(/action_modes\.1.*demo_1.*-1.*Got 2/),
    expect.stringMatching(/demo_2.*another length.*Expected 2 steps\. Got 1/),
    expect.stringMatching(/rows\.0\.action\.0.*demo_3.*Got null/),
    expect.stringMatching(/demo_4: "actions" is missing/),
    expect.stringMatching(/demo_5: There are no observations/),
    expect.stringMatching(/demo_6.*another length.*Expected 2 steps/),
    expect.stringMatching(/demo_7: The episode was there before/),
    expect.stringMatching(/demo_8: "actions" does not hold numbers/),
  ]);
});

test("a file that is none, is cut short, is not there or holds nothing is a problem that names it", async () => {
  await made("whole.hdf5", [plain(200)]);
  writeFileSync(path("cut.hdf5"), readFileSync(path("whole.hdf5")).subarray(0, 900));
  await expect(read("cut.hdf5")).rejects.toMatchObject({
    detail: { got: "one that is cut short", at: { file: "cut.hdf5" } },
  });
  writeFileSync(path("text.hdf5"), "hello");
  await expect(read("text.hdf5")).rejects.toThrow("cannot be read as HDF5");
  await expect(read("none.hdf5")).rejects.toThrow("no such file");
  await made("empty.hdf5", []);
  await expect(read("empty.hdf5")).rejects.toThrow("no episode");
  const other = await createHdf5(path("other.hdf5"));
  other.create_group("weather");
  other.close();
  await expect(read("other.hdf5")).rejects.toThrow("holds no demonstrations");
  await expect(writeEpisodeHdf5(path("nothing.hdf5"), streamed([]))).rejects.toThrow("no episode");
});
