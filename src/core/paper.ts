/** Papers of a field as lists, files and services give them. */
import { z } from "zod";

/** A calendar day, `YYYY-MM-DD`. */
export const Day = z.iso.date();

/** What is off about a field or a record as it was read; shown beside the lines it was read from. */
export const ImportWarning = z.strictObject({
  /** `missing-trailer`, `year-inferred`, `odd-pairing`, `latex-residue`, … */
  kind: z.string().min(1),
  field: z.string().nullable(),
  message: z.string(),
  /** Of the file, from 1; null where there are no lines. */
  line: z.int().positive().nullable(),
});
export type ImportWarning = z.infer<typeof ImportWarning>;

export const Organisation = z.strictObject({ slug: z.string(), name: z.string() });

/** A paper as one source gives it. Missing is not zero: what a source does not say is left out. */
export const Paper = z.strictObject({
  /** Stable within a project; made from the strongest identifier there is. */
  id: z.string().min(1),
  /** Without a version: `2410.21276`. */
  arxivId: z.string().optional(),
  doi: z.string().optional(),
  title: z.string().min(1),
  /** Empty where the source has none. */
  abstract: z.string(),
  authors: z.array(z.string()).optional(),
  /** Where only their number is known. */
  authorCount: z.int().positive().optional(),
  organisation: Organisation.optional(),
  /** Day it was first put out. */
  publishedAt: Day.optional(),
  /** Day a list had it. */
  featuredAt: Day.optional(),
  venue: z.string().optional(),
  comments: z.int().nonnegative().optional(),
  upvotes: z.int().nonnegative().optional(),
  keywords: z.array(z.string()).optional(),
  links: z.array(z.string()),
  withdrawn: z.boolean().optional(),
  /** `list-page`, `daily-json`, `arxiv`, `bibtex`, `ris`, `csl-json`, `markdown`, `ids`, `hand`. */
  source: z.string().min(1),
  /** Which source each merged field is from, where it is not `source`. */
  provenance: z.record(z.string(), z.string()).default({}),
  /** First line of the record in its file, from 1. */
  sourceLine: z.int().positive().optional(),
  raw: z.string().optional(),
  warnings: z.array(ImportWarning).default([]),
});
export type Paper = z.infer<typeof Paper>;
