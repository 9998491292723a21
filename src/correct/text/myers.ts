/** Differences explored exactly before a stretch is cut short. */
const DEPTH_MAX = 1_024;
/** Once cut short, the texts have little in common: what is left is looked at in ever shorter stretches. */
const DEPTH_MIN = 64;

/** No path leads there. Twice as little still fits an Int32Array. */
const NONE = -(2 ** 29);

/** What is left of one sequence and what is new in the other; the rest of both is the same, in the same order. */
export interface Alignment {
  /** [n] 1 where an element of the first is deleted. */
  readonly deleted: Uint8Array;
  /** [m] 1 where an element of the second is inserted. */
  readonly inserted: Uint8Array;
}

/**
 * Farthest points reached, [d, i]: the first sequence's offset after `d` differences on diagonal `2 i - d`, rows one
 * behind the other. It grows with the differences there are, and is kept from call to call.
 */
let reach = new Int32Array(4096);

const rowOf = (d: number) => (d * (d + 1)) >> 1;

interface Found {
  readonly d: number;
  readonly i: number;
}

/** Two sequences from where they have been compared so far. */
interface Rest {
  readonly a: Uint32Array;
  readonly b: Uint32Array;
}

/** Fills row `d` of `points` from the one before. The column at which both sequences end, or -1. */
function advance({ a, b }: Rest, points: Int32Array, d: number): number {
  const row = rowOf(d);
  const before = row - d;
  for (let i = 0; i <= d; i++) {
    const k = 2 * i - d;
    let x = d === 0 ? 0 : NONE;
    if (i < d) {
      const inserting = points[before + i] as number;
      if (inserting - k <= b.length) x = inserting;
    }
    if (i > 0) {
      const deleting = (points[before + i - 1] as number) + 1;
      if (deleting > x && deleting <= a.length) x = deleting;
    }
    if (x >= 0) while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
    else x = NONE;
    points[row + i] = x;
    if (x === a.length && x - k === b.length) return i;
  }
  return -1;
}

/**
 * The shortest way to both ends, or to the farthest point that `depthMax` differences reach (Myers 1986, the greedy
 * algorithm). Fills `reach`.
 */
function explore(rest: Rest, depthMax: number): Found {
  for (let d = 0; d <= depthMax; d++) {
    if (rowOf(d + 1) > reach.length) {
      const wider = new Int32Array(2 * reach.length + d);
      wider.set(reach);
      reach = wider;
    }
    const i = advance(rest, reach, d);
    if (i >= 0) return { d, i };
  }
  const row = reach.subarray(rowOf(depthMax), rowOf(depthMax + 1));
  const sums = row.map((x, i) => 2 * x - (2 * i - depthMax));
  return { d: depthMax, i: sums.indexOf(sums.reduce((most, sum) => Math.max(most, sum), NONE)) };
}

/** Marks the differences on the way to a point that was reached. Where it is: [x, y]. */
function mark({ d, i }: Found, { deleted, inserted }: Alignment): [number, number] {
  const endX = reach[rowOf(d) + i] as number;
  let column = i;
  for (let depth = d; depth > 0; depth--) {
    const k = 2 * column - depth;
    const before = rowOf(depth - 1);
    const inserting = column < depth ? (reach[before + column] as number) : NONE;
    const deleting = column > 0 ? (reach[before + column - 1] as number) + 1 : NONE;
    const x = inserting - k <= inserted.length ? inserting : NONE;
    if (deleting > x && deleting <= deleted.length) {
      deleted[deleting - 1] = 1;
      column--;
    } else inserted[x - k - 1] = 1;
  }
  return [endX, endX - (2 * i - d)];
}

/**
 * Which elements two sequences do not share: the fewest, as long as there are up to 1,024. Beyond, the best way so far
 * is kept and the search begins anew at its end, so that the work is bounded by (n + m) × 64 and the answer still right,
 * though no longer the smallest.
 */
export function align(a: Uint32Array, b: Uint32Array): Alignment {
  const alignment = { deleted: new Uint8Array(a.length), inserted: new Uint8Array(b.length) };
  let [x, y] = [0, 0];
  for (let depthMax = DEPTH_MAX; x < a.length && y < b.length; ) {
    const found = explore({ a: a.subarray(x), b: b.subarray(y) }, depthMax);
    const [aheadX, aheadY] = mark(found, {
      deleted: alignment.deleted.subarray(x),
      inserted: alignment.inserted.subarray(y),
    });
    [x, y] = [x + aheadX, y + aheadY];
    depthMax = Math.max(DEPTH_MIN, depthMax >> 1);
  }
  alignment.deleted.fill(1, x);
  alignment.inserted.fill(1, y);
  return alignment;
}
