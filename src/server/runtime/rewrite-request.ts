import type { ProjectId } from "#core/ids.ts";
import type { Rewritten } from "#core/rewrite.ts";
import type { Rng } from "#core/rng.ts";
import type { RewriteHead } from "#store/store.ts";
import { type Host, perStore, projectRng } from "./host.ts";
import { knownIndex, type RewriteIndex } from "./rewrite-index.ts";

export interface RewriteRequest {
  readonly text: string;
  readonly locale?: string | undefined;
  /** Who says it: stays in one arm of each rewrite, and is spared what they took back. */
  readonly userId?: string | undefined;
  /** Stands in where the user is not known. */
  readonly turnId?: string | undefined;
}

/** What a request is answered as, and the rewrite that fits it. */
export interface Answered extends Rewritten {
  readonly head: RewriteHead | undefined;
}

/** Draws for requests of nobody in particular: each is another. */
const drawsOf = perStore(() => new Map<ProjectId, Rng>());

/** What a request is to be answered as, from memory. */
export async function answerRequest(
  host: Host,
  id: ProjectId,
  request: RewriteRequest,
): Promise<Answered> {
  return answerFrom(host, await knownIndex(host, id), request);
}

/**
 * At most one rewrite, and never the same text again. In shadow nothing is rewritten, but the answer names the rewrite,
 * so that its turns can be told.
 */
export function answerFrom(host: Host, index: RewriteIndex, request: RewriteRequest): Answered {
  const found = index.table.find(request.text, request.locale);
  const head = found === undefined ? undefined : index.heads.get(found.id);
  const spared =
    head !== undefined &&
    request.userId !== undefined &&
    index.outcomes.hasUndone(head.id, request.userId);
  if (found === undefined || head === undefined || spared)
    return { text: request.text, ruleId: null, arm: null, propensity: 1, head: undefined };
  const left = { text: request.text, ruleId: head.id, arm: "hold-out" as const, head };
  if (head.state === "shadow") return { ...left, propensity: 1 };
  const { holdOut } = index;
  return uniformOf(host, index, head, request) < holdOut
    ? { ...left, propensity: holdOut }
    : { ...left, text: found.toText, arm: "treated", propensity: 1 - holdOut };
}

/** In [0, 1), the same for a user and a rewrite whenever it is asked. */
function uniformOf(
  host: Host,
  { project: { id } }: RewriteIndex,
  { id: ruleId }: RewriteHead,
  { userId, turnId }: RewriteRequest,
): number {
  const draws = drawsOf(host);
  const own = draws.get(id) ?? projectRng(host, id).split("rewrite-arms");
  draws.set(id, own);
  const unit = userId ?? turnId;
  return unit === undefined ? own.uniform() : own.split(ruleId).split(unit).uniform();
}

export async function rewriteText(
  host: Host,
  id: ProjectId,
  request: RewriteRequest,
): Promise<Rewritten> {
  const { head: _, ...rewritten } = await answerRequest(host, id, request);
  return rewritten;
}
