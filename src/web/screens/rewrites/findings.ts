/** What the figures say, in a sentence that holds. */
import type { Measurement } from "#core/measurement.ts";
import type { JobView, LessonView } from "#core/views.ts";
import { count, intervalText, inUnit, plural } from "#web/app/format.ts";

/** Whether rewriting helps, as far as the interval of the difference says. `change`: defects treated less held out. */
export function defectFinding(change: Measurement | null): string {
  if (change === null || change.interval === null) return "Defects, rewritten against held out";
  const { value, interval } = change;
  const points = `${inUnit(value, "points")} points ${intervalText(change, "points")}`;
  if (interval.high < 0) return `Rewriting lowers defects: ${points}`;
  if (interval.low > 0) return `Rewriting raises defects: ${points}`;
  return `No difference in defects shown yet: ${points}`;
}

/**
 * That a lesson newer than the one in force was in force before: the guard, or a person, went back. Undefined where
 * nobody did.
 */
export function takenOut(lessons: readonly LessonView[]): string | undefined {
  const inForce = lessons.find(({ status }) => status === "in-force");
  if (inForce === undefined) return undefined;
  const later = lessons
    .filter(({ status, version }) => status === "retired" && version > inForce.version)
    .toSorted((a, b) => b.version - a.version)[0];
  if (later === undefined) return undefined;
  return `Lesson ${later.version} was taken out: lesson ${inForce.version} is in force again.`;
}

/** What came of a mining that is over: what it found, and how much of what it read it could not use. */
export function minedText(job: Pick<JobView, "state" | "result"> | undefined): string {
  if (job?.state !== "done" || typeof job.result !== "object" || job.result === null) return "";
  const { rewrites, fresh, skipped } = job.result as Record<string, unknown>;
  if (typeof rewrites !== "number" || typeof fresh !== "number") return "";
  const found = `${plural(rewrites, "rewrite")}, ${count(fresh)} new`;
  return typeof skipped === "number" && skipped > 0
    ? `${found}; ${plural(skipped, "turn")} could not be read`
    : found;
}
