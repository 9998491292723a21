/** Where users went from the request of each rewrite: kept beside the lesson, and read when somebody looks. */
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import type { LessonId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import { RewriteGraph, type RewriteRule } from "#core/rewrite.ts";
import { type Host, perStore } from "./host.ts";
import type { RewriteIndex } from "./rewrite-index.ts";

type Graphs = Readonly<Record<string, RewriteGraph | undefined>>;

const Body = z.looseObject({ graphs: z.string().optional() });
const GraphsFile = z.record(z.string(), RewriteGraph);

/** Lessons whose graphs are kept in memory. */
const LESSONS_KEPT = 2;
const keptOf = perStore(() => new Map<LessonId, Promise<Graphs>>());

/** Stores them and gives the name to find them by. */
export async function keepGraphs({ store }: Pick<Host, "store">, graphs: Graphs): Promise<string> {
  return store.putBlob(await promisify(gzip)(JSON.stringify(graphs)));
}

/** Those of a lesson, by the ids of its rewrites; none where it has none. */
export function graphsOf(host: Pick<Host, "store">, lesson: Lesson | undefined): Promise<Graphs> {
  if (lesson === undefined) return Promise.resolve({});
  const kept = keptOf(host);
  const graphs = kept.get(lesson.id) ?? read(host, lesson);
  kept.delete(lesson.id);
  kept.set(lesson.id, graphs);
  graphs.catch(() => kept.delete(lesson.id));
  for (const oldest of kept.keys()) if (kept.size > LESSONS_KEPT) kept.delete(oldest);
  return graphs;
}

async function read({ store }: Pick<Host, "store">, { body }: Lesson): Promise<Graphs> {
  const { graphs } = Body.parse(body);
  const bytes = graphs === undefined ? undefined : await store.blob(graphs);
  if (bytes === undefined) return {};
  const text = (await promisify(gunzip)(bytes)).toString();
  return GraphsFile.parse(JSON.parse(text));
}

/** Where users went from a request. */
export async function graphOf(
  host: Host,
  { lessonId }: RewriteIndex,
  { id, fromText }: RewriteRule,
): Promise<RewriteGraph> {
  const row = lessonId === null ? undefined : await host.store.lesson(lessonId);
  const graphs = await graphsOf(host, row?.lesson);
  return graphs[id] ?? { node: fromText, edges: [], absorption: { success: 0, failure: 0 } };
}
