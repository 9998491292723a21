/**
 * Absorbing Markov chains with two ends, success and failure, over sparse counts. With Q the moves between states and
 * r+ the moves to success, N = (I - Q)^-1 holds the expected visits and s_ij = N_ij r+_j is the probability that a
 * walk from i ends in success through j (Kemeny and Snell 1960, 3.2 and 3.3). N is never formed: a row of it is found
 * by forward push, in the neighbourhood of its source alone (Andersen, Chung and Lang 2006).
 */
import { assert } from "#core/assert.ts";

/** What was counted, rows compressed: the moves of state i are at start[i] until start[i + 1]. */
export interface MoveCounts {
  readonly states: number;
  /** [states + 1] */
  readonly start: Uint32Array;
  /** [moves] where each goes; never back to its own state. */
  readonly to: Uint32Array;
  /** [moves] how often; above 0. */
  readonly count: Float64Array;
  /** [states] walks that ended here well, and not. */
  readonly success: Float64Array;
  readonly failure: Float64Array;
}

export interface AbsorbingChain {
  readonly states: number;
  readonly start: Uint32Array;
  readonly to: Uint32Array;
  /** [moves] Q, by row. */
  readonly probability: Float64Array;
  /** [states] r+ and r-. */
  readonly success: Float64Array;
  readonly failure: Float64Array;
  /** States that no walk could have left for good, and that were given a failure to end in. */
  readonly sealed: number;
}

/**
 * Counts as probabilities. A state from which no end can be reached (nothing was counted of it, or it lies in or only
 * leads into a class that leaks nothing) is given one failure more: without it I - Q is singular.
 */
export function absorbingChain(counts: MoveCounts): AbsorbingChain {
  const { states, start, to, count } = counts;
  assert(start.length === states + 1 && start[states] === to.length, "rows cover the moves");
  const ends = reachingAnEnd(counts);
  const probability = new Float64Array(to.length);
  const success = new Float64Array(states);
  const failure = new Float64Array(states);
  let sealed = 0;
  for (let i = 0; i < states; i++) {
    const [from, until] = [start[i] as number, start[i + 1] as number];
    const lost = (counts.failure[i] as number) + (ends[i] === 1 ? 0 : 1);
    sealed += ends[i] === 1 ? 0 : 1;
    let total = (counts.success[i] as number) + lost;
    for (let e = from; e < until; e++) total += count[e] as number;
    for (let e = from; e < until; e++) probability[e] = (count[e] as number) / total;
    success[i] = (counts.success[i] as number) / total;
    failure[i] = lost / total;
  }
  return { states, start, to, probability, success, failure, sealed };
}

/** [states] 1 where a walk can end: found backwards from the states that leak. */
function reachingAnEnd({ states, start, to, success, failure }: MoveCounts): Uint8Array {
  const into = new Uint32Array(states + 1);
  for (const target of to) into[target + 1] = (into[target + 1] as number) + 1;
  for (let i = 0; i < states; i++) into[i + 1] = (into[i + 1] as number) + (into[i] as number);
  const from = new Uint32Array(to.length);
  const next = into.slice();
  for (let i = 0; i < states; i++)
    for (let e = start[i] as number; e < (start[i + 1] as number); e++) {
      const target = to[e] as number;
      from[next[target] as number] = i;
      next[target] = (next[target] as number) + 1;
    }
  const reached = new Uint8Array(states);
  const queue = new Uint32Array(states);
  let end = 0;
  const reach = (i: number) => {
    if (reached[i] === 1) return;
    reached[i] = 1;
    queue[end++] = i;
  };
  for (let i = 0; i < states; i++)
    if ((success[i] as number) + (failure[i] as number) > 0) reach(i);
  for (let at = 0; at < end; at++) {
    const i = queue[at] as number;
    for (let e = into[i] as number; e < (into[i + 1] as number); e++) reach(from[e] as number);
  }
  return reached;
}

export interface PushOptions {
  /** Mass below which a state is not pushed any further; 1e-5 by default. */
  readonly residualMax?: number;
  /** Moves that are followed: 0 is the source alone. All of them by default. */
  readonly depthMax?: number;
}

/** A row of N, where it is not 0. */
export interface Visits {
  /** [found] the states, the source first. What is returned is overwritten by the next call. */
  readonly states: Uint32Array;
  /** [found] expected visits: N_source,state. */
  readonly visits: Float64Array;
  /**
   * Probability mass that was left where it stood. No probability of an end, and no sum of s_ij over j, is off by more:
   * a walk from what is left still ends once.
   */
  readonly residual: number;
  /** Bound on the visits themselves, summed: residual / least leak on the way; infinite where a state on it leaks nothing. */
  readonly visitErrorMax: number;
}

export const RESIDUAL_MAX = 1e-5;
/** A chain that leaks next to nothing is given up here, and its residual says so. */
const PUSHES_MAX = 2_000_000;

/** Finds rows of N, one source at a time, in memory that is used again: a call costs what it touches, not the whole chain. */
export function visitsFrom(
  chain: AbsorbingChain,
): (source: number, options?: PushOptions) => Visits {
  const { states, start, to, probability } = chain;
  const visits = new Float64Array(states);
  const residual = new Float64Array(states);
  const known = new Uint8Array(states);
  const waiting = new Uint8Array(states);
  const found = new Uint32Array(states);
  const out = new Float64Array(states);
  let level = new Uint32Array(states);
  let next = new Uint32Array(states);
  let count = 0;
  let nextCount = 0;

  const give = (state: number, mass: number, least: number) => {
    if (known[state] === 0) {
      known[state] = 1;
      found[count++] = state;
    }
    const now = (residual[state] as number) + mass;
    residual[state] = now;
    if (now > least && waiting[state] === 0) {
      waiting[state] = 1;
      next[nextCount++] = state;
    }
  };

  return (source, { residualMax = RESIDUAL_MAX, depthMax = Number.POSITIVE_INFINITY } = {}) => {
    assert(source >= 0 && source < states, "a source that is a state");
    count = 0;
    give(source, 1, residualMax);
    let pushes = 0;
    for (let depth = 0; nextCount > 0 && depth <= depthMax && pushes < PUSHES_MAX; depth++) {
      [level, next] = [next, level];
      const levelCount = nextCount;
      nextCount = 0;
      // The mass of a level is taken off before any of it is pushed: so a depth is a number of moves.
      for (let k = 0; k < levelCount; k++) {
        const state = level[k] as number;
        waiting[state] = 0;
        out[k] = residual[state] as number;
        residual[state] = 0;
      }
      for (let k = 0; k < levelCount; k++) {
        const state = level[k] as number;
        const mass = out[k] as number;
        visits[state] = (visits[state] as number) + mass;
        for (let e = start[state] as number; e < (start[state + 1] as number); e++)
          give(to[e] as number, mass * (probability[e] as number), residualMax);
      }
      pushes += levelCount;
    }
    for (let k = 0; k < nextCount; k++) waiting[next[k] as number] = 0;
    nextCount = 0;
    return result();
  };

  function result(): Visits {
    let left = 0;
    let leak = Number.POSITIVE_INFINITY;
    for (let k = 0; k < count; k++) {
      const state = found[k] as number;
      left += residual[state] as number;
      leak = Math.min(leak, (chain.success[state] as number) + (chain.failure[state] as number));
      out[k] = visits[state] as number;
      residual[state] = 0;
      visits[state] = 0;
      known[state] = 0;
    }
    return {
      states: found.subarray(0, count),
      visits: out.subarray(0, count),
      residual: left,
      visitErrorMax: left === 0 ? 0 : left / leak,
    };
  }
}

const SWEEPS_MAX = 10_000;

/**
 * [states] probability that a walk from each state ends in success: B = r+ + Q B, by Gauss-Seidel until no value moves
 * by more than the tolerance (values only grow, from 0).
 */
export function endsWell(chain: AbsorbingChain, tolerance = 1e-9): Float64Array {
  const { states, start, to, probability, success } = chain;
  const ends = new Float64Array(states);
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let moved = 0;
    // From the last state back: paths mostly go from states met early to states met later.
    for (let i = states - 1; i >= 0; i--) {
      let sum = success[i] as number;
      for (let e = start[i] as number; e < (start[i + 1] as number); e++)
        sum += (probability[e] as number) * (ends[to[e] as number] as number);
      moved = Math.max(moved, sum - (ends[i] as number));
      ends[i] = sum;
    }
    if (moved <= tolerance) break;
  }
  return ends;
}
