const START_SLOTS = 1 << 12;
/** Share of slots in use beyond which the table doubles. */
const LOAD_MAX = 0.6;

/**
 * Which ids a file has had, and where: 12 bytes a slot and not the ids themselves, so that a file of many millions of
 * rows stays within memory. Two ids are taken for the same when 64 bits of hash agree: at 10 million rows the chance
 * that any two do is below 3 in a million.
 */
export class IdSet {
  private slots = START_SLOTS;
  private size = 0;
  private high = new Uint32Array(START_SLOTS);
  private low = new Uint32Array(START_SLOTS);
  /** 0: the slot is free. */
  private place = new Uint32Array(START_SLOTS);

  /** Notes an id at a 1-based place. Answers the place it was seen at before, or 0 if it is new. */
  add(id: string, place: number): number {
    if (this.size > this.slots * LOAD_MAX) this.grow();
    let high = 0x9747b28c;
    let low = 0x811c9dc5;
    for (let i = 0; i < id.length; i++) {
      const code = id.charCodeAt(i);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul((high ^ code) + 0x7f4a7c15, 0x85ebca6b);
      high ^= high >>> 15;
    }
    low = Math.imul(low ^ (low >>> 16), 0x21f0aaad);
    return this.insert((high ^ (low >>> 11)) >>> 0, (low ^ (low >>> 15)) >>> 0, place);
  }

  private insert(high: number, low: number, place: number): number {
    const mask = this.slots - 1;
    let slot = (low ^ high) & mask;
    while (this.place[slot] !== 0) {
      if (this.high[slot] === high && this.low[slot] === low) return this.place[slot] ?? 0;
      slot = (slot + 1) & mask;
    }
    this.high[slot] = high;
    this.low[slot] = low;
    this.place[slot] = place;
    this.size++;
    return 0;
  }

  private grow(): void {
    const { high, low, place } = this;
    this.slots *= 2;
    this.size = 0;
    this.high = new Uint32Array(this.slots);
    this.low = new Uint32Array(this.slots);
    this.place = new Uint32Array(this.slots);
    for (let slot = 0; slot < place.length; slot++) {
      const at = place[slot] ?? 0;
      if (at !== 0) this.insert(high[slot] ?? 0, low[slot] ?? 0, at);
    }
  }
}
