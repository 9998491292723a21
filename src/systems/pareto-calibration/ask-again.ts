/** Above this risk the proposer is asked again; below it the first answer stands. */
const ASK_AGAIN_ABOVE = 0.5;
/** Second questions under way at a time. */
const PARALLEL = 8;

export interface AskAgainInput {
  /** [n]; NaN where nothing was said, which is always asked again. */
  readonly risk: Float64Array;
  /** [n] class indices. */
  readonly first: Int16Array;
  /** The second answer, a class index; negative when there is none: the first one then stands. */
  readonly again: (row: number) => Promise<number>;
  readonly above?: number;
}

/** Dynamic prompting: a second question where the risk is above the threshold, and nowhere else. */
export async function askAgain({
  risk,
  first,
  again,
  above = ASK_AGAIN_ABOVE,
}: AskAgainInput): Promise<{ readonly answers: Int16Array; readonly calls: number }> {
  const rows = Array.from(first.keys()).filter((row) => !((risk[row] as number) <= above));
  const answers = first.slice();
  for (let start = 0; start < rows.length; start += PARALLEL) {
    const batch = rows.slice(start, start + PARALLEL);
    const labels = await Promise.all(batch.map(again));
    for (const [b, row] of batch.entries()) {
      const label = labels[b] as number;
      if (label >= 0) answers[row] = label;
    }
  }
  return { answers, calls: rows.length };
}
