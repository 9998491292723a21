/** Episodes for the tests of formats: every field that a format may have to keep. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Episode, type StepRow } from "#core/episode.ts";
import type { EpisodeBatch } from "./episode-format.ts";

/** Numbers that float32 holds to the last bit. */
const exact = (value: number): number => Math.fround(value);

function row(t: number, more: Partial<StepRow> = {}): StepRow {
  return {
    t,
    obs: [exact(t / 7), exact(1 - t / 3), 1],
    action: [exact(Math.sin(t)), exact(0.1)],
    source: "policy",
    subtask: t < 3 ? 0 : 1,
    reward: t === 5 ? 1 : 0,
    ...more,
  };
}

const head = {
  world: "tabletop",
  seed: "7",
  round: 2,
  policyId: "policy-1",
  controlHz: 20,
  observed: [
    { name: "eef", size: 2 },
    { name: "gripper", size: 1 },
  ],
  actionNames: ["dx", "grip"],
  task: "insert the peg",
};
const taken = (segment: "recovery" | "correction", interventionId: number) =>
  ({ source: "human", segment, mode: "teleop", interventionId }) as const;

/** A demonstration; a shift with a take-over of two segments and one that was none; one step alone. */
export const EPISODES: readonly Episode[] = [
  {
    ...head,
    id: "demo",
    round: 0,
    policyId: null,
    end: "success",
    rows: [0, 1, 2].map((t) => row(t, { source: "demo", obs: [exact(0.5 + t), 0, 0] })),
  },
  {
    ...head,
    id: "shift",
    end: "terminated-after-intervention",
    rows: [
      row(0),
      row(1, taken("recovery", 0)),
      row(2, taken("correction", 0)),
      row(3),
      row(4, { ...taken("correction", 1), mode: "residual" }),
      row(5),
    ],
    notReal: [1],
    preWindows: { 0: 1 },
  },
  { ...head, id: "one", seed: null, end: "time-out", rows: [row(0, { obs: [9, 9, 9] })] },
].map((episode) => Episode.parse(episode));

export async function* streamed<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

export async function gathered(batches: AsyncIterable<EpisodeBatch>): Promise<{
  readonly episodes: Episode[];
  readonly problems: string[];
}> {
  const found = { episodes: [] as Episode[], problems: [] as string[] };
  for await (const { episodes, rejects } of batches) {
    found.episodes.push(...episodes);
    found.problems.push(...rejects.map(({ problem }) => problem));
  }
  return found;
}

/** A folder that is gone when the test is. */
export function temporaryFolder(): { readonly path: (name: string) => string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "emend-episodes-"));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
