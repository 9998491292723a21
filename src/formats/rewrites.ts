/** Rewrites on their way out: as rows, as a table, and as synonyms of a search engine. */
import { Problem } from "#core/errors.ts";
import type { RewriteRule } from "#core/rewrite.ts";
import { synonymLine } from "#core/synonyms.ts";
import { encodeLine } from "./csv.ts";

export const REWRITE_FORMAT_IDS = ["jsonl", "csv", "solr"] as const;
export type RewriteFormatId = (typeof REWRITE_FORMAT_IDS)[number];

export interface RewriteFormat {
  readonly id: RewriteFormatId;
  readonly mediaType: string;
  readonly fileName: string;
  /** What the target cannot hold, each in a sentence. */
  readonly loss: readonly string[];
  write(rules: Iterable<RewriteRule>): Generator<string>;
}

const jsonl: RewriteFormat = {
  id: "jsonl",
  mediaType: "application/jsonl",
  fileName: "rewrites.jsonl",
  loss: [],
  *write(rules) {
    for (const rule of rules) yield `${JSON.stringify(rule)}\n`;
  },
};

const HEADER = [
  "id",
  "locale",
  "from_key",
  "from_text",
  "to_key",
  "to_text",
  "score",
  "share",
  "from_success",
  "from_visits",
  "to_success",
  "to_visits",
  "users",
];

const csv: RewriteFormat = {
  id: "csv",
  mediaType: "text/csv",
  fileName: "rewrites.csv",
  loss: ["Intervals and example sessions are left out."],
  *write(rules) {
    yield encodeLine(HEADER);
    for (const { from, to, ...rule } of rules)
      yield encodeLine([
        rule.id,
        rule.locale,
        rule.fromKey,
        rule.fromText,
        rule.toKey,
        rule.toText,
        rule.score,
        rule.share,
        from.successes,
        from.visits,
        to.successes,
        to.visits,
        rule.users,
      ]);
  },
};

const solr: RewriteFormat = {
  id: "solr",
  mediaType: "text/plain",
  fileName: "synonyms.txt",
  loss: [
    "Rewrites with a number or an e-mail address to be put back in are left out.",
    "All locales end up in one file, in lower case.",
    "A search engine applies a synonym wherever its words occur, not to the whole request alone.",
  ],
  *write(rules) {
    for (const rule of rules) {
      const line = synonymLine(rule);
      if (line !== undefined) yield `${line}\n`;
    }
  },
};

const formats: Readonly<Record<RewriteFormatId, RewriteFormat>> = { jsonl, csv, solr };

/** The format with an id; a `Problem` that lists the ids when there is none. */
export function rewriteFormat(id: string): RewriteFormat {
  const known = REWRITE_FORMAT_IDS.find((known) => known === id);
  if (known !== undefined) return formats[known];
  throw new Problem("bad-input", "No such format of rewrites", {
    expected: `one of ${REWRITE_FORMAT_IDS.join(", ")}`,
    got: id,
  });
}
