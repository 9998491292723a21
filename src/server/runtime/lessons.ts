import { Problem } from "#core/errors.ts";
import type { ActorId, CorrectionId, LessonId, ProjectId } from "#core/ids.ts";
import { isLabelProject } from "#core/project.ts";
import type { LessonView } from "#core/views.ts";
import type { LessonRow } from "#store/store.ts";
import { type Host, projectOf } from "./host.ts";
import { noSuchCorrection } from "./lookups.ts";
import { askForAssessment } from "./requests.ts";
import { isPolicy } from "./reward-lessons.ts";
import { hasRewrites } from "./rewrite-projects.ts";
import { rewritesChanged } from "./rewrites.ts";
import { lessonView } from "./views.ts";
import { WRITER_FILTER } from "./writing-filter.ts";

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
  const { status } = await chosenOf(host, id, lessonId);
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
  const { status } = await chosenOf(host, id, to);
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
  const { answers } = await host.states.of(id);
  if (!answers.some((answer) => answer.id === correctionId)) throw noSuchCorrection(correctionId);
  const stale = await host.store.revoke(id, correctionId, by);
  host.live.publish({ kind: "project-changed", projectId: id });
  return stale;
}

async function nowInForce(host: Host, id: ProjectId): Promise<LessonView[]> {
  const { config } = await projectOf(host, id);
  host.live.publish({ kind: "project-changed", projectId: id });
  if (isLabelProject(config)) await askForAssessment(host, id);
  if (hasRewrites(config)) await rewritesChanged(host, id);
  return listLessons(host, id);
}

/**
 * A lesson that may be chosen by hand.
 *
 * @throws Problem `conflict` for a policy, and for one of a writer's filter, which follows from the decisions that stand.
 */
async function chosenOf(host: Host, id: ProjectId, lessonId: LessonId): Promise<LessonRow> {
  const row = await lessonOf(host, id, lessonId);
  if (isPolicy(row.lesson))
    throw new Problem("conflict", "A policy is not put in force", {
      expected: "a reward model",
      got: `a lesson of kind ${row.lesson.kind}`,
      hint: "Sample from it, or start a run from it, by its id.",
    });
  if (row.lesson.kind !== WRITER_FILTER) return row;
  throw new Problem("conflict", "The writer's filter is not chosen by hand", {
    expected: "a lesson that is learned once and then in force",
    hint: "Take decisions back, or clear the filter or a habit of it.",
  });
}

async function lessonOf(host: Host, id: ProjectId, lessonId: LessonId): Promise<LessonRow> {
  await projectOf(host, id);
  const row = (await host.store.lessons(id)).find(({ lesson }) => lesson.id === lessonId);
  if (row !== undefined) return row;
  throw new Problem("not-found", `There is no lesson "${lessonId}" in this project`);
}

const moved = (title: string): Problem =>
  new Problem("conflict", title, { hint: "GET …/lessons says how each stands now." });
