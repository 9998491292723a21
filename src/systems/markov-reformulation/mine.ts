import { z } from "zod";
import type { Skipped } from "#assess/sessions.ts";
import type { Ctx } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import type { RewriteRule, UserTurn } from "#core/rewrite.ts";
import { markovCandidates } from "./candidates.ts";
import { type Counts, countPaths, type Known, knownStates } from "./counts.ts";
import { graphOf, type MinedGraph } from "./graph.ts";
import { readLog, type SessionLog } from "./log.ts";
import { MineOptions } from "./options.ts";
import { linksForbidden, REFUSALS, rulesOf } from "./rules.ts";
import { surfacesOf } from "./surfaces.ts";

export { egoGraph } from "./graph.ts";

/** What happened on the way from turns to rewrites. */
export const Diagnostics = z.strictObject({
  turns: z.int(),
  /** Turns that could not be used, or were one too many of a user. */
  skipped: z.int(),
  sessions: z.int(),
  users: z.int(),
  locales: z.array(z.string()),
  /** Turns that went wrong, as far as can be told. */
  defects: z.int(),
  /** Steps to another wording, to the same again, to another topic. */
  moves: z.int(),
  repeats: z.int(),
  topics: z.int(),
  /** Turns that had been rewritten. */
  rewritten: z.int(),
  states: z.int(),
  /** States seen often enough, by enough users. */
  known: z.int(),
  edges: z.int(),
  /** Different moves left out: too few users, or not to be linked. */
  edgesDropped: z.int(),
  candidates: z.int(),
  /** Why candidates are no rewrites. */
  refused: z.record(z.enum(REFUSALS), z.int()),
});
export type Diagnostics = z.infer<typeof Diagnostics>;

export interface Mined {
  /** Best first. */
  readonly rules: RewriteRule[];
  readonly skipped: readonly Skipped[];
  readonly diagnostics: Diagnostics;
  readonly graph: MinedGraph;
}

/** Counts of a log under its options. */
export function countLog(log: SessionLog, options: MineOptions): Counts {
  const { decay, perUserMax, edgeUsersMin, cannotLink: pairs } = options;
  const how = { decay, perUserMax, edgeUsersMin };
  if (pairs.length === 0) return countPaths(log.paths, how);
  const forbidden = linksForbidden(pairs);
  const cannotLink = (from: number, to: number): boolean => {
    const [a, b] = [log.states[from], log.states[to]];
    return a !== undefined && b !== undefined && forbidden(a.locale, a.key, b.key);
  };
  return countPaths(log.paths, { ...how, cannotLink });
}

/** The states of a log that may take part in a rewrite: requests, not what stands for a rewrite of one. */
export const knownIn = (
  { paths, states }: SessionLog,
  counts: Counts,
  options: MineOptions,
): Known => knownStates(paths, counts, options, (state) => states[state]?.via === undefined);

/** The states a rewrite may start from. */
export const sourcesOf = (known: Uint8Array): number[] =>
  Array.from(known.keys()).filter((state) => known[state] === 1);

/**
 * Turns in, rewrites out: sessions, verdicts, counts, an absorbing Markov chain, a candidate for each request, a gate.
 * Turns of one user in order of time; what cannot be used is skipped and told.
 *
 * @param how `vectors`: unit sentence vectors by masked key, to find rephrases that share no words.
 */
export function mineRewrites(
  turns: Iterable<UserTurn>,
  options: z.input<typeof MineOptions>,
  ctx: Ctx,
  how: { readonly vectors?: ReadonlyMap<string, Float32Array> } = {},
): Mined {
  const parsed = MineOptions.parse(options);
  const step = (done: number, label: string) => {
    if (ctx.signal.aborted) throw new Problem("cancelled", "Mining was stopped");
    ctx.progress({ done, total: 4, label });
  };
  step(0, "reading sessions");
  const log = readLog(turns, parsed, {
    vectors: how.vectors,
    pause: (sessions) => step(0, `reading sessions: ${sessions}`),
  });
  step(1, "counting");
  const counts = countLog(log, parsed);
  const { known, users } = knownIn(log, counts, parsed);
  step(2, "looking for rewrites");
  const candidates = markovCandidates(counts, sourcesOf(known), known);
  step(3, "checking them");
  const { rules, refused } = rulesOf(log, counts, candidates, parsed);
  const surfaces = surfacesOf(log, parsed.state, parsed.usersMin);
  const graph = graphOf(log, counts, { known, users, surfaces });
  step(4, "done");
  return {
    rules,
    skipped: log.skipped,
    graph,
    diagnostics: {
      turns: log.counts.turns,
      skipped: log.skipped.length,
      sessions: log.counts.sessions,
      users: log.users.length,
      locales: [...new Set(log.states.map(({ locale }) => locale))].sort(),
      defects: log.counts.defects,
      moves: log.counts.moves,
      repeats: log.counts.repeats,
      topics: log.counts.topics,
      rewritten: log.counts.rewritten,
      states: counts.states,
      known: known.reduce((sum, is) => sum + is, 0),
      edges: counts.to.length,
      edgesDropped: counts.dropped,
      candidates: candidates.length,
      refused,
    },
  };
}
