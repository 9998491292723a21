/** How often sources vote together, and for the same class: what label models from moments are made of. */
import { ABSTAIN, type VoteMatrix } from "./votes.ts";

export interface PairCounts {
  /**
   * [sources * sources * classes] at (i, j, c): items where i votes c and j votes anything; i != j.
   */
  readonly given: Uint32Array;
  /** [sources * sources * classes] at (i, j, c), i < j: items where both vote c. */
  readonly both: Uint32Array;
  /** [sources * classes] items where i votes c. */
  readonly own: Uint32Array;
}

/** Up to here sets of items as bits are faster to intersect than votes to count one by one. */
const BIT_CLASSES_MAX = 12;

/** Everything the moments of all classes need. */
export const countPairs = (matrix: VoteMatrix): PairCounts =>
  matrix.classes <= BIT_CLASSES_MAX ? countByBits(matrix) : countByVotes(matrix);

/** Linear in classes: one bit an item for each source and class, intersected pair by pair. */
function countByBits(matrix: VoteMatrix): PairCounts {
  const { sources, classes } = matrix;
  const counts = emptyCounts(matrix);
  for (let start = 0; start < matrix.items; start += BLOCK_ITEMS) {
    const { bits, any, words } = blockBits(
      matrix,
      start,
      Math.min(matrix.items, start + BLOCK_ITEMS),
    );
    for (let i = 0; i < sources; i++)
      for (let c = 0; c < classes; c++) {
        const mine = bits.subarray((i * classes + c) * words, (i * classes + c + 1) * words);
        counts.own[i * classes + c] = (counts.own[i * classes + c] as number) + overlap(mine, mine);
        for (let j = 0; j < sources; j++) {
          if (i === j) continue;
          const at = (i * sources + j) * classes + c;
          const voted = any.subarray(j * words, (j + 1) * words);
          counts.given[at] = (counts.given[at] as number) + overlap(mine, voted);
          if (j < i) continue;
          const theirs = bits.subarray((j * classes + c) * words, (j * classes + c + 1) * words);
          counts.both[at] = (counts.both[at] as number) + overlap(mine, theirs);
        }
      }
  }
  return counts;
}

/** Items a block of bits covers: those of 20 sources stay in the second-level cache. */
const BLOCK_ITEMS = 32 * 512;

/**
 * Bits of items `start` up to `end`: [sources * classes * words] who voted what, [sources * words]
 * who voted.
 */
function blockBits({ sources, classes, votes }: VoteMatrix, start: number, end: number) {
  const words = Math.ceil((end - start) / 32);
  const bits = new Int32Array(sources * classes * words);
  const any = new Int32Array(sources * words);
  for (let i = start; i < end; i++) {
    const word = (i - start) >>> 5;
    const bit = 1 << ((i - start) & 31);
    for (let j = 0; j < sources; j++) {
      const vote = votes[i * sources + j] as number;
      if (vote === ABSTAIN) continue;
      const at = (j * classes + vote) * words + word;
      bits[at] = (bits[at] as number) | bit;
      any[j * words + word] = (any[j * words + word] as number) | bit;
    }
  }
  return { bits, any, words };
}

/** Number of bits set in both. */
function overlap(a: Int32Array, b: Int32Array): number {
  let count = 0;
  for (let w = 0; w < a.length; w++) {
    let x = (a[w] as number) & (b[w] as number);
    x -= (x >>> 1) & 0x55555555;
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
    count += Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

const emptyCounts = ({ sources, classes }: VoteMatrix): PairCounts => ({
  given: new Uint32Array(sources * sources * classes),
  both: new Uint32Array(sources * sources * classes),
  own: new Uint32Array(sources * classes),
});

/** One pass over the pairs of votes of each item; cost does not depend on the classes. */
function countByVotes(matrix: VoteMatrix): PairCounts {
  const { items, sources, classes, votes } = matrix;
  const { given, both, own } = emptyCounts(matrix);
  const voter = new Uint32Array(sources);
  const label = new Uint32Array(sources);
  for (let i = 0; i < items; i++) {
    let voters = 0;
    for (let j = 0; j < sources; j++) {
      const vote = votes[i * sources + j] as number;
      if (vote === ABSTAIN) continue;
      voter[voters] = j;
      label[voters++] = vote;
    }
    for (let a = 0; a < voters; a++) {
      const [j, vote] = [voter[a] as number, label[a] as number];
      own[j * classes + vote] = (own[j * classes + vote] as number) + 1;
      for (let b = a + 1; b < voters; b++) {
        const [l, other] = [voter[b] as number, label[b] as number];
        const there = (j * sources + l) * classes + vote;
        const back = (l * sources + j) * classes + other;
        given[there] = (given[there] as number) + 1;
        given[back] = (given[back] as number) + 1;
        if (vote === other) both[there] = (both[there] as number) + 1;
      }
    }
  }
  return { given, both, own };
}
