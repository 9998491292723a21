import type { LessonId, ProjectId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Project } from "#core/project.ts";
import type { LearningStep } from "#core/views.ts";
import { gate, type Verdict } from "#loop/gate.ts";
import { type LearningChange, learningChange } from "#measure/learning.ts";
import type { JobRun } from "#store/jobs.ts";
import type { LessonRow } from "#store/store.ts";
import { hasComparisons } from "./comparison-projects.ts";
import { refitComparisons } from "./comparison-refit.ts";
import type { Hooks } from "./compute-tasks.ts";
import {
  fittable,
  heldOut,
  judge,
  measurementsOf,
  standingAnswers,
  wrongOutputs,
} from "./held-out.ts";
import { type Host, projectOf, projectRng } from "./host.ts";
import { lessonInForce } from "./in-force.ts";
import { learnFirst, learnLesson } from "./learn.ts";
import { askForAssessment, RefitJob, refitIfDue } from "./requests.ts";
import { BEFORE_METRIC, CHANGE_METRIC, errorOf } from "./views.ts";

export interface RefitResult {
  readonly lessonId: LessonId | null;
  readonly promoted: boolean;
  /** Why, in a sentence. */
  readonly gate: string;
}

/**
 * The `refit` job: learn, measure against the lesson in force on held-out items, and let it live only through the
 * gate. Resumed after a crash it goes on from the candidate that is there.
 */
export async function refitJob(host: Host, run: JobRun): Promise<RefitResult> {
  const { projectId } = RefitJob.parse(run.data);
  const project = await projectOf(host, projectId);
  const learn = hasComparisons(project.config) ? refitComparisons : refit;
  try {
    return await learn(host, project, run);
  } catch (error) {
    host.states.step(projectId, { kind: "learn-failed" });
    throw error;
  }
}

async function refit(host: Host, project: Project, hooks: Hooks): Promise<RefitResult> {
  const { id } = project;
  const inForce = await lessonInForce(host, id);
  if (inForce === undefined) return refitFirst(host, project, hooks);
  if (await nothingNew(host, id, inForce)) {
    host.states.step(id, { kind: "learn-failed" });
    return { lessonId: inForce.id, promoted: false, gate: "There is nothing new to learn from." };
  }
  const candidate = await candidateOf(host, { project, inForce }, hooks);
  const compared = await compare(host, { project, inForce, candidate }, hooks);
  const { verdict, change, corrections } = compared;
  await host.store.putLesson(id, candidate, compared.measurements);
  if (verdict.promote) await host.store.promote(id, candidate.id, verdict.sentence);
  else await host.store.holdBack(id, candidate.id, verdict.sentence);
  if (change !== null) {
    const step: LearningStep = {
      corrections,
      lessonId: candidate.id,
      before: change.before,
      after: change.after,
      change: change.change,
      promoted: verdict.promote,
      gate: verdict.sentence,
      atMs: host.clock.nowMs(),
    };
    host.live.publish({ kind: "learning", projectId: id, step });
  }
  host.live.publish({ kind: "project-changed", projectId: id });
  if (verdict.promote) await askForAssessment(host, id);
  await refitIfDue(host, id); // corrections that came meanwhile
  return { lessonId: candidate.id, promoted: verdict.promote, gate: verdict.sentence };
}

/** Whether items and answers are those the lesson in force was learned from. */
async function nothingNew(host: Host, id: ProjectId, inForce: Lesson): Promise<boolean> {
  const state = await host.states.of(id);
  const mayFit = await fittable(host, id);
  const known = new Set(inForce.learnedFrom);
  const now = standingAnswers(state).filter((answer) => mayFit(answer.id));
  return (
    state.round.candidate === null &&
    state.poolVersion < state.lessonSeq &&
    now.length === known.size &&
    now.every((answer) => known.has(answer.id))
  );
}

async function refitFirst(host: Host, project: Project, hooks: Hooks): Promise<RefitResult> {
  const first = await learnFirst(host, project, hooks);
  if (typeof first === "string") {
    host.states.step(project.id, { kind: "learn-failed" });
    return { lessonId: null, promoted: false, gate: first };
  }
  await askForAssessment(host, project.id);
  return { lessonId: first.id, promoted: true, gate: "The first lesson: there was none to beat." };
}

/** The lesson learned before a crash and not judged yet, or a new one. */
async function candidateOf(
  host: Host,
  { project, inForce }: { readonly project: Project; readonly inForce: Lesson },
  hooks: Hooks,
): Promise<Lesson> {
  const { round } = await host.states.of(project.id);
  if (round.candidate !== null) {
    const row = await host.store.lesson(round.candidate);
    if (row !== undefined && row.status === "candidate") return row.lesson;
  }
  return learnLesson(host, { project, previous: inForce }, hooks);
}

interface Compared {
  readonly verdict: Verdict;
  /** Null when there is nothing held out. */
  readonly change: LearningChange | null;
  readonly measurements: Parameters<Host["store"]["putLesson"]>[2];
  readonly corrections: number;
}

/** Of the lessons that were ever in force, the one with the lowest held-out error: small losses must not add up. */
async function bestSoFar(host: Host, { id }: Project): Promise<Lesson | undefined> {
  const { round } = await host.states.of(id);
  const wereInForce = new Set([...round.before, round.inForce]);
  const rows = (await host.store.lessons(id)).filter(({ lesson }) => wereInForce.has(lesson.id));
  const error = (row: LessonRow) => errorOf(row)?.value ?? Number.POSITIVE_INFINITY;
  return rows.toSorted((a, b) => error(a) - error(b))[0]?.lesson;
}

async function compare(
  host: Host,
  lessons: { readonly project: Project; readonly inForce: Lesson; readonly candidate: Lesson },
  hooks: Hooks,
): Promise<Compared> {
  const { project, inForce, candidate } = lessons;
  const on = await heldOut(host, project);
  const before = await judge(host, { project, lesson: inForce, on }, hooks);
  const after = await judge(host, { project, lesson: candidate, on }, hooks);
  const wrong = { before: wrongOutputs(before), after: wrongOutputs(after) };
  const best = await bestSoFar(host, project);
  const bestWrong =
    best === undefined || best.id === inForce.id
      ? undefined
      : wrongOutputs(await judge(host, { project, lesson: best, on }, hooks));
  const seen = new Set(inForce.learnedFrom);
  const corrections = candidate.learnedFrom.filter((id) => !seen.has(id)).length;
  const rng = projectRng(host, project.id).split("gate").split(candidate.id);
  const verdict = gate({
    inForce: wrong.before,
    candidate: wrong.after,
    ...(bestWrong && { best: bestWrong }),
    newCorrections: corrections,
    rng,
  });
  if (after.length === 0) return { verdict, change: null, measurements: [], corrections };
  const change = learningChange({ corrections, ...wrong }, { rng });
  const measurements = [
    ...measurementsOf(after, { from: on.from, ...project.config.route }),
    { ...change.before, metric: BEFORE_METRIC },
    { ...change.change, metric: CHANGE_METRIC },
  ];
  return { verdict, change, measurements, corrections };
}
