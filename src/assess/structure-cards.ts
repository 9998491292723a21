/**
 * Questions to an expert about the shape of a tree, those first where the texts speak most against
 * it: is a category in the right place, and do siblings belong together? The doubt is an order and no
 * probability.
 */
import { type TermVector, termSimilarity, termVectors } from "#propose/outline/term-vectors.ts";

/** What the cards read of a tree: parents before their children, -1 right below the root. */
interface Shape {
  readonly categories: readonly {
    readonly id: string;
    readonly text: string;
    readonly parent: number;
  }[];
  readonly studies: readonly { readonly text: string }[];
  /** [n · k] 1 where a study is in a category or below. */
  readonly proposed: Uint8Array;
}

/** Is `category` a topic of `parent`? */
export interface LinkCard {
  readonly category: string;
  readonly parent: string;
  /** Another aspect its words are more like, where there is one. */
  readonly rather: string | null;
  /** How much more, in similarity; below 0 where its own parent is the likest. */
  readonly doubt: number;
}

/** Do the children of `parent` (null: the aspects) belong side by side? */
export interface SiblingCard {
  readonly parent: string | null;
  readonly children: readonly string[];
  /** The one that may be a topic of another: of the two most alike, the one that holds less. */
  readonly odd: string;
  readonly doubt: number;
}

const none: TermVector = new Map();

/** One card a link between categories, the most doubtful first. */
export function linkCards({ categories }: Shape): LinkCard[] {
  const vectors = termVectors(categories.map(({ text }) => text));
  const alike = (a: number, b: number) => termSimilarity(vectors[a] ?? none, vectors[b] ?? none);
  const aspects = categories.flatMap(({ parent }, c) => (parent === -1 ? [c] : []));
  return categories
    .flatMap(({ id, parent }, c): LinkCard[] => {
      const above = categories[parent];
      if (above === undefined) return [];
      let [most, rather] = [0, -1];
      for (const aspect of aspects) {
        if (aspect === parent || aspect === c || alike(c, aspect) <= most) continue;
        [most, rather] = [alike(c, aspect), aspect];
      }
      const doubt = most - alike(c, parent);
      const better = doubt > 0 ? (categories[rather]?.id ?? null) : null;
      return [{ category: id, parent: above.id, rather: better, doubt }];
    })
    .sort((a, b) => b.doubt - a.doubt || (a.category < b.category ? -1 : 1));
}

/** One card a set of two siblings or more, the most doubtful first. */
export function siblingCards({ categories, studies, proposed }: Shape): SiblingCard[] {
  const k = categories.length;
  const vectors = termVectors(categories.map(({ text }) => text));
  const alike = (a: number, b: number) => termSimilarity(vectors[a] ?? none, vectors[b] ?? none);
  const held = (c: number) =>
    studies.reduce((sum, _, row) => sum + (proposed[row * k + c] as number), 0);
  return [-1, ...categories.keys()]
    .flatMap((parent): SiblingCard[] => {
      const children = categories.flatMap((one, c) => (one.parent === parent ? [c] : []));
      const pairs = children.flatMap((a, i) =>
        children.slice(0, i).map((b) => ({ a, b, doubt: alike(a, b) })),
      );
      const [first, ...rest] = pairs;
      if (first === undefined) return [];
      const closest = rest.reduce((best, pair) => (pair.doubt > best.doubt ? pair : best), first);
      const odd = held(closest.a) <= held(closest.b) ? closest.a : closest.b;
      const idOf = (c: number) => categories[c]?.id ?? "";
      return [
        {
          parent: parent === -1 ? null : idOf(parent),
          children: children.map(idOf),
          odd: idOf(odd),
          doubt: closest.doubt,
        },
      ];
    })
    .sort((a, b) => b.doubt - a.doubt || ((a.parent ?? "") < (b.parent ?? "") ? -1 : 1));
}
