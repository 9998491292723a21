/** Folds what people said of replies: which corrections there are, and what stands of whom. */
import type { EventBody, LoggedEvent } from "#core/event.ts";
import type { Queryable } from "./sql.ts";

export type ComparisonEvent = LoggedEvent & {
  readonly body: Extract<EventBody, { kind: "compared" | "comparison-skipped" }>;
};

export const isComparisonEvent = (event: LoggedEvent): event is ComparisonEvent =>
  event.body.kind === "compared" || event.body.kind === "comparison-skipped";

interface Row {
  readonly seq: number;
  readonly correctionId: string | null;
  readonly questionId: string;
  readonly reviewer: string;
  stands: boolean;
}

/** Folds logged events, in order, in a few statements for any number of them. */
export async function foldComparisons(
  tx: Queryable,
  no: number,
  events: readonly ComparisonEvent[],
): Promise<void> {
  const rows: Row[] = [];
  const byCorrection = new Map<string, Row>();
  const undone: string[] = [];
  const resumed: { questionId: string; by: string }[] = [];
  for (const { seq, body } of events) {
    const { questionId } = body;
    if (body.kind === "comparison-skipped" && body.undone === true) {
      resumed.push(body);
      for (const row of rows)
        if (row.correctionId === null && row.questionId === questionId && row.reviewer === body.by)
          row.stands = false;
      continue;
    }
    if (body.kind === "comparison-skipped") {
      rows.push({ seq, correctionId: null, questionId, reviewer: body.by, stands: true });
      continue;
    }
    const { id, undoes, by } = body.correction;
    const stands = undoes === undefined;
    const row = { seq, correctionId: id, questionId, reviewer: by.id, stands };
    rows.push(row);
    byCorrection.set(id, row);
    if (undoes === undefined) continue;
    const target = byCorrection.get(undoes);
    if (target === undefined) undone.push(undoes);
    else target.stands = false;
  }
  await tx.query(
    `update comparisons set stands = false
     where project_no = $1 and correction_id = any($2::text[])`,
    [no, undone],
  );
  await tx.query(
    `update comparisons c set stands = false
     from unnest($2::text[], $3::text[]) as u(question_id, reviewer)
     where c.project_no = $1 and c.correction_id is null
       and c.question_id = u.question_id and c.reviewer = u.reviewer`,
    [no, resumed.map(({ questionId }) => questionId), resumed.map(({ by }) => by)],
  );
  await tx.query(
    `insert into comparisons(project_no, seq, correction_id, question_id, reviewer, stands)
     select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bool[])`,
    [
      no,
      rows.map(({ seq }) => seq),
      rows.map(({ correctionId }) => correctionId),
      rows.map(({ questionId }) => questionId),
      rows.map(({ reviewer }) => reviewer),
      rows.map(({ stands }) => stands),
    ],
  );
  await insertCorrections(tx, no, events);
}

/** What lineage and revoking rest on, for corrections of every task kind. */
async function insertCorrections(
  tx: Queryable,
  no: number,
  events: readonly ComparisonEvent[],
): Promise<void> {
  const made = events.flatMap(({ seq, body }) =>
    body.kind === "compared" ? [{ seq, correction: body.correction }] : [],
  );
  await tx.query(
    `insert into corrections(project_no, id, item_id, seq, version, decision, undoes)
     select $1, u.id, u.item_id, u.seq, 1, u.decision, u.undoes
     from unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
       as u(id, item_id, seq, decision, undoes)`,
    [
      no,
      made.map(({ correction }) => correction.id),
      made.map(({ correction }) => correction.itemId),
      made.map(({ seq }) => seq),
      made.map(({ correction }) => correction.decision),
      made.map(({ correction }) => correction.undoes ?? null),
    ],
  );
}
