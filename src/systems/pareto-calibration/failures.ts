import type { HarmoniserFailure } from "#assess/harmoniser.ts";
import { Problem } from "#core/errors.ts";

/** Why there is no harmoniser, for a person. `idOf`: the item of a row. */
export function failureProblem(
  failure: HarmoniserFailure,
  idOf: (row: number) => string | undefined,
): Problem {
  switch (failure.kind) {
    case "no-votes":
      return new Problem("bad-input", "No source says anything about any item", {
        expected: "proposals with a label of the set, or rules that fire",
        got: "abstentions only",
        hint: "Check the label set against the labels proposed, and the rules against a few items.",
      });
    case "nan-loss":
      return new Problem("bad-input", "Training broke down: the loss is not a number", {
        expected: "finite features",
        got: `no finite loss at item "${idOf(failure.row) ?? failure.row}", at learning rate ${failure.learningRate} too`,
        hint: "Look at that item's text and fields; leave it out if nothing can be done.",
      });
    case "constant-output":
      return new Problem("bad-input", "The harmoniser says the same of every item", {
        expected: "output that varies with the items",
        got: `a variance of ${failure.variance.toExponential(1)} (the least accepted is 1e-8)`,
        hint: "The sources may all vote for one class, or the items may have no text in common.",
      });
  }
}
