import { z } from "zod";
import { ComparisonOutput, Message, Reply } from "#core/comparison.ts";
import { QuestionReason, TrainingRun } from "#core/comparison-views.ts";
import { type Correction, correctionOf } from "#core/correction.ts";
import { Problem, quoted } from "#core/errors.ts";
import { ItemId, LessonId, type ProjectId } from "#core/ids.ts";
import type {
  Compared,
  ComparisonStore,
  ComparisonTaken,
  Question,
  StoredPrompt,
  StoredReply,
} from "./comparison-store.ts";
import { bulk, type Db, pages } from "./db.ts";
import { foldComparisons, isComparisonEvent } from "./fold-comparisons.ts";
import { log } from "./log.ts";
import { jsonb } from "./rows.ts";
import { copyRow, hasNul, type Tx } from "./sql.ts";

/** Rows a stream reads at a time. */
const BATCH = 1_000;
/** Comparisons taken in one transaction: how long anybody else waits. */
const COMPARE_MAX = 1_000;

const Record = correctionOf(ComparisonOutput);
/** What the log cannot hold is replaced before anything is folded from it. */
const asLogged = ({ correction, ...rest }: Compared): Compared => ({
  ...rest,
  correction: Record.parse(JSON.parse(jsonb(correction))),
});

const PromptRecord = z
  .object({ seq: z.int(), id: ItemId, held_out: z.boolean(), body: z.array(Message) })
  .transform(
    ({ seq, id, held_out, body }): StoredPrompt => ({ seq, id, heldOut: held_out, prompt: body }),
  );
const ReplyRecord = z
  .object({ seq: z.int(), prompt_id: ItemId, body: Reply })
  .transform(
    ({ seq, prompt_id, body }): StoredReply => ({ seq, promptId: prompt_id, reply: body }),
  );

const QuestionRecord: z.ZodType<Question> = z.strictObject({
  id: z.string(),
  itemId: ItemId,
  shown: z.array(z.string()),
  why: QuestionReason,
  propensity: z.number(),
  dissent: z.number().nullable(),
  lessonId: LessonId.nullable(),
});
const OutRecord = z.object({ reviewer: z.string(), body: QuestionRecord });
const Earlier = z.object({ id: z.string(), correction: Record });

type Rows = Parameters<ComparisonStore["addCandidates"]>[1];

function requireStorable(rows: Rows): void {
  for (const { prompt, replies } of rows)
    for (const id of [prompt.id, ...replies.map((reply) => reply.id)])
      if (hasNul(id))
        throw new Problem("bad-input", "An id contains a NUL character", {
          expected: "text without U+0000, which PostgreSQL cannot hold",
          got: quoted(id),
          at: { field: "id" },
        });
}

async function add(
  db: Db,
  id: ProjectId,
  rows: Rows,
  how: { readonly format: string; readonly rejected: number },
): ReturnType<ComparisonStore["addCandidates"]> {
  requireStorable(rows);
  return await db.change(id, async (tx, no) => {
    const promptIds = [...new Set(rows.map(({ prompt }) => prompt.id))];
    const prompts = await thereOf(
      tx,
      "select id from prompts where project_no = $1 and id = any($2::text[])",
      [no, promptIds],
    );
    const replies = await thereOf(
      tx,
      `select prompt_id || chr(10) || id as id from replies
       where project_no = $1 and prompt_id = any($2::text[])`,
      [no, promptIds],
    );
    const newPrompts: string[] = [];
    const newReplies: string[] = [];
    let duplicates = 0;
    for (const { prompt, replies: given } of rows) {
      if (!prompts.has(prompt.id)) {
        prompts.add(prompt.id);
        newPrompts.push(copyRow([no, prompt.id, prompt.heldOut, jsonb(prompt.prompt)]));
      }
      for (const reply of given) {
        const key = `${prompt.id}\n${reply.id}`;
        if (replies.has(key)) duplicates += 1;
        else newReplies.push(copyRow([no, prompt.id, reply.id, jsonb(reply)]));
        replies.add(key);
      }
    }
    if (newPrompts.length > 0)
      await tx.copyIn("prompts", ["project_no", "id", "held_out", "body"], newPrompts);
    if (newReplies.length > 0)
      await tx.copyIn("replies", ["project_no", "prompt_id", "id", "body"], newReplies);
    const imported = { rows: newReplies.length, rejected: how.rejected, format: how.format };
    if (newPrompts.length + newReplies.length > 0)
      await log(tx, { projectId: id, no, atMs: db.clock.nowMs() }, [
        { kind: "imported", batch: "candidates", ...imported },
      ]);
    return { prompts: newPrompts.length, replies: newReplies.length, duplicates };
  });
}

async function thereOf(tx: Tx, text: string, values: [number, string[]]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(text, values);
  return new Set(rows.map((row) => row.id));
}

async function earlier(
  tx: Tx,
  no: number,
  ids: readonly string[],
): Promise<Map<string, Correction<ComparisonOutput>>> {
  const rows = await tx.query(
    `select c.id, e.body->'correction' as correction
     from corrections c join events e on e.seq = c.seq
     where c.project_no = $1 and c.id = any($2::text[])`,
    [no, [...ids]],
  );
  return new Map(
    rows.map((row) => {
      const { id, correction } = Earlier.parse(row);
      return [id, correction];
    }),
  );
}

const sayKey = (questionId: string, reviewer: string): string => `${questionId}\n${reviewer}`;

/** What stands of these questions, by question and person. */
async function standing(tx: Tx, no: number, questionIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ question_id: string; reviewer: string }>(
    `select question_id, reviewer from comparisons
     where project_no = $1 and question_id = any($2::text[]) and stands`,
    [no, [...new Set(questionIds)]],
  );
  return new Set(rows.map((row) => sayKey(row.question_id, row.reviewer)));
}

/** Logs and folds; what was put to those persons is no longer with them, and kept in case they take it back. */
async function record(
  db: Db,
  tx: Tx,
  at: {
    readonly projectId: ProjectId;
    readonly no: number;
    readonly compared: readonly Compared[];
  },
): Promise<void> {
  if (at.compared.length === 0) return;
  const events = await log(
    tx,
    { projectId: at.projectId, no: at.no, atMs: db.clock.nowMs() },
    at.compared.map((each) => ({ kind: "compared" as const, ...each })),
  );
  await foldComparisons(tx, at.no, events.filter(isComparisonEvent));
  await tx.query(
    `update questions q set until_ms = 0 from unnest($2::text[], $3::text[]) as u(reviewer, id)
     where q.project_no = $1 and q.reviewer = u.reviewer and q.id = u.id`,
    [
      at.no,
      at.compared.map(({ correction }) => correction.by.id),
      at.compared.map(({ questionId }) => questionId),
    ],
  );
}

async function take(db: Db, id: ProjectId, given: readonly Compared[]): Promise<ComparisonTaken[]> {
  const asked = given.map(asLogged);
  return await db.change(id, async (tx, no) => {
    const known = await earlier(
      tx,
      no,
      asked.map(({ correction }) => correction.id),
    );
    const stands = await standing(
      tx,
      no,
      asked.map(({ questionId }) => questionId),
    );
    const compared: Compared[] = [];
    const decided = asked.map((each): ComparisonTaken => {
      const { correction, questionId } = each;
      const before = known.get(correction.id);
      if (before !== undefined) return { kind: "repeated", correction: before };
      const key = sayKey(questionId, correction.by.id);
      if (stands.has(key)) return { kind: "already" };
      stands.add(key);
      known.set(correction.id, correction);
      compared.push(each);
      return { kind: "taken", correction };
    });
    await record(db, tx, { projectId: id, no, compared });
    return decided;
  });
}

async function undo(
  db: Db,
  id: ProjectId,
  correctionId: string,
  given: Compared,
): Promise<Correction<ComparisonOutput> | null> {
  const undone = asLogged(given);
  return await db.change(id, async (tx, no) => {
    const known = await earlier(tx, no, [undone.correction.id]);
    const repeated = known.get(undone.correction.id);
    if (repeated !== undefined) return repeated;
    const [row] = await tx.query(
      `select 1 from comparisons where project_no = $1 and correction_id = $2 and stands`,
      [no, correctionId],
    );
    if (row === undefined) return null;
    await record(db, tx, { projectId: id, no, compared: [undone] });
    return undone.correction;
  });
}

async function passOver(
  db: Db,
  id: ProjectId,
  what: Parameters<ComparisonStore["passOver"]>[1],
): Promise<boolean> {
  return await db.change(id, async (tx, no) => {
    const [skipped] = await tx.query(
      `select 1 from comparisons where project_no = $1 and question_id = $2 and reviewer = $3
       and correction_id is null and stands`,
      [no, what.questionId, what.by],
    );
    const stands = await standing(tx, no, [what.questionId]);
    if (what.undone === true ? skipped === undefined : stands.has(sayKey(what.questionId, what.by)))
      return false;
    const events = await log(tx, { projectId: id, no, atMs: db.clock.nowMs() }, [
      { kind: "comparison-skipped", ...what },
    ]);
    await foldComparisons(tx, no, events.filter(isComparisonEvent));
    await tx.query(
      "update questions set until_ms = 0 where project_no = $1 and reviewer = $2 and id = $3",
      [no, what.by, what.questionId],
    );
    return true;
  });
}

/** Rows after a place in the order they came, a batch at a time. */
const after = (db: Db, no: number, fields: string, afterSeq: number) =>
  pages<{ seq: number }>(
    (last, limit) =>
      bulk(
        db.sql,
        `select seq, ${fields} where project_no = $1 and seq > $2 order by seq limit $3`,
        [no, last?.seq ?? afterSeq, limit],
      ),
    BATCH,
  );

export function comparisonStore(db: Db): ComparisonStore {
  return {
    addCandidates: (id, rows, how) => add(db, id, rows, how),
    async *prompts(id, afterSeq) {
      const no = await db.projectNo(id);
      for await (const rows of after(db, no, "id, held_out, body from prompts", afterSeq))
        yield rows.map((row) => PromptRecord.parse(row));
    },
    async *replies(id, afterSeq) {
      const no = await db.projectNo(id);
      for await (const rows of after(db, no, "prompt_id, body from replies", afterSeq))
        yield rows.map((row) => ReplyRecord.parse(row));
    },
    async putQuestions(id, { reviewer, questions, untilMs }) {
      await db.sql.query(
        `insert into questions(project_no, reviewer, id, body, until_ms)
         select $1, $2, u.id, u.body::json, $5 from unnest($3::text[], $4::text[]) as u(id, body)
         on conflict (project_no, reviewer, id)
           do update set body = excluded.body, until_ms = excluded.until_ms`,
        [
          await db.projectNo(id),
          reviewer,
          questions.map((question) => question.id),
          questions.map((question) => JSON.stringify(question)),
          untilMs,
        ],
      );
    },
    async question(id, reviewer, questionId) {
      const [row] = await db.sql.query<{ body: unknown }>(
        "select body from questions where project_no = $1 and reviewer = $2 and id = $3",
        [await db.projectNo(id), reviewer, questionId],
      );
      return row === undefined ? undefined : QuestionRecord.parse(row.body);
    },
    async questionsOut(id, nowMs) {
      const rows = await db.sql.query(
        "select reviewer, body from questions where project_no = $1 and until_ms > $2",
        [await db.projectNo(id), nowMs],
      );
      return rows.map((row) => {
        const { reviewer, body } = OutRecord.parse(row);
        return { reviewer, question: body };
      });
    },
    async compare(id, asked) {
      const taken: ComparisonTaken[] = [];
      for (let from = 0; from < asked.length; from += COMPARE_MAX)
        taken.push(...(await take(db, id, asked.slice(from, from + COMPARE_MAX))));
      return taken;
    },
    undoComparison: (id, correctionId, undone) => undo(db, id, correctionId, undone),
    passOver: (id, what) => passOver(db, id, what),
    async putTrainingRun(id, run) {
      await db.sql.query(
        `insert into training_runs(project_no, id, created_at_ms, body) values ($1, $2, $3, $4::json)
         on conflict (project_no, id) do update set body = excluded.body`,
        [await db.projectNo(id), run.id, run.createdAtMs, JSON.stringify(run)],
      );
    },
    async trainingRun(id, runId) {
      const [row] = await db.sql.query<{ body: unknown }>(
        "select body from training_runs where project_no = $1 and id = $2",
        [await db.projectNo(id), runId],
      );
      return row === undefined ? undefined : TrainingRun.parse(row.body);
    },
    async trainingRuns(id) {
      const rows = await db.sql.query<{ body: unknown }>(
        `select body from training_runs where project_no = $1
         order by created_at_ms desc, id desc`,
        [await db.projectNo(id)],
      );
      return rows.map(({ body }) => TrainingRun.parse(body));
    },
  };
}
