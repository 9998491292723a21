/** arXiv ids, DOIs and addresses, one a line. All else about the papers is still to be looked up. */
import { quoted } from "#core/errors.ts";
import type { ImportWarning, Paper } from "#core/paper.ts";
import { arxivIdOf, doiOf } from "#core/paper-keys.ts";
import { type PapersRead, paperOf, warning } from "./draft.ts";

const isLink = (text: string) => /^https?:\/\/\S+$/i.test(text);
const bare = (line: string) => line.trim().replace(/[,;]$/, "");

/** Whether a line is an identifier or an address and nothing more. */
export const isIdLine = (line: string): boolean => {
  const text = bare(line);
  return (
    arxivIdOf(text) !== undefined || isLink(text) || /^(?:doi:\s*)?10\.\d{4,9}\/\S+$/i.test(text)
  );
};

export function readIdList(text: string): PapersRead {
  const papers: Paper[] = [];
  const warnings: ImportWarning[] = [];
  text.split(/\r\n?|\n/).forEach((written, i) => {
    const [id, line] = [bare(written), i + 1];
    if (id === "" || id.startsWith("#")) return;
    const arxivId = arxivIdOf(id);
    const doi = arxivId === undefined ? doiOf(id) : undefined;
    if (!isIdLine(id)) {
      warnings.push(warning("no-paper", `No identifier and no address: ${quoted(id)}`, { line }));
      return;
    }
    papers.push(
      paperOf({
        title: arxivId !== undefined ? `arXiv:${arxivId}` : (doi ?? id),
        arxivId,
        doi,
        links: isLink(id) ? [id] : [],
        source: "ids",
        sourceLine: line,
        raw: id,
        warnings: [
          warning("title-unknown", "The identifier stands in place of the title", {
            field: "title",
            line,
          }),
        ],
      }),
    );
  });
  return { papers, warnings };
}
