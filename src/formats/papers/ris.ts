/** RIS: `TY  - JOUR` begins a record, `ER  - ` ends it; a line without a tag goes on with the field before. */
import { quoted } from "#core/errors.ts";
import type { ImportWarning, Paper } from "#core/paper.ts";
import { arxivIdOf, doiOf } from "#core/paper-keys.ts";
import { collapsed, dayKnown, type PapersRead, paperOf, untitled, warning } from "./draft.ts";

interface RisRecord {
  readonly fields: Map<string, string[]>;
  readonly line: number;
  readonly lines: string[];
}

const TAG = /^([A-Z][A-Z0-9]) {1,2}-(?: (.*))?$/;

export function readRis(text: string): PapersRead {
  const papers: Paper[] = [];
  const warnings: ImportWarning[] = [];
  let record: RisRecord | undefined;
  let last: string[] | undefined;
  const end = (closed: boolean) => {
    if (record === undefined) return;
    const paper = paperOfRecord(record, closed);
    if (paper === undefined) warnings.push(untitled("A record", record.line));
    else papers.push(paper);
    record = undefined;
    last = undefined;
  };
  text.split(/\r\n?|\n/).forEach((written, i) => {
    const line = written.trimEnd();
    const [, tag, value = ""] = TAG.exec(line.trimStart()) ?? [];
    if (tag === "TY") {
      end(false);
      record = { fields: new Map(), line: i + 1, lines: [line] };
    } else if (record === undefined) {
      if (line.trim() !== "" && line !== "\ufeff")
        warnings.push(
          warning("outside-record", `Outside of any record: ${quoted(line)}`, { line: i + 1 }),
        );
    } else if (tag === "ER") end(true);
    else {
      record.lines.push(line);
      if (tag !== undefined) {
        last = record.fields.get(tag) ?? [];
        record.fields.set(tag, last);
        last.push(value.trim());
      } else if (last !== undefined && line.trim() !== "")
        last.push(`${last.pop() ?? ""} ${line.trim()}`);
    }
  });
  end(false);
  return { papers, warnings };
}

function paperOfRecord({ fields, line, lines }: RisRecord, closed: boolean): Paper | undefined {
  const all = (...tags: readonly string[]) =>
    tags
      .flatMap((tag) => fields.get(tag) ?? [])
      .map(collapsed)
      .filter((value) => value !== "");
  const title = all("TI", "T1", "CT", "BT")[0];
  if (title === undefined) return undefined;
  const dated = all("DA", "PY", "Y1", "Y2");
  const [, year, month, day] =
    dated
      .map((date) => /^(\d{4})(?:[/-](\d{1,2}))?(?:[/-](\d{1,2}))?/.exec(date))
      .find((match) => match !== null) ?? [];
  const when = dayKnown({ year: numberOf(year), month: numberOf(month), day: numberOf(day) }, line);
  const links = all("UR", "L1", "L2", "LK");
  const doi = doiOf(all("DO", "DI")[0] ?? "");
  const authors = all("AU", "A1").map(spoken);
  return paperOf({
    title,
    abstract: all("AB", "N2")[0],
    arxivId:
      arxivIdOf(doi ?? "") ??
      [...links, ...all("AN", "M1")].map(arxivIdOf).find((id) => id !== undefined),
    doi,
    authors: authors.length === 0 ? undefined : authors,
    publishedAt: when.day,
    venue: all("JO", "JF", "T2", "JA")[0],
    keywords: all("KW").length === 0 ? undefined : all("KW"),
    links,
    source: "ris",
    sourceLine: line,
    raw: lines.join("\n"),
    warnings: [
      ...when.warnings,
      ...(closed ? [] : [warning("unclosed-entry", "The record does not end with ER", { line })]),
      ...(year === undefined && dated.length > 0
        ? [warning("bad-date", `${quoted(dated[0])} is no date`, { field: "publishedAt", line })]
        : []),
    ],
  });
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

/** `Last, First, Suffix` as it is said. */
function spoken(name: string): string {
  const [last = "", given, suffix] = name.split(/\s*,\s*/);
  return [given, last, suffix].filter((part) => part !== undefined && part !== "").join(" ");
}
