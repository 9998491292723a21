/** What came of models that were trained elsewhere from an export of a project. */
import type { OutsideRun } from "#core/comparison-views.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { LessonView } from "#core/views.ts";
import { lessonIdOf } from "#learn/lineage.ts";
import { shareOf } from "#measure/comparers.ts";
import { comparisonIndex } from "./comparison-index.ts";
import { saidPairs } from "./comparison-refit.ts";
import { type Host, projectRng } from "./host.ts";
import { listLessons } from "./lessons.ts";
import { OUTSIDE_POLICY } from "./reward-lessons.ts";

/** Records it as a lesson from the comparisons standing now; recorded twice it is there once. */
export async function recordOutsideRun(
  host: Host,
  id: ProjectId,
  run: OutsideRun,
): Promise<LessonView> {
  const index = await comparisonIndex(host, id);
  const learnedFrom = [...saidPairs(index, false).ids];
  const seed = projectRng(host, id).split("outside").split(JSON.stringify(run)).path;
  const lesson: Lesson = {
    id: lessonIdOf(OUTSIDE_POLICY, { parent: null, learnedFrom, seed }),
    kind: OUTSIDE_POLICY,
    parent: null,
    learnedFrom,
    code: "outside",
    options: { manifestHash: run.manifestHash },
    seed,
    summary: `${run.name}, trained elsewhere from the export ${run.manifestHash.slice(0, 12)}`,
    body: run,
    atMs: host.clock.nowMs(),
  };
  const { winRate } = run;
  const wins =
    winRate === undefined
      ? null
      : shareOf("win-rate", winRate.wins, winRate.n, `against ${winRate.against}, as reported`);
  const known = (await host.store.lessons(id)).some((row) => row.lesson.id === lesson.id);
  if (!known) await host.store.putLesson(id, lesson, wins === null ? [] : [wins]);
  host.live.publish({ kind: "project-changed", projectId: id });
  const view = (await listLessons(host, id)).find((each) => each.id === lesson.id);
  if (view === undefined) throw new Error("a lesson that was stored is listed");
  return view;
}
