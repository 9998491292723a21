/** What shows that a rewrite is one: who went from the one request to the other, and sessions in which they did. */
import type { RewriteRule } from "#core/rewrite.ts";
import { PairIndex } from "#num/pair-index.ts";
import type { Candidate } from "./candidates.ts";
import { usersAt } from "./counts.ts";
import { type SessionLog, wordingOf } from "./log.ts";

/** A rewrite that has yet to be shown. */
export interface Draft {
  readonly candidate: Candidate;
  readonly rule: Omit<RewriteRule, "users" | "examples">;
}

/** Sessions shown with a rewrite. */
const EXAMPLES_MAX = 3;

/** Who went from one to the other within a session, and a few of those sessions, worded as most people word them. */
export function withEvidence(
  log: SessionLog,
  drafts: readonly Draft[],
  usersMin: number,
): RewriteRule[] {
  const { state, start, user } = log.paths;
  const rulesAt = new Map<number, number[]>();
  drafts.forEach(({ candidate: { from } }, rule) => {
    rulesAt.set(from, [...(rulesAt.get(from) ?? []), rule]);
  });
  const seen = new PairIndex();
  const users = new Uint32Array(drafts.length);
  const paths = drafts.map((): number[] => []);
  for (let path = 0; path < user.length; path++) {
    const until = start[path + 1] as number;
    for (let at = start[path] as number; at < until - 1; at++)
      for (const rule of rulesAt.get(state[at] as number) ?? []) {
        const to = drafts[rule]?.candidate.to as number;
        if (!state.subarray(at + 1, until).includes(to)) continue;
        const before = seen.size;
        seen.add(rule, user[path] as number);
        if (seen.size > before) users[rule] = (users[rule] as number) + 1;
        const shown = paths[rule] as number[];
        if (shown.length < EXAMPLES_MAX && shown.at(-1) !== path) shown.push(path);
      }
  }
  const wanted = new Uint8Array(log.paths.states);
  for (const path of paths.flat())
    for (const at of state.subarray(start[path], start[path + 1])) wanted[at] = 1;
  const known = usersAt(log.paths, wanted);
  const words = (step: number): string => {
    const said = log.said[log.texts[step] as number];
    const few = (known[state[step] as number] as number) < usersMin;
    return said === undefined || few ? "…" : wordingOf(said);
  };
  return drafts.map(({ rule }, at) => ({
    ...rule,
    users: users[at] as number,
    examples: (paths[at] ?? []).map((path) => {
      const [from = 0, until = 0] = [start[path], start[path + 1]];
      return Array.from({ length: until - from }, (_, k) => words(from + k));
    }),
  }));
}
