/** Folds one event about a project or its lessons. */

import { unreachable } from "#core/assert.ts";
import type { EventBody, LoggedEvent } from "#core/event.ts";
import type { CaseEvent } from "./fold-cases.ts";
import type { ComparisonEvent } from "./fold-comparisons.ts";
import type { DocumentEvent } from "./fold-documents.ts";
import type { EpisodeEvent } from "./fold-episodes.ts";
import { foldRewrite, foldRewritesPromoted, foldRewritesRolledBack } from "./fold-rewrites.ts";
import type { Queryable } from "./sql.ts";

export type OtherBody = Exclude<
  EventBody,
  | CaseEvent["body"]
  | ComparisonEvent["body"]
  | DocumentEvent["body"]
  | EpisodeEvent["body"]
  | { kind: "proposed" }
>;

export type ProposedEvent = LoggedEvent & {
  readonly body: Extract<EventBody, { kind: "proposed" }>;
};

/** The latest proposal of each item. */
export async function foldProposed(
  tx: Queryable,
  no: number,
  events: readonly ProposedEvent[],
): Promise<void> {
  const latest = new Map(events.map((event) => [event.body.proposal.itemId, event.seq]));
  await tx.query(
    `insert into proposals(project_no, item_id, seq)
     select $1, * from unnest($2::text[], $3::bigint[])
     on conflict (project_no, item_id) do update set seq = excluded.seq`,
    [no, [...latest.keys()], [...latest.values()]],
  );
}

/**
 * A retired lesson that a revoked correction went into stays stale: that is the graver thing to
 * know.
 */
const RETIRE = `update lessons set status = case status when 'stale' then 'stale' else 'retired' end
  where project_no = $1 and id = $2`;

export async function foldOther(
  tx: Queryable,
  no: number,
  event: { readonly seq: number; readonly body: OtherBody },
): Promise<void> {
  const { body } = event;
  switch (body.kind) {
    case "project-created":
    case "project-changed":
      await tx.query("update projects set config = $2::jsonb, name = $3 where no = $1", [
        no,
        JSON.stringify(body.config),
        body.config.name,
      ]);
      return;
    case "imported":
      return; // Its items are rows.
    case "filter-cleared":
    case "never-again":
      return; // Read from the log, with the decisions they are about.
    case "rewrite-set":
      return foldRewrite(tx, no, body);
    case "learned":
      await tx.query(
        `update lessons set status = 'candidate',
           version = 1 + (select coalesce(max(version), 0) from lessons where project_no = $1)
         where project_no = $1 and id = $2`,
        [no, body.lessonId],
      );
      return;
    case "measured":
      await tx.query(
        "update lessons set measurements = $3::json where project_no = $1 and id = $2",
        [no, body.lessonId, JSON.stringify(body.measurements)],
      );
      return;
    case "promoted":
      if (body.previous !== null && body.previous !== body.lessonId)
        await tx.query(RETIRE, [no, body.previous]);
      await tx.query(
        "update lessons set status = 'in-force', gate = $3 where project_no = $1 and id = $2",
        [no, body.lessonId, body.gate],
      );
      await tx.query("update projects set in_force = $2 where no = $1", [no, body.lessonId]);
      return foldRewritesPromoted(tx, no, body.lessonId);
    case "held-back":
      await tx.query(
        "update lessons set status = 'held-back', gate = $3 where project_no = $1 and id = $2",
        [no, body.lessonId, body.gate],
      );
      return;
    case "rolled-back":
      await tx.query(RETIRE, [no, body.from]);
      await tx.query("update lessons set status = 'in-force' where project_no = $1 and id = $2", [
        no,
        body.to,
      ]);
      await tx.query("update projects set in_force = $2 where no = $1", [no, body.to]);
      return foldRewritesRolledBack(tx, no, { to: body.to, seq: event.seq });
    case "revoked":
      await tx.query("update corrections set revoked = true where project_no = $1 and id = $2", [
        no,
        body.correctionId,
      ]);
      await tx.query(
        "update lessons set status = 'stale' where project_no = $1 and id = any($2::text[])",
        [no, [...body.stale]],
      );
      return;
    default:
      unreachable(body);
  }
}
