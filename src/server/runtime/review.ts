import type { Correction } from "#core/correction.ts";
import { Problem } from "#core/errors.ts";
import { type ActorId, CorrectionId, type ItemId, type ProjectId } from "#core/ids.ts";
import { labelSchema, type Project, type ReviewOrder } from "#core/project.ts";
import type { CaseView, CorrectionAnswer, CorrectionInput, QueuePage } from "#core/views.ts";
import { draw } from "#correct/audit.ts";
import { labelKind } from "#correct/label.ts";
import type { CaseRow, CaseStatus, ItemRow, Taken } from "#store/store.ts";
import { type Host, projectOf, projectRng } from "./host.ts";
import { weightsInForce } from "./in-force.ts";
import { caseOf, correctionOf, itemOf, noSuchItem } from "./lookups.ts";
import { rememberLater } from "./remember.ts";
import { refitIfDue } from "./requests.ts";
import { caseView, correctionView, queueRow } from "./views.ts";

/** How long a case given to a reviewer stays theirs. */
const LEASE_MS = 10 * 60_000;
/** Answers the time per case is estimated from: today's pace, not last month's. */
const PACE_ANSWERS = 50;

/** The next cases of a reviewer, leased, with everything needed to show them. */
export async function nextCases(
  host: Host,
  id: ProjectId,
  how: {
    readonly reviewer: string;
    readonly count: number;
    readonly exclude: readonly ItemId[];
    readonly order?: ReviewOrder | undefined;
  },
): Promise<{ cases: CaseView[]; left: number; minutesLeft: number | null }> {
  const project = await projectOf(host, id);
  const rows = await host.store.lease(id, {
    reviewer: how.reviewer,
    order: how.order ?? project.config.correct.order,
    count: how.count,
    leaseMs: LEASE_MS,
    exclude: how.exclude,
  });
  const cases = await Promise.all(rows.map((row) => showCase(host, project, row)));
  return { cases, ...(await leftToDo(host, id)) };
}

export async function queuePage(
  host: Host,
  id: ProjectId,
  how: {
    readonly order?: ReviewOrder | undefined;
    readonly state: CaseStatus;
    readonly limit: number;
    readonly cursor?: string | undefined;
  },
): Promise<QueuePage> {
  const project = await projectOf(host, id);
  const page = await host.store.queue(id, {
    order: how.order ?? project.config.correct.order,
    state: how.state,
    limit: how.limit,
    ...(how.cursor === undefined ? {} : { cursor: how.cursor }),
  });
  const rows = page.rows.map((row) => queueRow(row, isShown(host, project, row)));
  return { rows, next: page.next, ...(await leftToDo(host, id)) };
}

export async function oneCase(host: Host, id: ProjectId, itemId: ItemId): Promise<CaseView> {
  const project = await projectOf(host, id);
  return showCase(host, project, await caseOf(host, id, itemId));
}

/**
 * Takes a reviewer's answer: durable before it resolves, the same request again answered the same.
 *
 * @throws Problem `conflict` when somebody answered the case meanwhile.
 */
export async function correctCase(
  host: Host,
  how: {
    readonly projectId: ProjectId;
    readonly itemId: ItemId;
    readonly input: CorrectionInput;
    readonly by: ActorId;
  },
): Promise<CorrectionAnswer> {
  const { projectId, itemId, input } = how;
  const project = await projectOf(host, projectId);
  const row = await caseOf(host, projectId, itemId);
  const item = await itemOf(host, projectId, itemId);
  const correction = correctionFor(host, { project, row, item, input, by: how.by });
  const taken = await host.store.correct(projectId, correction, input.version);
  const answer = await answerTo(host, projectId, itemId, taken);
  if (taken.kind === "taken") rememberLater(host, projectId, taken.correction);
  return answer;
}

/** Takes back a standing correction by a further record; the case is open again. */
export async function undoCorrection(
  host: Host,
  projectId: ProjectId,
  correctionId: CorrectionId,
  by: ActorId,
): Promise<CorrectionAnswer> {
  await projectOf(host, projectId);
  const made = await correctionOf(host, projectId, correctionId);
  const undo: Correction<string> = {
    ...made,
    // One undo per correction: a repeated request is the same record.
    id: CorrectionId.parse(`${correctionId.slice(0, 190)}/undo`),
    decision: "undone",
    before: made.after,
    after: made.before,
    operations: labelKind.diff(made.after, made.before),
    reason: undefined,
    by: { id: by, kind: "person" },
    effort: { ms: 0, gestures: 1, edit: 0 },
    undoes: correctionId,
    atMs: host.clock.nowMs(),
  };
  const taken = await host.store.undo(projectId, correctionId, undo);
  return answerTo(host, projectId, made.itemId, taken);
}

export async function skipCase(
  host: Host,
  id: ProjectId,
  itemId: ItemId,
  by: string,
): Promise<{ left: number }> {
  await projectOf(host, id);
  await caseOf(host, id, itemId);
  await host.store.skip(id, itemId, by);
  const { left } = await leftToDo(host, id);
  host.live.publish({ kind: "queue-changed", projectId: id, left });
  return { left };
}

/** Cases still open and the time they take at the pace of the last answers. */
export async function leftToDo(
  host: Host,
  id: ProjectId,
): Promise<{ left: number; minutesLeft: number | null }> {
  const [{ open: left }, { answers }] = await Promise.all([
    host.store.counts(id),
    host.states.of(id),
  ]);
  const recent = answers
    .slice(-PACE_ANSWERS)
    .filter(({ decision }) => decision !== "undone")
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const medianMs = recent[Math.floor(recent.length / 2)];
  return { left, minutesLeft: medianMs === undefined ? null : (left * medianMs) / 60_000 };
}

export async function showCase(host: Host, project: Project, row: CaseRow): Promise<CaseView> {
  const { id, config } = project;
  const [item, corrections, weights] = await Promise.all([
    itemOf(host, id, row.itemId),
    host.store.corrections(id, { itemId: row.itemId }),
    weightsInForce(host, project),
  ]);
  const suggestionShown = isShown(host, project, row);
  return caseView({ config, item, row, corrections, weights, suggestionShown });
}

/** Drawn again, not stored: seed and item id alone decide. */
export function isShown(host: Host, { id, config }: Project, row: CaseRow): boolean {
  const { itemId, assessment } = row;
  const route = assessment?.route ?? "ask";
  return draw({ itemId, route }, { rng: projectRng(host, id), ...config.correct }).suggestionShown;
}

/** The full record of an answer: what the reviewer sent, and what the server knows of the moment. */
function correctionFor(
  host: Host,
  how: {
    readonly project: Project;
    readonly row: CaseRow;
    readonly item: ItemRow;
    readonly input: CorrectionInput;
    readonly by: ActorId;
  },
): Correction<string> {
  const { project, row, item, input } = how;
  const before = item.proposal?.output ?? null;
  const after = input.decision === "confirmed" ? before : input.after;
  if (after !== null) {
    const checked = labelKind.check(after, labelSchema(project.config));
    if (!checked.ok) throw checked.error;
  } else if (input.decision !== "rejected")
    throw new Problem("bad-input", "The answer has no label", {
      expected: "a label in `after`, or the decision `rejected`",
      got: `decision "${input.decision}" and no label`,
      at: { field: "after" },
    });
  const operations = labelKind.diff(before, after);
  return {
    id: input.id,
    itemId: row.itemId,
    proposalId: item.proposal?.id ?? null,
    // Who answers without seeing the proposal may still agree with it.
    decision:
      input.decision === "rejected" ? "rejected" : operations.length === 0 ? "confirmed" : "edited",
    before,
    after,
    operations,
    ...(input.reason === undefined ? {} : { reason: input.reason }),
    by: { id: how.by, kind: "person" },
    effort: { ...input.effort, edit: labelKind.editSize(operations) },
    risk: row.assessment?.risk ?? null,
    propensity: row.propensity,
    audit: row.audit,
    suggestionShown: isShown(host, project, row),
    ...(row.assessment?.lessonId === undefined ? {} : { lessonId: row.assessment.lessonId }),
    atMs: host.clock.nowMs(),
  };
}

async function answerTo(
  host: Host,
  projectId: ProjectId,
  itemId: ItemId,
  taken: Taken,
): Promise<CorrectionAnswer> {
  if (taken.kind === "no-such-case") throw noSuchItem(itemId);
  if (taken.kind === "stale")
    throw new Problem("conflict", "Somebody answered this case meanwhile", {
      expected: `version ${taken.version}`,
      got: "an older version",
      hint: "Load the case again and decide on what it says now. Nothing of yours was recorded.",
    });
  const [{ left }, { round }] = await Promise.all([
    leftToDo(host, projectId),
    refitIfDue(host, projectId),
  ]);
  if (taken.kind === "taken") host.live.publish({ kind: "corrected", projectId, itemId, left });
  return {
    correction: correctionView(taken.correction),
    left,
    untilRefit: Math.max(0, round.refitEvery - round.fresh.size),
  };
}
