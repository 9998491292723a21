/** Looks after rewrites as outcomes come in: promotes, blocks, and takes a lesson back that does harm. */
import { type Ended, guardRewrite } from "#learn/rewrite-guard.ts";
import { tallyOf } from "#store/outcomes.ts";
import type { RewriteHead, RewriteRow } from "#store/store.ts";
import type { Host } from "./host.ts";
import { harmOf } from "./rewrite-figures.ts";
import type { RewriteIndex } from "./rewrite-index.ts";
import { say } from "./rewrites.ts";

const GUARD = "guard";
/** Between propensities that are the same but for rounding. */
const SAME = 1e-9;

/**
 * Decides on the rewrites whose outcomes changed, then on all together. A pinned one is left alone.
 *
 * @returns whether anything was decided.
 */
export async function lookAfter(
  host: Host,
  index: RewriteIndex,
  changed: readonly string[],
  again: () => Promise<RewriteIndex>,
): Promise<boolean> {
  let decided = false;
  for (const ruleId of changed) decided = (await guard(host, index, ruleId)) || decided;
  return (await takeBackHarm(host, decided ? await again() : index)) || decided;
}

async function guard(host: Host, index: RewriteIndex, ruleId: string): Promise<boolean> {
  const head = index.heads.get(ruleId);
  if (head === undefined || head.pinned) return false;
  if (head.state !== "live" && head.state !== "shadow") return false;
  const { treated, holdOut } = tallyOf(index.outcomes, head);
  const undone = head.state === "live" ? index.outcomes.undoneBy(ruleId) : 0;
  const { verdict, because } = guardRewrite({ treated, holdOut, undone });
  if (verdict === "block") return decide(host, index, { ruleId, state: "blocked", because });
  if (verdict === "promote" && head.state === "shadow" && !hasLive(index, head)) {
    const seen = shadowWords(treated, holdOut);
    return decide(host, index, { ruleId, state: "live", because: seen });
  }
  return false;
}

/** In shadow nothing is rewritten: those who said the target themselves stand in for it. */
const shadowWords = (target: Ended, request: Ended): string =>
  `in shadow ${target.success} of ${target.success + target.defect} who said it themselves fared well, ` +
  `${request.success} of ${request.success + request.defect} with the request`;

const hasLive = ({ heads }: RewriteIndex, { id, locale, fromKey }: RewriteHead): boolean =>
  [...heads.values()].some(
    (head) =>
      head.id !== id && head.state === "live" && head.locale === locale && head.fromKey === fromKey,
  );

async function decide(
  host: Host,
  { project: { id } }: RewriteIndex,
  said: Pick<RewriteRow, "state" | "because"> & { readonly ruleId: string },
): Promise<boolean> {
  const [row] = await host.store.rewriteRows(id, [said.ruleId]);
  // Another process was faster, or a person.
  if (row === undefined || row.pinned || (row.state !== "live" && row.state !== "shadow"))
    return false;
  const { pinned, toText } = row;
  const { state, because } = said;
  await say(host, id, row, { state, pinned, toText, because, cannotLink: false, by: GUARD });
  host.log.info({ projectId: id, ...said }, "the guard decided on a rewrite");
  return true;
}

const isGuarded = (head: RewriteHead | undefined): boolean =>
  head?.state === "live" && !head.pinned;

/**
 * Where the live rewrites together do more harm than good since their lesson came in force, the lesson before comes
 * back. Where there is none, they wait for a person again.
 */
async function takeBackHarm(host: Host, index: RewriteIndex): Promise<boolean> {
  const { heads, outcomes, sinceMs, holdOut } = index;
  const { id } = index.project;
  const outcomesNow = [...outcomes.recent()].filter(
    ({ ruleId, ts, first, arm, propensity }) =>
      first &&
      ts >= sinceMs &&
      isGuarded(heads.get(ruleId)) &&
      Math.abs(propensity - (arm === "treated" ? 1 - holdOut : holdOut)) < SAME,
  );
  const harm = harmOf(outcomesNow);
  if (harm === undefined) return false;
  const { round } = await host.states.of(id);
  const retired = new Set(
    (await host.store.lessons(id))
      .filter(({ status }) => status === "retired")
      .map(({ lesson }) => lesson.id),
  );
  const to = round.before.findLast((lessonId) => retired.has(lessonId));
  host.log.warn({ projectId: id, from: index.lessonId, to, harm }, "rewrites do harm");
  if (to !== undefined) await host.store.rollBack(id, to, `${GUARD}: ${harm}`);
  else await recall(host, index, harm);
  host.live.publish({ kind: "project-changed", projectId: id });
  return true;
}

/** Nothing live is applied any more until a person says so again. */
async function recall(host: Host, index: RewriteIndex, harm: string): Promise<void> {
  const live = [...index.heads.values()].filter(isGuarded);
  for (const { id: ruleId } of live)
    await decide(host, index, { ruleId, state: "proposed", because: harm });
}
