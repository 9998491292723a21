import type { Lesson } from "#core/lesson.ts";
import type { Project } from "#core/project.ts";
import type { Hooks } from "./compute-tasks.ts";
import { standingAnswers } from "./held-out.ts";
import { type Host, perStore } from "./host.ts";
import { loadPool } from "./pool.ts";
import type { SourceTable } from "./source-table.ts";

const KEPT_MAX = 8;
const tablesOf = perStore(() => new Map<string, Promise<SourceTable>>());

/** How every voting source does under a lesson; counted once a lesson, on the items lessons are fitted on. */
export async function sourcesUnder(
  host: Host,
  project: Project,
  lesson: Lesson,
): Promise<SourceTable> {
  const { poolVersion } = await host.states.of(project.id);
  const key = `${project.id}/${poolVersion}/${lesson.id}`;
  const tables = tablesOf(host);
  const known = tables.get(key) ?? count(host, project, lesson);
  tables.set(key, known);
  for (const oldest of tables.keys()) if (tables.size > KEPT_MAX) tables.delete(oldest);
  try {
    return await known;
  } catch (error) {
    tables.delete(key); // a count that failed is taken again
    throw error;
  }
}

async function count(host: Host, project: Project, lesson: Lesson): Promise<SourceTable> {
  const hooks: Hooks = { signal: new AbortController().signal, progress: () => {} };
  const pool = await loadPool(host, project, hooks);
  const answers = new Map<string, string>();
  for (const { itemId, after } of standingAnswers(await host.states.of(project.id)))
    if (after !== null) answers.set(itemId, after);
  return host.compute.sources(
    {
      config: project.config,
      lesson,
      pool,
      answers,
      seed: lesson.seed,
      nowMs: host.clock.nowMs(),
    },
    hooks,
  );
}

/** Estimated accuracy of a source where it votes, by what the lesson says of those items; null if it never votes. */
export function expectedAccuracy(table: SourceTable, source: string): number | null {
  const row = table.sources.find((known) => known.source === source);
  return row === undefined || row.votes === 0 ? null : row.expectedRight / row.votes;
}
