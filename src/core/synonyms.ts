/** Rewrites as lines of a synonym file, the form that Solr and Elasticsearch read. */
import type { RewriteRule } from "./rewrite.ts";

type Synonym = Pick<RewriteRule, "fromKey" | "toText">;

/** Comma, arrow and backslash mean something in a synonym file; a line break would end the rule. */
const escaped = (text: string): string =>
  text
    .replaceAll("\\", "\\\\")
    .replaceAll(",", "\\,")
    .replaceAll("=>", "\\=>")
    .replace(/\s+/g, " ")
    .trim();

/** A line of a synonym file of Solr or Elasticsearch, or undefined where it cannot say it: numbers put back in. */
export function synonymLine({ fromKey, toText }: Synonym): string | undefined {
  if (/<(?:number|email)>/.test(fromKey + toText)) return undefined;
  return `${escaped(fromKey)} => ${escaped(toText.toLowerCase())}`;
}
