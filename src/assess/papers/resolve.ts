/**
 * A paper without identifiers found among papers that have them, by its title. What is not beyond doubt is for a person
 * to say.
 */
import type { Paper } from "#core/paper.ts";
import { normalTitle } from "#core/paper-keys.ts";
import { jaroWinkler } from "#num/string-similarity.ts";

export interface Candidate {
  readonly paper: Paper;
  /** Jaro-Winkler similarity of the normalised titles, in [0, 1]. */
  readonly similarity: number;
}

export type Resolution =
  | { readonly kind: "same"; readonly paper: Paper; readonly by: "title" | "similar-title" }
  /** Best first; empty where nothing comes near. */
  | { readonly kind: "unsure"; readonly candidates: readonly Candidate[] };

const SAME_FROM = 0.93;
/** Less alike than this, a person need not look. */
const SHOWN_FROM = 0.8;
const SHOWN_MAX = 5;
const DAYS_APART_MAX = 3;
const DAY_MS = 86_400_000;

/** Titles of many papers made alike once, to look up others in. */
export interface TitleIndex {
  readonly titles: readonly { readonly title: string; readonly paper: Paper }[];
}

export const titleIndex = (papers: readonly Paper[]): TitleIndex => ({
  titles: papers.map((paper) => ({ title: normalTitle(paper.title), paper })),
});

/**
 * The one paper that is this: of exactly its title, or of one at least 0.93 alike with the same numbers in it and, as a
 * second witness, a date within three days or the same number of authors.
 */
export function resolvePaper(paper: Paper, { titles }: TitleIndex): Resolution {
  const title = normalTitle(paper.title);
  const candidates: Candidate[] = [];
  for (const other of titles) {
    const similarity = other.title === title ? 1 : jaroWinkler(title, other.title);
    if (similarity >= SHOWN_FROM) candidates.push({ paper: other.paper, similarity });
  }
  candidates.sort((a, b) => b.similarity - a.similarity);
  const exact = candidates.filter((each) => normalTitle(each.paper.title) === title);
  const exactOne = onlyOne(exact, paper);
  if (exactOne !== undefined) return { kind: "same", paper: exactOne, by: "title" };
  const similar = candidates.filter(
    (each) =>
      each.similarity >= SAME_FROM &&
      numbersOf(normalTitle(each.paper.title)) === numbersOf(title) &&
      isWitnessed(paper, each.paper),
  );
  const [only] = similar;
  if (exact.length === 0 && similar.length === 1 && only !== undefined)
    return { kind: "same", paper: only.paper, by: "similar-title" };
  return { kind: "unsure", candidates: candidates.slice(0, SHOWN_MAX) };
}

/** The one of several of the same title that a date or the authors speak for. */
function onlyOne(exact: readonly Candidate[], paper: Paper): Paper | undefined {
  if (exact.length <= 1) return exact[0]?.paper;
  const witnessed = exact.filter((each) => isWitnessed(paper, each.paper));
  return witnessed.length === 1 ? witnessed[0]?.paper : undefined;
}

/** Part 2 is not part 3, however alike the rest. */
const numbersOf = (title: string): string => (title.match(/\p{N}+/gu) ?? []).join(" ");

const authorsIn = ({ authors, authorCount }: Paper): number | undefined =>
  authors?.length ?? authorCount;

function isWitnessed(a: Paper, b: Paper): boolean {
  if (a.publishedAt !== undefined && b.publishedAt !== undefined) {
    const apart = Math.abs(Date.parse(a.publishedAt) - Date.parse(b.publishedAt)) / DAY_MS;
    if (apart <= DAYS_APART_MAX) return true;
  }
  const count = authorsIn(a);
  return count !== undefined && count === authorsIn(b);
}
