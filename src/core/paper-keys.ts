/** What tells that two records are of one paper: identifiers without their trimmings, and titles as they compare. */

const ARXIV_NEW = /\d{4}\.\d{4,5}/;
const ARXIV_OLD = /[a-z]+(?:-[a-z]+)*(?:\.[A-Z]{2})?\/\d{7}/;
const ARXIV_ID = new RegExp(
  `(?<![\\w./])(?:arxiv:\\s*)?(${ARXIV_NEW.source}|${ARXIV_OLD.source})(?:v(\\d+))?(?![\\w/]|\\.\\d)`,
  "i",
);
const ARXIV_PAGE =
  /^(?:https?:\/\/)?(?:[\w-]+\.)*(?:arxiv\.org|huggingface\.co)\/(?:abs|pdf|html|papers)\//i;
/** Longer than this, a text is no reference. */
const REFERENCE_CHARS_MAX = 300;
const DOI = /(?<![\w.])10\.\d{4,9}\/[^\s"<>{}|\\^`]{1,300}/i;
const ARXIV_DOI = /^10\.48550\/arxiv\.(.+)$/i;

/**
 * The arXiv identifier that a text is, as an identifier, an `arXiv:` reference or an address of its page, without its
 * version; undefined where it is anything else.
 */
export function arxivIdOf(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.length > REFERENCE_CHARS_MAX) return undefined;
  const bare = trimmed
    .replace(ARXIV_PAGE, "")
    .replace(/[?#].*$/, "")
    .replace(/\.(?:pdf|md)$/i, "");
  const viaDoi = ARXIV_DOI.exec(doiOf(trimmed) ?? "")?.[1];
  const match = ARXIV_ID.exec(viaDoi ?? bare);
  return match?.[0] === (viaDoi ?? bare) ? match[1] : undefined;
}

/** The DOI in a text or an address, in lower case as DOIs compare; sentence marks after it are not part of it. */
export const doiOf = (text: string): string | undefined =>
  DOI.exec(text)?.[0]
    .replace(/[.,;:)\]]+$/, "")
    .toLowerCase();

/** A title as titles compare: lower case, no accents, markup or punctuation, words parted by single blanks. */
export const normalTitle = (title: string): string =>
  title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .replace(/\\[a-zA-Z]+\s*/g, "")
    .replace(/[{}$\\'’`]/g, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
    .trim();

const TITLE_ID_CHARS_MAX = 160;

/** An id made from the strongest identifier there is: arXiv's, the DOI, else title and year. */
export function paperId(paper: {
  readonly arxivId?: string | undefined;
  readonly doi?: string | undefined;
  readonly title: string;
  readonly publishedAt?: string | undefined;
}): string {
  if (paper.arxivId !== undefined) return `arxiv:${paper.arxivId}`;
  if (paper.doi !== undefined) return `doi:${paper.doi}`;
  const words = normalTitle(paper.title).replaceAll(" ", "-").slice(0, TITLE_ID_CHARS_MAX);
  const year = paper.publishedAt?.slice(0, 4);
  return `title:${words === "" ? "untitled" : words}${year === undefined ? "" : `:${year}`}`;
}
