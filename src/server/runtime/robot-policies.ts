/** Policies of a project: learned in a job, measured against the one in force, in force only through the gate. */
import { z } from "zod";
import type { Correction } from "#core/correction.ts";
import type { Episode } from "#core/episode.ts";
import {
  type CompareInput,
  CompareInput as CompareJob,
  type CompareResult,
  FitInput,
  type FitResult,
  PolicyMethod,
  type PolicyView,
} from "#core/episode-views.ts";
import { Problem } from "#core/errors.ts";
import { type CorrectionId, type LessonId, ProjectId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Measurement } from "#core/measurement.ts";
import type { Project } from "#core/project.ts";
import { lessonIdOf } from "#learn/lineage.ts";
import { gate, provenBetter } from "#loop/gate.ts";
import { pairedScoreInterval } from "#measure/learning.ts";
import { PolicyModel } from "#propose/policy/model.ts";
import type { JobRun } from "#store/jobs.ts";
import type { LessonRow } from "#store/store.ts";
import { type Host, projectRng } from "./host.ts";
import { editedEpisodes } from "./robot-episodes.ts";
import { episodeSchema, isSimulated, robotProject } from "./robot-projects.ts";
import { proportion } from "./robot-rounds.ts";
import type { FittedPolicy } from "./robot-tasks.ts";

/** `kind` of a lesson whose body holds a policy. */
const POLICY_KIND = "policy";
const CODE = "policy@1";
const SUCCESS = "success";
const CHANGE = "success-change";

const FitJob = z.strictObject({ projectId: ProjectId, fit: FitInput });
const CompareJobData = z.strictObject({ projectId: ProjectId, compare: CompareJob });
const Checkpoint = z.strictObject({ lessonId: z.string() });
const Body = z.looseObject({
  model: PolicyModel,
  method: PolicyMethod,
  episodes: z.array(z.string()),
});

/** Queues a fit; one at a time for a project. */
export async function askToFit(host: Host, id: ProjectId, fit: FitInput): Promise<string> {
  await robotProject(host, id);
  return host.jobs.enqueue("fit-policy", { projectId: id, fit }, { projectId: id, key: id });
}

export async function askToCompare(
  host: Host,
  id: ProjectId,
  compare: CompareInput,
): Promise<string> {
  const { config } = await robotProject(host, id);
  const { world } = episodeSchema(config);
  if (!isSimulated(world))
    throw new Problem("conflict", `There is no world "${world}" to compare policies in`, {
      hint: "Deploy both on the robot, and compare the rounds.",
    });
  for (const lessonId of [compare.a, compare.b]) await policyModel(host, id, lessonId);
  return host.jobs.enqueue("compare-policies", { projectId: id, compare }, { projectId: id });
}

/** @throws Problem `not-found` when there is no such policy in the project. */
export async function policyModel(
  host: Host,
  id: ProjectId,
  lessonId: LessonId,
): Promise<PolicyModel> {
  await robotProject(host, id);
  const row = (await host.store.lessons(id)).find(({ lesson }) => lesson.id === lessonId);
  if (row?.lesson.kind === POLICY_KIND) return Body.parse(row.lesson.body).model;
  throw new Problem("not-found", `There is no policy "${lessonId}" in this project`, {
    hint: "GET …/policies lists those there are.",
  });
}

export async function policyList(
  host: Host,
  id: ProjectId,
): Promise<{ policies: PolicyView[]; inForce: LessonId | null }> {
  await robotProject(host, id);
  const rows = await host.store.lessons(id);
  const inForce = await host.store.lessonInForce(id);
  return {
    policies: rows
      .filter(({ lesson }) => lesson.kind === POLICY_KIND)
      .map(policyView)
      .sort((a, b) => b.version - a.version),
    inForce: inForce?.lesson.id ?? null,
  };
}

function policyView({ lesson, version, status, measurements, gate }: LessonRow): PolicyView {
  const { model, method, episodes } = Body.parse(lesson.body);
  const measured = (metric: string) => measurements.find((one) => one.metric === metric) ?? null;
  return {
    lessonId: lesson.id,
    version,
    status,
    method,
    kind: model.kind,
    parent: lesson.parent,
    summary: lesson.summary,
    episodes: episodes.length,
    corrections: lesson.learnedFrom.length,
    success: measured(SUCCESS),
    change: measured(CHANGE),
    gate,
    atMs: lesson.atMs,
  };
}

/**
 * The `fit-policy` job. Stopped after the policy was stored, it goes on to measure it; stopped
 * before, it learns anew.
 */
export async function fitPolicyJob(host: Host, run: JobRun): Promise<FitResult> {
  const { projectId, fit } = FitJob.parse(run.data);
  const project = await robotProject(host, projectId);
  const stored = Checkpoint.safeParse(run.checkpoint);
  const rows = stored.success ? await host.store.lessons(projectId) : [];
  const known = rows.find(({ lesson }) => lesson.id === stored.data?.lessonId);
  if (known !== undefined && known.status !== "candidate")
    return {
      lessonId: known.lesson.id,
      promoted: known.status === "in-force",
      gate: known.gate ?? "",
    };
  const lesson = known?.lesson ?? (await learn(host, project, { fit, run }));
  if (known === undefined) {
    await host.store.putLesson(projectId, lesson, []);
    await run.saveCheckpoint({ lessonId: lesson.id });
  }
  return judge(host, project, { lesson, fit, run });
}

async function learn(
  host: Host,
  project: Project,
  { fit, run }: { readonly fit: FitInput; readonly run: JobRun },
): Promise<Lesson> {
  const { id, config } = project;
  const { episodes, corrections } = await material(host, id);
  const seed = projectRng(host, id).split("policy").split(fit.seed).path;
  const fitted = await host.compute.fitPolicy(
    { episodes, fit, preWindow: fit.preWindow ?? episodeSchema(config).preWindow, seed },
    {
      signal: run.signal,
      progress: ({ done, total, label, figures }) => {
        run.progress({ done, total, label });
        if (figures?.loss !== undefined)
          host.live.publish({
            kind: "policy-training",
            projectId: id,
            jobId: run.id,
            step: done,
            steps: total,
            loss: figures.loss,
          });
      },
    },
  );
  const parent = (await host.store.lessonInForce(id))?.lesson.id ?? null;
  return lessonOf({ fit, fitted, corrections, parent, seed, atMs: host.clock.nowMs() });
}

/**
 * Episodes that may be learned from, with the take-overs that stand on them. One with a take-over
 * that was revoked is left out whole: nobody knows what its steps are worth.
 */
async function material(
  host: Host,
  id: ProjectId,
): Promise<{ episodes: Episode[]; corrections: Correction<string>[] }> {
  const all = await host.store.corrections(id);
  const corrections = await host.store.corrections(id, { forLearning: true });
  const { revoked } = await host.states.of(id);
  const without = new Set(
    all.filter((one) => revoked.has(one.id)).map(({ itemId }) => `${itemId}`),
  );
  const episodes: Episode[] = [];
  for await (const { episode } of editedEpisodes(host, id))
    if (!without.has(episode.id)) episodes.push(episode);
  return { episodes, corrections };
}

function lessonOf(made: {
  readonly fit: FitInput;
  readonly fitted: FittedPolicy;
  readonly corrections: readonly Correction<string>[];
  readonly parent: LessonId | null;
  readonly seed: string;
  readonly atMs: number;
}): Lesson {
  const { fit, fitted, corrections, parent, seed, atMs } = made;
  const used = new Set(fitted.learnedFrom);
  const learnedFrom: CorrectionId[] = corrections
    .filter(({ itemId }) => used.has(itemId))
    .map(({ id }) => id);
  const { frames, evicted, rejected, warnings, losses, model } = fitted;
  const lesson = {
    kind: POLICY_KIND,
    parent,
    learnedFrom,
    code: CODE,
    options: { ...fit },
    seed,
    summary:
      `${fit.method} on ${used.size} episodes, ${frames.toLocaleString("en")} steps, ` +
      `${learnedFrom.length} take-overs`,
    body: {
      model,
      method: fit.method,
      episodes: fitted.learnedFrom,
      ...{ evicted, rejected, warnings, losses },
    },
    atMs,
  };
  // Demonstrations and options tell two policies apart that share their corrections.
  const made_ = JSON.stringify([seed, fit, fitted.learnedFrom]);
  return { id: lessonIdOf(POLICY_KIND, { parent, learnedFrom, seed: made_ }), ...lesson };
}

/** Measures a policy on the same episodes as the one in force; only what is proven better goes live. */
async function judge(
  host: Host,
  { id, config }: Project,
  { lesson, fit, run }: { readonly lesson: Lesson; readonly fit: FitInput; readonly run: JobRun },
): Promise<FitResult> {
  const inForce = (await host.store.lessonInForce(id))?.lesson;
  const { world } = episodeSchema(config);
  const measurable = isSimulated(world) && fit.evaluations > 0;
  const models = [lesson, ...(inForce === undefined ? [] : [inForce])].map(
    ({ body }) => Body.parse(body).model,
  );
  const [candidate = [], before] = measurable
    ? await host.compute.tryPolicies(
        {
          world,
          models,
          episodes: fit.evaluations,
          // Fresh episodes for each candidate: none is chosen on those it is later measured on.
          seed: projectRng(host, id).split("trials").split(lesson.id).path,
        },
        run,
      )
    : [];
  const verdict = verdictOf({ candidate, before, lesson, inForce, host, id, measurable });
  await host.store.putLesson(id, lesson, verdict.measurements);
  if (verdict.promote) await host.store.promote(id, lesson.id, verdict.sentence);
  else await host.store.holdBack(id, lesson.id, verdict.sentence);
  host.live.publish({ kind: "project-changed", projectId: id });
  return { lessonId: lesson.id, promoted: verdict.promote, gate: verdict.sentence };
}

interface Judged {
  readonly promote: boolean;
  readonly sentence: string;
  readonly measurements: Measurement[];
}

function verdictOf(found: {
  readonly candidate: readonly boolean[];
  readonly before: readonly boolean[] | undefined;
  readonly lesson: Lesson;
  readonly inForce: Lesson | undefined;
  readonly host: Host;
  readonly id: ProjectId;
  readonly measurable: boolean;
}): Judged {
  const { candidate, before, lesson, inForce, measurable } = found;
  const success = candidate.length === 0 ? [] : [successOf(candidate)];
  if (inForce === undefined)
    return {
      promote: true,
      sentence: "The first policy: there was none to beat.",
      measurements: success,
    };
  if (!measurable || before === undefined)
    return {
      promote: false,
      sentence:
        "Held back: there is no world to measure it in. Put it in force by hand to deploy it.",
      measurements: [],
    };
  const seen = new Set(inForce.learnedFrom);
  const losses = (outcomes: readonly boolean[]) =>
    Float64Array.from(outcomes, (good) => (good ? 0 : 1));
  const { promote, sentence } = gate({
    inForce: losses(before),
    candidate: losses(candidate),
    newCorrections: lesson.learnedFrom.filter((one) => !seen.has(one)).length,
    rng: projectRng(found.host, found.id).split("gate").split(lesson.id),
    rule: provenBetter,
  });
  const change = differenceOf(before, candidate, CHANGE);
  return { promote, sentence, measurements: [...success, change] };
}

const successOf = (outcomes: readonly boolean[]): Measurement =>
  proportion(SUCCESS, outcomes.filter(Boolean).length, outcomes.length);

const onlyIn = (a: readonly boolean[], b: readonly boolean[]): number =>
  a.filter((good, k) => good && b[k] === false).length;

/** Share of successes of `b` minus that of `a`, over the same episodes. */
function differenceOf(a: readonly boolean[], b: readonly boolean[], metric: string): Measurement {
  const pairs = { firstOnly: onlyIn(a, b), secondOnly: onlyIn(b, a) };
  const n = a.length;
  return {
    metric,
    value: (pairs.secondOnly - pairs.firstOnly) / n,
    interval: pairedScoreInterval(pairs, n),
    n,
  };
}

/** The `compare-policies` job. */
export async function comparePoliciesJob(host: Host, run: JobRun): Promise<CompareResult> {
  const { projectId, compare } = CompareJobData.parse(run.data);
  const { config } = await robotProject(host, projectId);
  const models = await Promise.all(
    [compare.a, compare.b].map((lessonId) => policyModel(host, projectId, lessonId)),
  );
  const [a = [], b = []] = await host.compute.tryPolicies(
    {
      world: episodeSchema(config).world,
      models,
      episodes: compare.episodes,
      seed: projectRng(host, projectId).split("compare").split(compare.seed).path,
    },
    run,
  );
  return {
    a: successOf(a),
    b: successOf(b),
    difference: differenceOf(a, b, CHANGE),
    onlyA: onlyIn(a, b),
    onlyB: onlyIn(b, a),
  };
}
