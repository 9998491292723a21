import type { CorrectionId } from "#core/ids.ts";
import type { LabelOperation } from "#correct/label.ts";

interface LabelCorrection {
  readonly id: CorrectionId;
  readonly decision: "confirmed" | "edited";
  readonly operations: readonly LabelOperation[];
}

/** Giving the proposed label confirms it; any other label edits it. The id makes a repeated request the same act. */
export function correctionOf(proposed: string | null, label: string): LabelCorrection {
  // A UUID is an id by its form; the schema that brands ids stays with the server.
  const id = crypto.randomUUID() as string as CorrectionId;
  return label === proposed
    ? { id, decision: "confirmed", operations: [] }
    : { id, decision: "edited", operations: [{ kind: "set", from: proposed, to: label }] };
}

/** Size of a label edit in labels changed. */
export const labelsChanged = (operations: readonly LabelOperation[]): number => operations.length;

/** The key that gives the k-th class: 1 to 9; further classes have a button alone. */
export const keyOfClass = (k: number): string | undefined => (k < 9 ? String(k + 1) : undefined);
