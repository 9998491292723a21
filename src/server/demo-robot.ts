/** The demo project of a robot: demonstrations of a simulated person, a first policy, one shift with take-overs. */
import { FitInput } from "#core/episode-views.ts";
import { ActorId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import { rngOf } from "#core/rng.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import type { JobRun } from "#store/jobs.ts";
import { rollOut } from "#worlds/manipulation/rollout.ts";
import { demonstrator, simHuman, siriusOperator } from "#worlds/manipulation/sim-human.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import type { Host } from "./runtime/host.ts";
import { recordEpisodes } from "./runtime/robot-episodes.ts";
import { fitPolicyJob, policyModel } from "./runtime/robot-policies.ts";

const NAME = "Tabletop insertion";
const BY = ActorId.parse("demo");
const SEED = "tabletop-insertion";
const DEMONSTRATIONS = 10;
/** Episodes of the first shift: enough for a round to show, few enough to leave the rest to a person. */
const SHIFT = 12;
/** Steps on the board after which the simulated person takes over. */
const PATIENCE_STEPS = 8;

const config = (): ProjectConfig =>
  ProjectConfig.parse({
    name: NAME,
    task: { kind: "episode", schema: { world: "tabletop" } },
    assess: { system: "sirius" },
  });

/** Run again after a crash, it goes on where it stopped: what it makes has the same ids each time. */
export async function demoRobot(host: Host, run: JobRun): Promise<void> {
  const project =
    (await host.store.projectByName(NAME)) ?? (await host.store.createProject(config()));
  const { id } = project;
  const world = tabletop();
  const person = demonstrator(world);
  run.progress({ done: 0, total: 3, label: "demonstrating an insertion" });
  const demonstrations = Array.from({ length: DEMONSTRATIONS }, (_, k) =>
    rollOut(world, null, person, {
      rng: rngOf(SEED).split(`demonstration-${k}`),
      id: `demonstration-${k + 1}`,
    }),
  );
  await recordEpisodes(host, id, { episodes: demonstrations, by: BY, kind: "simulated" });
  run.progress({ done: 1, total: 3, label: "learning a first policy" });
  if ((await host.store.lessonInForce(id)) === undefined) {
    const fit = FitInput.parse({ method: "bc", evaluations: 100 });
    await fitPolicyJob(host, {
      ...run,
      data: { projectId: id, fit },
      checkpoint: undefined,
      saveCheckpoint: async () => undefined,
    });
  }
  const inForce = await host.store.lessonInForce(id);
  if (inForce === undefined) return;
  run.progress({ done: 2, total: 3, label: "a first shift with take-overs" });
  const policyId = inForce.lesson.id;
  const policy = policyRunner(await policyModel(host, id, policyId));
  const supervisor = simHuman(world, siriusOperator(PATIENCE_STEPS));
  const shift = Array.from({ length: SHIFT }, (_, k) =>
    rollOut(world, policy, supervisor, {
      rng: rngOf(SEED).split(`shift-${k}`),
      id: `shift-1-${k + 1}`,
      round: 1,
      policyId,
    }),
  );
  await recordEpisodes(host, id, { episodes: shift, by: BY, kind: "simulated" });
  host.live.publish({ kind: "project-changed", projectId: id });
}
