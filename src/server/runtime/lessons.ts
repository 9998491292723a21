import { Problem } from "#core/errors.ts";
import type { ActorId, CorrectionId, LessonId, ProjectId } from "#core/ids.ts";
import type { LessonView } from "#core/views.ts";
import type { LessonRow } from "#store/store.ts";
import { type Host, projectOf } from "./host.ts";
import { correctionOf } from "./lookups.ts";
import { askForAssessment } from "./requests.ts";
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
