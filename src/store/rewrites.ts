/** The rewrites of the lesson in force, with what was said and seen of each. */
import { z } from "zod";
import { EventBody } from "#core/event.ts";
import { RewriteRule, RewriteState } from "#core/rewrite.ts";
import type { Tally } from "#learn/rewrite-outcomes.ts";
import { bulk, type Db, pages } from "./db.ts";
import type { Queryable } from "./sql.ts";
import type { RewriteHead, RewriteRow, Store } from "./store.ts";

/** Rows a stream reads at a time. */
const BATCH = 5_000;

const IN_FORCE = "rewrites w join projects p on p.no = w.project_no and p.in_force = w.lesson_id";

const Said = {
  state: RewriteState,
  pinned: z.boolean(),
  to_text: z.string().nullable(),
};

const FullRow = z
  .object({
    rule: RewriteRule,
    ...Said,
    because: z.string(),
    treated_success: z.int(),
    treated_defect: z.int(),
    hold_out_success: z.int(),
    hold_out_defect: z.int(),
  })
  .transform(
    ({ rule, state, pinned, to_text, because, ...seen }): RewriteRow => ({
      rule,
      state,
      pinned,
      toText: to_text,
      because,
      treated: { success: seen.treated_success, defect: seen.treated_defect },
      holdOut: { success: seen.hold_out_success, defect: seen.hold_out_defect },
    }),
  );

const HeadRow = z
  .object({
    id: z.string(),
    locale: z.string(),
    from_key: z.string(),
    to_key: z.string(),
    from_text: z.string(),
    mined_text: z.string(),
    score: z.number(),
    visits: z.number(),
    from_success: z.number(),
    to_success: z.number(),
    ...Said,
  })
  .transform(
    (row): RewriteHead => ({
      id: row.id,
      locale: row.locale,
      fromKey: row.from_key,
      toKey: row.to_key,
      fromText: row.from_text,
      toText: row.to_text ?? row.mined_text,
      score: row.score,
      fromSuccess: row.from_success,
      toSuccess: row.to_success,
      gain: row.visits * (row.to_success - row.from_success),
      state: row.state,
      pinned: row.pinned,
    }),
  );

/** Heads of the lesson in force, `BATCH` read at a time. */
export async function readHeads(
  sql: Queryable,
  no: number,
  ruleIds?: readonly string[],
): Promise<RewriteHead[]> {
  const which = ruleIds === undefined ? "" : "and w.rule_id = any($4::text[])";
  const stream = pages<{ id: string }>(
    (last, limit) =>
      bulk(
        sql,
        `select w.rule_id as id, w.rule->>'locale' as locale, w.rule->>'fromKey' as from_key,
           w.rule->>'toKey' as to_key, w.rule->>'fromText' as from_text,
           w.rule->>'toText' as mined_text, (w.rule->>'score')::float8 as score,
           (w.rule->'from'->>'visits')::float8 as visits,
           (w.rule->'from'->>'value')::float8 as from_success,
           (w.rule->'to'->>'value')::float8 as to_success, w.state, w.pinned, w.to_text
         from ${IN_FORCE}
         where w.project_no = $1 and w.rule_id > $2 ${which} order by w.rule_id limit $3`,
        [no, last?.id ?? "", limit, ...(ruleIds === undefined ? [] : [ruleIds])],
      ),
    BATCH,
  );
  const heads: RewriteHead[] = [];
  for await (const rows of stream) for (const row of rows) heads.push(HeadRow.parse(row));
  return heads;
}

export async function writeOutcomes(
  sql: Queryable,
  no: number,
  outcomes: ReadonlyMap<string, Tally>,
): Promise<void> {
  const all = [...outcomes];
  if (all.length === 0) return;
  await sql.query(
    `update rewrites w set treated_success = u.ts, treated_defect = u.td,
       hold_out_success = u.hs, hold_out_defect = u.hd
     from unnest($2::text[], $3::int[], $4::int[], $5::int[], $6::int[])
       as u(rule_id, ts, td, hs, hd)
     where w.project_no = $1 and w.rule_id = u.rule_id and (u.ts, u.td, u.hs, u.hd) is distinct from
       (w.treated_success, w.treated_defect, w.hold_out_success, w.hold_out_defect)`,
    [
      no,
      all.map(([ruleId]) => ruleId),
      all.map(([, { treated }]) => treated.success),
      all.map(([, { treated }]) => treated.defect),
      all.map(([, { holdOut }]) => holdOut.success),
      all.map(([, { holdOut }]) => holdOut.defect),
    ],
  );
}

const Logged = z.object({ body: EventBody });

/** Ids of rewrites that were said not to mean the same, and that nobody took up again. */
async function keptApart(sql: Queryable, no: number): Promise<string[]> {
  const rows = await sql.query(
    "select body from events where project_no = $1 and kind = 'rewrite-set' order by seq",
    [no],
  );
  const apart = new Set<string>();
  for (const row of rows) {
    const { body } = Logged.parse(row);
    if (body.kind !== "rewrite-set") continue;
    if (body.cannotLink) apart.add(body.ruleId);
    else if (body.state !== "blocked") apart.delete(body.ruleId);
  }
  return [...apart];
}

export function rewriteStore(
  db: Db,
): Pick<Store, "rewriteHeads" | "rewriteRows" | "putOutcomes" | "cannotLinks" | "inForceSinceMs"> {
  return {
    rewriteHeads: async (id, ruleIds) => readHeads(db.sql, await db.projectNo(id), ruleIds),

    async rewriteRows(id, ruleIds) {
      const rows = await bulk(
        db.sql,
        `select w.rule, w.state, w.pinned, w.to_text, w.because,
           w.treated_success, w.treated_defect, w.hold_out_success, w.hold_out_defect
         from ${IN_FORCE}
         join unnest($2::text[]) with ordinality as asked(rule_id, n) on asked.rule_id = w.rule_id
         where w.project_no = $1 order by asked.n`,
        [await db.projectNo(id), ruleIds],
      );
      return rows.map((row) => FullRow.parse(row));
    },

    async putOutcomes(id, outcomes) {
      await writeOutcomes(db.sql, await db.projectNo(id), outcomes);
    },

    async cannotLinks(id) {
      const no = await db.projectNo(id);
      const rows = await db.sql.query<{ rule: unknown }>(
        `select rule from rewrites where project_no = $1 and rule_id = any($2::text[])
         order by rule_id`,
        [no, await keptApart(db.sql, no)],
      );
      return rows.map(({ rule }) => RewriteRule.parse(rule));
    },

    async inForceSinceMs(id) {
      const [row] = await db.sql.query<{ at_ms: number }>(
        `select at_ms from events where project_no = $1 and kind in ('promoted', 'rolled-back')
         order by seq desc limit 1`,
        [await db.projectNo(id)],
      );
      return row?.at_ms ?? null;
    },
  };
}
