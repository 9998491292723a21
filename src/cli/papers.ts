import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Command } from "commander";
import { Problem, quoted } from "#core/errors.ts";
import type { ImportWarning } from "#core/paper.ts";
import { PAPER_FORMATS, type PaperFormat, readPapers } from "#formats/papers/read.ts";
import { WRITE_FORMATS, type WriteFormat, writePapers } from "#formats/papers/write.ts";
import { statOf } from "./files.ts";
import { wholeNumber } from "./options.ts";
import { print, printJson, remark } from "./output.ts";

interface Options {
  readonly to: string;
  readonly from?: string;
  readonly out?: string;
  readonly pageYear?: string;
  readonly json?: boolean;
}

const PAGE_YEARS = { min: 1900, max: 2200 } as const;

export function addPapers(program: Command): Command {
  const papers = program
    .command("papers")
    .description("papers in and out of files of many formats")
    .addHelpText(
      "after",
      `
Example:
  emend papers convert page.txt --to bibtex --out page.bib`,
    );
  papers
    .command("convert")
    .argument(
      "<file>",
      "a saved list page, BibTeX, RIS, CSL-JSON, arXiv feed, Markdown list or ids",
    )
    .description("read the papers of a file and write them in another format")
    .requiredOption("--to <format>", WRITE_FORMATS.join("|"))
    .option("--from <format>", `${PAPER_FORMATS.join("|")}; told from the content otherwise`)
    .option("--out <file>", "where to write; standard output otherwise")
    .option("--page-year <year>", "year of a saved page, which prints none for its own dates")
    .option("--json", "print {format, papers, warnings, loss} as JSON; needs --out")
    .addHelpText(
      "after",
      "\nExample:\n  emend papers convert saved.txt --to bibtex --out papers.bib",
    )
    .action(convert);
  return papers;
}

function convert(file: string, options: Options): void {
  const to = oneOf("--to", WRITE_FORMATS, options.to);
  const from =
    options.from === undefined ? undefined : oneOf("--from", PAPER_FORMATS, options.from);
  if (options.json === true && options.out === undefined)
    throw new Problem("bad-input", "--json needs --out", {
      hint: "The papers and the report would both go to standard output.",
    });
  statOf(file);
  const { papers, warnings, format } = read(file, from, options.pageYear);
  const { text, loss } = writePapers(papers, to);
  if (options.out === undefined) process.stdout.write(text);
  else writeFileSync(options.out, text);
  const told = [...warnings, ...papers.flatMap((paper) => paper.warnings)];
  if (options.json) {
    printJson({ format, papers: papers.length, warnings: told, loss });
    return;
  }
  for (const warning of inOrder(told)) remark(warningText(basename(file), warning));
  for (const sentence of loss) remark(`  not in this format: ${sentence}`);
  const summary = `${papers.length} papers read as ${format}, ${told.length} warnings`;
  if (options.out === undefined) remark(summary);
  else print(`${summary}; wrote ${options.out}`);
}

const read = (file: string, format: PaperFormat | undefined, pageYear: string | undefined) =>
  readPapers(readFileSync(file), {
    ...(format !== undefined && { format }),
    ...(pageYear !== undefined && { pageYear: wholeNumber("--page-year", pageYear, PAGE_YEARS) }),
  });

/** By line of the file; what is about no line comes first. */
const inOrder = (warnings: readonly ImportWarning[]): ImportWarning[] =>
  [...warnings].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));

const warningText = (file: string, { kind, message, line }: ImportWarning): string =>
  `${line === null ? file : `${file}:${line}`}: ${kind}: ${message}`;

function oneOf<T extends WriteFormat | PaperFormat>(
  option: string,
  known: readonly T[],
  got: string,
): T {
  const found = known.find((name) => name === got);
  if (found !== undefined) return found;
  throw new Problem("bad-input", `${option} is not as expected`, {
    expected: `one of ${known.join(", ")}`,
    got: quoted(got),
  });
}
