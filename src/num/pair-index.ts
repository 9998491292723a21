import { assert } from "#core/assert.ts";

/** Share of slots that may be taken before there are twice as many. */
const LOAD_MAX = 0.6;
const WORDS = 3;

/**
 * Numbers pairs of 32-bit words 0, 1, 2, … in the order they are first met: a hash table with open addressing and
 * linear probing, a slot of which (pair and number) lies in one line of the cache.
 */
export class PairIndex {
  private slots: Uint32Array;
  private mask: number;
  private count = 0;

  /** `expected`: pairs to make room for, so that none has to be moved. */
  constructor(expected = 16) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, expected / LOAD_MAX)));
    this.slots = new Uint32Array(slots * WORDS);
    this.mask = slots - 1;
  }

  get size(): number {
    return this.count;
  }

  /** The number of a pair; it is given the next one if it is new: then `size` has grown. */
  add(a: number, b: number): number {
    const at = this.find(a, b);
    const taken = this.slots[at + 2] as number;
    if (taken !== 0) return taken - 1;
    if (this.count >= (this.mask + 1) * LOAD_MAX) {
      this.grow();
      return this.add(a, b);
    }
    this.slots[at] = a;
    this.slots[at + 1] = b;
    this.slots[at + 2] = ++this.count;
    return this.count - 1;
  }

  /** The number of a pair, -1 where it was never added. */
  get(a: number, b: number): number {
    return (this.slots[this.find(a, b) + 2] as number) - 1;
  }

  /** Every pair with its number, in no order that means anything. */
  forEach(visit: (a: number, b: number, index: number) => void): void {
    for (let at = 0; at < this.slots.length; at += WORDS) {
      const taken = this.slots[at + 2] as number;
      if (taken !== 0) visit(this.slots[at] as number, this.slots[at + 1] as number, taken - 1);
    }
  }

  /** Where a pair is, or where it would go. */
  private find(a: number, b: number): number {
    const { slots, mask } = this;
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const at = slot * WORDS;
      if (slots[at + 2] === 0 || (slots[at] === a && slots[at + 1] === b)) return at;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const old = this.slots;
    assert(old.length < 2 ** 31, "fewer than 700 million pairs");
    this.mask = this.mask * 2 + 1;
    this.slots = new Uint32Array((this.mask + 1) * WORDS);
    for (let from = 0; from < old.length; from += WORDS) {
      if (old[from + 2] === 0) continue;
      const at = this.find(old[from] as number, old[from + 1] as number);
      this.slots[at] = old[from] as number;
      this.slots[at + 1] = old[from + 1] as number;
      this.slots[at + 2] = old[from + 2] as number;
    }
  }
}
