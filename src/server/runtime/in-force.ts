import type { LessonId, ProjectId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Project, ProjectConfig } from "#core/project.ts";
import { loopOf } from "./compute-tasks.ts";
import { type Host, perStore } from "./host.ts";

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
  host: Pick<Host, "store">,
  config: ProjectConfig,
  lesson: Lesson,
): Promise<Readonly<Record<string, number>>> {
  const weights = weightsKeptOf(host);
  const known = weights.get(lesson.id) ?? (await loopOf(config)).weights(lesson);
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
