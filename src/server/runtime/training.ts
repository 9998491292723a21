/** Training runs of a project's tiny policy: started, paused, gone on with, and what comes of them. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type {
  CheckpointView,
  TrainingInput,
  TrainingList,
  TrainingRun,
} from "#core/comparison-views.ts";
import { isProblem, Problem, problemText, quoted } from "#core/errors.ts";
import { type CorrectionId, LessonId, ProjectId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import { lessonIdOf } from "#learn/lineage.ts";
import type { JobRun } from "#store/jobs.ts";
import { comparisonIndex } from "./comparison-index.ts";
import { comparisonProject } from "./comparison-projects.ts";
import { saidPairs } from "./comparison-refit.ts";
import { type Host, perStore, projectRng } from "./host.ts";
import type { TrainNote } from "./language-tasks.ts";
import { LANGUAGE_POLICY, PolicyBody, REWARD_MODEL, RewardBody } from "./reward-lessons.ts";

const CODE = "language-training@1";
export const BASE = "base";
/** Fewer pairs than this are not learned from. */
const PAIRS_MIN = 10;
/** What they climb; the others imitate what people preferred. */
const CLIMBS: ReadonlySet<TrainingRun["method"]> = new Set([
  "policy-gradient",
  "ppo",
  "expert-iteration",
]);

export const TrainJob = z.strictObject({ projectId: ProjectId, runId: z.string() });

/** @throws Problem `conflict` for a project without a world. */
export async function trainable(host: Host, id: ProjectId) {
  const found = await comparisonProject(host, id);
  if (found.schema.world !== null) return found;
  throw new Problem("conflict", "The project has no policy that can be trained here", {
    expected: 'a project whose schema names a world, such as "brief"',
    got: "no world",
    hint: "Export the comparisons and train elsewhere; POST …/training/outside records what came of it.",
  });
}

export const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/**
 * The weights of a checkpoint; null for the base policy.
 *
 * @throws Problem `not-found`.
 */
export async function checkpointOf(
  host: Host,
  id: ProjectId,
  checkpoint: string,
): Promise<{ readonly parameters: Float32Array | null; readonly lesson: Lesson | null }> {
  if (checkpoint === BASE) return { parameters: null, lesson: null };
  const at = checkpoint.lastIndexOf("@");
  const run = at < 0 ? undefined : await host.store.trainingRun(id, checkpoint.slice(0, at));
  const ofRun = run?.checkpoints.find((each) => each.id === checkpoint);
  if (ofRun !== undefined) return { parameters: await weights(host, ofRun.blob), lesson: null };
  const lessonId = LessonId.safeParse(checkpoint);
  const row = lessonId.success
    ? (await host.store.lessons(id)).find(({ lesson }) => lesson.id === lessonId.data)
    : undefined;
  if (row?.lesson.kind === LANGUAGE_POLICY) {
    const { blob } = PolicyBody.parse(row.lesson.body);
    return { parameters: await weights(host, blob), lesson: row.lesson };
  }
  throw new Problem("not-found", "There is no such checkpoint", {
    expected: '"base", the id of a policy, or "<run>@<step>" of a run of this project',
    got: quoted(checkpoint),
  });
}

async function weights(host: Host, blob: string): Promise<Float32Array> {
  const bytes = await host.store.blob(blob);
  if (bytes === undefined) throw new Problem("unavailable", "The checkpoint's weights are gone");
  return new Float32Array(new Uint8Array(bytes).buffer); // a copy: bytes may start anywhere
}

export async function listTraining(host: Host, id: ProjectId): Promise<TrainingList> {
  await comparisonProject(host, id);
  const runs = await host.store.trainingRuns(id);
  const lessons = await host.store.lessons(id);
  const base: CheckpointView = { id: BASE, name: "base policy", lessonId: null, samples: true };
  const policies = lessons
    .filter(({ lesson }) => lesson.kind === LANGUAGE_POLICY)
    .map(
      ({ lesson }): CheckpointView => ({
        id: lesson.id,
        name: lesson.summary,
        lessonId: lesson.id,
        samples: true,
      }),
    );
  const onTheWay = runs.flatMap(({ name, checkpoints }) =>
    checkpoints.map(
      (each): CheckpointView => ({
        id: each.id,
        name: `${name}, step ${each.step}`,
        lessonId: null,
        samples: true,
      }),
    ),
  );
  return {
    runs,
    checkpoints: [base, ...policies, ...onTheWay],
    endpoint: host.chat?.model ?? null,
  };
}

/** @throws Problem `not-found`. */
export async function trainingRun(host: Host, id: ProjectId, runId: string): Promise<TrainingRun> {
  await comparisonProject(host, id);
  const run = await host.store.trainingRun(id, runId);
  if (run !== undefined) return run;
  throw new Problem("not-found", `There is no training run "${runId}" in this project`);
}

/** Starts a run. @throws Problem `conflict` where there is nothing to climb or to learn from. */
export async function startTraining(
  host: Host,
  id: ProjectId,
  input: TrainingInput,
): Promise<TrainingRun> {
  await trainable(host, id);
  await checkpointOf(host, id, input.start);
  const index = await comparisonIndex(host, id);
  const climbs = CLIMBS.has(input.method);
  if (climbs && index.reward === null)
    throw new Problem("conflict", "There is no reward model to climb", {
      expected: "a reward model in force",
      got: "none",
      hint: "Compare some replies and POST …/refit first.",
    });
  const { pairs } = saidPairs(index, false);
  if (!climbs && pairs.length < PAIRS_MIN)
    throw new Problem("conflict", "There are too few comparisons to learn from", {
      expected: `at least ${PAIRS_MIN} in which one reply is preferred`,
      got: `${pairs.length}`,
    });
  const run: TrainingRun = {
    id: randomUUID(),
    name: input.name ?? input.method,
    method: input.method,
    start: input.start,
    options: input.options,
    rewardLessonId: index.reward?.lessonId ?? null,
    state: "queued",
    step: 0,
    points: [],
    checkpoints: [],
    lessonId: null,
    note: null,
    jobId: null,
    createdAtMs: host.clock.nowMs(),
  };
  await host.store.putTrainingRun(id, run);
  return enqueue(host, id, run);
}

async function enqueue(host: Host, id: ProjectId, run: TrainingRun): Promise<TrainingRun> {
  const data = { projectId: id, runId: run.id };
  // The job that was paused may still be ending: going on is another one.
  const key = `${run.id}/${run.jobId ?? ""}`;
  const jobId = await host.jobs.enqueue("train-language", data, { projectId: id, key });
  return change(host, id, run.id, () => ({ jobId }));
}

const turnsOf = perStore(() => new Map<string, Promise<unknown>>());

/** Changes what is kept of a run, after the changes begun before, and tells the screens. */
function change(
  host: Host,
  id: ProjectId,
  runId: string,
  how: (run: TrainingRun) => Partial<TrainingRun>,
): Promise<TrainingRun> {
  const turns = turnsOf(host);
  const turn = (turns.get(runId) ?? Promise.resolve())
    .catch(() => undefined)
    .then(async () => {
      const before = await trainingRun(host, id, runId);
      const run = { ...before, ...how(before) };
      await host.store.putTrainingRun(id, run);
      const points = run.points.slice(before.points.length);
      const { state, step } = run;
      host.live.publish({ kind: "training", projectId: id, runId, state, step, points });
      return run;
    });
  turns.set(runId, turn);
  return turn;
}

const wrongState = (run: TrainingRun, expected: string): Problem =>
  new Problem("conflict", "The run is in another state", { expected, got: run.state });

export async function pauseTraining(
  host: Host,
  id: ProjectId,
  runId: string,
): Promise<TrainingRun> {
  const run = await trainingRun(host, id, runId);
  if (run.state !== "running" && run.state !== "queued")
    throw wrongState(run, "a run that is queued or running");
  const paused = await change(host, id, runId, () => ({ state: "paused" }));
  if (run.jobId !== null) await host.jobs.cancel(run.jobId);
  return paused;
}

/** Goes on from the last checkpoint. */
export async function resumeTraining(
  host: Host,
  id: ProjectId,
  runId: string,
): Promise<TrainingRun> {
  const run = await trainingRun(host, id, runId);
  if (run.state !== "paused" && run.state !== "failed")
    throw wrongState(run, "a run that is paused or failed");
  await change(host, id, runId, () => ({ state: "queued", note: null, jobId: null }));
  return enqueue(host, id, run);
}

/** Ends a run for good; its checkpoints stay. */
export async function cancelTraining(
  host: Host,
  id: ProjectId,
  runId: string,
): Promise<TrainingRun> {
  const run = await trainingRun(host, id, runId);
  if (run.state === "done" || run.state === "cancelled")
    throw wrongState(run, "a run that has not ended");
  const cancelled = await change(host, id, runId, () => ({ state: "cancelled" }));
  if (run.jobId !== null && run.state !== "paused") await host.jobs.cancel(run.jobId);
  return cancelled;
}

/**
 * The `train-language` job: goes on from the run's last checkpoint, so that neither a pause nor a
 * restart costs more than the steps since. The optimiser begins anew there.
 */
export async function trainJob(host: Host, job: JobRun): Promise<{ lessonId: LessonId | null }> {
  const { projectId: id, runId } = TrainJob.parse(job.data);
  const run = await trainingRun(host, id, runId);
  if (run.state === "paused" || run.state === "cancelled") return { lessonId: null };
  await change(host, id, runId, () => ({ state: "running", jobId: job.id }));
  const keeping: Promise<unknown>[] = [];
  try {
    const end = await carryOut(host, { id, run, job, keeping });
    await Promise.all(keeping);
    const lesson = await policyLesson(host, { id, run, parameters: end });
    const known = (await host.store.lessons(id)).some((row) => row.lesson.id === lesson.id);
    if (!known) await host.store.putLesson(id, lesson, []);
    await change(host, id, runId, ({ jobId }) =>
      jobId === job.id ? { state: "done", lessonId: lesson.id } : {},
    );
    host.live.publish({ kind: "project-changed", projectId: id });
    return { lessonId: lesson.id };
  } catch (error) {
    await Promise.allSettled(keeping);
    await change(host, id, runId, ({ state, jobId }) => {
      // Another job goes on with it already.
      if (state === "paused" || state === "cancelled" || jobId !== job.id) return {};
      // This process stops, and another goes on; or somebody cancelled the job and not the run.
      if (job.signal.aborted)
        return { state: job.signal.reason === "stopping" ? "queued" : "paused" };
      return { state: "failed", note: reasonOf(error) };
    });
    throw error;
  }
}

const reasonOf = (error: unknown): string =>
  isProblem(error) ? problemText(error) : error instanceof Error ? error.message : String(error);

async function carryOut(
  host: Host,
  at: {
    readonly id: ProjectId;
    readonly run: TrainingRun;
    readonly job: JobRun;
    readonly keeping: Promise<unknown>[];
  },
): Promise<Float32Array> {
  const { id, run, job, keeping } = at;
  const index = await comparisonIndex(host, id);
  const last = run.checkpoints.at(-1);
  const { parameters: start } = await checkpointOf(host, id, run.start);
  const from = last === undefined ? start : await weights(host, last.blob);
  return (host.training ?? host.compute).trainLanguage(
    {
      method: run.method,
      options: run.options,
      start,
      from,
      step: last?.step ?? 0,
      reward: await rewardOf(host, run),
      pairs: saidPairs(index, false).pairs.map(({ chosen, rejected }) => ({
        prompt: chosen.prompt,
        chosen: chosen.text,
        rejected: rejected.text,
      })),
      seed: projectRng(host, id).split("training").split(run.options.seed).path,
    },
    {
      signal: job.signal,
      progress: job.progress,
      // One after another, so that points stand in the order of their steps. Notes come from the
      // computing task, which this process runs.
      note: (note) => {
        const before = keeping.at(-1) ?? Promise.resolve();
        keeping.push(before.then(() => keep(host, id, run.id, note as TrainNote)));
      },
    },
  );
}

async function rewardOf(host: Host, run: TrainingRun): Promise<RewardBody | null> {
  const row = run.rewardLessonId === null ? undefined : await host.store.lesson(run.rewardLessonId);
  return row?.lesson.kind === REWARD_MODEL ? RewardBody.parse(row.lesson.body) : null;
}

/** A look at the policy, with a checkpoint of it. */
async function keep(
  host: Host,
  id: ProjectId,
  runId: string,
  { point, parameters }: TrainNote,
): Promise<void> {
  const blob = await host.store.putBlob(bytesOf(parameters));
  const { step } = point;
  // A job that was paused may have looked once more after the next one began.
  await change(host, id, runId, (run) =>
    run.points.some((there) => there.step >= step)
      ? {}
      : {
          step,
          points: [...run.points, point],
          checkpoints: [...run.checkpoints, { id: `${runId}@${step}`, step, blob }],
        },
  );
}

/** What the run ended in, with its lineage: the comparisons behind its reward model, or its pairs. */
async function policyLesson(
  host: Host,
  made: { readonly id: ProjectId; readonly run: TrainingRun; readonly parameters: Float32Array },
): Promise<Lesson> {
  const { id, run, parameters } = made;
  const reward =
    run.rewardLessonId === null || !CLIMBS.has(run.method)
      ? undefined
      : (await host.store.lesson(run.rewardLessonId))?.lesson;
  const { lesson: start } = await checkpointOf(host, id, run.start);
  const own: readonly CorrectionId[] =
    reward?.learnedFrom ?? saidPairs(await comparisonIndex(host, id), false).ids;
  const learnedFrom = [...new Set([...own, ...(start?.learnedFrom ?? [])])];
  const parent = reward?.id ?? start?.id ?? null;
  const seed = projectRng(host, id).split("training").split(run.id).path;
  return {
    id: lessonIdOf(LANGUAGE_POLICY, { parent, learnedFrom, seed }),
    kind: LANGUAGE_POLICY,
    parent,
    learnedFrom,
    code: CODE,
    options: { method: run.method, start: run.start, ...run.options },
    seed,
    summary: `${run.name}: ${run.method}, ${run.options.steps} steps from ${run.start}`,
    body: { world: "brief", blob: await host.store.putBlob(bytesOf(parameters)), runId: run.id },
    atMs: host.clock.nowMs(),
  };
}
