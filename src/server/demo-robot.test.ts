import { afterAll, beforeAll, expect, test } from "vitest";
import { demoRobot } from "./demo-robot.ts";
import { listEpisodes } from "./runtime/robot-episodes.ts";
import { policyList } from "./runtime/robot-policies.ts";
import { roundsView } from "./runtime/robot-rounds.ts";
import { openTestHost, type TestHost } from "./testing.ts";

let open: TestHost;
beforeAll(async () => {
  open = await openTestHost();
});
afterAll(() => open.close());

test("the demo has demonstrations, a measured policy in force and a shift with take-overs; again it is the same", async () => {
  const { host } = open;
  const run = {
    id: "demo",
    data: {},
    signal: new AbortController().signal,
    checkpoint: undefined,
    progress: () => undefined,
    saveCheckpoint: async () => undefined,
  };
  await demoRobot(host, run);
  const project = await host.store.projectByName("Tabletop insertion");
  if (project === undefined) throw new Error("the project is there");
  const { id } = project;
  const seen = async () => ({
    episodes: (await listEpisodes(host, id, { limit: 50 })).total,
    policies: await policyList(host, id),
    rounds: await roundsView(host, id),
  });
  const before = await seen();
  expect(before).toMatchObject({
    episodes: 22,
    policies: { policies: [{ status: "in-force", method: "bc", success: { n: 100 } }] },
    rounds: {
      rounds: [
        { round: 0, humanShare: { value: 1 } },
        { round: 1, episodes: 12 },
      ],
    },
  });
  expect(before.rounds.rounds[1]?.takeOvers).toBeGreaterThan(0);
  const corrections = await host.store.corrections(id);
  expect(corrections.every(({ by }) => by.kind === "simulated")).toBe(true);
  await demoRobot(host, run);
  expect(await seen()).toEqual(before);
});
