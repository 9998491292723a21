import { standing } from "#core/correction.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Project } from "#core/project.ts";
import type { Overview } from "#core/views.ts";
import { learningChange } from "#measure/learning.ts";
import { heldOut, type Judgement, judge, proposalRisks, wrongOutputs } from "./held-out.ts";
import { type Host, perStore, projectOf, projectRng } from "./host.ts";
import { lessonInForce, weightsOf } from "./in-force.ts";
import {
  budgetPoints,
  errorCurve,
  errorNow,
  errorPerMinute,
  forecast,
  gatesView,
  type LessonFigures,
  learningSteps,
  minutesSpent,
  reliabilityPoints,
  riskCoveragePoints,
  ruleViews,
  unreviewedError,
} from "./overview-maths.ts";
import { sourcesUnder } from "./sources.ts";
import type { ProjectState } from "./state.ts";
import { errorOf } from "./views.ts";

/** Open cases read for the budget curve at most; of more, a random sample this large stands for all. */
const OPEN_CASES_MAX = 10_000;
const PAGE_ROWS = 500;
/** The open cases are read anew after so many answers: the curve moves by as many items. */
const ANSWERS_A_READ = 20;

/**
 * The figures of the Project screen. What depends on a lesson is computed once for it and kept; what depends on the
 * queue is read from a bounded number of cases; the rest comes from the state kept of the log.
 */
export async function overviewOf(host: Host, id: ProjectId): Promise<Overview> {
  const project = await projectOf(host, id);
  const state = await host.states.of(id);
  const [counts, lessons, open] = await Promise.all([
    host.store.counts(id),
    lessonFigures(host, id, state),
    openCases(host, id, state),
  ]);
  const underForce = await figuresInForce(host, project, lessons);
  const risks = proposalRisks(underForce?.judgements ?? []);
  const wasInForce = new Set<string>([...state.round.before, state.round.inForce ?? ""]);
  const answers = standing(state.answers);
  const minutes = minutesSpent(state.answers);
  const curve = errorCurve(lessons, wasInForce);
  const inForce = lessons.find(({ lesson }) => lesson.id === state.round.inForce);
  const pool = counts.open + counts.answered + counts.accepted + counts.waiting;
  return {
    counts,
    error: errorNow(inForce === undefined ? null : errorOf(inForce), {
      pool,
      answered: counts.answered,
    }),
    unreviewed: unreviewedError(answers, { accepted: counts.accepted, auditsLeft: open.audits }),
    auditsLeft: open.audits,
    minutes,
    errorPerMinute: errorPerMinute(underForce?.change ?? null, minutes),
    errorCurve: curve,
    forecast: forecast(curve),
    riskCoverage: riskCoveragePoints(risks),
    reliability: reliabilityPoints(risks),
    budget: budgetPoints(open.risks, { heldOut: risks, sampled: open.sampled }),
    rules: underForce?.rules ?? [],
    gates: gatesView(project.config, risks),
    steps: learningSteps(lessons, wasInForce),
  };
}

interface FiguresInForce {
  readonly judgements: readonly Judgement[];
  readonly rules: Overview["rules"];
  /** From the first lesson to the one in force; null when they are the same one. */
  readonly change: ReturnType<typeof learningChange>["change"] | null;
}

async function figuresInForce(
  host: Host,
  project: Project,
  lessons: readonly LessonFigures[],
): Promise<FiguresInForce | undefined> {
  const lesson = await lessonInForce(host, project.id);
  if (lesson === undefined) return undefined;
  const hooks = { signal: new AbortController().signal, progress: () => {} };
  const on = await heldOut(host, project);
  const judgements = await judge(host, { project, lesson, on }, hooks);
  const weights = await weightsOf(host, project.config, lesson);
  const rules = ruleViews(project.config, await sourcesUnder(host, project, lesson), weights);
  const firstId = lessons[0]?.lesson.id;
  if (firstId === undefined || firstId === lesson.id || judgements.length === 0)
    return { judgements, rules, change: null };
  const first = await host.store.lesson(firstId);
  if (first === undefined) return { judgements, rules, change: null };
  const before = await judge(host, { project, lesson: first.lesson, on }, hooks);
  const { change } = learningChange(
    {
      corrections: lesson.learnedFrom.length,
      before: wrongOutputs(before),
      after: wrongOutputs(judgements),
    },
    { rng: projectRng(host, project.id).split("overview") },
  );
  return { judgements, rules, change };
}

interface OpenCases {
  readonly risks: readonly number[];
  readonly audits: number;
  /** Share of the open cases that was read. */
  readonly sampled: number;
}

const openKeptOf = perStore(
  () => new Map<ProjectId, { readonly key: string; readonly cases: Promise<OpenCases> }>(),
);

function openCases(host: Host, id: ProjectId, state: ProjectState): Promise<OpenCases> {
  const { importedSeq, configSeq, lessonSeq, answers } = state;
  const read = Math.floor(answers.length / ANSWERS_A_READ);
  const key = `${importedSeq}/${configSeq}/${lessonSeq}/${read}`;
  const openKept = openKeptOf(host);
  const kept = openKept.get(id);
  if (kept?.key === key) return kept.cases;
  const cases = readOpenCases(host, id).catch((error: unknown) => {
    openKept.delete(id);
    throw error;
  });
  openKept.set(id, { key, cases });
  return cases;
}

async function readOpenCases(host: Host, id: ProjectId): Promise<OpenCases> {
  const { open } = await host.store.counts(id);
  const risks: number[] = [];
  let audits = 0;
  let read = 0;
  let cursor: string | null = "";
  while (cursor !== null && read < OPEN_CASES_MAX) {
    // In random order the first rows are a random sample.
    const page: Awaited<ReturnType<Host["store"]["queue"]>> = await host.store.queue(id, {
      order: "random",
      limit: PAGE_ROWS,
      ...(cursor === "" ? {} : { cursor }),
    });
    for (const { assessment, audit } of page.rows) {
      if (audit) audits += 1;
      else if (assessment?.risk != null) risks.push(assessment.risk);
    }
    read += page.rows.length;
    cursor = page.next;
  }
  const sampled = read === 0 || cursor === null ? 1 : read / open;
  return { risks, audits: Math.round(audits / sampled), sampled };
}

const lessonsKeptOf = perStore(
  () => new Map<ProjectId, { readonly seq: number; readonly rows: LessonFigures[] }>(),
);

async function lessonFigures(
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
