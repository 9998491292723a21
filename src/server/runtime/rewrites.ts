import { Problem, quoted } from "#core/errors.ts";
import type { EventBody } from "#core/event.ts";
import type { ActorId, ProjectId } from "#core/ids.ts";
import type {
  RewriteChange,
  RewriteDetail,
  RewritePage,
  RewriteState,
  RewriteView,
} from "#core/rewrite.ts";
import { normaliseUtterance } from "#correct/utterance.ts";
import { guardRewrite } from "#learn/rewrite-guard.ts";
import { winLoss } from "#measure/win-loss.ts";
import type { RewriteHead, RewriteRow } from "#store/store.ts";
import type { Host } from "./host.ts";
import { graphOf } from "./mined-graphs.ts";
import { defectsOf, outcomeOf, successOf } from "./rewrite-figures.ts";
import { foldTurns, type RewriteIndex, withIndex } from "./rewrite-index.ts";

export interface RewriteQuery {
  readonly state?: RewriteState | undefined;
  /** Words of the request or the target. */
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Some rewrites, those that promise most first, with how rewriting fares in the whole project. */
export async function rewritePage(
  host: Host,
  id: ProjectId,
  query: RewriteQuery,
): Promise<RewritePage> {
  return withIndex(host, id, async (index) => {
    await foldTurns(host, index);
    const heads = [...index.heads.values()].sort(byGain);
    const after = cursorOf(query.cursor);
    const words = query.q?.trim().toLowerCase() ?? "";
    const matching = heads.filter(
      (head) =>
        (query.state === undefined || head.state === query.state) &&
        (words === "" || textOf(head).includes(words)) &&
        (after === undefined || byGain(after, head) < 0),
    );
    const shown = matching.slice(0, query.limit);
    const last = shown.at(-1);
    const rows = await host.store.rewriteRows(
      id,
      shown.map((head) => head.id),
    );
    const { outcomes } = index;
    return {
      rewrites: rows.map((row) => viewOf(index, row)),
      next: last === undefined || matching.length <= shown.length ? null : cursorAt(last),
      totals: totalsOf(heads),
      winLoss: winLoss([...outcomes.drawnTallies()]),
      defects: defectsOf([...outcomes.recent()]),
      turns: outcomes.turns,
      minedAtMs: index.minedAtMs,
    };
  });
}

type Place = Pick<RewriteHead, "id" | "gain">;

const byGain = (a: Place, b: Place): number =>
  b.gain - a.gain || Number(a.id > b.id) - Number(a.id < b.id);

const textOf = ({ fromText, toText }: RewriteHead): string =>
  `${fromText}\n${toText}`.toLowerCase();

const cursorAt = ({ gain, id }: Place): string => `${gain}/${id}`;

function cursorOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, gain = "", id = ""] = /^([^/]+)\/(.+)$/s.exec(cursor) ?? [];
  if (gain !== "" && Number.isFinite(Number(gain))) return { gain: Number(gain), id };
  throw new Problem("bad-input", "The cursor is none of this list", {
    expected: "`next` of the page before",
    got: quoted(cursor),
    at: { field: "cursor" },
  });
}

function totalsOf(heads: readonly RewriteHead[]): RewritePage["totals"] {
  const totals = { proposed: 0, shadow: 0, live: 0, blocked: 0 };
  for (const { state } of heads) totals[state] += 1;
  return totals;
}

function viewOf({ outcomes }: RewriteIndex, row: RewriteRow): RewriteView {
  const { rule, state, pinned, toText, because } = row;
  return {
    ...rule,
    toText: toText ?? rule.toText,
    state,
    pinned,
    because: because === "" ? "mined" : because,
    edited: toText !== null,
    outcome: outcomeOf(row),
    winLoss: winLoss([outcomes.drawnTally(rule.id)]),
  };
}

async function rowOf(host: Host, id: ProjectId, ruleId: string): Promise<RewriteRow> {
  const [row] = await host.store.rewriteRows(id, [ruleId]);
  if (row !== undefined) return row;
  throw new Problem("not-found", `There is no rewrite "${ruleId}" in force in this project`, {
    hint: "Mined again, it may have gone: GET …/rewrites lists those there are.",
  });
}

/** One rewrite with its evidence: where its users went, what they said, and what came of it. */
export async function rewriteDetail(
  host: Host,
  id: ProjectId,
  ruleId: string,
): Promise<RewriteDetail> {
  return withIndex(host, id, async (index) => {
    await foldTurns(host, index);
    const row = await rowOf(host, id, ruleId);
    const { treated, holdOut, rule } = row;
    const { verdict, because } = guardRewrite({
      treated,
      holdOut,
      undone: index.outcomes.undoneBy(ruleId),
    });
    return {
      rewrite: viewOf(index, row),
      graph: await graphOf(host, index, rule),
      sessions: rule.examples,
      treated: successOf(treated),
      holdOut: successOf(holdOut),
      guard: { verdict, because },
    };
  });
}

/**
 * A person's word on a rewrite. Said twice it is said once. A rewrite that is made live takes the place of the one that
 * was live for the same request.
 *
 * @throws Problem `conflict` where that one is pinned, `bad-input` for a target that says the same as the request.
 */
export async function changeRewrite(
  host: Host,
  id: ProjectId,
  ruleId: string,
  { change, by }: { readonly change: RewriteChange; readonly by: ActorId },
): Promise<RewriteView> {
  return withIndex(host, id, async (index, again) => {
    const row = await rowOf(host, id, ruleId);
    const state = change.state ?? row.state;
    const toText = change.toText === undefined ? row.toText : targetOf(row, change.toText);
    const because = change.because.trim() === "" ? `said by ${by}` : change.because.trim();
    if (state === "live") await standDown(host, index, row, by);
    const said = { state, pinned: change.pinned ?? row.pinned, toText, because };
    await say(host, id, row, { ...said, cannotLink: false, by });
    return changed(host, await again(), ruleId);
  });
}

/** The request and the target do not mean the same: never applied, and not counted when mining again. */
export async function notTheSame(
  host: Host,
  id: ProjectId,
  ruleId: string,
  by: ActorId,
): Promise<RewriteView> {
  return withIndex(host, id, async (_, again) => {
    const row = await rowOf(host, id, ruleId);
    const { pinned, toText } = row;
    const because = `not the same intent, said by ${by}`;
    await say(host, id, row, { state: "blocked", pinned, toText, because, cannotLink: true, by });
    return changed(host, await again(), ruleId);
  });
}

type Said = Omit<Extract<EventBody, { kind: "rewrite-set" }>, "kind" | "ruleId">;

/** Logs what was said of a rewrite, unless it stands so already. */
export async function say(host: Host, id: ProjectId, row: RewriteRow, said: Said): Promise<void> {
  const same =
    said.state === row.state &&
    said.pinned === row.pinned &&
    said.toText === row.toText &&
    said.because === row.because;
  if (same) return;
  await host.store.append(id, { kind: "rewrite-set", ruleId: row.rule.id, ...said });
}

/** The new standing, seen from here on by every request. */
async function changed(host: Host, index: RewriteIndex, ruleId: string): Promise<RewriteView> {
  const { id } = index.project;
  host.live.publish({ kind: "rewrites-changed", projectId: id });
  return viewOf(index, await rowOf(host, id, ruleId));
}

/** Another lesson came in force: requests are answered by it from here on. */
export async function rewritesChanged(host: Host, id: ProjectId): Promise<void> {
  await withIndex(host, id, async () => undefined);
  host.live.publish({ kind: "rewrites-changed", projectId: id });
}

function targetOf({ rule }: RewriteRow, given: string): string | null {
  const toText = given.trim();
  if (toText === rule.toText) return null;
  const key = normaliseUtterance(toText);
  if (key !== "" && key !== rule.fromKey) return toText;
  throw new Problem("bad-input", "The target says nothing else than the request", {
    expected: `another wording than ${quoted(rule.fromText)}`,
    got: quoted(given),
    at: { field: "toText" },
  });
}

/** What is live for the same request goes into shadow. */
async function standDown(
  host: Host,
  { project: { id }, heads }: RewriteIndex,
  { rule }: RewriteRow,
  by: ActorId,
): Promise<void> {
  const others = [...heads.values()].filter(
    (head) =>
      head.id !== rule.id &&
      head.state === "live" &&
      head.locale === rule.locale &&
      head.fromKey === rule.fromKey,
  );
  const fixed = others.find((head) => head.pinned);
  if (fixed !== undefined)
    throw new Problem("conflict", "Another rewrite of this request is pinned", {
      expected: "no pinned rewrite of the same request",
      got: `${quoted(fixed.fromText)} → ${quoted(fixed.toText)}`,
      hint: "Unpin that one first.",
    });
  const because = `${quoted(rule.toText)} took its place`;
  for (const other of others) {
    const row = await rowOf(host, id, other.id);
    const { pinned, toText } = row;
    await say(host, id, row, { state: "shadow", pinned, toText, because, cannotLink: false, by });
  }
}
