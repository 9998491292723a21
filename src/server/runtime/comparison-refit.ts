/** The refit of a project that compares replies: reward models from what people said, through the gate. */
import { isProblem, problemText } from "#core/errors.ts";
import type { CorrectionId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Measurement } from "#core/measurement.ts";
import type { Project } from "#core/project.ts";
import type { LearningStep } from "#core/views.ts";
import { preferences } from "#correct/comparison/order.ts";
import { lessonIdOf } from "#learn/lineage.ts";
import { type GateRule, gate } from "#loop/gate.ts";
import { learningChange } from "#measure/learning.ts";
import { wilson } from "#measure/proportion.ts";
import type { LessonRow } from "#store/store.ts";
import { type ComparisonIndex, comparisonIndex, type Said } from "./comparison-index.ts";
import { textOfPrompt } from "./comparison-projects.ts";
import type { Hooks } from "./compute-tasks.ts";
import { type Host, projectRng } from "./host.ts";
import type { RefitResult } from "./refit.ts";
import { REWARD_MODEL, RewardBody } from "./reward-lessons.ts";
import type { ReadPair } from "./reward-tasks.ts";
import { BEFORE_METRIC, CHANGE_METRIC, ERROR_METRIC } from "./views.ts";

const CODE = "reward-model@1";

/**
 * Of comparisons there are tens to measure on, not thousands: a margin no wider than what is asked of
 * labels would hold back every model for want of proof.
 */
const COMPARISON_GATE: GateRule = {
  promise: "not-worse",
  margin: 0.1,
  level: 0.8,
  looking: "fixed",
};

/** What people said of replies of one kind of prompt, two by two. */
export interface SaidPairs {
  readonly pairs: readonly (ReadPair & { readonly itemId: string })[];
  readonly ids: readonly CorrectionId[];
}

const counts = ({ undone, revoked }: Said): boolean => !undone && !revoked;

export function saidPairs(index: ComparisonIndex, heldOut: boolean): SaidPairs {
  const pairs: (ReadPair & { itemId: string })[] = [];
  const ids: CorrectionId[] = [];
  for (const said of index.said) {
    const { id, itemId, after } = said.correction;
    const entry = index.prompts.get(itemId);
    if (!counts(said) || after === null || entry?.heldOut !== heldOut) continue;
    ids.push(id);
    const prompt = textOfPrompt(entry.prompt);
    const readable = (replyId: string) => {
      const reply = entry.replies.find((each) => each.id === replyId);
      return reply && { prompt, text: reply.text, rewards: reply.rewards };
    };
    for (const preferred of preferences(after)) {
      const [chosen, rejected] = [readable(preferred.chosen), readable(preferred.rejected)];
      if (chosen !== undefined && rejected !== undefined) pairs.push({ itemId, chosen, rejected });
    }
  }
  return { pairs, ids };
}

/** [pairs] 1 where the mean of the members puts a pair in the other order than people did. */
async function losses(
  host: Host,
  body: RewardBody,
  pairs: readonly ReadPair[],
): Promise<Float64Array> {
  if (pairs.length === 0) return new Float64Array();
  const replies = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  const members = await host.compute.scoreReplies({ body, replies });
  return Float64Array.from(pairs, (_, p) => {
    const lead = members.reduce(
      (sum, scores) => sum + ((scores[2 * p] ?? 0) - (scores[2 * p + 1] ?? 0)),
      0,
    );
    return lead > 0 ? 0 : 1;
  });
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

const errorMeasured = (wrong: Float64Array): Measurement => ({
  metric: ERROR_METRIC,
  value: sum(wrong) / wrong.length,
  interval: wilson(sum(wrong), wrong.length),
  n: wrong.length,
  note: "of held-out comparisons, in the order people put them",
});

/** Learns from the comparisons standing now, and lets the lesson live only through the gate. */
export async function refitComparisons(
  host: Host,
  project: Project,
  hooks: Hooks,
): Promise<RefitResult> {
  const { id } = project;
  const index = await comparisonIndex(host, id);
  const learned = saidPairs(index, false);
  const inForce = await host.store.lessonInForce(id);
  const before = inForce?.lesson.kind === REWARD_MODEL ? inForce : undefined;
  if (before !== undefined && sameIds(before.lesson.learnedFrom, learned.ids)) {
    host.states.step(id, { kind: "learn-failed" });
    return done(before, "There is nothing new to learn from.");
  }
  hooks.progress({ done: 0, total: 2, label: "fitting reward models" });
  const candidate = await learn(host, { index, learned, before: before?.lesson }, hooks);
  if (typeof candidate === "string") {
    host.states.step(id, { kind: "learn-failed" });
    return done(before, candidate);
  }
  hooks.progress({ done: 1, total: 2, label: "measuring on held-out comparisons" });
  const result = await judge(host, { index, before, candidate });
  host.live.publish({ kind: "project-changed", projectId: id });
  host.live.publish({ kind: "comparisons-changed", projectId: id });
  await comparisonIndex(host, id); // scored under what is in force now, before anybody asks
  return result;
}

const done = (row: LessonRow | undefined, why: string): RefitResult => ({
  lessonId: row?.lesson.id ?? null,
  promoted: false,
  gate: why,
});

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  const known = new Set(a);
  return a.length === b.length && b.every((id) => known.has(id));
}

/** A lesson, or why there is nothing to learn. */
async function learn(
  host: Host,
  from: {
    readonly index: ComparisonIndex;
    readonly learned: SaidPairs;
    readonly before: Lesson | undefined;
  },
  hooks: Hooks,
): Promise<Lesson | string> {
  const { index, learned, before } = from;
  const { project, schema } = index;
  const lessons = (await host.store.lessons(project.id)).length;
  const seed = projectRng(host, project.id).split("reward-model").split(lessons).path;
  try {
    const body = await host.compute.fitRewards(
      {
        read: schema.read,
        members: schema.members,
        pairs: learned.pairs,
        comparisons: learned.ids.length,
        seed,
      },
      hooks,
    );
    const parent = before?.id ?? null;
    return {
      id: lessonIdOf(REWARD_MODEL, { parent, learnedFrom: learned.ids, seed }),
      kind: REWARD_MODEL,
      parent,
      learnedFrom: [...learned.ids],
      code: CODE,
      options: { read: schema.read, members: schema.members },
      seed,
      summary: `${schema.members} reward models from ${learned.ids.length} comparisons (${body.report.pairs} pairs)`,
      body,
      atMs: host.clock.nowMs(),
    };
  } catch (error) {
    if (!isProblem(error) || error.kind === "cancelled") throw error;
    return problemText(error);
  }
}

async function judge(
  host: Host,
  lessons: {
    readonly index: ComparisonIndex;
    readonly before: LessonRow | undefined;
    readonly candidate: Lesson;
  },
): Promise<RefitResult> {
  const { index, before, candidate } = lessons;
  const { id } = index.project;
  const { pairs } = saidPairs(index, true);
  const after = await losses(host, RewardBody.parse(candidate.body), pairs);
  const clusters = pairs.map(({ itemId }) => itemId);
  const error = pairs.length === 0 ? [] : [errorMeasured(after)];
  if (before === undefined) {
    await host.store.putLesson(id, candidate, error);
    const why = "The first reward model: there was none to beat.";
    await host.store.promote(id, candidate.id, why);
    return { lessonId: candidate.id, promoted: true, gate: why };
  }
  const earlier = await losses(host, RewardBody.parse(before.lesson.body), pairs);
  const known = new Set(before.lesson.learnedFrom);
  const fresh = candidate.learnedFrom.filter((each) => !known.has(each)).length;
  const rng = projectRng(host, id).split("gate").split(candidate.id);
  const input = { inForce: earlier, candidate: after, clusters, newCorrections: fresh, rng };
  const verdict = gate({ ...input, rule: COMPARISON_GATE });
  const change =
    pairs.length === 0
      ? null
      : learningChange({ corrections: fresh, before: earlier, after, clusters }, { rng });
  const step = (metric: string, measured: Measurement): Measurement => ({ ...measured, metric });
  await host.store.putLesson(id, candidate, [
    ...error,
    ...(change === null
      ? []
      : [step(BEFORE_METRIC, change.before), step(CHANGE_METRIC, change.change)]),
  ]);
  if (verdict.promote) await host.store.promote(id, candidate.id, verdict.sentence);
  else await host.store.holdBack(id, candidate.id, verdict.sentence);
  if (change !== null) {
    const told: LearningStep = {
      corrections: fresh,
      lessonId: candidate.id,
      before: change.before,
      after: change.after,
      change: change.change,
      promoted: verdict.promote,
      gate: verdict.sentence,
      atMs: host.clock.nowMs(),
    };
    host.live.publish({ kind: "learning", projectId: id, step: told });
  }
  return { lessonId: candidate.id, promoted: verdict.promote, gate: verdict.sentence };
}
