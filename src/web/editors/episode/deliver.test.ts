import { describe, expect, test } from "vitest";
import type { Episode } from "#core/episode.ts";
import { deliverEpisode, type EpisodeAct, NotTaken } from "./deliver.ts";

class Refused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(String(status));
    this.status = status;
  }
}

/** A server that answers each path as told, and keeps what it was asked. */
function server(answers: Readonly<Record<string, unknown>>) {
  const asked: [string, unknown][] = [];
  const answer = async (path: string, body: unknown) => {
    asked.push([path, body]);
    const found = answers[path];
    if (found instanceof Error) throw found;
    return found;
  };
  return {
    asked,
    wire: {
      put: answer,
      post: async <T>(path: string, body: unknown) => (await answer(path, body)) as T,
      statusOf: (error: unknown) => (error instanceof Refused ? error.status : null),
    },
  };
}

const whole: Episode = {
  ...{ id: "run 1", world: "tabletop", seed: "s", round: 1, policyId: "p", controlHz: 10 },
  end: "success",
  rows: [0, 1, 2].map((t) => ({ t, obs: [t], action: [0], source: "policy" as const })),
  notReal: [],
  preWindows: {},
};
const { id: _, end: __, rows, notReal: ___, preWindows: ____, ...head } = whole;
const to = { projectId: "p", itemId: "run 1" };
const ends: EpisodeAct = { kind: "episode-end", ...to, end: "success", whole };
const REPORT = { accepted: 1, duplicates: 0, rejected: 0, problems: [], notes: [] };

describe("rows", () => {
  const act: EpisodeAct = { kind: "episode-rows", ...to, input: { head, rows } };
  test("go to their episode", async () => {
    const { asked, wire } = server({ "/episodes/run%201/rows": { rows: 3 } });
    await deliverEpisode(act, wire);
    expect(asked).toEqual([["/episodes/run%201/rows", { head, rows }]]);
  });

  test("for one that ended meanwhile are left to its end; any other failure is told", async () => {
    await deliverEpisode(act, server({ "/episodes/run%201/rows": new Refused(409) }).wire);
    for (const status of [0, 400, 500])
      await expect(
        deliverEpisode(act, server({ "/episodes/run%201/rows": new Refused(status) }).wire),
      ).rejects.toThrow(String(status));
  });
});

describe("the end", () => {
  test("of an episode the server has whole is all that is said", async () => {
    const { asked, wire } = server({ "/episodes/run%201/end": { steps: 3 } });
    await deliverEpisode(ends, wire);
    expect(asked.map(([path]) => path)).toEqual(["/episodes/run%201/end"]);
  });

  test("of one it gave up in the middle: the whole goes in, the torso is discarded", async () => {
    const { asked, wire } = server({
      "/episodes/run%201/end": { steps: 1, version: 4, discarded: false },
      "/episodes": REPORT,
    });
    await deliverEpisode(ends, wire);
    expect(asked.slice(1)).toEqual([
      ["/episodes", { episodes: [{ ...whole, id: "run 1-whole" }] }],
      ["/episodes/run%201/changes", { version: 4, change: { kind: "discarded", discarded: true } }],
    ]);
  });

  test("of one it never heard of: the whole goes in under its own id", async () => {
    const { asked, wire } = server({
      "/episodes/run%201/end": new Refused(404),
      "/episodes": REPORT,
    });
    await deliverEpisode(ends, wire);
    expect(asked.at(-1)).toEqual(["/episodes", { episodes: [whole] }]);
  });

  test("of what was thrown away before the server heard of it is nothing", async () => {
    const { asked, wire } = server({ "/episodes/run%201/end": new Refused(404) });
    await deliverEpisode({ ...ends, whole: null }, wire);
    expect(asked).toHaveLength(1);
  });

  test("that the server does not take says why", async () => {
    const report = { ...REPORT, rejected: 1, problems: ["row 2 is missing"] };
    const { wire } = server({ "/episodes/run%201/end": new Refused(404), "/episodes": report });
    await expect(deliverEpisode(ends, wire)).rejects.toThrow(NotTaken);
    await expect(deliverEpisode(ends, wire)).rejects.toThrow("row 2 is missing");
  });
});
