/**
 * What is kept in memory of a project that compares replies: its prompts, what was said of which
 * replies, and what the members of the reward model in force make of them. It follows the log, so
 * that any process may write.
 */
import type { ComparisonOutput, ComparisonSchema, Message, Reply } from "#core/comparison.ts";
import type { Correction } from "#core/correction.ts";
import type { EventBody } from "#core/event.ts";
import type { ItemId, LessonId, ProjectId } from "#core/ids.ts";
import type { Project } from "#core/project.ts";
import { type PairQueue, pairQueue } from "#correct/comparison/pair-queue.ts";
import { comparisonProject, textOfPrompt } from "./comparison-projects.ts";
import { type Host, perStore } from "./host.ts";
import { REWARD_MODEL, RewardBody } from "./reward-lessons.ts";

export interface PromptEntry {
  readonly id: ItemId;
  readonly prompt: readonly Message[];
  readonly heldOut: boolean;
  readonly replies: Reply[];
  /** [members][replies], of as many replies as were there when it was scored. */
  scores: Float64Array[] | null;
}

/** A comparison as it was made, and what became of it. */
export interface Said {
  readonly correction: Correction<ComparisonOutput>;
  readonly questionId: string;
  readonly shown: readonly string[] | null;
  undone: boolean;
  revoked: boolean;
}

export interface ComparisonIndex {
  readonly project: Project;
  readonly schema: ComparisonSchema;
  readonly prompts: ReadonlyMap<ItemId, PromptEntry>;
  /** In the order they were made; undo records are not among them. */
  readonly said: readonly Said[];
  /** What stands of a question, by person. */
  readonly standing: ReadonlyMap<string, ReadonlyMap<string, "compared" | "skipped">>;
  readonly reward: { readonly lessonId: LessonId; readonly body: RewardBody } | null;
  readonly queue: PairQueue;
}

interface Following extends ComparisonIndex {
  project: Project;
  schema: ComparisonSchema;
  seq: number;
  promptSeq: number;
  replySeq: number;
  prompts: Map<ItemId, PromptEntry>;
  said: Said[];
  byId: Map<string, Said>;
  standing: Map<string, Map<string, "compared" | "skipped">>;
  reward: { lessonId: LessonId; body: RewardBody } | null;
  queue: PairQueue;
}

const EVENTS_A_READ = 1_000;

interface Slot {
  known: Following | undefined;
  turn: Promise<unknown>;
}
const slotsOf = perStore(() => new Map<ProjectId, Slot>());

/**
 * The index, up to the log. One catches up at a time.
 *
 * @throws Problem `not-found`, or `conflict` for a project of another kind.
 */
export function comparisonIndex(host: Host, id: ProjectId): Promise<ComparisonIndex> {
  const slots = slotsOf(host);
  const slot = slots.get(id) ?? { known: undefined, turn: Promise.resolve() };
  slots.set(id, slot);
  const turn = slot.turn.catch(() => undefined).then(() => caughtUp(host, id, slot));
  slot.turn = turn.catch(() => {
    if (slot.known === undefined) slots.delete(id);
  });
  return turn;
}

/** What was said and of what, read once and not kept: for files. */
export async function comparisonLog(
  host: Pick<Host, "store">,
  id: ProjectId,
): Promise<Pick<ComparisonIndex, "project" | "schema" | "prompts" | "said">> {
  const known = await emptyIndex(host, id);
  await follow(host, known);
  await readCandidates(host, known);
  return known;
}

/** Takes in what was logged since; what of it changes more than what was said. */
async function follow(
  host: Pick<Host, "store">,
  known: Following,
): Promise<{ candidates: boolean; lessons: boolean }> {
  const { id } = known.project;
  let changed = { candidates: false, lessons: false };
  for (;;) {
    const events = await host.store.events(id, { afterSeq: known.seq, limit: EVENTS_A_READ });
    for (const { seq, body } of events) {
      known.seq = seq;
      take(known, body);
      changed = {
        candidates: changed.candidates || body.kind === "imported",
        lessons: changed.lessons || body.kind === "promoted" || body.kind === "rolled-back",
      };
      if (body.kind === "project-changed") Object.assign(known, await comparisonProject(host, id));
    }
    if (events.length < EVENTS_A_READ) return changed;
  }
}

async function caughtUp(host: Host, id: ProjectId, slot: Slot): Promise<ComparisonIndex> {
  const first = slot.known === undefined;
  const known = slot.known ?? (await emptyIndex(host, id));
  const followed = await follow(host, known);
  const changed = {
    candidates: first || followed.candidates,
    lessons: first || followed.lessons,
  };
  if (changed.candidates) await readCandidates(host, known);
  if (changed.lessons) await readReward(host, known);
  if (changed.candidates || changed.lessons) {
    await score(host, known);
    known.queue = queueOf(known);
  }
  slot.known = known;
  return known;
}

async function emptyIndex(host: Pick<Host, "store">, id: ProjectId): Promise<Following> {
  return {
    ...(await comparisonProject(host, id)),
    seq: 0,
    promptSeq: 0,
    replySeq: 0,
    prompts: new Map(),
    said: [],
    byId: new Map(),
    standing: new Map(),
    reward: null,
    queue: { doubted: [], pool: [], heldOut: [] },
  };
}

function take(known: Following, body: EventBody): void {
  const stand = (questionId: string) => {
    const by = known.standing.get(questionId) ?? new Map<string, "compared" | "skipped">();
    known.standing.set(questionId, by);
    return by;
  };
  if (body.kind === "comparison-skipped") {
    const by = stand(body.questionId);
    if (body.undone !== true) by.set(body.by, "skipped");
    else if (by.get(body.by) === "skipped") by.delete(body.by);
  }
  if (body.kind === "revoked") {
    const said = known.byId.get(body.correctionId);
    if (said !== undefined) said.revoked = true;
  }
  if (body.kind !== "compared") return;
  const { correction, questionId, shown } = body;
  if (correction.undoes === undefined) {
    const said = { correction, questionId, shown, undone: false, revoked: false };
    known.said.push(said);
    known.byId.set(correction.id, said);
    stand(questionId).set(correction.by.id, "compared");
    return;
  }
  const target = known.byId.get(correction.undoes);
  if (target === undefined) return;
  target.undone = true;
  stand(questionId).delete(target.correction.by.id);
}

async function readCandidates(host: Pick<Host, "store">, known: Following): Promise<void> {
  const { id } = known.project;
  for await (const rows of host.store.prompts(id, known.promptSeq))
    for (const { seq, ...row } of rows) {
      known.promptSeq = seq;
      known.prompts.set(row.id, { ...row, replies: [], scores: null });
    }
  for await (const rows of host.store.replies(id, known.replySeq))
    for (const { seq, promptId, reply } of rows) {
      known.replySeq = seq;
      known.prompts.get(promptId)?.replies.push(reply);
    }
}

async function readReward(host: Host, known: Following): Promise<void> {
  const row = await host.store.lessonInForce(known.project.id);
  if (row?.lesson.id === known.reward?.lessonId) return;
  const reward =
    row === undefined || row.lesson.kind !== REWARD_MODEL
      ? null
      : { lessonId: row.lesson.id, body: RewardBody.parse(row.lesson.body) };
  known.reward = reward;
  for (const entry of known.prompts.values()) entry.scores = null;
}

/** Prompts scored in one call. */
const SCORE_PROMPTS = 500;

/** Scores what has no scores under the model in force, or has new replies. */
async function score(host: Host, known: Following): Promise<void> {
  const { reward } = known;
  if (reward === null) return;
  const stale = [...known.prompts.values()].filter(
    ({ scores, replies }) => scores === null || scores[0]?.length !== replies.length,
  );
  for (let from = 0; from < stale.length; from += SCORE_PROMPTS) {
    const part = stale.slice(from, from + SCORE_PROMPTS);
    const replies = part.flatMap((entry) =>
      entry.replies.map(({ text, rewards }) => ({
        prompt: textOfPrompt(entry.prompt),
        text,
        rewards,
      })),
    );
    if (replies.length === 0) continue;
    const members = await host.compute.scoreReplies({ body: reward.body, replies });
    let at = 0;
    for (const entry of part) {
      const end = at + entry.replies.length;
      entry.scores = members.map((scores) => scores.slice(at, end));
      at = end;
    }
  }
}

const queueOf = ({ prompts, schema }: Following): PairQueue =>
  pairQueue(
    [...prompts.values()].map(({ id, heldOut, replies, scores }) => ({
      id,
      heldOut,
      replies: replies.map((reply) => reply.id),
      scores,
    })),
    schema.form,
  );
