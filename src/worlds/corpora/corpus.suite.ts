import { expect, test } from "vitest";
import { Document, type Item } from "#core/item.ts";

export interface LabelledItem extends Item<Document> {
  readonly gold: string;
}

export interface CorpusCase {
  readonly name: string;
  readonly load: () => Promise<readonly LabelledItem[]>;
  readonly classes: readonly string[];
  readonly textCharsMax: number;
  /** Words that tell the label by how the corpus was gathered: none may be read by a proposer. */
  readonly leaks: readonly RegExp[];
}

/** What holds of every corpus. */
export function corpusSuite({ name, load, classes, textCharsMax, leaks }: CorpusCase): void {
  test(`${name}: items are documents with ids of their own and a label of the set`, async () => {
    const items = await load();
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    const golds = new Set(items.map(({ gold }) => gold));
    expect([...golds].sort()).toEqual([...classes].sort());
    const broken = items.filter(({ input }) => !Document.safeParse(input).success);
    expect(broken.map(({ id }) => id)).toEqual([]);
    const long = items.filter(({ input }) => input.text.length > textCharsMax);
    expect(long).toEqual([]);
  });

  test(`${name}: the same list every time, and the list is the caller's own`, async () => {
    const once = await load();
    const again = await load();
    expect(again.map(({ id }) => id)).toEqual(once.map(({ id }) => id));
    expect(again).not.toBe(once);
  });

  test(`${name}: every text can be stored`, async () => {
    const items = await load();
    const bad = items.filter(({ input }) => /\\u0000|\\ud[89a-f]/.test(JSON.stringify(input)));
    expect(bad.map(({ id }) => id)).toEqual([]);
  });

  test(`${name}: nothing in an input tells how it was gathered`, async () => {
    const items = await load();
    for (const leak of leaks) {
      const told = items.filter(({ input }) => leak.test(JSON.stringify(input)));
      expect(told.map(({ id }) => id)).toEqual([]);
    }
  });
}
