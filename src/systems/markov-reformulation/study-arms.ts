import type { RewriteRule } from "#core/rewrite.ts";
import type { Rng } from "#core/rng.ts";
import { normaliseUtterance } from "#correct/utterance.ts";
import { PairIndex } from "#num/pair-index.ts";
import { type Candidate, markovCandidates } from "./candidates.ts";
import type { Counts } from "./counts.ts";
import type { SessionLog } from "./log.ts";
import { countLog, knownIn, sourcesOf } from "./mine.ts";
import type { MineOptions } from "./options.ts";
import { rulesOf } from "./rules.ts";

/** What every arm of a log starts from: the same counts, the same states it may use. */
export interface Ground {
  readonly log: SessionLog;
  readonly counts: Counts;
  readonly known: Uint8Array;
  readonly options: MineOptions;
}

export function groundOf(log: SessionLog, options: MineOptions): Ground {
  const counts = countLog(log, options);
  return { log, counts, options, known: knownIn(log, counts, options).known };
}

/** What is said by key, and what it is rewritten to. */
export type Table = ReadonlyMap<string, string>;

export const tableOf = (rules: readonly RewriteRule[]): Table =>
  new Map(rules.map(({ fromKey, toText }) => [fromKey, normaliseUtterance(toText)]));

/** Candidates through a gate, as a table. */
export function through(
  { log, counts, options }: Ground,
  candidates: readonly Candidate[],
  gate: MineOptions["gate"],
): RewriteRule[] {
  return rulesOf(log, counts, candidates, { ...options, gate }).rules;
}

export const markov = (
  { counts, known }: Ground,
  how: { readonly depthMax?: number } = {},
): Candidate[] => markovCandidates(counts, sourcesOf(known), known, how);

/** The chain without its failure: whoever gave up is not counted. */
export const markovWithoutFailure = ({ counts, known }: Ground): Candidate[] =>
  markovCandidates(
    { ...counts, failure: new Float64Array(counts.states) },
    sourcesOf(known),
    known,
  );

/** The best of several targets of one source by a score; of equals the first. */
function best(
  from: number,
  scores: Iterable<readonly [to: number, score: number]>,
  visits: number,
): Candidate[] {
  let [to, top, all] = [-1, 0, 0];
  for (const [target, score] of scores) {
    all += score;
    if (score > top) [to, top] = [target, score];
  }
  return to < 0 ? [] : [{ from, to, score: top / visits, share: top / all, own: 0 }];
}

/** What most often came next. */
export const pairwise = ({ counts, known }: Ground): Candidate[] =>
  sourcesOf(known).flatMap((from) => {
    const scores: [number, number][] = [];
    for (let e = counts.start[from] as number; e < (counts.start[from + 1] as number); e++) {
      const to = counts.to[e] as number;
      if (known[to] === 1) scores.push([to, counts.count[e] as number]);
    }
    return best(from, scores, counts.visits[from] as number);
  });

/** Where the sessions that went well most often ended, of those that came by; a user counts as often as on a move. */
export function finalSuccess({ log: { paths }, counts, known, options }: Ground): Candidate[] {
  const { state, start, success, user } = paths;
  const pairs = new PairIndex();
  const byUser = new PairIndex();
  const times: number[] = [];
  const count: number[] = [];
  for (let path = success.length - 1; path >= 0; path--) {
    const until = (start[path + 1] as number) - 1;
    const end = state[until] as number;
    if (success[path] === 0 || known[end] === 0) continue;
    for (const from of new Set(state.subarray(start[path], until))) {
      if (from === end || known[from] === 0) continue;
      const pair = pairs.add(from, end);
      const own = byUser.add(pair, user[path] as number);
      times[own] = (times[own] ?? 0) + 1;
      if ((times[own] ?? 0) <= options.perUserMax) count[pair] = (count[pair] ?? 0) + 1;
    }
  }
  const targets = new Map<number, [number, number][]>();
  pairs.forEach((from, to, pair) => {
    targets.set(from, [...(targets.get(from) ?? []), [to, count[pair] ?? 0]]);
  });
  return [...targets].flatMap(([from, scores]) =>
    best(from, scores, counts.visits[from] as number),
  );
}

/** The same log with every reformulation, and every end, dealt to some other path: feedback that says nothing. */
export function shuffledLog(log: SessionLog, rng: Rng): SessionLog {
  const { paths } = log;
  const later: number[] = [];
  for (let path = 0; path < paths.success.length; path++)
    for (let at = (paths.start[path] as number) + 1; at < (paths.start[path + 1] as number); at++)
      later.push(at);
  const state = paths.state.slice();
  const texts = log.texts.slice();
  const dealt = rng.permutation(later.length);
  later.forEach((at, k) => {
    const from = later[dealt[k] as number] as number;
    state[at] = paths.state[from] as number;
    texts[at] = log.texts[from] as number;
  });
  const ends = rng.permutation(paths.success.length);
  const success = paths.success.map((_, path) => paths.success[ends[path] as number] as number);
  return { ...log, texts, paths: { ...paths, state, success } };
}
