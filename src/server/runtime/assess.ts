import type { Assessment } from "#core/assessment.ts";
import type { ItemId, ProjectId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import { isLabelProject, type Project } from "#core/project.ts";
import type { PoolRow } from "#core/system.ts";
import type { JobRun } from "#store/jobs.ts";
import type { CaseRow, ItemRow } from "#store/store.ts";
import { caseRows, placeAudits } from "./case-rows.ts";
import { noProposal } from "./compute-tasks.ts";
import { type Host, projectOf, projectRng } from "./host.ts";
import { lessonInForce } from "./in-force.ts";
import { learnFirst } from "./learn.ts";
import { blind } from "./pool.ts";
import { proposeMissing } from "./propose.ts";
import { AssessJob, type AssessScope } from "./requests.ts";

/** Items assessed and written at a time: few, since a key press may wait for one such write. */
const ASSESS_ROWS = 250;
/** Batches between two words to the screens. */
const BATCHES_PER_NEWS = 8;
/** Passes in one job: each takes up what came in during the one before. */
const PASSES_MAX = 5;

/** The `assess` job. Resumed, it begins again: an assessment made twice is the same assessment. */
export async function assessJob(host: Host, run: JobRun): Promise<{ assessed: number }> {
  const { projectId, ...asked } = AssessJob.parse(run.data);
  let assessed = 0;
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const project = await projectOf(host, projectId);
    if (!isLabelProject(project.config)) return { assessed };
    const before = await host.states.of(projectId);
    const { importedSeq, configSeq } = before;
    const { made, failed } = await proposeMissing(host, project, run);
    // What waited for its proposal has a case already.
    const scope = made > 0 ? "all" : asked.scope;
    const lesson = (await lessonInForce(host, projectId)) ?? (await learnFirst(host, project, run));
    assessed += await assessItems(host, { project, lesson, scope, failed, run });
    const after = await host.states.of(projectId);
    const inForce = typeof lesson === "string" ? null : lesson.id;
    const changed = after.round.inForce !== inForce || after.configSeq !== configSeq;
    if (after.importedSeq === importedSeq && !(scope === "all" && changed)) break;
  }
  host.states.assessed(projectId);
  await tellQueue(host, projectId);
  host.live.publish({ kind: "project-changed", projectId });
  return { assessed };
}

interface Pass {
  readonly project: Project;
  /** A sentence in its place says why there is none: people review without it. */
  readonly lesson: Lesson | string;
  readonly scope: AssessScope;
  /** Items no proposal could be had for, with the reason. */
  readonly failed: ReadonlyMap<ItemId, string>;
  readonly run: JobRun;
}

/** Rows of a few items under the lesson in force, at once: after the proposer was asked again. */
export async function assessNow(
  host: Host,
  project: Project,
  items: readonly ItemRow[],
): Promise<CaseRow[]> {
  const lesson = (await lessonInForce(host, project.id)) ?? "none was learned so far";
  return rowsOf(host, { project, lesson }, items, new AbortController().signal);
}

async function assessItems(host: Host, pass: Pass): Promise<number> {
  const { project, scope, run } = pass;
  const { id } = project;
  const { items } = await host.store.counts(id);
  const audits: CaseRow[] = [];
  const costs: number[] = [];
  let done = 0;
  let batches = 0;
  const stream = host.store.items(id, {
    split: "pool",
    unassessed: scope === "new",
    batch: ASSESS_ROWS,
  });
  for await (const batch of stream) {
    run.signal.throwIfAborted();
    const rows = await rowsOf(host, pass, batch, run.signal);
    const asked = rows.filter(({ audit }) => !audit);
    audits.push(...rows.filter(({ audit }) => audit));
    costs.push(...asked.filter(({ state }) => state === "open").map(({ cost }) => cost));
    await host.store.putCases(id, asked);
    for (const { id: itemId } of batch) {
      const reason = pass.failed.get(itemId);
      if (reason !== undefined)
        await host.store.append(id, { kind: "propose-failed", itemId, reason, attempts: 1 });
    }
    done += batch.length;
    run.progress({ done, total: Math.max(items, done), label: "assessing" });
    if (batches++ % BATCHES_PER_NEWS === 0) await tellQueue(host, id);
  }
  await host.store.putCases(
    id,
    placeAudits(audits, Float32Array.from(costs), projectRng(host, id)),
  );
  return done;
}

async function tellQueue(host: Host, projectId: ProjectId): Promise<void> {
  const { open: left } = await host.store.counts(projectId);
  host.live.publish({ kind: "queue-changed", projectId, left });
}

async function rowsOf(
  host: Host,
  { project, lesson }: Pick<Pass, "project" | "lesson">,
  items: readonly ItemRow[],
  signal: AbortSignal,
): Promise<CaseRow[]> {
  const { id, config } = project;
  if (typeof lesson === "string") return rowsWithoutLesson(host, project, items, lesson);
  return host.compute.cases(
    {
      config,
      lesson,
      rows: items.map(blind),
      seed: lesson.seed,
      nowMs: host.clock.nowMs(),
      draws: projectRng(host, id).path,
    },
    { signal, progress: () => {} },
  );
}

/** What a person can review before anything could be learned: the proposer's own word for its risk, if it gave one. */
function rowsWithoutLesson(
  host: Host,
  { id, config }: Project,
  items: readonly ItemRow[],
  why: string,
): CaseRow[] {
  const rows = items.map(
    (item): PoolRow<string> => ({ item, proposal: item.proposal ?? noProposal(item.id) }),
  );
  const assessments = rows.map(
    ({ proposal }): Assessment<string> => ({
      proposalId: proposal.id,
      itemId: proposal.itemId,
      risk:
        proposal.output === null || proposal.confidence === undefined
          ? null
          : 1 - proposal.confidence,
      reasons: [{ from: "emend", text: `No lesson yet: ${why}` }],
      route: "ask",
    }),
  );
  return caseRows({ config, rows, assessments, rng: projectRng(host, id) });
}
