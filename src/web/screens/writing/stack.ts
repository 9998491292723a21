/** Cards in the margin: each as near to its edit as the others leave room for, the one in hand right beside its own. */

export interface Wish {
  /** Where the card would stand alone, pixels from the top of the text. */
  readonly top: number;
  readonly height: number;
}

/**
 * Tops of cards that do not overlap, in the order given. The card `held` stands where it wishes, as far as those above
 * it leave room below the top of the text; the others give way.
 */
export function stacked(wishes: readonly Wish[], held: number, gap: number): number[] {
  const anchor = held >= 0 && held < wishes.length ? held : 0;
  /** The least top of each card, with those above it as high as can be. */
  const least: number[] = [];
  let used = 0;
  for (const { height } of wishes) {
    least.push(used);
    used += height + gap;
  }
  const tops = wishes.map(({ top }, i) => Math.max(top, least[i] ?? 0));
  for (const [i, { height }] of wishes.entries()) {
    const next = tops[i + 1];
    if (i >= anchor && next !== undefined)
      tops[i + 1] = Math.max(next, (tops[i] ?? 0) + height + gap);
  }
  for (let i = anchor - 1; i >= 0; i--) {
    const room = (tops[i + 1] ?? 0) - gap - (wishes[i]?.height ?? 0);
    tops[i] = Math.max(least[i] ?? 0, Math.min(tops[i] ?? 0, room));
  }
  return tops;
}
