import { isProblem, problemText } from "#core/errors.ts";
import type { CorrectionId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Project } from "#core/project.ts";
import type { Hooks } from "./compute-tasks.ts";
import { fittable, heldOut, judge, measurementsOf } from "./held-out.ts";
import { type Host, projectRng } from "./host.ts";
import { loadPool } from "./pool.ts";

/**
 * A lesson from the corrections standing now, not yet stored. The seed is the project's and the number of lessons
 * before it, so that the same log gives the same lesson.
 */
export async function learnLesson(
  host: Host,
  { project, previous }: { readonly project: Project; readonly previous: Lesson | undefined },
  hooks: Hooks,
): Promise<Lesson> {
  const { id, config } = project;
  const pool = await loadPool(host, project, hooks);
  const mayFit = await fittable(host, id);
  const history = await host.store.corrections(id);
  // What an undo record undoes decides; left alone, an undo of nothing changes nothing.
  const aboutFittable = (of: { id: CorrectionId; undoes?: CorrectionId | undefined }) =>
    mayFit(of.undoes ?? of.id);
  const lessons = await host.store.lessons(id);
  return host.compute.learn(
    {
      config,
      pool,
      history: history.filter(aboutFittable),
      previous: previous ?? null,
      seed: projectRng(host, id).split("lesson").split(lessons.length).path,
      nowMs: host.clock.nowMs(),
    },
    hooks,
  );
}

/**
 * The lesson a project starts from: fitted on the votes alone, and in force at once, since there is none to beat.
 * A reason in its place when the system cannot learn from what is there: people review without it.
 */
export async function learnFirst(
  host: Host,
  project: Project,
  hooks: Hooks,
): Promise<Lesson | string> {
  try {
    const lesson = await learnLesson(host, { project, previous: undefined }, hooks);
    const on = await heldOut(host, project);
    const judgements = await judge(host, { project, lesson, on }, hooks);
    await host.store.putLesson(
      project.id,
      lesson,
      measurementsOf(judgements, { from: on.from, ...project.config.route }),
    );
    await host.store.promote(project.id, lesson.id, "the first lesson: there was none to beat");
    return lesson;
  } catch (error) {
    if (!isProblem(error) || error.kind === "cancelled") throw error;
    host.log.warn({ project: project.id, reason: problemText(error) }, "no first lesson");
    return problemText(error);
  }
}
