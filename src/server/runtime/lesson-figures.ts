import type { ProjectId } from "#core/ids.ts";
import type { LessonRow } from "#store/store.ts";
import { type Host, perStore } from "./host.ts";
import type { ProjectState } from "./state.ts";

/** A lesson as the figures need it: without its body. */
export type LessonFigures = Pick<LessonRow, "version" | "status" | "measurements" | "gate"> & {
  readonly lesson: Pick<LessonRow["lesson"], "id" | "parent" | "learnedFrom" | "atMs">;
};

const lessonsKeptOf = perStore(
  () => new Map<ProjectId, { readonly seq: number; readonly rows: LessonFigures[] }>(),
);

/** All lessons of a project, oldest first; read anew after an event about one. */
export async function lessonFigures(
  host: Host,
  id: ProjectId,
  { lessonSeq }: ProjectState,
): Promise<LessonFigures[]> {
  const lessonsKept = lessonsKeptOf(host);
  const kept = lessonsKept.get(id);
  if (kept?.seq === lessonSeq) return kept.rows;
  const rows = (await host.store.lessons(id)).map(
    ({ lesson, version, status, measurements, gate }): LessonFigures => ({
      lesson: {
        id: lesson.id,
        parent: lesson.parent,
        learnedFrom: lesson.learnedFrom,
        atMs: lesson.atMs,
      },
      version,
      status,
      measurements,
      gate,
    }),
  );
  lessonsKept.set(id, { seq: lessonSeq, rows });
  return rows;
}
