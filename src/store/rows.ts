/** Between database rows and the store's records. Rows are parsed once, here. */
import { z } from "zod";
import { assessmentOf } from "#core/assessment.ts";
import { type Correction, correctionOf } from "#core/correction.ts";
import { Problem, quoted } from "#core/errors.ts";
import { ItemId, LessonId } from "#core/ids.ts";
import { Document } from "#core/item.ts";
import { Lesson, LessonStatus } from "#core/lesson.ts";
import { Measurement } from "#core/measurement.ts";
import { proposalOf, voteOf } from "#core/proposal.ts";
import { copyRow, hasNul, withoutNul } from "./sql.ts";
import type { CaseRow, CaseStatus, ItemRow, LessonRow } from "./store.ts";

const Label = z.string();
const Body = z.strictObject({
  input: Document,
  proposal: proposalOf(Label).nullable(),
  votes: z.array(voteOf(Label)),
});
const ItemRecord = z.object({
  id: ItemId,
  held_out: z.boolean(),
  gold: z.string().nullable(),
  body: Body,
  later: proposalOf(Label).nullable().optional(),
});

export const ITEM_COLUMNS = ["project_no", "id", "held_out", "gold", "body"] as const;
/**
 * An item with its latest proposal. Joined sideways, with a limit, here and in every stream: row
 * by row through an index,
 * whatever the planner thinks of the tables; a page must not cost what came before it.
 */
export const ITEM_FIELDS = "i.id, i.held_out, i.gold, i.body, l.later";
export const ITEM_TABLES = `items i left join lateral (
    select e.body->'proposal' as later from proposals p join events e on e.seq = p.seq
    where p.project_no = i.project_no and p.item_id = i.id limit 1
  ) l on true`;

export function toItem(row: unknown): ItemRow {
  const { id, held_out, gold, body, later } = ItemRecord.parse(row);
  return {
    id,
    input: body.input,
    proposal: later ?? body.proposal,
    votes: later?.votes ?? body.votes,
    gold,
    split: held_out ? "heldout" : "pool",
  };
}

/**
 * Ids and labels with NUL are refused: PostgreSQL cannot hold it, and they would come back as
 * something else.
 */
export function requireStorable(item: ItemRow): void {
  for (const [field, value] of [
    ["id", item.id],
    ["gold", item.gold ?? ""],
  ] as const)
    if (hasNul(value))
      throw new Problem("bad-input", `The ${field} of an item contains a NUL character`, {
        expected: "text without U+0000, which PostgreSQL cannot hold",
        got: quoted(value),
        at: { field },
      });
}

/** One line for COPY. */
export function itemLine(projectNo: number, item: ItemRow): string {
  const { input, proposal, votes } = item;
  return copyRow([
    projectNo,
    item.id,
    item.split === "heldout",
    item.gold,
    JSON.stringify({ input, proposal, votes }),
  ]);
}

const AssessmentRecord = assessmentOf(Label);
const CaseRecord = z
  .object({
    item_id: ItemId,
    version: z.int(),
    state: z.enum(["open", "answered", "skipped", "accepted", "waiting"]),
    title: z.string(),
    sender: z.string().nullable(),
    proposed: z.string().nullable(),
    assessment: AssessmentRecord.nullable(),
    cost: z.number(),
    uncertainty: z.number(),
    diversity: z.number(),
    random: z.number(),
    audit: z.boolean(),
    propensity: z.number(),
    waiting_for: z.string().nullable(),
  })
  .transform(
    ({ item_id, sender, waiting_for, ...same }): CaseRow => ({
      itemId: item_id,
      from: sender,
      waitingFor: waiting_for,
      ...same,
    }),
  );

export const CASE_FIELDS = `c.item_id, c.version, c.state, c.title, c.sender, c.proposed, c.assessment,
  c.cost, c.uncertainty, c.diversity, c.random, c.audit, c.propensity, c.waiting_for`;

export const toCase = (row: unknown): CaseRow => CaseRecord.parse(row);

/** What an assessor says of a case, in the order of `caseFields`. */
export const CASE_COLUMNS = [
  "project_no",
  "item_id",
  "base_version",
  "base_state",
  "base_waiting_for",
  "title",
  "sender",
  "proposed",
  "assessment",
  "cost",
  "uncertainty",
  "diversity",
  "random",
  "audit",
  "propensity",
] as const;

/** What the assessor says; answers and skips are the log's to say. */
export const baseState = (state: CaseStatus): CaseStatus =>
  state === "answered" || state === "skipped" ? "open" : state;
export const waitingFor = (row: CaseRow): string | null =>
  row.waitingFor === null ? null : withoutNul(row.waitingFor);

export function caseFields(projectNo: number, row: CaseRow): (string | number | boolean | null)[] {
  return [
    projectNo,
    row.itemId,
    row.version,
    baseState(row.state),
    waitingFor(row),
    withoutNul(row.title),
    row.from === null ? null : withoutNul(row.from),
    row.proposed === null ? null : withoutNul(row.proposed),
    row.assessment === null ? null : JSON.stringify(row.assessment),
    row.cost,
    row.uncertainty,
    row.diversity,
    row.random,
    row.audit,
    row.propensity,
  ];
}

const CorrectionRecord = correctionOf(Label);
export const toCorrection = (body: unknown): Correction<string> => CorrectionRecord.parse(body);

const LessonRecord = z.object({
  body: Lesson,
  version: z.int(),
  status: LessonStatus,
  measurements: z.array(Measurement),
  gate: z.string().nullable(),
});
export const LESSON_FIELDS = "l.body, l.version, l.status, l.measurements, l.gate";
export function toLesson(row: unknown): LessonRow {
  const { body, ...rest } = LessonRecord.parse(row);
  return { lesson: body, ...rest };
}
export const LessonIdRecord = z.object({ id: LessonId });

/**
 * What `jsonb` cannot hold: NUL, and halves of surrogate pairs (JSON.stringify leaves whole pairs
 * as they are).
 */
const UNSTORABLE = /\\u0000|\\ud[89a-f]/;
const UNSTORABLE_OR_ESCAPE = /(\\\\)|\\u0000|\\ud[89a-f][0-9a-f]{2}/g;

/** JSON for a `jsonb` parameter. What it cannot hold becomes U+FFFD, the character that says so. */
export function jsonb(value: unknown): string {
  const text = JSON.stringify(value);
  if (!UNSTORABLE.test(text)) return text;
  return text.replace(UNSTORABLE_OR_ESCAPE, (_, escapedBackslash) => escapedBackslash ?? "\\ufffd");
}
