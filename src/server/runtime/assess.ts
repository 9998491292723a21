import { z } from "zod";
import type { Assessment } from "#core/assessment.ts";
import { ProjectId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Project } from "#core/project.ts";
import type { PoolRow } from "#core/system.ts";
import type { JobRun } from "#store/jobs.ts";
import type { CaseRow, ItemRow } from "#store/store.ts";
import { caseRows, placeAudits } from "./case-rows.ts";
import { noProposal } from "./compute-tasks.ts";
import { type Host, projectOf, projectRng } from "./host.ts";
import { learnFirst } from "./learn.ts";
import { lessonInForce } from "./lessons.ts";
import { blind } from "./pool.ts";
import { proposeMissing } from "./propose.ts";

/** Items assessed and written at a time: few, since a key press may wait for one such write. */
const ASSESS_ROWS = 250;
/** Batches between two words to the screens. */
const BATCHES_PER_NEWS = 8;
/** Passes in one job: each takes up what came in during the one before. */
const PASSES_MAX = 5;

const AssessJob = z.strictObject({
  projectId: ProjectId,
  /** `new`: items without a case. `all`: everything not answered, after a new lesson or config. */
  scope: z.enum(["new", "all"]),
});
type Scope = z.infer<typeof AssessJob>["scope"];

/** Puts items through the lesson in force, as a job. */
export const askForAssessment = (
  host: Pick<Host, "jobs">,
  projectId: ProjectId,
  scope: Scope = "all",
): Promise<string> =>
  host.jobs.enqueue("assess", { projectId, scope }, { projectId, key: `${projectId}/${scope}` });

/** The `assess` job. Resumed, it begins again: an assessment made twice is the same assessment. */
export async function assessJob(host: Host, run: JobRun): Promise<{ assessed: number }> {
  const { projectId, scope } = AssessJob.parse(run.data);
  let assessed = 0;
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const project = await projectOf(host, projectId);
    const before = await host.states.of(projectId);
    const { importedSeq, configSeq } = before;
    const lesson = (await lessonInForce(host, projectId)) ?? (await learnFirst(host, project, run));
    assessed += await assessItems(host, { project, lesson, scope, run });
    const after = await host.states.of(projectId);
    const inForce = typeof lesson === "string" ? null : lesson.id;
    const changed = after.round.inForce !== inForce || after.configSeq !== configSeq;
    if (after.importedSeq === importedSeq && !(scope === "all" && changed)) break;
  }
  const { open: left } = await host.store.counts(projectId);
  host.live.publish({ kind: "queue-changed", projectId, left });
  host.live.publish({ kind: "project-changed", projectId });
  return { assessed };
}

interface Pass {
  readonly project: Project;
  /** A sentence in its place says why there is none: people review without it. */
  readonly lesson: Lesson | string;
  readonly scope: Scope;
  readonly run: JobRun;
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
    const proposed = await proposeMissing(host, project, batch, run.signal);
    const rows = await rowsOf(host, pass, proposed);
    const asked = rows.filter(({ audit }) => !audit);
    audits.push(...rows.filter(({ audit }) => audit));
    costs.push(...asked.filter(({ state }) => state === "open").map(({ cost }) => cost));
    await host.store.putCases(id, asked);
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
  { project, lesson, run }: Pass,
  items: readonly ItemRow[],
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
    { signal: run.signal, progress: () => {} },
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
