import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { EPISODES, gathered, streamed, temporaryFolder } from "./episodes.fixture.ts";
import reference from "./episodes.reference.json" with { type: "json" };
import { openHdf5 } from "./hdf5-file.ts";
import { readEpisodeHdf5 } from "./hdf5-read.ts";
import { writeEpisodeHdf5 } from "./hdf5-write.ts";
import { LEROBOT_VERSIONS } from "./lerobot-format.ts";
import { readLeRobot } from "./lerobot-read.ts";
import { writeLeRobot } from "./lerobot-write.ts";

const { path, remove } = temporaryFolder();
afterAll(remove);
const { sirius, lerobot, hdf5, read } = reference.cases;

test("a file of h5py as Sirius writes it is read to the last bit", async () => {
  writeFileSync(path("sirius.hdf5"), Buffer.from(sirius.base64, "base64"));
  const { episodes, problems } = await gathered(
    readEpisodeHdf5(path("sirius.hdf5"), { world: "?" }),
  );
  expect(problems).toEqual([]);
  expect(
    episodes.map(({ world, controlHz, round, end }) => [world, controlHz, round, end]),
  ).toEqual([
    ["NutAssembly", 20, 0, "success"],
    ["NutAssembly", 20, 1, "success"],
  ]);
  const sources = new Map([
    [-1, "demo"],
    [0, "policy"],
    [1, "human"],
  ]);
  for (const [k, { actions, obs, modes }] of sirius.demos.entries()) {
    const rows = episodes[k]?.rows ?? [];
    expect(rows.map(({ action }) => action)).toEqual(actions);
    expect(rows.map((row) => row.obs)).toEqual(obs);
    expect(rows.map(({ source }) => source)).toEqual(modes.map((mode) => sources.get(mode)));
  }
});

test("a data set of pyarrow as LeRobot lays it out is read to the last bit", async () => {
  for (const [name, bytes] of Object.entries(lerobot.files)) {
    mkdirSync(dirname(path(`foreign/${name}`)), { recursive: true });
    writeFileSync(path(`foreign/${name}`), Buffer.from(bytes, "base64"));
  }
  writeFileSync(path("foreign/meta/info.json"), JSON.stringify(lerobot.info));
  const { episodes, problems } = await gathered(readLeRobot(path("foreign"), { world: "?" }));
  expect(problems).toEqual([]);
  expect(episodes.map(({ rows }) => rows.length)).toEqual([3, 2]);
  const rows = episodes.flatMap((episode) => episode.rows);
  expect(rows.map(({ obs }) => obs)).toEqual(lerobot.state);
  expect(rows.map(({ action }) => action)).toEqual(lerobot.action);
  expect(rows.map(({ source }) => source)).toEqual([
    "policy",
    "human",
    "human",
    "policy",
    "policy",
  ]);
});

test("the data sets written are those that pandas was seen to read as they should", async () => {
  for (const version of LEROBOT_VERSIONS)
    await writeLeRobot(path(version), streamed(EPISODES), { version });
  const hashes = Object.keys(read).map((name) => [
    name,
    createHash("sha256")
      .update(readFileSync(path(name)))
      .digest("hex"),
  ]);
  expect(Object.fromEntries(hashes)).toEqual(read);
});

/** Everything in a file: type, shape and content of each data set, and the attributes of each group. */
async function everything(name: string): Promise<Record<string, unknown>> {
  const file = await openHdf5(path(name), name);
  const found = Object.fromEntries(
    file.paths().map((at) => {
      const entity = file.get(at);
      if (entity === null || !("attrs" in entity)) return [at, null];
      const attrs = Object.entries(entity.attrs).map(([key, { value }]) => [key, value]);
      if (!("shape" in entity)) return [at, { attrs: Object.fromEntries(attrs) }];
      const { dtype, shape, value } = entity;
      return [at, { dtype, shape, value }];
    }),
  );
  file.close();
  return found;
}

test("the HDF5 file written holds what h5py was seen to read as it should, and nothing else", async () => {
  writeFileSync(path("seen.hdf5"), gunzipSync(Buffer.from(hdf5, "base64")));
  await writeEpisodeHdf5(path("now.hdf5"), streamed(EPISODES));
  const seen = await everything("seen.hdf5");
  expect(Object.keys(seen).length).toBeGreaterThan(40);
  expect(await everything("now.hdf5")).toEqual(seen);
});
