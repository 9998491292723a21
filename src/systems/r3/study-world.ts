import type { Ctx } from "#core/contracts.ts";
import type { Rng } from "#core/rng.ts";
import { type Corrupted, corruptText } from "#correct/corruption/text.ts";
import type { EditCandidate, EditProposer } from "#propose/revise/proposer.ts";
import { loadProse } from "#worlds/corpora/prose.ts";

/** A text as its writer means it, and as it came out. */
export interface StudyDocument {
  readonly id: string;
  readonly clean: string;
  readonly corrupted: Corrupted;
}

export interface StudyWorld {
  /** In the order they are revised. */
  readonly documents: readonly StudyDocument[];
  /** Other texts of the same kinds, spoilt the same way: what the intent tagger is trained on. */
  readonly others: readonly StudyDocument[];
}

export const DOCUMENTS = 40;
const DOCUMENTS_FAST = 6;
const OTHERS = 80;
const OTHERS_FAST = 20;
/** Texts are drawn from so many, anew for every seed. */
const CORPUS = 160;

/** Texts drawn and spoilt for one seed. */
export async function studyWorld(rng: Rng, how: { readonly fast: boolean }): Promise<StudyWorld> {
  const corpus = rng.split("draw").shuffle(await loadProse(CORPUS));
  const spoilt = corpus.map(({ id, text }) => ({
    id,
    clean: text,
    corrupted: corruptText(text, rng.split("spoil").split(id)),
  }));
  const count = how.fast ? DOCUMENTS_FAST : DOCUMENTS;
  return {
    documents: spoilt.slice(0, count),
    others: spoilt.slice(count, count + (how.fast ? OTHERS_FAST : OTHERS)),
  };
}

/** Probability that a proposal is made in a pass, so that passes differ. */
export const FIRE = 0.6;

/** What is proposed for a text in a pass. The same text in the same pass of a document has the same in every arm. */
export type ProposeFor = (document: string, text: string, pass: number) => Promise<EditCandidate[]>;

/** Every proposer's candidates, each with probability `FIRE`. What they say of a text is kept: arms share it. */
export function proposeFor(proposers: readonly EditProposer[], ctx: Ctx): ProposeFor {
  const kept = new Map<string, Promise<EditCandidate[]>>();
  return async (document, text, pass) => {
    const known = kept.get(text) ?? all(proposers, text, ctx);
    kept.set(text, known);
    const rng = ctx.rng.split("fires").split(document).split(pass);
    return (await known).filter(({ edit, source }) =>
      rng.split(JSON.stringify([source, edit.start, edit.before, edit.after])).bernoulli(FIRE),
    );
  };
}

const all = async (
  proposers: readonly EditProposer[],
  text: string,
  ctx: Ctx,
): Promise<EditCandidate[]> =>
  (await Promise.all(proposers.map((proposer) => proposer.propose(text, ctx)))).flat();
