/** Asks every proposer for edits of a text. */
import type { Ctx } from "#core/contracts.ts";
import { isProblem, problemText } from "#core/errors.ts";
import type { EditCandidate, EditProposer } from "#propose/revise/proposer.ts";

/** A proposer that could not answer, and why. */
export interface Silent {
  readonly source: string;
  readonly reason: string;
}

export interface Suggestions {
  readonly candidates: readonly EditCandidate[];
  readonly silent: readonly Silent[];
}

/** More than a writer decides on in ten passes: beyond, the surest of them are enough for the next one. */
const CANDIDATES_MAX = 10_000;

/**
 * What all of them suggest. One that fails is silent, and the others are heard all the same.
 *
 * @throws only when `ctx.signal` says so.
 */
export async function askProposers(
  proposers: readonly EditProposer[],
  text: string,
  ctx: Ctx,
): Promise<Suggestions> {
  const asked = await Promise.all(
    proposers.map(async (proposer): Promise<Suggestions> => {
      try {
        return { candidates: await proposer.propose(text, ctx), silent: [] };
      } catch (error) {
        ctx.signal.throwIfAborted();
        return { candidates: [], silent: [{ source: proposer.source, reason: reasonOf(error) }] };
      }
    }),
  );
  ctx.signal.throwIfAborted();
  const { candidates, silent } = together(asked);
  if (candidates.length <= CANDIDATES_MAX) return { candidates, silent };
  const best = candidates.toSorted((a, b) => b.score - a.score);
  return { candidates: best.slice(0, CANDIDATES_MAX), silent };
}

export const together = (asked: readonly Suggestions[]): Suggestions => ({
  candidates: asked.flatMap(({ candidates }) => candidates),
  silent: asked.flatMap(({ silent }) => silent),
});

/** Why something failed, in a sentence for the writer. */
export const reasonOf = (error: unknown): string =>
  isProblem(error) ? problemText(error) : error instanceof Error ? error.message : String(error);
