/** Text and Markdown files: the text as it is, line ends and all. */
import { isUtf8 } from "node:buffer";
import type { DocumentFormat } from "#core/revision.ts";
import { byteOrderMark, notUtf8, utf8Text } from "#formats/utf8.ts";

export interface TextDocument {
  readonly title: string;
  readonly format: DocumentFormat;
  readonly text: string;
}

const MARKDOWN_NAME = /\.(?:md|markdown|mdown|mkd)$/i;
const HEADING = /^ {0,3}#[ \t]+(\S.*?)[ \t]*#*[ \t]*\r?$/m;
const TITLE_CHARS_MAX = 200;

/**
 * A file as a document. Markdown is known by the name; its title is the first heading, otherwise the name without its
 * ending. A `Problem` says which byte is not UTF-8.
 */
export function readTextFile(bytes: Uint8Array, name: string): TextDocument {
  const body = bytes.subarray(byteOrderMark(bytes));
  if (!isUtf8(body)) throw notUtf8(body, bytes.length - body.length);
  const text = utf8Text(body);
  const format = MARKDOWN_NAME.test(name) ? "markdown" : "plain";
  const heading = format === "markdown" ? HEADING.exec(text)?.[1] : undefined;
  const stem = name.replace(/^.*[/\\]/, "").replace(/(?<=.)\.[^.]*$/, "");
  return { title: (heading ?? stem).slice(0, TITLE_CHARS_MAX), format, text };
}

export const writeTextFile = ({ text }: Pick<TextDocument, "text">): Uint8Array =>
  new TextEncoder().encode(text);
