import { z } from "zod";
import { assert } from "#core/assert.ts";
import type { Learner } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import { CorrectionId, ItemId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import { labelKind } from "#correct/label.ts";
import { lessonIdOf } from "./lineage.ts";
import { type RefitRow, refitRows } from "./refit.ts";

/** A correction as it is looked up by nearness. */
export interface Remembered {
  readonly correctionId: CorrectionId;
  readonly itemId: ItemId;
  readonly label: string;
}

interface Recalled extends Remembered {
  /** Cosine distance, 1 - cos: 0 the same direction, 1 unrelated, 2 opposite. */
  readonly distance: number;
}

/** Where the vectors are kept: the scan below, or the store's pgvector table of one project. */
export interface CorrectionIndex {
  /** A correction remembered again replaces what was there. */
  remember(rows: readonly (Remembered & { readonly vector: Float32Array })[]): Promise<void>;
  /** The `count` nearest, nearest first. */
  recall(vector: Float32Array, count: number): Promise<Recalled[]>;
}

/** Exact scan in memory: some 5 ms for 10,000 vectors of 512. */
export function scanIndex(): CorrectionIndex {
  const rows = new Map<CorrectionId, Remembered & { readonly unit: Float32Array }>();
  return {
    async remember(added) {
      for (const { vector, ...remembered } of added)
        rows.set(remembered.correctionId, { ...remembered, unit: unitOf(vector) });
    },
    async recall(vector, count) {
      const unit = unitOf(vector);
      return [...rows.values()]
        .map(({ unit: other, ...remembered }) => ({
          ...remembered,
          distance: Math.max(0, 1 - dot(unit, other)),
        }))
        .sort((a, b) => a.distance - b.distance || (a.correctionId < b.correctionId ? -1 : 1))
        .slice(0, count);
    },
  };
}

const dot = (a: Float32Array, b: Float32Array): number => {
  assert(a.length === b.length, "vectors of one index have one length");
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/** The vector at length 1; zeros stay zeros, and so lie at distance 1 from everything. */
function unitOf(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

const Entry = z.strictObject({
  correctionId: CorrectionId,
  itemId: ItemId,
  label: z.string(),
  /**
   * The later correction of nearly the same item that says otherwise; such an entry is kept but
   * silent.
   */
  supersededBy: CorrectionId.nullable(),
});

/** What a memory lesson holds. The vectors are in the index, under the corrections' ids. */
export const Memory = z.strictObject({
  /** Neighbours farther than this, in cosine distance, say nothing. */
  within: z.number().positive(),
  /** Items nearer than this are the same for the purpose of contradicting one another. */
  sameWithin: z.number().nonnegative(),
  /** In the order remembered. */
  entries: z.array(Entry),
});
export type Memory = z.infer<typeof Memory>;

/** `within` 0.35: for unit sentence embeddings, a cosine of 0.65, where paraphrases begin. */
export const emptyMemory = ({ within = 0.35, sameWithin = 0.02 } = {}): Memory => ({
  within,
  sameWithin,
  entries: [],
});

/**
 * Contradicting near-duplicates silenced by one correction; each of them would have been silenced
 * before.
 */
const SAME_MAX = 16;

/**
 * The memory with further corrections in it, oldest first. A new one supersedes what was said
 * earlier of the same item, and what was said differently of nearly the same.
 */
export async function remember(
  memory: Memory,
  index: CorrectionIndex,
  added: readonly (Remembered & { readonly vector: Float32Array })[],
): Promise<Memory> {
  const entries = new Map(memory.entries.map((entry) => [entry.correctionId, entry]));
  const byItem = new Map<ItemId, CorrectionId>();
  for (const { itemId, correctionId, supersededBy } of memory.entries)
    if (supersededBy === null) byItem.set(itemId, correctionId);

  for (const { vector, ...row } of added) {
    const silence = (id: CorrectionId | undefined) => {
      const entry = id === undefined ? undefined : entries.get(id);
      if (entry?.supersededBy === null)
        entries.set(entry.correctionId, { ...entry, supersededBy: row.correctionId });
    };
    silence(byItem.get(row.itemId));
    const same = { vector, count: SAME_MAX, within: memory.sameWithin };
    const speaks = (id: CorrectionId) => {
      const entry = entries.get(id);
      return entry?.supersededBy === null && entry.label !== row.label;
    };
    for (const near of await nearest(index, { ...same, speaks })) silence(near.correctionId);
    entries.set(row.correctionId, { ...row, supersededBy: null });
    byItem.set(row.itemId, row.correctionId);
    await index.remember([{ ...row, vector }]);
  }
  return { ...memory, entries: [...entries.values()] };
}

/** What the memory would say of an item, and on which corrections it rests. */
export interface Recollection {
  readonly label: string;
  /**
   * Share of the nearness that speaks for the label, with `DOUBT` for what is not remembered: one
   * exact double gives 2/3, three agreeing ones 6/7. A score, not a calibrated probability.
   */
  readonly confidence: number;
  /** Neighbours that spoke, nearest first, those for other labels included. */
  readonly evidence: readonly Recalled[];
}

const DOUBT = 0.5;

/** Asks the nearest live corrections; null when none is near. `count`: how many may speak. */
export async function consult(
  memory: Memory,
  index: CorrectionIndex,
  { vector, count = 5 }: { readonly vector: Float32Array; readonly count?: number },
): Promise<Recollection | null> {
  const live = new Set<CorrectionId>();
  for (const { correctionId, supersededBy } of memory.entries)
    if (supersededBy === null) live.add(correctionId);
  const speaks = (id: CorrectionId) => live.has(id);
  const evidence = await nearest(index, { vector, count, within: memory.within, speaks });
  const says = new Map<string, number>();
  let total = DOUBT;
  for (const { label, distance } of evidence) {
    const nearness = 1 - distance / memory.within;
    says.set(label, (says.get(label) ?? 0) + nearness);
    total += nearness;
  }
  const [best] = [...says].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return best === undefined ? null : { label: best[0], confidence: best[1] / total, evidence };
}

/**
 * The nearest that may speak. The index also holds what was superseded, undone or revoked since, so
 * it is asked for more until enough of its answers may, or no more are near.
 */
async function nearest(
  index: CorrectionIndex,
  how: {
    readonly vector: Float32Array;
    readonly count: number;
    readonly within: number;
    readonly speaks: (id: CorrectionId) => boolean;
  },
): Promise<Recalled[]> {
  for (let asked = how.count * 2; ; asked *= 4) {
    const recalled = await index.recall(how.vector, asked);
    const near = recalled.filter(({ distance }) => distance <= how.within);
    const speaking = near.filter(({ correctionId }) => how.speaks(correctionId));
    if (speaking.length >= how.count || near.length < asked) return speaking.slice(0, how.count);
  }
}

/**
 * Learns by remembering. Starts from the previous memory when all of that still stands, and afresh
 * when something in it was taken back, so that what the lost correction had silenced speaks again.
 */
export function memoryLearner(how: {
  readonly index: CorrectionIndex;
  vectorOf(itemId: ItemId): Promise<Float32Array>;
  readonly within?: number;
  readonly sameWithin?: number;
}): Learner<string> {
  return {
    async learn(history, previous, ctx) {
      const { rows, learnedFrom } = refitRows(history, { kind: labelKind });
      const all = rows.map(asRemembered);
      const start = resumable(previous, all) ?? emptyMemory(how);
      const known = new Set(start.entries.map(({ correctionId }) => correctionId));
      const fresh = all.filter(({ correctionId }) => !known.has(correctionId));
      const added = [];
      for (const [done, row] of fresh.entries()) {
        if (ctx.signal.aborted) throw new Problem("cancelled", "Remembering was cancelled");
        added.push({ ...row, vector: await how.vectorOf(row.itemId) });
        ctx.progress({ done: done + 1, total: fresh.length, label: "remembering corrections" });
      }
      const memory = await remember(start, how.index, added);
      const parent = previous?.id ?? null;
      return {
        id: lessonIdOf("memory", { parent, learnedFrom, seed: ctx.rng.path }),
        kind: "memory",
        parent,
        learnedFrom: [...learnedFrom],
        code: "learn/memory.ts@1",
        options: { within: memory.within, sameWithin: memory.sameWithin },
        seed: ctx.rng.path,
        summary: summaryOf(memory),
        body: memory,
        atMs: ctx.clock.nowMs(),
      } satisfies Lesson;
    },
  };
}

/** The memory of a lesson; throws when it is another kind of lesson. */
export function memoryOf(lesson: Lesson): Memory {
  const parsed = Memory.safeParse(lesson.body);
  if (lesson.kind === "memory" && parsed.success) return parsed.data;
  throw new Problem("bad-input", "The lesson is no memory", {
    expected: "a lesson of kind memory",
    got: lesson.kind,
  });
}

/** The answer of an item, under the id of the latest correction it rests on. */
function asRemembered({ itemId, output, from }: RefitRow<string>): Remembered {
  const correctionId = from.at(-1);
  assert(correctionId !== undefined, "a refit row rests on at least one correction");
  return { correctionId, itemId, label: output };
}

/** The previous memory, if each of its entries still stands with the same label. */
function resumable(previous: Lesson | undefined, rows: readonly Remembered[]): Memory | undefined {
  if (previous?.kind !== "memory") return undefined;
  const memory = memoryOf(previous);
  const standing = new Map(rows.map((row) => [row.correctionId, row.label]));
  const sound = memory.entries.every(
    ({ correctionId, label }) => standing.get(correctionId) === label,
  );
  return sound ? memory : undefined;
}

function summaryOf({ entries }: Memory): string {
  const silent = entries.filter(({ supersededBy }) => supersededBy !== null).length;
  const [one, superseded] = [entries.length === 1, silent === 0 ? "" : `, ${silent} superseded`];
  return `Remembers ${entries.length} correction${one ? "" : "s"}${superseded}.`;
}
