/**
 * What the service of daily papers answers: a list of entries, each with a paper in it; one paper alone; or the props of
 * its page. What an entry does not say is left out: missing is not zero.
 */
import { z } from "zod";
import { badInput, Problem, problemText } from "#core/errors.ts";
import type { ImportWarning, Paper } from "#core/paper.ts";
import { arxivIdOf } from "#core/paper-keys.ts";
import { isoDay } from "./dates.ts";
import { collapsed, type PapersRead, paperOf, warning } from "./draft.ts";

const Organisation = z.looseObject({ name: z.string().min(1), fullname: z.string().nullish() });

const DailyPaper = z.looseObject({
  id: z.string().nullish(),
  title: z.string().nullish(),
  summary: z.string().nullish(),
  authors: z.array(z.looseObject({ name: z.string() })).nullish(),
  publishedAt: z.string().nullish(),
  submittedOnDailyAt: z.string().nullish(),
  upvotes: z.int().nonnegative().nullish(),
  ai_keywords: z.array(z.string()).nullish(),
  githubRepo: z.string().nullish(),
  projectPage: z.string().nullish(),
  organization: Organisation.nullish(),
  withdrawnAt: z.string().nullish(),
});

const DailyEntry = z.looseObject({
  paper: DailyPaper,
  title: z.string().nullish(),
  summary: z.string().nullish(),
  publishedAt: z.string().nullish(),
  numComments: z.int().nonnegative().nullish(),
  organization: Organisation.nullish(),
});
type DailyEntry = z.infer<typeof DailyEntry>;

const text = (...values: readonly (string | null | undefined)[]): string =>
  collapsed(values.find((value) => value !== null && value !== undefined && value !== "") ?? "");

/** Entries under whichever of the known roofs; a paper without an entry around it is given one. */
function entriesOf(value: unknown): readonly unknown[] {
  const roof = z
    .union([
      z.array(z.unknown()),
      z.looseObject({ dailyPapers: z.array(z.unknown()) }).transform((props) => props.dailyPapers),
      z.looseObject({ papers: z.array(z.unknown()) }).transform((answer) => answer.papers),
      z.looseObject({ id: z.string(), title: z.string() }).transform((paper) => [paper]),
      z.looseObject({ paper: z.unknown() }).transform((entry) => [entry]),
    ])
    .safeParse(value);
  if (!roof.success)
    throw new Problem("bad-input", "The JSON holds no list of papers", {
      expected: "an array of entries with a paper in each, or an object with dailyPapers",
    });
  return roof.data.map((entry) =>
    z.looseObject({ paper: z.unknown() }).safeParse(entry).success ? entry : { paper: entry },
  );
}

/** @throws Problem `bad-input` where the value holds no list of papers at all. */
export function papersOfDaily(value: unknown, source: "daily-json" | "list-page"): PapersRead {
  const papers: Paper[] = [];
  const warnings: ImportWarning[] = [];
  entriesOf(value).forEach((raw, i) => {
    const parsed = DailyEntry.safeParse(raw);
    if (!parsed.success) {
      const problem = badInput(parsed.error, raw);
      warnings.push(warning("bad-entry", `Entry ${i + 1} is left out. ${problemText(problem)}`));
      return;
    }
    const title = text(parsed.data.paper.title, parsed.data.title);
    if (title === "")
      warnings.push(warning("missing-title", `Entry ${i + 1} has no title and is left out`));
    else papers.push(paperOfEntry(parsed.data, title, source));
  });
  return { papers, warnings };
}

function paperOfEntry(entry: DailyEntry, title: string, source: string): Paper {
  const { paper } = entry;
  const organisation = paper.organization ?? entry.organization;
  const authors = paper.authors?.map(({ name }) => collapsed(name)).filter((name) => name !== "");
  const dates = {
    publishedAt: paper.publishedAt ?? entry.publishedAt,
    featuredAt: paper.submittedOnDailyAt,
  };
  const warnings = Object.entries(dates)
    .filter(([, date]) => date !== null && date !== undefined && isoDay(date) === undefined)
    .map(([field]) => warning("bad-date", "The date is not one", { field }));
  return paperOf({
    title,
    abstract: text(paper.summary, entry.summary),
    arxivId: arxivIdOf(paper.id ?? ""),
    authors: authors?.length === 0 ? undefined : authors,
    organisation:
      organisation === null || organisation === undefined
        ? undefined
        : { slug: organisation.name, name: organisation.fullname ?? organisation.name },
    publishedAt: isoDay(dates.publishedAt),
    featuredAt: isoDay(dates.featuredAt),
    comments: entry.numComments ?? undefined,
    upvotes: paper.upvotes ?? undefined,
    keywords: paper.ai_keywords ?? undefined,
    links: [paper.projectPage, paper.githubRepo].filter(
      (link) => link !== null && link !== undefined && link !== "",
    ) as string[], // the filter leaves strings only
    withdrawn: paper.withdrawnAt === null || paper.withdrawnAt === undefined ? undefined : true,
    source,
    warnings,
  });
}
