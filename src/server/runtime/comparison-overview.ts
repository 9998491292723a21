/** Where the comparing of a project stands: the first page of the language lab. */
import type { AnnotatorView, ComparisonOverview, RewardModelView } from "#core/comparison-views.ts";
import type { ProjectId } from "#core/ids.ts";
import { canonical } from "#correct/comparison/comparison.ts";
import { preferences } from "#correct/comparison/order.ts";
import {
  biasesOf,
  type Decided,
  type Opinion,
  opinionsAlpha,
  pairAgreements,
  shareOf,
  withMajority,
} from "#measure/comparers.ts";
import type { LessonRow } from "#store/store.ts";
import { type ComparisonIndex, comparisonIndex, type Said } from "./comparison-index.ts";
import { type Host, projectRng } from "./host.ts";
import { REWARD_MODEL, RewardBody } from "./reward-lessons.ts";
import { errorOf } from "./views.ts";

/** Persons shown beside one another. */
const ANNOTATORS_MAX = 100;
const PAIRS_MAX = 200;

export async function comparisonOverview(host: Host, id: ProjectId): Promise<ComparisonOverview> {
  const index = await comparisonIndex(host, id);
  const lessons = (await host.store.lessons(id))
    .filter(({ lesson }) => lesson.kind === REWARD_MODEL)
    .sort((a, b) => a.version - b.version);
  const { round } = await host.states.of(id);
  const stands = index.said.filter(({ undone, revoked }) => !undone && !revoked);
  const opinions = stands.flatMap(opinionOf);
  const prompts = [...index.prompts.values()];
  const skipped = [...index.standing.values()]
    .flatMap((by) => [...by.values()])
    .filter((what) => what === "skipped").length;
  const ms = stands.reduce((sum, { correction }) => sum + correction.effort.ms, 0);
  return {
    prompts: prompts.length,
    heldOutPrompts: prompts.filter(({ heldOut }) => heldOut).length,
    replies: prompts.reduce((sum, { replies }) => sum + replies.length, 0),
    compared: stands.length,
    heldOutCompared: stands.filter(
      ({ correction }) => index.prompts.get(correction.itemId)?.heldOut,
    ).length,
    ties: verdicts(stands, "tie"),
    bothBad: verdicts(stands, "both-bad"),
    skipped,
    minutes: ms / 60_000,
    untilRefit: Math.max(0, round.refitEvery - round.fresh.size),
    rewardModel: rewardModelOf(index, lessons),
    accuracyCurve: lessons.flatMap((row) => {
      const error = errorOf(row);
      if (error === null) return [];
      const promoted = row.status !== "held-back" && row.status !== "candidate";
      const { id: lessonId, learnedFrom } = row.lesson;
      const accuracy = accuracyOf(error);
      return [{ comparisons: learnedFrom.length, accuracy, lessonId, promoted }];
    }),
    annotators: annotatorsOf(index, stands, opinions),
    agreement: {
      pairs: pairAgreements(opinions).slice(0, PAIRS_MAX),
      alpha: opinionsAlpha(opinions, projectRng(host, id).split("agreement")),
    },
    sources: sourcesOf(index, stands),
  };
}

const verdicts = (said: readonly Said[], verdict: "tie" | "both-bad"): number =>
  said.filter(({ correction: { after } }) => after?.kind === "pair" && after.verdict === verdict)
    .length;

type Error = NonNullable<ReturnType<typeof errorOf>>;
/** The other way round: how often pairs are put in the order people put them. */
function accuracyOf({ value, interval, n }: Error) {
  return {
    metric: "accuracy",
    value: 1 - value,
    interval: interval && { ...interval, low: 1 - interval.high, high: 1 - interval.low },
    n,
    note: "of held-out comparisons",
  };
}

function rewardModelOf(
  { reward }: ComparisonIndex,
  lessons: readonly LessonRow[],
): RewardModelView | null {
  const row = lessons.find(({ lesson }) => lesson.id === reward?.lessonId);
  if (row === undefined) return null;
  const { features, members, report } = RewardBody.parse(row.lesson.body);
  const error = errorOf(row);
  return {
    lessonId: row.lesson.id,
    members: members.members.length,
    read: features.kind === "columns" ? "rewards" : features.kind,
    pairs: report.pairs,
    accuracy: error === null ? null : accuracyOf(error),
    correlation: report.correlation,
    warnings: report.warnings,
    atMs: row.lesson.atMs,
  };
}

/** Of pairs alone: what is said of a ranking is not one of three things. */
function opinionOf({ correction, questionId }: Said): Opinion[] {
  const { after, by } = correction;
  if (after?.kind !== "pair") return [];
  const { verdict } = canonical(after) as typeof after; // of the same kind as it was
  const said = verdict === "first" ? 0 : verdict === "second" ? 1 : 2;
  return [{ question: questionId, by: by.id, said }];
}

function decidedOf(index: ComparisonIndex, { correction, shown }: Said): Decided[] {
  const { after, itemId } = correction;
  const [preferred] = after?.kind === "pair" ? preferences(after) : [];
  if (preferred === undefined) return [];
  const replies = index.prompts.get(itemId)?.replies ?? [];
  const length = (id: string) => replies.find((reply) => reply.id === id)?.text.length ?? 0;
  const longer = length(preferred.chosen) - length(preferred.rejected);
  return [
    {
      left: shown === null ? null : shown[0] === preferred.chosen,
      longer: longer === 0 ? null : longer > 0,
    },
  ];
}

function annotatorsOf(
  index: ComparisonIndex,
  said: readonly Said[],
  opinions: readonly Opinion[],
): AnnotatorView[] {
  const people = new Map<string, Said[]>();
  for (const each of said) {
    const { id } = each.correction.by;
    const own = people.get(id);
    if (own === undefined) people.set(id, [each]);
    else own.push(each);
  }
  return [...people]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, ANNOTATORS_MAX)
    .map(([id, own]) => {
      const times = own.map(({ correction }) => correction.effort.ms).sort((a, b) => a - b);
      return {
        id,
        simulated: own.every(({ correction }) => correction.by.kind !== "person"),
        compared: own.length,
        ties: verdicts(own, "tie"),
        msMedian: times[Math.floor(times.length / 2)] ?? null,
        ...biasesOf(own.flatMap((each) => decidedOf(index, each))),
        withMajority: withMajority(opinions, id),
      };
    });
}

/** Among decided pairs of two sources, how often each wins. */
function sourcesOf(index: ComparisonIndex, said: readonly Said[]): ComparisonOverview["sources"] {
  const tallies = new Map<string, { wins: number; n: number }>();
  const count = (source: string, won: boolean) => {
    const tally = tallies.get(source) ?? { wins: 0, n: 0 };
    tallies.set(source, { wins: tally.wins + (won ? 1 : 0), n: tally.n + 1 });
  };
  for (const { correction } of said) {
    if (correction.after === null) continue;
    const replies = index.prompts.get(correction.itemId)?.replies ?? [];
    const source = (id: string) => replies.find((reply) => reply.id === id)?.source;
    for (const { chosen, rejected } of preferences(correction.after)) {
      const [won, lost] = [source(chosen), source(rejected)];
      if (won === undefined || lost === undefined || won === lost) continue;
      count(won, true);
      count(lost, false);
    }
  }
  return [...tallies].flatMap(([source, { wins, n }]) => {
    const measured = shareOf("wins", wins, n, "of decided pairs against another source");
    return measured === null ? [] : [{ source, wins: measured }];
  });
}
