/** Writes the episodes of the formats' tests in every format, for `episodes.py` to read. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EPISODES, streamed } from "#formats/episodes/episodes.fixture.ts";
import { writeEpisodeHdf5 } from "#formats/episodes/hdf5-write.ts";
import { LEROBOT_VERSIONS } from "#formats/episodes/lerobot-format.ts";
import { writeLeRobot } from "#formats/episodes/lerobot-write.ts";

const [folder = "/tmp/episodes"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "episodes.json"), JSON.stringify(EPISODES));
await writeEpisodeHdf5(join(folder, "episodes.hdf5"), streamed(EPISODES));
for (const version of LEROBOT_VERSIONS)
  await writeLeRobot(join(folder, version), streamed(EPISODES), { version });
