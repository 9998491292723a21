import { assert } from "#core/assert.ts";
import { type Counts, ngrams, ORDER, tokens13a } from "./ngrams.ts";

/** One revision to judge. */
export interface Revision {
  readonly source: string;
  readonly output: string;
  /** What people made of the source; at least one. */
  readonly references: readonly string[];
}

/** Of the parts of SARI, each in [0, 1]. */
export interface SariParts {
  /** F1 of the n-grams of the source that are kept. */
  readonly keep: number;
  /** Precision of those deleted. */
  readonly delete: number;
  /** F1 of those added. */
  readonly add: number;
}

const f1 = (precision: number, recall: number): number =>
  precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);

/** Where there was nothing to do and nothing was done, it was done well: 0/0 = 1. */
const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);

/** The parts for n-grams of one length. `references`: their counts summed over all references. */
function partsOf(
  source: Counts,
  output: Counts,
  { references, count }: { references: Counts; count: number },
): SariParts {
  let [kept, keptShare, keptRight, toKeep] = [0, 0, 0, 0];
  let [deleted, deletedShare] = [0, 0];
  for (const [gram, times] of source) {
    // Counts of one text weigh as much as all references together.
    const inSource = times * count;
    const inOutput = (output.get(gram) ?? 0) * count;
    const inReferences = references.get(gram) ?? 0;
    const keeping = Math.min(inSource, inOutput);
    const right = Math.min(keeping, inReferences);
    if (keeping > 0) {
      kept++;
      keptShare += right / keeping;
    }
    keptRight += right;
    toKeep += Math.min(inSource, inReferences);
    const deleting = inSource - keeping;
    if (deleting > 0) {
      deleted++;
      deletedShare += Math.min(deleting, Math.max(0, inSource - inReferences)) / deleting;
    }
  }
  let [added, addedRight, toAdd] = [0, 0, 0];
  for (const gram of output.keys())
    if (!source.has(gram)) {
      added++;
      if (references.has(gram)) addedRight++;
    }
  for (const gram of references.keys()) if (!source.has(gram)) toAdd++;
  return {
    keep: f1(share(keptShare, kept), share(keptRight, toKeep)),
    delete: share(deletedShare, deleted),
    add: f1(share(addedRight, added), share(addedRight, toAdd)),
  };
}

function summed(all: readonly Counts[]): Counts {
  const total = new Map<string, number>();
  for (const counts of all)
    for (const [gram, count] of counts) total.set(gram, (total.get(gram) ?? 0) + count);
  return total;
}

/** The three parts of SARI, each the mean over n-grams of 1 to 4 tokens. */
export function sariParts({ source, output, references }: Revision): SariParts {
  assert(references.length > 0, "SARI compares with at least one reference");
  const tokens = (text: string) => tokens13a(text.toLowerCase());
  const [from, to, right] = [tokens(source), tokens(output), references.map(tokens)];
  const mean = { keep: 0, delete: 0, add: 0 };
  for (let n = 1; n <= ORDER; n++) {
    const parts = partsOf(ngrams(from, n), ngrams(to, n), {
      references: summed(right.map((each) => ngrams(each, n))),
      count: references.length,
    });
    mean.keep += parts.keep / ORDER;
    mean.delete += parts.delete / ORDER;
    mean.add += parts.add / ORDER;
  }
  return mean;
}

/**
 * SARI (Xu et al. 2016), in [0, 100]: how well an output keeps, deletes and adds what the references do. Text is
 * lower-cased and tokenised as mteval-v13a does; 0/0 counts as 1 and the recall of keeping is over all n-grams, as in
 * tensor2tensor and Hugging Face `evaluate`. An empty text has no n-grams.
 */
export function sari(revision: Revision): number {
  const parts = sariParts(revision);
  return (100 * (parts.keep + parts.delete + parts.add)) / 3;
}

/** Mean SARI of several revisions. */
export function corpusSari(revisions: readonly Revision[]): number {
  assert(revisions.length > 0, "SARI is of at least one revision");
  return revisions.reduce((sum, revision) => sum + sari(revision), 0) / revisions.length;
}
