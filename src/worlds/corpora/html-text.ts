import { decodeEntities } from "#core/entities.ts";

/** Elements that begin a new line in the text of a page. */
const BLOCKS = new Set(
  (
    "address article aside blockquote br center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 " +
    "header hr li main nav ol option p pre section table tbody td tfoot th thead tr ul"
  ).split(" "),
);

/** Elements whose content is never text a reader sees. */
const HIDDEN = new Set(["script", "style", "title", "noframes", "object", "applet"]);

/** Characters of a tag whose quotes are looked at: beyond, it ends at the first `>` like any other. */
const TAG_CHARS_MAX = 2_000;

/** Markup being read, that remembers what it no longer holds: looking for it again and again would be quadratic. */
class Markup {
  readonly html: string;
  private readonly absent = new Set<string>();

  constructor(html: string) {
    this.html = html;
  }

  /** Index of the next `needle`, or -1. */
  private find(needle: string, from: number): number {
    if (this.absent.has(needle)) return -1;
    const at = this.html.indexOf(needle, from);
    if (at < 0) this.absent.add(needle);
    return at;
  }

  /** Index of the next `</name` in any case, or -1. */
  private findClosing(name: string, from: number): number {
    if (this.absent.has(name)) return -1;
    const closing = new RegExp(`</${name}`, "gi");
    closing.lastIndex = from;
    const at = closing.exec(this.html)?.index ?? -1;
    if (at < 0) this.absent.add(name);
    return at;
  }

  /** End of the tag that begins at `start`: the first `>` outside quotes, or the end of the markup. */
  tagEnd(start: number): number {
    const { html } = this;
    const plain = this.find(">", start);
    if (plain < 0) return html.length;
    const quote = html.slice(start, Math.min(plain, start + TAG_CHARS_MAX)).search(/=\s*["']/);
    if (quote < 0) return plain + 1;
    const limit = Math.min(html.length, start + TAG_CHARS_MAX);
    for (let i = start + quote, open = ""; i < limit; i++) {
      const char = html[i] as string; // i is within the markup
      if (open !== "") open = char === open ? "" : open;
      else if (char === '"' || char === "'") open = char;
      else if (char === ">") return i + 1;
    }
    // A quote that is never closed: real mail has them, and browsers end the tag at the next `>`.
    return plain + 1;
  }

  /** Just after `</name…>`, or `from` when the element is never closed. */
  afterElement(name: string, from: number): number {
    const close = this.findClosing(name, from);
    return close < 0 ? from : this.tagEnd(close);
  }

  /** Just after a comment that begins at `start`; one that is never closed ends like a tag. */
  afterComment(start: number): number {
    const close = this.find("-->", start + 4);
    return close < 0 ? this.tagEnd(start) : close + 3;
  }
}

/** `/TD` of `</TD align=…>` as `td`; empty for `<3` and the like, which is text. */
function tagName(html: string, start: number): string {
  const from = html[start + 1] === "/" ? start + 2 : start + 1;
  let end = from;
  while (end < html.length && /[a-zA-Z0-9]/.test(html[end] as string)) end++;
  return /^[a-zA-Z]/.test(html[from] ?? "") ? html.slice(from, end).toLowerCase() : "";
}

export interface HtmlText {
  readonly text: string;
  /** Targets of links and images, in order, at most as many as asked for. */
  readonly links: readonly string[];
}

/**
 * What a reader sees of a page: tags, comments, scripts and styles left out, entities decoded, runs of
 * white space closed up. One pass, linear in the markup; stops once `charsMax` characters are there.
 */
export function htmlText(html: string, { charsMax, linksMax }: HtmlTextOptions): HtmlText {
  const markup = new Markup(html);
  const parts: string[] = [];
  const links: string[] = [];
  let chars = 0;
  const push = (raw: string) => {
    const part = decodeEntities(raw).replace(/\s+/g, " ");
    parts.push(part);
    chars += part.length;
  };
  let at = 0;
  while (at < html.length && chars < 2 * charsMax) {
    const open = html.indexOf("<", at);
    if (open < 0) {
      push(html.slice(at));
      break;
    }
    if (open > at) push(html.slice(at, open));
    if (html.startsWith("<!--", open)) {
      at = markup.afterComment(open);
      continue;
    }
    const name = tagName(html, open);
    if (name === "" && !/[!?/]/.test(html[open + 1] ?? "")) {
      push("<");
      at = open + 1;
      continue;
    }
    at = markup.tagEnd(open);
    if (BLOCKS.has(name)) parts.push("\n");
    if ((name === "a" || name === "img" || name === "form") && links.length < linksMax) {
      const target = /\b(?:href|src|action)\s*=\s*["']?([^\s"'>]+)/i.exec(html.slice(open, at));
      if (target?.[1] !== undefined) links.push(decodeEntities(target[1]));
    }
    if (HIDDEN.has(name) && html[open + 1] !== "/") at = markup.afterElement(name, at);
  }
  return { text: tidy(parts.join("")), links };
}

interface HtmlTextOptions {
  readonly charsMax: number;
  readonly linksMax: number;
}

/** Spaces closed up, at most one blank line in a row. */
const tidy = (text: string): string =>
  text
    .replace(/[ \u00a0]*\n[ \u00a0]*/g, "\n")
    .replace(/ {2,}/g, " ")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
