/** Comparing replies: what is put to whom, and what they say of it. */
import type { ComparisonOutput } from "#core/comparison.ts";
import { repliesNamed } from "#core/comparison.ts";
import type {
  ComparisonAnswer,
  ComparisonAnswerInput,
  ComparisonPage,
  ComparisonProgress,
  ComparisonView,
  NextQuestions,
  QuestionView,
} from "#core/comparison-views.ts";
import type { Correction } from "#core/correction.ts";
import { Problem, quoted } from "#core/errors.ts";
import { type ActorId, CorrectionId, type ProjectId } from "#core/ids.ts";
import { comparisonKind } from "#correct/comparison/comparison.ts";
import { drawQuestion, type Grouped } from "#correct/comparison/pair-queue.ts";
import type { Compared, Question } from "#store/comparison-store.ts";
import { type ComparisonIndex, comparisonIndex, type Said } from "./comparison-index.ts";
import { type Host, projectRng } from "./host.ts";
import { refitIfDue } from "./requests.ts";

/** How long a question put to a person is kept from others. */
const LEASE_MS = 10 * 60_000;

/** Questions to answer next, each put to this person alone for a while. What was put before comes first. */
export async function nextQuestions(
  host: Host,
  id: ProjectId,
  how: {
    readonly reviewer: ActorId;
    readonly count: number;
    readonly exclude: readonly string[];
  },
): Promise<NextQuestions> {
  const { reviewer, count } = how;
  const index = await comparisonIndex(host, id);
  const nowMs = host.clock.nowMs();
  const out = await host.store.questionsOut(id, nowMs);
  const withOthers = new Set(
    out.filter((each) => each.reviewer !== reviewer).map(({ question }) => question.id),
  );
  const exclude = new Set(how.exclude);
  const isOpen = openTo(host, index, { reviewer, taken: new Set([...withOthers, ...exclude]) });
  const mine = out
    .filter((each) => each.reviewer === reviewer)
    .map(({ question }) => question)
    .filter((question) => !exclude.has(question.id) && isOpen(question));
  const questions = mine.slice(0, count);
  const had = new Set(questions.map((question) => question.id));
  while (questions.length < count) {
    const rng = projectRng(host, id)
      .split("question")
      .split(reviewer)
      .split(saidBy(index, reviewer) + questions.length + exclude.size);
    const drawn = drawQuestion(index.queue, {
      ...index.schema,
      open: (question) => isOpen(question) && !had.has(question.id),
      rng,
    });
    if (drawn === undefined) break;
    had.add(drawn.id);
    const { replies, variance: _, ...rest } = drawn;
    // The sides are drawn for each person anew, and kept with the answer.
    const shown = projectRng(host, id).split("sides").split(reviewer).split(drawn.id);
    const lessonId = index.reward?.lessonId ?? null;
    questions.push({ ...rest, shown: shown.shuffle(replies), lessonId });
  }
  await host.store.putQuestions(id, { reviewer, questions, untilMs: nowMs + LEASE_MS });
  return {
    questions: questions.map((question) => questionView(index, question)),
    ...(await progressOf(host, index, reviewer)),
  };
}

/** What a person has said or passed over, and may have taken back: what their draws are told apart by. */
function saidBy({ said, standing }: ComparisonIndex, reviewer: string): number {
  const made = said.filter(({ correction }) => correction.by.id === reviewer).length;
  const skipped = [...standing.values()].filter((by) => by.get(reviewer) === "skipped").length;
  return made + skipped;
}

/** Whether a question can be put to a person: not with another, not said by them, wanted still. */
function openTo(
  host: Host,
  { project, standing, schema }: ComparisonIndex,
  { reviewer, taken }: { readonly reviewer: string; readonly taken: ReadonlySet<string> },
): (question: Pick<Grouped, "id">) => boolean {
  const again = projectRng(host, project.id).split("again");
  return ({ id }) => {
    if (taken.has(id)) return false;
    const by = standing.get(id);
    if (by === undefined) return true;
    if (by.has(reviewer)) return false;
    const compared = [...by.values()].filter((said) => said === "compared").length;
    const wanted = again.split(id).uniform() < schema.againShare ? 2 : 1;
    return compared < wanted;
  };
}

function questionView({ prompts, schema }: ComparisonIndex, question: Question): QuestionView {
  const { id, itemId, shown, why, dissent } = question;
  const entry = prompts.get(itemId);
  const texts = new Map(entry?.replies.map((reply) => [reply.id, reply.text]));
  return {
    id,
    itemId,
    prompt: [...(entry?.prompt ?? [])],
    replies: shown.map((replyId) => ({ id: replyId, text: texts.get(replyId) ?? "" })),
    form: schema.form,
    why,
    dissent,
  };
}

async function progressOf(
  host: Host,
  index: ComparisonIndex,
  reviewer: string,
): Promise<ComparisonProgress> {
  const isOpen = openTo(host, index, { reviewer, taken: new Set() });
  const { pool, heldOut } = index.queue;
  const { round } = await host.states.of(index.project.id);
  return {
    left: pool.filter(isOpen).length + heldOut.filter(isOpen).length,
    compared: index.said.filter(({ undone }) => !undone).length,
    untilRefit: Math.max(0, round.refitEvery - round.fresh.size),
  };
}

/**
 * Takes a comparison: durable before it resolves, the same request again answered the same.
 *
 * @throws Problem `conflict` where it was not put to this person, or they have said something of these
 * replies that stands; `bad-input` where it is about others.
 */
export async function compareReplies(
  host: Host,
  id: ProjectId,
  input: ComparisonAnswerInput,
  by: ActorId,
): Promise<ComparisonAnswer> {
  const index = await comparisonIndex(host, id);
  const before = index.said.find(({ correction }) => correction.id === input.id);
  if (before !== undefined) return answerOf(host, id, before.correction.id, by);
  const question = await host.store.question(id, by, input.questionId);
  if (question === undefined) throw notPut(index, input.questionId, by);
  checkOutput(index, question, input.output);
  const [taken] = await host.store.compare(id, [
    {
      correction: correctionFrom(host, { question, input, by }),
      questionId: question.id,
      shown: question.shown,
    },
  ]);
  if (taken === undefined || taken.kind === "already") throw alreadySaid();
  await refitIfDue(host, id);
  if (taken.kind === "taken") host.live.publish({ kind: "comparisons-changed", projectId: id });
  return answerOf(host, id, taken.correction.id, by);
}

function correctionFrom(
  host: Host,
  how: {
    readonly question: Question;
    readonly input: ComparisonAnswerInput;
    readonly by: ActorId;
  },
): Correction<ComparisonOutput> {
  const { question, input, by } = how;
  const operations = comparisonKind.diff(null, input.output);
  return {
    id: input.id,
    itemId: question.itemId,
    proposalId: null,
    decision: "compared",
    before: null,
    after: input.output,
    operations,
    ...(input.reason === undefined ? {} : { reason: input.reason }),
    by: { id: by, kind: "person" },
    effort: { ...input.effort, edit: comparisonKind.editSize(operations) },
    risk: question.dissent,
    propensity: question.propensity,
    audit: question.why === "measure",
    suggestionShown: false,
    ...(question.lessonId === null ? {} : { lessonId: question.lessonId }),
    atMs: host.clock.nowMs(),
  };
}

function checkOutput(
  { schema }: ComparisonIndex,
  { shown }: Question,
  output: ComparisonOutput,
): void {
  const checked = comparisonKind.check(output, schema);
  if (!checked.ok) throw checked.error;
  const named = new Set(repliesNamed(output));
  if (named.size === shown.length && shown.every((id) => named.has(id))) return;
  throw new Problem("bad-input", "The comparison is about other replies than were shown", {
    expected: shown.map(quoted).join(", "),
    got: [...named].map(quoted).join(", "),
    at: { field: "output" },
  });
}

const alreadySaid = (): Problem =>
  new Problem("conflict", "You have said something of these replies already", {
    hint: "Undo that first. Nothing of this was recorded.",
  });

function notPut({ standing }: ComparisonIndex, questionId: string, by: string): Problem {
  if (standing.get(questionId)?.has(by)) return alreadySaid();
  return new Problem("conflict", "This question was not put to you", {
    expected: "the id of a question from GET …/comparisons/next",
    got: quoted(questionId),
  });
}

/** Not asked of this person again. Said twice it is said once. */
export async function skipQuestion(
  host: Host,
  id: ProjectId,
  questionId: string,
  by: ActorId,
): Promise<ComparisonProgress> {
  const index = await comparisonIndex(host, id);
  if (index.standing.get(questionId)?.get(by) !== "skipped") {
    const question = await host.store.question(id, by, questionId);
    if (question === undefined) throw notPut(index, questionId, by);
    await host.store.passOver(id, { questionId, itemId: question.itemId, by });
    host.live.publish({ kind: "comparisons-changed", projectId: id });
  }
  return progressOf(host, await comparisonIndex(host, id), by);
}

/** Takes a skip back: the question is put to the person again. Said twice it is said once. */
export async function resumeQuestion(
  host: Host,
  id: ProjectId,
  questionId: string,
  by: ActorId,
): Promise<ComparisonProgress> {
  const question = await host.store.question(id, by, questionId);
  if (question === undefined)
    throw new Problem("conflict", "This question was not put to you", {
      expected: "the id of a question that you skipped",
      got: quoted(questionId),
    });
  if (await host.store.passOver(id, { questionId, itemId: question.itemId, by, undone: true })) {
    await putAgain(host, id, question, by);
    host.live.publish({ kind: "comparisons-changed", projectId: id });
  }
  return progressOf(host, await comparisonIndex(host, id), by);
}

/** What was taken back is with the person once more, as it was shown. */
const putAgain = (host: Host, id: ProjectId, question: Question, reviewer: ActorId) =>
  host.store.putQuestions(id, {
    reviewer,
    questions: [question],
    untilMs: host.clock.nowMs() + LEASE_MS,
  });

/** Takes a comparison back by a further record; its question is put to whoever made it again. */
export async function undoComparison(
  host: Host,
  id: ProjectId,
  correctionId: CorrectionId,
  by: ActorId,
): Promise<ComparisonAnswer> {
  const index = await comparisonIndex(host, id);
  const said = index.said.find(({ correction }) => correction.id === correctionId);
  if (said === undefined)
    throw new Problem("not-found", `There is no comparison "${correctionId}" in this project`);
  const undone = await host.store.undoComparison(id, correctionId, undoOf(host, said, by));
  if (undone === null) throw new Problem("conflict", "The comparison does not stand any more");
  const maker = said.correction.by.id;
  const question = await host.store.question(id, maker, said.questionId);
  if (question !== undefined) await putAgain(host, id, question, maker);
  host.live.publish({ kind: "comparisons-changed", projectId: id });
  return answerOf(host, id, correctionId, by);
}

function undoOf(host: Host, { correction: made, questionId, shown }: Said, by: ActorId): Compared {
  const { reason: _, ...rest } = made;
  const correction: Correction<ComparisonOutput> = {
    ...rest,
    // One undo per correction: a repeated request is the same record.
    id: CorrectionId.parse(`${made.id.slice(0, 190)}/undo`),
    decision: "undone",
    before: made.after,
    after: null,
    operations: comparisonKind.reverse(comparisonKind.diff(null, made.after)),
    by: { id: by, kind: "person" },
    effort: { ms: 0, gestures: 1, edit: 0 },
    undoes: made.id,
    atMs: host.clock.nowMs(),
  };
  return { correction, questionId, shown };
}

async function answerOf(
  host: Host,
  id: ProjectId,
  correctionId: CorrectionId,
  by: ActorId,
): Promise<ComparisonAnswer> {
  const index = await comparisonIndex(host, id);
  const said = index.said.find(({ correction }) => correction.id === correctionId);
  if (said === undefined) throw new Error("what was taken is in the log");
  return { comparison: comparisonView(index, said), ...(await progressOf(host, index, by)) };
}

export function comparisonView(
  { prompts }: ComparisonIndex,
  { correction, shown, undone }: Said,
): ComparisonView {
  const { id, itemId, by, after, reason, effort, propensity, atMs } = correction;
  if (after === null) throw new Error("a comparison says something");
  return {
    id,
    itemId,
    by: by.id,
    simulated: by.kind !== "person",
    output: after,
    shown: shown === null ? null : [...shown],
    reason: reason ?? null,
    ms: effort.ms,
    heldOut: prompts.get(itemId)?.heldOut ?? false,
    propensity,
    undone,
    atMs,
  };
}

/** What was said, the latest first. */
export async function comparisonPage(
  host: Host,
  id: ProjectId,
  how: {
    readonly by?: string | undefined;
    readonly limit: number;
    readonly before?: number | undefined;
  },
): Promise<ComparisonPage> {
  const index = await comparisonIndex(host, id);
  const matching = index.said.filter(
    ({ correction }) => how.by === undefined || correction.by.id === how.by,
  );
  const end = Math.min(how.before ?? matching.length, matching.length);
  const start = Math.max(0, end - how.limit);
  return {
    comparisons: matching
      .slice(start, end)
      .toReversed()
      .map((said) => {
        const view = comparisonView(index, said);
        const entry = index.prompts.get(view.itemId);
        const named = new Set(said.shown ?? repliesNamed(view.output));
        const replies = entry?.replies.filter((reply) => named.has(reply.id)) ?? [];
        return {
          ...view,
          prompt: [...(entry?.prompt ?? [])],
          replies: replies.map(({ id: replyId, text }) => ({ id: replyId, text })),
        };
      }),
    total: matching.length,
    next: start === 0 ? null : String(start),
  };
}
