/** Papers as a reader puts them together: what the source does not say is left out, what is off is said. */
import type { ImportWarning, Paper } from "#core/paper.ts";
import { paperId } from "#core/paper-keys.ts";
import { dayOf } from "./dates.ts";

export interface ReadOptions {
  /** Year that dates without one are of, where the source prints none for its own. */
  readonly pageYear?: number;
}

/** What a reader makes of a text. Warnings that are about no one paper stand beside the papers. */
export interface PapersRead {
  readonly papers: Paper[];
  readonly warnings: ImportWarning[];
}

/** What is known of a paper, a field without value included: those are left out. */
export type PaperDraft = {
  readonly [K in keyof Omit<Paper, "id" | "provenance">]?: Paper[K] | undefined;
} & Pick<Paper, "title" | "source">;

export const warning = (
  kind: string,
  message: string,
  {
    field = null,
    line = null,
  }: { readonly field?: string | null; readonly line?: number | null } = {},
): ImportWarning => ({ kind, field, message, line });

const ABSTRACT_CHARS_MIN = 100;

/** A paper of what is known, its links and text looked through for damage. */
export function paperOf(draft: PaperDraft): Paper {
  const known = Object.fromEntries(
    Object.entries(draft).filter(([, value]) => value !== undefined),
  );
  const abstract = draft.abstract ?? "";
  const line = draft.sourceLine ?? null;
  return {
    ...(known as PaperDraft as Omit<Paper, "id">), // only fields without value are gone
    id: paperId(draft),
    abstract,
    links: unique([...(draft.links ?? []), ...linksIn(abstract)]),
    provenance: {},
    warnings: [...(draft.warnings ?? []), ...damageOf(draft.title, abstract, line)],
  };
}

/** The day of what is known of a date: where only a year or month is, the first of it, which is said. */
export function dayKnown(
  {
    year,
    month,
    day,
  }: {
    readonly year?: number | undefined;
    readonly month?: number | undefined;
    readonly day?: number | undefined;
  },
  line: number | null,
): { readonly day?: string; readonly warnings: ImportWarning[] } {
  if (year === undefined) return { warnings: [] };
  const known = dayOf(year, month ?? 1, day ?? 1);
  const field = "publishedAt";
  if (known === undefined || year < 1000 || year > 9999)
    return {
      warnings: [
        warning("bad-date", `The calendar has no ${year}-${month}-${day}`, { field, line }),
      ],
    };
  const least = month === undefined ? "year" : "month";
  const vague =
    month === undefined || day === undefined
      ? [
          warning("day-unknown", `Only the ${least} is known; its first day stands for it`, {
            field,
            line,
          }),
        ]
      : [];
  return { day: known, warnings: vague };
}

/** A record that says too little to be a paper is told of, and the others go on. */
export const untitled = (what: string, line: number | null): ImportWarning =>
  warning("missing-title", `${what} has no title and is left out`, { field: "title", line });

const URL_IN_TEXT = /https?:\/\/[^\s<>"'{}|\\^`]{1,2000}/g;

/** Addresses in running text, without the sentence's own marks after them. */
export const linksIn = (text: string): string[] =>
  unique(
    [...text.matchAll(URL_IN_TEXT)].map(([url]) => {
      const bare = url.replace(/[.,;:!?'’”*]+$/, "");
      return bare.includes("(") ? bare : bare.replace(/[)\]]+[.,;:]*$/, "");
    }),
  );

/** Hosts that rewrite the links of the pages they copy, and the host they copy. */
const MIRRORS: Readonly<Record<string, string>> = {
  "hf.nmccl.cn.eu.org": "huggingface.co",
  "hf-mirror.com": "huggingface.co",
  "cn.arxiv.org": "arxiv.org",
  "xxx.itp.ac.cn": "arxiv.org",
};

/** A mirror's address at the host it copies; undefined where it is at no known mirror. */
export function originalLink(link: string): string | undefined {
  const host = /^https?:\/\/([^/:?#]+)/i.exec(link)?.[1];
  const original = host === undefined ? undefined : MIRRORS[host.toLowerCase()];
  return host === undefined || original === undefined ? undefined : link.replace(host, original);
}

const LATEX_RESIDUE: readonly RegExp[] = [
  /(?<![a-z\d])\d{1,9}(?:\.\d{1,9})?times\b/,
  /\d\{-?\d{1,9}\}/,
  /(?<![A-Za-z.])pm\s?\d/,
  /\\[%&#_$]/,
  /``/,
  /\\(?:times|pm|sim|approx|alpha|beta|emph|textbf|textit|mathcal|cite)\b/,
];

/** Kept as they are written, and flagged: markup that lost its backslashes, and addresses at a mirror. */
function damageOf(title: string, abstract: string, line: number | null): ImportWarning[] {
  const found: ImportWarning[] = [];
  for (const [field, text] of Object.entries({ title, abstract })) {
    const residue = LATEX_RESIDUE.map((pattern) => pattern.exec(text)?.[0]).filter(
      (match) => match !== undefined,
    );
    if (residue.length > 0)
      found.push(
        warning("latex-residue", `What is left of LaTeX: ${residue.join(", ")}`, { field, line }),
      );
  }
  if (/&(?:amp|lt|gt|quot|nbsp|#x?[\da-f]+);/i.test(`${title} ${abstract}`))
    found.push(warning("html-entity", "Character references of HTML stand in the text", { line }));
  for (const link of linksIn(abstract)) {
    const original = originalLink(link);
    if (original !== undefined)
      found.push(
        warning("mirror-link", `${link} is at a mirror; the original is ${original}`, {
          field: "links",
          line,
        }),
      );
  }
  if (abstract !== "" && abstract.length < ABSTRACT_CHARS_MIN)
    found.push(
      warning("short-abstract", `The abstract has ${abstract.length} characters`, {
        field: "abstract",
        line,
      }),
    );
  return found;
}

export const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

export const collapsed = (text: string): string => text.replace(/\s+/g, " ").trim();
