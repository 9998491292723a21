/** What users said, on its way in. */
import { Problem, problemText, quoted } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import type { TurnRecord, TurnsReport, UserTurn } from "#core/rewrite.ts";
import { RAW_CHARS_MAX, type Reject } from "#formats/format.ts";
import { type TurnBatch, TurnIntake } from "#formats/turn-intake.ts";
import { hasNul } from "#store/sql.ts";
import { type Host, projectOf } from "./host.ts";
import { rejectsKept } from "./import.ts";
import { lookAfter } from "./rewrite-guarding.ts";
import { foldTurns, withIndex } from "./rewrite-index.ts";
import { rewriteProject } from "./rewrite-projects.ts";

/** Turns of one list in one request. */
const LIST_MAX = 100_000;

/**
 * Takes in what users said: durable before it resolves, what was sent before is left as it is. The outcomes it settles
 * are counted, and the guard has looked at them, before it resolves.
 */
export async function takeTurns(
  host: Host,
  id: ProjectId,
  records: readonly TurnRecord[],
): Promise<{ accepted: number; duplicates: number }> {
  return withIndex(host, id, async (index, again) => {
    const taken = await host.store.appendTurns(id, records);
    if (taken.accepted === 0) return taken;
    const changed = await foldTurns(host, index);
    if (await lookAfter(host, index, changed, again)) await again();
    host.live.publish({ kind: "rewrites-changed", projectId: id });
    return taken;
  });
}

/** Turns of a request: the good ones go in, the bad ones come back. */
export async function takeTurnList(
  host: Host,
  id: ProjectId,
  given: unknown,
): Promise<TurnsReport> {
  rewriteProject(await projectOf(host, id));
  const turns =
    typeof given === "object" && given !== null && "turns" in given ? given.turns : undefined;
  if (!Array.isArray(turns) || turns.length > LIST_MAX)
    throw new Problem("bad-input", "There is no list of turns in the request", {
      expected: `{"turns": […]} with at most ${LIST_MAX.toLocaleString("en")} of them`,
      got: Array.isArray(turns) ? `${turns.length.toLocaleString("en")} turns` : quoted(given),
      hint: "Send more as a file: POST …/turns?format=jsonl streams it.",
    });
  const intake = new TurnIntake({});
  turns.forEach((value: unknown, at) => {
    intake.offer(value, { row: at + 1 }, () => JSON.stringify(value) ?? "");
  });
  return takeBatches(host, id, [intake.take()]);
}

/** Turns batch by batch: what was taken in before it broke off stays. */
export async function takeBatches(
  host: Host,
  id: ProjectId,
  batches: Iterable<TurnBatch> | AsyncIterable<TurnBatch>,
): Promise<TurnsReport> {
  const kept = rejectsKept();
  const report = { accepted: 0, duplicates: 0, rejected: 0 };
  for await (const { turns, rejects } of batches) {
    const unstorable = turns.filter(({ id: turnId = "" }) => hasNul(turnId));
    const bad = [...rejects, ...unstorable.map(rejectOf)];
    for (const reject of bad) kept.add(reject);
    report.rejected += bad.length;
    const good = turns.filter(({ id: turnId = "" }) => !hasNul(turnId));
    const { accepted, duplicates } = await takeTurns(host, id, good);
    report.accepted += accepted;
    report.duplicates += duplicates;
  }
  return {
    ...report,
    problems: kept.sentences,
    batch: report.rejected === 0 ? null : await host.store.putBlob(kept.bytes()),
  };
}

const rejectOf = (turn: UserTurn): Reject => ({
  raw: JSON.stringify(turn).slice(0, RAW_CHARS_MAX),
  problem: problemText(
    new Problem("bad-input", "The id contains a NUL character", {
      expected: "text without U+0000, which PostgreSQL cannot hold",
      got: quoted(turn.id),
      at: { field: "id" },
    }),
  ),
});
