import type { Correction } from "#core/correction.ts";
import type { EventBody, LoggedEvent } from "#core/event.ts";
import type { CorrectionId, ProjectId } from "#core/ids.ts";
import { advanceRound, firstRound, type Round, type RoundEvent } from "#loop/round.ts";
import type { Store } from "#store/store.ts";
import { isPolicy } from "./reward-lessons.ts";

/** What is kept in memory of a correction: enough for the figures, without texts. */
export type Answer = Pick<
  Correction<string>,
  | "id"
  | "itemId"
  | "decision"
  | "before"
  | "after"
  | "risk"
  | "propensity"
  | "audit"
  | "suggestionShown"
  | "undoes"
  | "atMs"
> & { readonly ms: number };

/** A project as its log says it stands: a fold, caught up before every use, so that any process may write. */
export interface ProjectState {
  /** The last event folded. */
  readonly seq: number;
  readonly round: Round;
  /** All of them, undo records included, in log order. */
  readonly answers: readonly Answer[];
  readonly revoked: ReadonlySet<CorrectionId>;
  /** Event after which the items, proposals or rules a lesson is fitted on were last changed. */
  readonly poolVersion: number;
  /** The last event that brought items in. */
  readonly importedSeq: number;
  /** The last event that changed the config. */
  readonly configSeq: number;
  /** The last event about a lesson. */
  readonly lessonSeq: number;
  /** Assessments of the project that ended in this process. */
  readonly assessed: number;
}

export interface States {
  of(id: ProjectId): Promise<ProjectState>;
  /** Steps that leave no event of their own: a refit asked for, a refit that failed. */
  step(id: ProjectId, event: { readonly kind: "refit-asked" | "learn-failed" }): void;
  /** The queue was assessed anew. */
  assessed(id: ProjectId): void;
}

/** What of a store the fold reads. */
type Log = Pick<Store, "project" | "lesson" | "events">;

const EVENTS_A_READ = 5_000;

export function createStates(store: Log): States {
  const known = new Map<ProjectId, Folded>();
  const reading = new Map<ProjectId, Promise<unknown>>();

  async function catchUp(id: ProjectId): Promise<ProjectState> {
    const state = known.get(id) ?? (await startOf(store, id));
    known.set(id, state);
    for (;;) {
      const events = await store.events(id, { afterSeq: state.seq, limit: EVENTS_A_READ });
      for (const event of events) await fold(state, event, store);
      if (events.length < EVENTS_A_READ) return state;
    }
  }

  return {
    of: (id) => {
      // One reader at a time per project: two folds of the same event would count it twice.
      const turn = (reading.get(id) ?? Promise.resolve())
        .catch(() => undefined)
        .then(() => catchUp(id));
      reading.set(id, turn);
      return turn;
    },
    step: (id, event) => {
      const state = known.get(id);
      if (state !== undefined) state.round = advanceRound(state.round, event);
    },
    assessed: (id) => {
      const state = known.get(id);
      if (state !== undefined) state.assessed += 1;
    },
  };
}

interface Folded extends ProjectState {
  seq: number;
  round: Round;
  answers: Answer[];
  revoked: Set<CorrectionId>;
  poolVersion: number;
  importedSeq: number;
  configSeq: number;
  lessonSeq: number;
  assessed: number;
}

async function startOf(store: Log, id: ProjectId): Promise<Folded> {
  const project = await store.project(id);
  return {
    seq: 0,
    round: firstRound(project?.config.correct.refitEvery ?? 1),
    answers: [],
    revoked: new Set(),
    poolVersion: 0,
    importedSeq: 0,
    configSeq: 0,
    lessonSeq: 0,
    assessed: 0,
  };
}

async function fold(state: Folded, { seq, body }: LoggedEvent, store: Log): Promise<void> {
  state.seq = seq;
  if (body.kind === "corrected" || body.kind === "compared")
    state.answers.push(answerOf(body.correction));
  if (body.kind === "revoked") state.revoked.add(body.correctionId);
  if (body.kind === "imported") state.importedSeq = seq;
  if (body.kind === "project-changed") state.configSeq = seq;
  if (["imported", "proposed", "project-changed"].includes(body.kind)) state.poolVersion = seq;
  if (body.kind === "project-changed")
    state.round = { ...state.round, refitEvery: body.config.correct.refitEvery };
  if (LESSON_EVENTS.has(body.kind)) state.lessonSeq = seq;
  const step = await roundEvent(body, state.answers, store);
  if (step !== undefined) state.round = advanceRound(state.round, step);
}

const LESSON_EVENTS: ReadonlySet<EventBody["kind"]> = new Set([
  "learned",
  "measured",
  "promoted",
  "held-back",
  "rolled-back",
  "revoked",
]);

async function roundEvent(
  body: EventBody,
  answers: readonly Answer[],
  store: Log,
): Promise<RoundEvent | undefined> {
  switch (body.kind) {
    case "corrected":
    case "compared":
      return meaning(body.correction, answers);
    case "revoked":
      return { kind: "undone", correctionId: body.correctionId };
    case "learned": {
      const row = await store.lesson(body.lessonId);
      if (row !== undefined && isPolicy(row.lesson)) return undefined;
      const seen = seenBy(row?.lesson.learnedFrom ?? [], answers);
      return { kind: "learned", lessonId: body.lessonId, seen };
    }
    case "measured": {
      const row = await store.lesson(body.lessonId);
      return row !== undefined && isPolicy(row.lesson) ? undefined : { kind: "measured" };
    }
    case "promoted":
      return { kind: "promoted", lessonId: body.lessonId };
    case "held-back":
      return { kind: "held-back", lessonId: body.lessonId };
    case "rolled-back":
      return { kind: "rolled-back", to: body.to };
    default:
      return undefined;
  }
}

/** An undo takes a correction back, an undo of that brings it again, and so on down the chain. */
function meaning(
  correction: Pick<Answer, "id" | "undoes">,
  answers: readonly Answer[],
): RoundEvent {
  let { id, undoes } = correction;
  let stands = true;
  while (undoes !== undefined) {
    const target = answers.findLast((answer) => answer.id === undoes);
    id = undoes;
    undoes = target?.undoes;
    stands = !stands;
  }
  return { kind: stands ? "corrected" : "undone", correctionId: id };
}

/**
 * What a lesson could have learned from: everything logged up to the newest correction it did learn from. Answers it
 * left out (superseded, set aside to measure on) are seen too, or they would ask for a refit for ever.
 */
function seenBy(
  learnedFrom: readonly CorrectionId[],
  answers: readonly Answer[],
): Set<CorrectionId> {
  const learned = new Set(learnedFrom);
  const newest = answers.findLastIndex(({ id }) => learned.has(id));
  return new Set(answers.slice(0, newest + 1).map(({ id }) => id));
}

function answerOf({ before, after, effort, ...rest }: Correction<unknown>): Answer {
  return {
    id: rest.id,
    itemId: rest.itemId,
    decision: rest.decision,
    before: label(before),
    after: label(after),
    risk: rest.risk,
    propensity: rest.propensity,
    audit: rest.audit,
    suggestionShown: rest.suggestionShown,
    undoes: rest.undoes,
    atMs: rest.atMs,
    ms: effort.ms,
  };
}

const label = (output: unknown): string | null => (typeof output === "string" ? output : null);
