import { Problem } from "#core/errors.ts";
import type { ActorId, CorrectionId, LessonId, ProjectId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Project, ProjectConfig } from "#core/project.ts";
import type { LessonView } from "#core/views.ts";
import type { LessonRow } from "#store/store.ts";
import { askForAssessment } from "./assess.ts";
import { type Host, perStore, projectOf } from "./host.ts";
import { correctionOf } from "./review.ts";
import { lessonView } from "./views.ts";

export async function listLessons(host: Host, id: ProjectId): Promise<LessonView[]> {
  await projectOf(host, id);
  const rows = await host.store.lessons(id);
  return rows.map(lessonView).sort((a, b) => b.version - a.version);
}

/** A person's word in place of the gate's: said in the log as such. */
export async function promoteByHand(
  host: Host,
  id: ProjectId,
  lessonId: LessonId,
  by: ActorId,
): Promise<LessonView[]> {
  const { status } = await lessonOf(host, id, lessonId);
  if (status === "in-force") throw moved("The lesson is in force already");
  if (status === "stale") throw moved("The lesson was learned from a correction revoked since");
  await host.store.promote(id, lessonId, `put in force by hand, by ${by}`);
  return nowInForce(host, id);
}

/** Puts a lesson that was in force before back in force. */
export async function rollBack(
  host: Host,
  id: ProjectId,
  to: LessonId,
  by: ActorId,
): Promise<LessonView[]> {
  const { status } = await lessonOf(host, id, to);
  if (status !== "retired")
    throw moved(`Only a lesson that was in force can be rolled back to; this one is ${status}`);
  await host.store.rollBack(id, to, by);
  return nowInForce(host, id);
}

/** Takes a correction out of learning for good. Returns the lessons that descend from it, now stale. */
export async function revokeCorrection(
  host: Host,
  id: ProjectId,
  correctionId: CorrectionId,
  by: ActorId,
): Promise<LessonId[]> {
  await projectOf(host, id);
  await correctionOf(host, id, correctionId);
  const stale = await host.store.revoke(id, correctionId, by);
  host.live.publish({ kind: "project-changed", projectId: id });
  return stale;
}

async function nowInForce(host: Host, id: ProjectId): Promise<LessonView[]> {
  host.live.publish({ kind: "project-changed", projectId: id });
  await askForAssessment(host, id);
  return listLessons(host, id);
}

async function lessonOf(host: Host, id: ProjectId, lessonId: LessonId): Promise<LessonRow> {
  await projectOf(host, id);
  const row = (await host.store.lessons(id)).find(({ lesson }) => lesson.id === lessonId);
  if (row !== undefined) return row;
  throw new Problem("not-found", `There is no lesson "${lessonId}" in this project`);
}

const moved = (title: string): Problem =>
  new Problem("conflict", title, { hint: "GET …/lessons says how each stands now." });

/** Lessons never change: a few are kept so that a key press does not read one from the database. */
const LESSONS_KEPT = 16;
const lessonsOf = perStore(() => new Map<LessonId, Lesson>());
const weightsKeptOf = perStore(() => new Map<LessonId, Readonly<Record<string, number>>>());

/** The lesson in force, if any yet. */
export async function lessonInForce(host: Host, id: ProjectId): Promise<Lesson | undefined> {
  const { inForce } = (await host.states.of(id)).round;
  if (inForce === null) return undefined;
  const lessons = lessonsOf(host);
  const known = lessons.get(inForce) ?? (await host.store.lesson(inForce))?.lesson;
  if (known !== undefined) keep(lessons, inForce, known);
  return known;
}

/** Each source's share of the say under a lesson. */
export async function weightsOf(
  host: Pick<Host, "compute" | "store">,
  config: ProjectConfig,
  lesson: Lesson,
): Promise<Readonly<Record<string, number>>> {
  const weights = weightsKeptOf(host);
  const known = weights.get(lesson.id) ?? (await host.compute.weights({ config, lesson }));
  keep(weights, lesson.id, known);
  return known;
}

/** Empty before there is a lesson. */
export async function weightsInForce(
  host: Host,
  { id, config }: Project,
): Promise<Readonly<Record<string, number>>> {
  const lesson = await lessonInForce(host, id);
  return lesson === undefined ? {} : weightsOf(host, config, lesson);
}

function keep<V>(cache: Map<LessonId, V>, id: LessonId, value: V): void {
  cache.delete(id);
  cache.set(id, value);
  for (const oldest of cache.keys()) if (cache.size > LESSONS_KEPT) cache.delete(oldest);
}
