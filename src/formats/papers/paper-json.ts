/** Papers as Emend itself writes them: nothing is lost either way. */
import { badInput, problemText } from "#core/errors.ts";
import { type ImportWarning, Paper } from "#core/paper.ts";
import { type PapersRead, warning } from "./draft.ts";

export function papersOfJson(value: unknown): PapersRead {
  const papers: Paper[] = [];
  const warnings: ImportWarning[] = [];
  (Array.isArray(value) ? value : [value]).forEach((raw: unknown, i) => {
    const parsed = Paper.safeParse(raw);
    if (parsed.success) papers.push(parsed.data);
    else
      warnings.push(
        warning(
          "bad-entry",
          `Entry ${i + 1} is left out. ${problemText(badInput(parsed.error, raw))}`,
        ),
      );
  });
  return { papers, warnings };
}
