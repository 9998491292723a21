/** Paths as counts of a Markov chain: how often each request led to each other, or to an end. */
import type { MoveCounts } from "#num/absorbing-chain.ts";
import { PairIndex } from "#num/pair-index.ts";
import type { Paths } from "./paths.ts";

/** Where paths end, as targets of a move. No state has so high a number. */
const SUCCESS = 0xffffffff;
const FAILURE = 0xfffffffe;

export interface CountOptions {
  /** What a day leaves of a weight. */
  readonly decay: number;
  /** Times one user counts on one move, the latest ones. */
  readonly perUserMax: number;
  /** Users a move needs. What fewer did is a failure of the state they left. */
  readonly edgeUsersMin: number;
  /** Moves that are left out in the same way. */
  readonly cannotLink?: (from: number, to: number) => boolean;
}

export interface Counts extends MoveCounts {
  /** [moves] users who made each. */
  readonly moveUsers: Uint32Array;
  /** [states] all that was counted of each. */
  readonly visits: Float64Array;
  /** Different moves that were left out: made by too few users, or not to be linked. */
  readonly dropped: number;
}

/** Every move, its weight and its users, in the order moves were first met. */
interface Tally {
  readonly moves: PairIndex;
  readonly weight: Float64Array;
  readonly users: Uint32Array;
}

/** Moves to make room for at first: the table grows where there are more. */
const MOVES_A_STATE = 8;

function tally(paths: Paths, { decay, perUserMax }: CountOptions): Tally {
  const { state, start, success, user, day } = paths;
  const steps = state.length;
  const moves = new PairIndex(Math.min(steps, MOVES_A_STATE * paths.states));
  const byUser = new PairIndex(steps);
  const times = new Uint8Array(steps);
  const weight = new Float64Array(steps);
  const users = new Uint32Array(steps);
  const last = day.reduce((latest, at) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
  // From the last path back, so that of one user's many the latest count.
  for (let path = success.length - 1; path >= 0; path--) {
    const until = start[path + 1] as number;
    const who = user[path] as number;
    const worth = decay ** (last - (day[path] as number));
    const end = success[path] === 1 ? SUCCESS : FAILURE;
    for (let at = start[path] as number; at < until; at++) {
      const to = at + 1 < until ? (state[at + 1] as number) : end;
      const move = moves.add(state[at] as number, to);
      const own = byUser.add(move, who);
      const before = times[own] as number;
      if (before >= perUserMax) continue;
      times[own] = before + 1;
      weight[move] = (weight[move] as number) + worth;
      if (before === 0) users[move] = (users[move] as number) + 1;
    }
  }
  return { moves, weight, users };
}

/**
 * Counts with every move weighted by its age and capped for each user. A move that too few users made, or that must not
 * be linked, is not dropped without trace: whoever made it had left the request unserved.
 */
export function countPaths(paths: Paths, options: CountOptions): Counts {
  const { states } = paths;
  const { edgeUsersMin, cannotLink } = options;
  const { moves, weight, users } = tally(paths, options);
  const success = new Float64Array(states);
  const failure = new Float64Array(states);
  const visits = new Float64Array(states);
  const start = new Uint32Array(states + 1);
  const kept = new Uint8Array(moves.size);
  let dropped = 0;
  moves.forEach((from, to, move) => {
    const counted = weight[move] as number;
    visits[from] = (visits[from] as number) + counted;
    if (to === SUCCESS) success[from] = (success[from] as number) + counted;
    else if (to === FAILURE) failure[from] = (failure[from] as number) + counted;
    else if ((users[move] as number) < edgeUsersMin || cannotLink?.(from, to) === true) {
      failure[from] = (failure[from] as number) + counted;
      dropped++;
    } else {
      kept[move] = 1;
      start[from + 1] = (start[from + 1] as number) + 1;
    }
  });
  for (let i = 0; i < states; i++) start[i + 1] = (start[i + 1] as number) + (start[i] as number);
  const total = start[states] as number;
  const to = new Uint32Array(total);
  const count = new Float64Array(total);
  const moveUsers = new Uint32Array(total);
  const next = start.slice();
  moves.forEach((from, target, move) => {
    if (kept[move] === 0) return;
    const at = next[from] as number;
    next[from] = at + 1;
    to[at] = target;
    count[at] = weight[move] as number;
    moveUsers[at] = users[move] as number;
  });
  return { states, start, to, count, success, failure, moveUsers, visits, dropped };
}

/** [states] different users who were ever at each state that is wanted; 0 at the others. */
export function usersAt(paths: Paths, wanted: Uint8Array): Uint32Array {
  const { state, start, user } = paths;
  const seen = new PairIndex(paths.users);
  const users = new Uint32Array(paths.states);
  for (let path = 0; path < user.length; path++)
    for (let at = start[path] as number; at < (start[path + 1] as number); at++) {
      const here = state[at] as number;
      if (wanted[here] === 0) continue;
      const before = seen.size;
      seen.add(here, user[path] as number);
      if (seen.size > before) users[here] = (users[here] as number) + 1;
    }
  return users;
}

/** States that may take part in a rewrite. */
export interface Known {
  /** [states] 1 where one was seen often enough, and by enough users. */
  readonly known: Uint8Array;
  /** [states] users of those seen often enough. */
  readonly users: Uint32Array;
}

/** @param usable whether a state is a request at all; each is where absent. */
export function knownStates(
  paths: Paths,
  counts: Counts,
  need: { readonly minSupport: number; readonly usersMin: number },
  usable: (state: number) => boolean = () => true,
): Known {
  const supported = Uint8Array.from(counts.visits, (visits, state) =>
    visits >= need.minSupport && usable(state) ? 1 : 0,
  );
  const users = usersAt(paths, supported);
  const known = supported.map((is, state) =>
    is === 1 && (users[state] as number) >= need.usersMin ? 1 : 0,
  );
  return { known, users };
}
