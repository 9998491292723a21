import type { Correction } from "#core/correction.ts";
import type { Measurement } from "#core/measurement.ts";
import type { Project, ProjectConfig } from "#core/project.ts";
import type { Vote } from "#core/proposal.ts";
import type {
  CaseView,
  CorrectionView,
  LessonView,
  ProjectSummary,
  QueueRow,
  VoteView,
} from "#core/views.ts";
import { type CompiledRules, compileRules } from "#propose/rules.ts";
import type { CaseRow, ItemRow, LessonRow } from "#store/store.ts";

/** The metric every lesson is measured by: error of its own label on held-out items. */
export const ERROR_METRIC = "error";
/** What a lesson carries besides, so that the step it was can be told later. */
export const BEFORE_METRIC = "error-before";
export const CHANGE_METRIC = "error-change";

export const errorOf = (row: Pick<LessonRow, "measurements"> | undefined): Measurement | null =>
  row?.measurements.find(({ metric }) => metric === ERROR_METRIC) ?? null;

export const projectSummary = (
  project: Project,
  counts: ProjectSummary["counts"],
  error: Measurement | null,
): ProjectSummary => ({
  id: project.id,
  name: project.config.name,
  taskKind: project.config.task.kind,
  system: project.config.assess.system,
  items: counts.items,
  counts,
  error,
  createdAtMs: project.createdAtMs,
});

/** One line of the queue; what was proposed stays hidden where the case is shown blind. */
export const queueRow = (row: CaseRow, suggestionShown: boolean): QueueRow => ({
  itemId: row.itemId,
  title: row.title,
  from: row.from,
  risk: row.assessment?.risk ?? null,
  cost: row.cost,
  proposed: suggestionShown || row.state !== "open" ? row.proposed : null,
  route: row.assessment?.route ?? "ask",
  state: row.state,
  waitingFor: row.waitingFor,
});

export const correctionView = (correction: Correction<string>): CorrectionView => ({
  ...correction,
  operations: [...correction.operations],
});

export const lessonView = ({
  lesson,
  version,
  status,
  measurements,
  gate,
}: LessonRow): LessonView => ({
  id: lesson.id,
  kind: lesson.kind,
  version,
  parent: lesson.parent,
  status,
  corrections: lesson.learnedFrom.length,
  summary: lesson.summary,
  code: lesson.code,
  seed: lesson.seed,
  options: lesson.options,
  measurements: [...measurements],
  gate,
  atMs: lesson.atMs,
});

/**
 * One case for the Inbox. Where the suggestion is not shown, nothing a machine said leaves the server: what the
 * person answers there is what anchoring is measured by.
 */
export function caseView(how: {
  readonly config: ProjectConfig;
  readonly item: ItemRow;
  readonly row: CaseRow;
  readonly corrections: readonly Correction<string>[];
  readonly weights: Readonly<Record<string, number>>;
  readonly suggestionShown: boolean;
}): CaseView {
  const { item, row, suggestionShown: shown } = how;
  const { proposal } = item;
  const { assessment } = row;
  return {
    itemId: item.id,
    version: row.version,
    state: row.state,
    item: item.input,
    proposal:
      proposal === null || !shown
        ? null
        : {
            id: proposal.id,
            source: proposal.source.id,
            output: proposal.output,
            confidence: proposal.confidence ?? null,
            raw: proposal.raw ?? null,
          },
    assessment:
      assessment === null
        ? null
        : {
            risk: assessment.risk,
            suggestion: shown ? (assessment.suggestion ?? null) : null,
            reasons: shown ? [...assessment.reasons] : [],
            route: assessment.route,
            lessonId: assessment.lessonId ?? null,
          },
    votes: shown ? voteViews(how.config, item, how.weights) : [],
    why: whyThisOne(row),
    audit: row.audit,
    suggestionShown: shown,
    waitingFor: row.waitingFor,
    corrections: how.corrections.map(correctionView),
  };
}

/** Votes with their evidence: the rules are run on this one item, the votes it came with follow. */
function voteViews(
  config: ProjectConfig,
  item: ItemRow,
  weights: Readonly<Record<string, number>>,
): VoteView[] {
  const rules = new Set(config.rules.map(({ id }) => id));
  const view = (vote: Vote<string>): VoteView => ({
    source: vote.source,
    output: vote.output,
    ...(vote.because === undefined ? {} : { because: vote.because }),
    ...(vote.evidence === undefined ? {} : { evidence: [...vote.evidence] }),
    weight: weights[vote.source] ?? null,
    title: sourceTitle(vote.source),
  });
  const ofRules = compiledRules(config).vote(item.input);
  const own = [...(item.proposal?.votes ?? []), ...item.votes];
  return [...ofRules, ...own.filter(({ source }) => !rules.has(source))].map(view);
}

/** Compiling costs more than voting, and a reviewer stays with one project for hours. */
let compiled: { readonly key: string; readonly rules: CompiledRules } | undefined;

function compiledRules(config: ProjectConfig): CompiledRules {
  const key = JSON.stringify(config.rules);
  if (compiled?.key !== key) compiled = { key, rules: compileRules(config.rules) };
  return compiled.rules;
}

/** `reply-prefix` reads "reply prefix". */
export const sourceTitle = (source: string): string => source.replaceAll(/[-_]/g, " ");

/** Why this case comes now, in a sentence. */
export function whyThisOne({ assessment, audit, propensity, cost, waitingFor }: CaseRow): string {
  if (waitingFor !== null) return `It waits: ${waitingFor}`;
  if (audit)
    return `Drawn at random (${percent(propensity)} of what goes out unseen) to know the error of the rest.`;
  const risk = assessment?.risk ?? null;
  if (risk === null) return "Nothing was proposed for it, so a person decides.";
  const severity = risk === 0 ? 0 : cost / risk;
  return `Risk ${risk.toFixed(2)}, cost of an error ${severity.toFixed(2)}: expected cost ${cost.toFixed(2)}.`;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
