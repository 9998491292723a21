import { ActorId } from "#core/ids.ts";
import { type Project, ProjectConfig } from "#core/project.ts";
import { rngOf } from "#core/rng.ts";
import type { JobRun } from "#store/jobs.ts";
import { ASSISTANT, makeAssistant } from "#worlds/users/assistant.ts";
import { type Rewriter, simulateSessions } from "#worlds/users/sessions.ts";
import type { Host } from "./runtime/host.ts";
import { mineJob } from "./runtime/mine.ts";
import { knownIndex } from "./runtime/rewrite-index.ts";
import { REWRITES_SYSTEM } from "./runtime/rewrite-projects.ts";
import { answerFrom } from "./runtime/rewrite-request.ts";
import { changeRewrite, rewritePage } from "./runtime/rewrites.ts";
import { takeTurns } from "./runtime/turns.ts";

/** Says on every page that nobody of flesh and blood is in it. */
const NAME = "Reformulations (simulated users)";
const SEED = "reformulations";
const DAY_MS = 86_400_000;

/** A small assistant: few things to want, so that a few thousand sessions tell of most of them. */
const INTENTS = 60;
const USERS = 900;
const LOGGED = { sessions: 6_000, days: 14 };
/** After the first rewrites were approved. */
const ANSWERED = { sessions: 3_000, days: 3 };
/** Of the rewrites that promise most: applied, and watched only. What is left waits for whoever looks at it. */
const LIVE = 12;
const IN_SHADOW = 6;
const BY = ActorId.parse("demo");
const TURNS_AT_A_TIME = 2_000;

const config = (): ProjectConfig =>
  ProjectConfig.parse({
    name: NAME,
    task: { kind: "text", schema: {} },
    assess: { system: REWRITES_SYSTEM, options: { minSupport: 5 } },
  });

/**
 * Simulated users of a simulated assistant: two weeks of sessions, mined; some rewrites approved, and three more days
 * with them. Run again after a crash, it goes on where it stopped.
 */
export async function demoRewrites(host: Host, run: JobRun): Promise<void> {
  const project =
    (await host.store.projectByName(NAME)) ?? (await host.store.createProject(config()));
  const { id, createdAtMs } = project;
  const assistant = makeAssistant(rngOf(SEED), { ...ASSISTANT, intents: INTENTS });
  const sessionsFrom = (
    what: string,
    { sessions, days }: typeof LOGGED,
    startMs: number,
    rewriter?: Rewriter,
  ) =>
    simulateSessions(
      assistant,
      {
        sessions,
        users: USERS,
        startMs,
        everyMs: Math.floor((days * DAY_MS) / sessions),
        ...(rewriter && { rewriter }),
      },
      rngOf(SEED).split(what),
    ).turns;
  const startMs = Math.floor(createdAtMs) - (LOGGED.days + ANSWERED.days) * DAY_MS;
  run.progress({ done: 0, total: 3, label: "simulating users of an assistant" });
  if ((await host.store.lessonInForce(id)) === undefined) {
    await take(host, project, sessionsFrom("logged", LOGGED, startMs));
    run.progress({ done: 1, total: 3, label: "mining their reformulations" });
    await mineJob(host, {
      ...run,
      data: { projectId: id },
      checkpoint: undefined,
      saveCheckpoint: async () => undefined,
    });
  }
  const { rewrites } = await rewritePage(host, id, { state: "proposed", limit: LIVE + IN_SHADOW });
  const isNew = (await rewritePage(host, id, { state: "live", limit: 1 })).rewrites.length === 0;
  for (const [at, rewrite] of isNew ? rewrites.entries() : []) {
    const state = at < LIVE ? "live" : "shadow";
    const because = "put there when the demo was made";
    await changeRewrite(host, id, rewrite.id, { change: { state, because }, by: BY });
  }
  const index = await knownIndex(host, id);
  if ([...index.outcomes.drawnTallies()].length > 0) return;
  run.progress({ done: 2, total: 3, label: "answering simulated users" });
  const rewriter: Rewriter = (text) => {
    const { ruleId, arm, propensity, text: answer } = answerFrom(host, index, { text });
    return ruleId === null || arm === null
      ? undefined
      : { text: answer, rewrite: { ruleId, arm, propensity } };
  };
  const from = startMs + LOGGED.days * DAY_MS;
  await take(host, project, sessionsFrom("answered", ANSWERED, from, rewriter));
  host.live.publish({ kind: "project-changed", projectId: id });
}

async function take(
  host: Host,
  { id }: Project,
  turns: Parameters<typeof takeTurns>[2],
): Promise<void> {
  for (let from = 0; from < turns.length; from += TURNS_AT_A_TIME)
    await takeTurns(host, id, turns.slice(from, from + TURNS_AT_A_TIME));
}
