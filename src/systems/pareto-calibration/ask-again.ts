/** Above this risk the proposer is asked again; below it the first answer stands. */
export const ASK_AGAIN_ABOVE = 0.5;

/** Dynamic prompting: `again` where the risk is above the threshold (NaN: nothing was said), else `first`. */
export function askAgain({
  risk,
  first,
  again,
  above = ASK_AGAIN_ABOVE,
}: {
  /** [n] */
  readonly risk: Float64Array;
  /** [n] class indices, both. */
  readonly first: Int16Array;
  readonly again: (row: number) => number;
  readonly above?: number;
}): { readonly answers: Int16Array; readonly calls: number } {
  let calls = 0;
  const answers = first.map((label, row) => {
    if ((risk[row] as number) <= above) return label;
    calls++;
    return again(row);
  });
  return { answers, calls };
}
