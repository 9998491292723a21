/** CSL-JSON, as Zotero and pandoc write it: an array of items. */
import { z } from "zod";
import { badInput, Problem, problemText } from "#core/errors.ts";
import type { ImportWarning, Paper } from "#core/paper.ts";
import { arxivIdOf, doiOf } from "#core/paper-keys.ts";
import { collapsed, dayKnown, type PapersRead, paperOf, untitled, warning } from "./draft.ts";

const DatePart = z.union([z.number(), z.string()]).transform(Number).pipe(z.int());

const CslItem = z.looseObject({
  title: z.string().optional(),
  abstract: z.string().optional(),
  author: z
    .array(
      z.looseObject({
        family: z.string().optional(),
        given: z.string().optional(),
        literal: z.string().optional(),
        suffix: z.string().optional(),
        "non-dropping-particle": z.string().optional(),
      }),
    )
    .optional(),
  issued: z
    .looseObject({
      "date-parts": z.array(z.array(DatePart)).optional(),
      raw: z.string().optional(),
      literal: z.string().optional(),
    })
    .optional(),
  DOI: z.string().optional(),
  URL: z.string().optional(),
  number: z.union([z.string(), z.number()]).transform(String).optional(),
  "container-title": z.string().optional(),
  keyword: z.string().optional(),
});
type CslItem = z.infer<typeof CslItem>;

/** @throws Problem `bad-input` where the value is neither an item nor an array of them. */
export function papersOfCsl(value: unknown): PapersRead {
  const items = Array.isArray(value) ? value : [value];
  const papers: Paper[] = [];
  const warnings: ImportWarning[] = [];
  items.forEach((raw: unknown, i) => {
    const parsed = CslItem.safeParse(raw);
    if (!parsed.success) {
      if (items.length === 1) throw badInput(parsed.error, raw);
      const problem = badInput(parsed.error, raw);
      warnings.push(warning("bad-entry", `Item ${i + 1} is left out. ${problemText(problem)}`));
    } else if (collapsed(parsed.data.title ?? "") === "")
      warnings.push(untitled(`Item ${i + 1}`, null));
    else papers.push(paperOfItem(parsed.data));
  });
  if (papers.length === 0 && warnings.length === 0)
    throw new Problem("bad-input", "The JSON holds no item", { expected: "an array of CSL items" });
  return { papers, warnings };
}

function paperOfItem(item: CslItem): Paper {
  const [parts] = item.issued?.["date-parts"] ?? [];
  const [, year, month, day] =
    /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?/.exec(item.issued?.raw ?? item.issued?.literal ?? "") ??
    [];
  const numberOf = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const when = dayKnown(
    {
      year: parts?.[0] ?? numberOf(year),
      month: parts?.[1] ?? numberOf(month),
      day: parts?.[2] ?? numberOf(day),
    },
    null,
  );
  const authors = (item.author ?? [])
    .map(
      (author) =>
        author.literal ??
        [author.given, author["non-dropping-particle"], author.family, author.suffix]
          .filter((part) => part !== undefined)
          .join(" "),
    )
    .map(collapsed)
    .filter((name) => name !== "");
  const doi = doiOf(item.DOI ?? "");
  return paperOf({
    title: collapsed(item.title ?? ""),
    // Zotero keeps the paragraphs of JATS.
    abstract: collapsed((item.abstract ?? "").replace(/<\/?jats:[a-z]+[^>]*>/g, " ")),
    arxivId: arxivIdOf(doi ?? "") ?? arxivIdOf(item.URL ?? "") ?? arxivIdOf(item.number ?? ""),
    doi,
    authors: authors.length === 0 ? undefined : authors,
    publishedAt: when.day,
    venue: item["container-title"],
    keywords: item.keyword?.split(/\s*[,;]\s*/).filter((word) => word !== ""),
    links: item.URL === undefined ? [] : [item.URL],
    source: "csl-json",
    warnings: when.warnings,
  });
}
