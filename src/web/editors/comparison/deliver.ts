/** What a person said of replies, on its way to the server. */
import type {
  ComparisonAnswer,
  ComparisonAnswerInput,
  ComparisonProgress,
} from "#core/comparison-views.ts";

export type ComparisonAct =
  | {
      readonly kind: "compare";
      readonly projectId: string;
      /** The question: what is said of one is sent in order. */
      readonly itemId: string;
      readonly input: ComparisonAnswerInput;
    }
  | {
      readonly kind: "pass-over" | "bring-back";
      readonly projectId: string;
      readonly itemId: string;
    }
  | {
      readonly kind: "take-back";
      readonly projectId: string;
      readonly itemId: string;
      readonly correctionId: string;
    };

export interface ComparisonWire {
  post<T>(path: string, body: unknown): Promise<T>;
}

/** Sends one act; sent twice it does no more than once. What it answers is where the person then stands. */
export function deliverComparison(
  act: ComparisonAct,
  { post }: ComparisonWire,
): Promise<ComparisonProgress> {
  switch (act.kind) {
    case "compare":
      return post<ComparisonAnswer>("/comparisons", act.input);
    case "take-back":
      return post<ComparisonAnswer>(
        `/comparisons/${encodeURIComponent(act.correctionId)}/undo`,
        {},
      );
    case "pass-over":
      return post<ComparisonProgress>("/comparisons/skip", { questionId: act.itemId });
    case "bring-back":
      return post<ComparisonProgress>("/comparisons/skip/undo", { questionId: act.itemId });
  }
}

/** An act in a few words. */
export function comparisonActText(act: ComparisonAct): string {
  switch (act.kind) {
    case "compare":
      return "your comparison";
    case "take-back":
      return "taking a comparison back";
    case "pass-over":
      return "skipping a question";
    case "bring-back":
      return "bringing a question back";
  }
}
