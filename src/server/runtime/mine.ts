import { z } from "zod";
import { LessonId, ProjectId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Project } from "#core/project.ts";
import type { RewriteRule } from "#core/rewrite.ts";
import { lessonIdOf } from "#learn/lineage.ts";
import { REWRITES_KIND } from "#store/fold-rewrites.ts";
import type { JobRun } from "#store/jobs.ts";
import type { MineOptions } from "#systems/markov-reformulation/options.ts";
import { type Host, projectOf, projectRng } from "./host.ts";
import type { MinedRules } from "./mine-tasks.ts";
import { graphsOf, keepGraphs } from "./mined-graphs.ts";
import { withIndex } from "./rewrite-index.ts";
import { rewriteOptions, rewriteProject } from "./rewrite-projects.ts";

const CODE = "markov-reformulation@1";
/** Turns handed to the computing thread at a time. */
const READ_TURNS = 2_000;

const MineJob = z.strictObject({ projectId: ProjectId });
const Checkpoint = z.strictObject({ lessonId: LessonId });

export interface MineResult {
  readonly lessonId: LessonId | null;
  /** Of the table now in force. */
  readonly rewrites: number;
  /** Never in force before; they wait for a person. */
  readonly fresh: number;
  /** Not mined again, and kept for what was said of them. */
  readonly carried: number;
  readonly turns: number;
  /** Turns that could not be read, and the first few reasons. */
  readonly skipped: number;
  readonly problems: readonly string[];
  readonly summary: string;
}

/** Queues mining; asked for twice it is done once. @throws Problem for a project without rewrites. */
export async function askToMine(host: Host, id: ProjectId): Promise<string> {
  rewriteProject(await projectOf(host, id));
  return host.jobs.enqueue("mine", { projectId: id }, { projectId: id, key: id });
}

/**
 * The `mine` job: a lesson from all that users said, in force in place of the one before. Nothing new is applied by
 * it: new rewrites wait for a person, and what was said of the others stands. Resumed after the lesson was stored, it
 * goes on from there.
 */
export async function mineJob(host: Host, run: JobRun): Promise<MineResult> {
  const { projectId } = MineJob.parse(run.data);
  const project = rewriteProject(await projectOf(host, projectId));
  const stored = Checkpoint.safeParse(run.checkpoint);
  const candidate = stored.success ? await host.store.lesson(stored.data.lessonId) : undefined;
  if (candidate?.status === "candidate") {
    const { lesson } = candidate;
    await withIndex(host, projectId, (_, again) => bringIn(host, project, lesson.id, again));
    return Body.parse(lesson.body).result;
  }
  const read = await readTurns(host, project, run);
  const options = await optionsOf(host, project);
  const mined = await host.compute.mine(
    {
      turns: read.name,
      options,
      seed: projectRng(host, projectId).split("mine").path,
      nowMs: host.clock.nowMs(),
    },
    run,
  );
  return withIndex(host, projectId, async (_, again) => {
    const lesson = await lessonOf(host, project, { mined, options, read });
    const { result } = Body.parse(lesson.body);
    if (result.lessonId === null) return result;
    await host.store.putLesson(projectId, lesson, []);
    await run.saveCheckpoint({ lessonId: lesson.id });
    await bringIn(host, project, lesson.id, again);
    return result;
  });
}

async function bringIn(
  host: Host,
  { id }: Project,
  lessonId: LessonId,
  again: () => Promise<unknown>,
): Promise<void> {
  const gate = "mined anew: what is new waits for a person, what was said of the others stands";
  await host.store.promote(id, lessonId, gate);
  await again();
  host.live.publish({ kind: "rewrites-changed", projectId: id });
  host.live.publish({ kind: "project-changed", projectId: id });
}

interface Read {
  /** Under which the computing thread has them. */
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

async function readTurns(host: Host, { id }: Project, run: JobRun): Promise<Read> {
  const name = `${id}/${run.id}`;
  let [first, last, count] = [0, 0, 0];
  try {
    for await (const batch of host.store.turns(id, { batch: READ_TURNS })) {
      run.signal.throwIfAborted();
      await host.compute.addTurns({ turns: name, records: batch.map(({ record }) => record) });
      first ||= batch[0]?.seq ?? 0;
      last = batch.at(-1)?.seq ?? last;
      count += batch.length;
      run.progress({ done: count, total: count, label: "reading turns" });
    }
  } catch (error) {
    await host.compute.dropTurns(name);
    throw error;
  }
  return { name, first, last, count };
}

/** The project's, with all that persons said not to mean the same. */
async function optionsOf(host: Host, { id, config }: Project): Promise<MineOptions> {
  const { holdOut: _, ...options } = rewriteOptions(config);
  const apart = await host.store.cannotLinks(id);
  const cannotLink = apart.map(({ locale, fromKey, toKey }) => ({ locale, fromKey, toKey }));
  return { ...options, cannotLink: [...options.cannotLink, ...cannotLink] };
}

const Result = z.custom<MineResult>((value) => typeof value === "object" && value !== null);
const Body = z.looseObject({ result: Result });

/** What somebody, or the guard, has said something of is not lost because it was not mined again. */
async function carriedOn(
  host: Host,
  { id }: Project,
  mined: readonly RewriteRule[],
): Promise<{ readonly carried: RewriteRule[]; readonly before: ReadonlySet<string> }> {
  const heads = await host.store.rewriteHeads(id);
  const again = new Set(mined.map((rule) => rule.id));
  const kept = heads.filter(
    (head) => !again.has(head.id) && (head.state !== "proposed" || head.pinned),
  );
  const rows = await host.store.rewriteRows(
    id,
    kept.map((head) => head.id),
  );
  return { carried: rows.map(({ rule }) => rule), before: new Set(heads.map((head) => head.id)) };
}

async function lessonOf(
  host: Host,
  project: Project,
  made: { readonly mined: MinedRules; readonly options: MineOptions; readonly read: Read },
): Promise<Lesson> {
  const { mined, options, read } = made;
  const { id } = project;
  const parent = await host.store.lessonInForce(id);
  const { lessonSeq } = await host.states.of(id);
  const { carried, before } = await carriedOn(host, project, mined.rules);
  const rules = [...mined.rules, ...carried];
  const fresh = mined.rules.filter((rule) => !before.has(rule.id)).length;
  const seed = projectRng(host, id).split("mine").split(lessonSeq).path;
  const lessonId = lessonIdOf(REWRITES_KIND, {
    parent: parent?.lesson.id ?? null,
    learnedFrom: [],
    seed,
  });
  const nothing = rules.length === 0 && parent === undefined;
  const summary = nothing
    ? `No rewrite is borne out by ${read.count} turns so far.`
    : `${rules.length} rewrites from ${read.count} turns: ${fresh} new, ${carried.length} kept for what was said of them`;
  const result: MineResult = {
    lessonId: nothing ? null : lessonId,
    rewrites: rules.length,
    fresh,
    carried: carried.length,
    turns: read.count,
    skipped: mined.skipped.count,
    problems: mined.skipped.problems,
    summary,
  };
  const earlier = await graphsOf(host, parent?.lesson);
  const graphs = {
    ...Object.fromEntries(carried.map((rule) => [rule.id, earlier[rule.id]])),
    ...mined.graphs,
  };
  return {
    id: lessonId,
    kind: REWRITES_KIND,
    parent: parent?.lesson.id ?? null,
    learnedFrom: [],
    code: CODE,
    options: { ...options, turns: { first: read.first, last: read.last, count: read.count } },
    seed,
    summary,
    body: {
      rules,
      graphs: await keepGraphs(host, graphs),
      diagnostics: mined.diagnostics,
      result,
    },
    atMs: host.clock.nowMs(),
  };
}
