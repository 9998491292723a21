/**
 * A list page as a browser saves it: the papers are JSON in a `data-props` attribute. Where that is gone, what the page
 * shows is read as text. No markup of a file is ever run or kept as markup.
 */
import { decodeEntities } from "#core/entities.ts";
import { papersOfDaily } from "./daily-json.ts";
import { type PapersRead, type ReadOptions, warning } from "./draft.ts";
import { readListPage } from "./list-page.ts";

const PROPS = /\bdata-props\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** @throws Problem `bad-input` where the page holds no papers. */
export function readListHtml(html: string, options: ReadOptions = {}): PapersRead {
  const unread: number[] = [];
  for (const match of html.matchAll(PROPS)) {
    const written = match[1] ?? match[2] ?? "";
    if (!written.includes("dailyPapers")) continue;
    let props: unknown;
    try {
      props = JSON.parse(decodeEntities(written));
    } catch {
      unread.push(html.slice(0, match.index).split("\n").length);
      continue;
    }
    if (props !== null && typeof props === "object" && "dailyPapers" in props)
      return papersOfDaily(props, "list-page");
  }
  const { papers, warnings } = readListPage(shownText(html), options);
  // Lines of the text that is shown are no lines of the file.
  const without = papers.map(({ sourceLine: _, warnings: own, ...paper }) => ({
    ...paper,
    warnings: own.map((each) => ({ ...each, line: null })),
  }));
  return {
    papers: without,
    warnings: [
      ...unread.map((line) =>
        warning("bad-props", "The papers of the page are cut off; what it shows is read", { line }),
      ),
      ...warnings.map((each) => ({ ...each, line: null })),
    ],
  };
}

const HIDDEN = /<(script|style|noscript|template|svg|head)\b[\s\S]*?(?:<\/\1\s*>|$)/gi;
const COMMENT = /<!--[\s\S]*?(?:-->|$)|<![a-zA-Z][^>]{0,2000}>/g;
const BLOCK =
  /<\/?(?:article|body|br|div|footer|h[1-6]|header|hr|li|main|nav|ol|p|section|ul)\b[^>]{0,5000}>/gi;
/** Bounded, so that markup that never closes is not looked through again and again. */
const TAG = /<\/?[a-zA-Z][^>]{0,5000}>/g;

const shownText = (html: string): string =>
  decodeEntities(
    html
      .replace(COMMENT, "")
      .replace(HIDDEN, "")
      .replace(/\s+/g, " ")
      .replace(BLOCK, "\n\n")
      .replace(TAG, "")
      .replace(/\s*\n\s*/g, "\n\n"),
  );
