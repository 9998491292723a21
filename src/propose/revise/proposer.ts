import type { Ctx } from "#core/contracts.ts";
import type { Intent, TextEdit } from "#core/text.ts";

/** An edit somebody might want, before it is known whether it will be shown. */
export interface EditCandidate {
  /** Against the text it was asked about. */
  readonly edit: TextEdit;
  readonly intent: Intent;
  /** Which proposer: `spelling`, `grammar`, `phrases`, `articles`, `llm:<model>`. */
  readonly source: string;
  /** Why, in a sentence for the writer. */
  readonly rationale: string;
  /** The proposer's own trust, in [0, 1]: of two edits that overlap, the higher one stays. */
  readonly score: number;
}

/** Suggests edits of a text. Never one that leaves the text as it is, nor one inside a protected span. */
export interface EditProposer {
  readonly source: string;
  /** In the order of the text. Throws a `Problem` when it cannot answer now. */
  propose(text: string, ctx: Ctx): Promise<EditCandidate[]>;
}
