import { assert } from "#core/assert.ts";
import { type CorrectionId, LessonId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import { rngOf } from "#core/rng.ts";

/** What lineage needs of a lesson. */
export type Ancestry = Pick<Lesson, "id" | "parent" | "learnedFrom">;

/**
 * The id of a lesson, from what made it: kind, parent, corrections and seed. The same fit has the
 * same id, so a repeated job makes no second lesson.
 */
export function lessonIdOf(
  kind: string,
  made: {
    readonly parent: LessonId | null;
    readonly learnedFrom: readonly CorrectionId[];
    readonly seed: string;
  },
): LessonId {
  const { parent, learnedFrom, seed } = made;
  const rng = rngOf(JSON.stringify([kind, parent, learnedFrom, seed]));
  const hex = [...rng.key(), ...rng.key()].map((word) => word.toString(16).padStart(8, "0"));
  return LessonId.parse(`${kind}-${hex.join("")}`);
}

/** Lessons with every parent before its children; equals in the order given. */
function parentsFirst<L extends Ancestry>(lessons: readonly L[]): L[] {
  const byId = new Map(lessons.map((lesson) => [lesson.id, lesson]));
  const placed = new Set<LessonId>();
  const order: L[] = [];
  for (const lesson of lessons) {
    // Up to the first ancestor already placed, then down again.
    const chain: L[] = [];
    let next: L | undefined = lesson;
    while (next !== undefined && !placed.has(next.id)) {
      assert(chain.length < lessons.length, "no lesson descends from itself");
      chain.push(next);
      next = next.parent === null ? undefined : byId.get(next.parent);
    }
    for (const each of chain.toReversed()) {
      placed.add(each.id);
      order.push(each);
    }
  }
  return order;
}

/** Lessons that descend from `id`, parents before children, itself not among them. */
export function descendants<L extends Ancestry>(lessons: readonly L[], id: LessonId): L[] {
  const found = new Set<LessonId>([id]);
  return parentsFirst(lessons).filter((lesson) => {
    if (lesson.parent === null || !found.has(lesson.parent)) return false;
    found.add(lesson.id);
    return true;
  });
}

/**
 * Lessons that a revoked correction has touched: learned from it themselves, or from a lesson that
 * was. Parents before children, so it is also the order to rebuild them in.
 */
export function staleAfterRevoke<L extends Ancestry>(
  lessons: readonly L[],
  correctionId: CorrectionId,
): L[] {
  const stale = new Set<LessonId>();
  return parentsFirst(lessons).filter((lesson) => {
    const touched =
      lesson.learnedFrom.includes(correctionId) ||
      (lesson.parent !== null && stale.has(lesson.parent));
    if (touched) stale.add(lesson.id);
    return touched;
  });
}

/** One lesson to learn anew: from what, and after which. */
export interface Rebuild {
  readonly lessonId: LessonId;
  /** The stale lesson whose rebuilt version is the new parent, or a sound one that stays. */
  readonly parent: LessonId | null;
  /** What it was learned from, the revoked ones left out. */
  readonly learnedFrom: readonly CorrectionId[];
}

/** The work list after corrections were revoked, in the order it must be done. */
export function rebuildPlan(
  lessons: readonly Ancestry[],
  revoked: ReadonlySet<CorrectionId>,
): Rebuild[] {
  const stale = new Set(
    [...revoked].flatMap((id) => staleAfterRevoke(lessons, id)).map(({ id }) => id),
  );
  return parentsFirst(lessons)
    .filter(({ id }) => stale.has(id))
    .map(({ id, parent, learnedFrom }) => ({
      lessonId: id,
      parent,
      learnedFrom: learnedFrom.filter((correctionId) => !revoked.has(correctionId)),
    }));
}
