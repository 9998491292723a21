/** As much of XML 1.0 as feeds need: elements, attributes, text, character references, CDATA. No DTD, so no entities of its own. */
import { decodeEntities } from "#core/entities.ts";
import { Problem, quoted } from "#core/errors.ts";

export interface XmlElement {
  /** With its prefix: `arxiv:doi`. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All text in it, that of its children included. */
  readonly text: string;
  /** Of the file, from 1. */
  readonly line: number;
}

interface Open {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  readonly text: string[];
  readonly line: number;
}

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*>|<\/([^\s>]+)\s*>|<([A-Za-z_][^\s/>]*)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|[^<]+/gy;
const ATTRIBUTE = /([^\s=/>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const DEPTH_MAX = 100;

/** The root element. @throws Problem `bad-input` naming the line where it ends too early or is not well-formed. */
export function parseXml(xml: string): XmlElement {
  const root: Open = { name: "", attributes: {}, children: [], text: [], line: 1 };
  const open: Open[] = [root];
  let line = 1;
  let at = xml.charCodeAt(0) === 0xfeff ? 1 : 0;
  const wrong = (title: string, expected: string, got: string) =>
    new Problem("bad-input", title, { expected, got, at: { line } });
  while (at < xml.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(xml);
    if (match === null)
      throw wrong("The XML is not well-formed", "a tag or text", quoted(xml.slice(at, at + 60)));
    const [token, data, closing, opening, attributes = "", selfClosing] = match;
    const inner = open.at(-1) ?? root;
    if (closing !== undefined) {
      if (open.length === 1 || inner.name !== closing)
        throw wrong("The XML is not well-formed", `</${inner.name}>`, `</${closing}>`);
      open.pop();
      close(inner, open.at(-1) ?? root);
    } else if (opening !== undefined) {
      const element: Open = {
        name: opening,
        attributes: attributesOf(attributes),
        children: [],
        text: [],
        line,
      };
      if (selfClosing === "/") close(element, inner);
      else if (open.push(element) > DEPTH_MAX)
        throw wrong("The XML is nested too deep", `at most ${DEPTH_MAX} levels`, "more");
    } else if (data !== undefined) inner.text.push(data);
    else if (!token.startsWith("<")) inner.text.push(decodeEntities(token));
    for (const character of token) if (character === "\n") line++;
    at += token.length;
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined && open.length > 1)
    throw wrong("The XML ends in the middle", `</${unclosed.name}>`, "the end of the file");
  const [element] = root.children;
  if (element === undefined) throw wrong("There is no element", "an XML document", quoted(xml));
  return element;
}

function close({ name, attributes, children, text, line }: Open, parent: Open): void {
  const whole = text.join("");
  parent.children.push({ name, attributes, children, text: whole, line });
  parent.text.push(whole);
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = "", double, single] of text.matchAll(ATTRIBUTE))
    found[name] = decodeEntities(double ?? single ?? "");
  return found;
}

export const childrenOf = ({ children }: XmlElement, name: string): XmlElement[] =>
  children.filter((child) => child.name === name);
