import { standing } from "#core/correction.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import { labelSchema, type Project } from "#core/project.ts";
import type { Overview } from "#core/views.ts";
import {
  ACCEPTED_RISK_METRIC,
  heldOut,
  type Judgement,
  judge,
  proposalRisks,
  RATIO_METRIC,
} from "./held-out.ts";
import { type Host, projectOf, projectRng } from "./host.ts";
import { lessonInForce, weightsOf } from "./in-force.ts";
import { lessonFigures } from "./lesson-figures.ts";
import { openCases } from "./open-cases.ts";
import {
  budgetPoints,
  errorCurve,
  errorNow,
  errorPerMinute,
  errorRemoved,
  forecast,
  gatesView,
  learningSteps,
  minutesSpent,
  reliabilityPoints,
  riskCoveragePoints,
  ruleViews,
} from "./overview-maths.ts";
import { sourcesUnder } from "./sources.ts";
import type { ProjectState } from "./state.ts";
import { unreviewedOf } from "./unreviewed.ts";

/**
 * The figures of the Project screen. What depends on a lesson is computed once for it and kept; what depends on the
 * queue is read from a bounded number of cases; the rest comes from the state kept of the log.
 */
export async function overviewOf(host: Host, id: ProjectId): Promise<Overview> {
  const project = await projectOf(host, id);
  labelSchema(project.config);
  const state = await host.states.of(id);
  const pool = await poolErrors(host, id, state);
  const { counts, lessons, open } = pool;
  const underForce = await figuresInForce(host, project);
  const risks = proposalRisks(underForce?.judgements ?? []);
  const wasInForce = new Set<string>([...state.round.before, state.round.inForce ?? ""]);
  const answers = standing(state.answers);
  const minutes = minutesSpent(state.answers);
  const curve = errorCurve(lessons, wasInForce);
  return {
    counts,
    error: errorNow(pool),
    unreviewed: await unreviewedOf(host, project, answers, {
      accepted: counts.accepted,
      auditsLeft: open.audits,
    }),
    auditsLeft: open.audits,
    minutes,
    errorRemoved: errorRemoved(answers, pool.pool),
    errorPerMinute: errorPerMinute(answers, pool.pool, projectRng(host, id).split("overview")),
    errorCurve: curve,
    forecast: forecast(curve),
    riskCoverage: riskCoveragePoints(risks),
    reliability: reliabilityPoints(risks),
    budget: budgetPoints(open, pool.ratio),
    rules: underForce?.rules ?? [],
    gates: gatesView(project.config, risks),
    steps: learningSteps(lessons, wasInForce),
  };
}

/** Error now, cheap enough for a list of projects. */
export async function projectError(host: Host, id: ProjectId): Promise<Measurement | null> {
  return errorNow(await poolErrors(host, id, await host.states.of(id)));
}

async function poolErrors(host: Host, id: ProjectId, state: ProjectState) {
  const [counts, lessons, open] = await Promise.all([
    host.store.counts(id),
    lessonFigures(host, id, state),
    openCases(host, id, state),
  ]);
  const inForce = lessons.find(({ lesson }) => lesson.id === state.round.inForce);
  const of = (metric: string) =>
    inForce?.measurements.find((known) => known.metric === metric) ?? null;
  const { answered, accepted } = counts;
  return {
    counts,
    lessons,
    open,
    answered,
    accepted,
    pool: counts.open + answered + accepted + counts.waiting,
    ratio: of(RATIO_METRIC),
    acceptedRisk: of(ACCEPTED_RISK_METRIC)?.value ?? 0,
  };
}

interface FiguresInForce {
  readonly judgements: readonly Judgement[];
  readonly rules: Overview["rules"];
}

async function figuresInForce(host: Host, project: Project): Promise<FiguresInForce | undefined> {
  const lesson = await lessonInForce(host, project.id);
  if (lesson === undefined) return undefined;
  const hooks = { signal: new AbortController().signal, progress: () => {} };
  const on = await heldOut(host, project);
  const judgements = await judge(host, { project, lesson, on }, hooks);
  const weights = await weightsOf(host, project.config, lesson);
  const rules = ruleViews(project.config, await sourcesUnder(host, project, lesson), weights);
  return { judgements, rules };
}
