/** arXiv's query interface, call by call. What comes is its Atom, to be read like a saved feed. */
import { Problem, quoted } from "#core/errors.ts";
import { arxivIdOf } from "#core/paper-keys.ts";
import { type Connection, connectionOf, type Network, POLITE } from "./polite-fetch.ts";

export type ArxivQuery =
  /** With arXiv's prefixes and operators: `ti:correction AND cat:cs.RO`. */
  { readonly search: string } | { readonly ids: readonly string[] };

export interface ArxivOptions {
  /** Papers in all; at most 30,000. */
  readonly papersMax: number;
  /** Papers a call; at most 2,000. */
  readonly perCall?: number;
  readonly sortBy?: "relevance" | "lastUpdatedDate" | "submittedDate";
  readonly sortOrder?: "ascending" | "descending";
  /** Default: the public service. */
  readonly baseUrl?: string;
  readonly signal: AbortSignal;
}

export const ARXIV_BASE_URL = "https://export.arxiv.org";
/** arXiv's terms: one request in three seconds, on one connection. */
const GAP_MS = 3_000;
const PER_CALL_MAX = 2_000;
const PAPERS_MAX = 30_000;
/** An address with more ids is too long for servers. */
const IDS_PER_CALL_MAX = 200;

/** The one connection a program should have to arXiv. */
export const arxivConnection = (network: Network): Connection =>
  connectionOf(network, { ...POLITE, gapMs: GAP_MS });

/**
 * The feed of each call; those that came before a failure are kept by who reads them. Entries are trusted, counters are
 * not: an id arXiv does not know may be counted and not be there.
 *
 * @throws Problem `bad-input` for what is no query, and those of the connection.
 */
export async function* fetchArxiv(
  connection: Connection,
  query: ArxivQuery,
  options: ArxivOptions,
): AsyncGenerator<string> {
  const { papersMax, perCall = 200, signal } = checked(options);
  if ("ids" in query) {
    const ids = idsOf(query.ids).slice(0, papersMax);
    const step = Math.min(perCall, IDS_PER_CALL_MAX);
    for (let at = 0; at < ids.length; at += step) {
      const some = ids.slice(at, at + step);
      const asked = { id_list: some.join(","), max_results: String(some.length) };
      yield await connection.text(addressOf(asked, options), isWhole, signal);
    }
    return;
  }
  if (query.search.trim() === "")
    throw new Problem("bad-input", "The query is empty", {
      expected: "words, such as ti:correction",
    });
  for (let start = 0; start < papersMax; start += perCall) {
    const asked = {
      search_query: query.search,
      start: String(start),
      max_results: String(Math.min(perCall, papersMax - start)),
    };
    const feed = await connection.text(addressOf(asked, options), isWhole, signal);
    const entries = feed.match(/<entry[\s>]/g)?.length ?? 0;
    if (entries > 0) yield feed;
    const total = Number(/<opensearch:totalResults[^>]*>\s*(\d+)/.exec(feed)?.[1] ?? Number.NaN);
    if (entries === 0 || start + perCall >= total) return;
  }
}

const isWhole = (feed: string): boolean =>
  /<\/feed>\s*$/.test(feed) || /<feed[^>]*\/>\s*$/.test(feed);

function addressOf(
  asked: Readonly<Record<string, string>>,
  { baseUrl = ARXIV_BASE_URL, sortBy, sortOrder }: ArxivOptions,
): string {
  const parameters = new URLSearchParams({
    ...asked,
    ...(sortBy !== undefined && { sortBy }),
    ...(sortOrder !== undefined && { sortOrder }),
  });
  return `${baseUrl}/api/query?${parameters}`;
}

function checked(options: ArxivOptions): ArxivOptions {
  const { papersMax, perCall = 1 } = options;
  for (const [name, value, max] of [
    ["papersMax", papersMax, PAPERS_MAX],
    ["perCall", perCall, PER_CALL_MAX],
  ] as const)
    if (!Number.isInteger(value) || value < 1 || value > max)
      throw new Problem("bad-input", `${name} is not as expected`, {
        expected: `a whole number from 1 to ${max.toLocaleString("en")}`,
        got: String(value),
      });
  return options;
}

function idsOf(ids: readonly string[]): string[] {
  if (ids.length === 0)
    throw new Problem("bad-input", "There are no ids", {
      expected: "arXiv ids, such as 2410.21276",
    });
  return ids.map((text, i) => {
    const id = arxivIdOf(text);
    if (id !== undefined) return id;
    throw new Problem("bad-input", "The id is not arXiv's", {
      expected: "an id such as 2410.21276",
      got: quoted(text),
      at: { row: i + 1, field: "ids" },
    });
  });
}
