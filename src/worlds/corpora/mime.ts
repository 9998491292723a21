/**
 * The part of MIME (RFC 2045–2047, 5322) that reading real mail needs: unfolded headers, encoded words, charsets,
 * transfer encodings, nested multiparts. Broken mail is read as far as it goes; nothing here throws.
 */
import { isAscii } from "node:buffer";
import { htmlText } from "./html-text.ts";

/** Parts beyond these are ignored: real mail stays far below, a mail bomb does not. */
const DEPTH_MAX = 8;
const PARTS_MAX = 50;
/** Bytes of one part that are decoded; the text that is kept is far shorter. */
const PART_BYTES_MAX = 256 * 1024;
const LINKS_MAX = 20;

const LINE_FEED = 10;

export interface MailBody {
  /** Plain text of the mail: the first text/plain part, else the first HTML part with its tags stripped. */
  readonly text: string;
  /** The HTML part, when `text` was made from it. */
  readonly html: string | undefined;
  /** Where its links lead, in order. */
  readonly links: readonly string[];
}

/** Header name in lower case → its values, unfolded and decoded, in order. */
export type Headers = ReadonlyMap<string, readonly string[]>;

/** Byte offset of the body: just after the first empty line. */
function bodyStart(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== LINE_FEED) continue;
    if (bytes[i + 1] === LINE_FEED) return i + 2;
    if (bytes[i + 1] === 13 && bytes[i + 2] === LINE_FEED) return i + 3;
  }
  return bytes.length;
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** Bytes 0x80 to 0x9f in windows-1252; those it leaves free stand for themselves. */
const WINDOWS_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** The runtime's own decoder of windows-1252 leaves 0x80 to 0x9f as control characters in Node 20. */
const decodeWindows1252 = (bytes: Uint8Array): string =>
  latin1(bytes).replace(/[\u0080-\u009f]/g, (c) => WINDOWS_1252[c.charCodeAt(0) - 0x80] ?? c);

const decoders = new Map<string, (bytes: Uint8Array) => string>();

/** The decoder of a charset label as mails write it; windows-1252 for what no standard knows. */
function decoderOf(charset: string): (bytes: Uint8Array) => string {
  const label = charset.toLowerCase();
  const known = decoders.get(label);
  if (known !== undefined) return known;
  let decode = decodeWindows1252;
  try {
    const decoder = new TextDecoder(label);
    if (decoder.encoding !== "windows-1252") decode = (bytes) => decoder.decode(bytes);
  } catch {
    // An unknown label: windows-1252 it is.
  }
  decoders.set(label, decode);
  return decode;
}

/** Charsets in which a run of ASCII bytes does not mean ASCII. */
const SHIFTED = /^(?:utf-?16|utf-?7|iso-2022|hz)/i;

function decodeBytes(bytes: Uint8Array, charset: string): string {
  return isAscii(bytes) && !SHIFTED.test(charset) ? latin1(bytes) : decoderOf(charset)(bytes);
}

/** U+0000 has no place in a text and databases refuse it; other control characters say nothing either. */
const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, " ");

function fromBase64(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}

function fromQuotedPrintable(text: string): Uint8Array {
  const unwrapped = text.replace(/=[ \t]*\r?\n/g, "");
  const out = new Uint8Array(unwrapped.length);
  let n = 0;
  for (let i = 0; i < unwrapped.length; i++) {
    const hex = unwrapped[i] === "=" ? unwrapped.slice(i + 1, i + 3) : "";
    const byte = /^[\da-fA-F]{2}$/.test(hex);
    out[n++] = byte ? Number.parseInt(hex, 16) : unwrapped.charCodeAt(i);
    if (byte) i += 2;
  }
  return out.subarray(0, n);
}

const ENCODED_WORD = /=\?([\w-]{1,40})(?:\*[\w-]*)?\?([bqBQ])\?([^?]*)\?=/g;

/** RFC 2047: `=?iso-8859-1?Q?caf=E9?=`; white space between two encoded words is dropped. */
export function decodeWords(value: string): string {
  if (!value.includes("=?")) return value;
  return value
    .replace(/(\?=)\s+(?==\?[\w-]{1,40}(?:\*[\w-]*)?\?[bqBQ]\?)/g, "$1")
    .replace(ENCODED_WORD, (_, charset: string, encoding: string, data: string) =>
      decoderOf(charset)(
        encoding.toLowerCase() === "b"
          ? fromBase64(data)
          : fromQuotedPrintable(data.replaceAll("_", " ")),
      ),
    );
}

/** Bytes a header should not hold are read as UTF-8 where they are, else as windows-1252. */
function headerText(raw: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is "anything but ASCII".
  if (!/[^\u0000-\u007f]/.test(raw)) return raw;
  const bytes = Buffer.from(raw, "latin1");
  const utf8 = bytes.toString("utf8");
  return utf8.includes("\ufffd") ? decodeWindows1252(bytes) : utf8;
}

export function parseHeaders(block: string): Headers {
  const headers = new Map<string, string[]>();
  for (const line of block.split(/\r?\n(?![ \t])/)) {
    const match = /^([!-9;-~]{1,80}):/.exec(line);
    if (match?.[1] === undefined) continue; // the mbox "From " line, or junk
    const unfolded = line
      .slice(match[0].length)
      .replace(/\r?\n[ \t]+/g, " ")
      .trim();
    const value = printable(decodeWords(headerText(unfolded)));
    const key = match[1].toLowerCase();
    const values = headers.get(key);
    if (values === undefined) headers.set(key, [value]);
    else values.push(value);
  }
  return headers;
}

/** First value of a header, or undefined. */
export const headerOf = (headers: Headers, name: string): string | undefined =>
  headers.get(name)?.[0];

interface MediaType {
  readonly type: string;
  readonly charset: string | undefined;
  readonly boundary: string | undefined;
}

function mediaType(value: string | undefined): MediaType {
  const parameter = (name: string): string | undefined => {
    const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;"]+))`, "i").exec(
      value ?? "",
    );
    return found?.[1] ?? found?.[2];
  };
  const type = /^\s*([\w.+-]+\/[\w.+-]+)/.exec(value ?? "")?.[1]?.toLowerCase() ?? "text/plain";
  return { type, charset: parameter("charset"), boundary: parameter("boundary") };
}

interface Part {
  readonly type: "text/plain" | "text/html";
  readonly text: string;
}

const isPlain = ({ type, text }: Part): boolean => type === "text/plain" && text.trim() !== "";

function decodePart(body: Uint8Array, headers: Headers, media: MediaType): string {
  const bounded = body.subarray(0, PART_BYTES_MAX);
  const encoding = headerOf(headers, "content-transfer-encoding")?.toLowerCase().trim();
  let bytes = bounded;
  if (encoding === "base64") bytes = fromBase64(latin1(bounded));
  else if (encoding === "quoted-printable") bytes = fromQuotedPrintable(latin1(bounded));
  const text = decodeBytes(bytes, media.charset ?? "windows-1252");
  return printable(text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text);
}

/** The stretches of a multipart body between its boundary lines; an unclosed last part runs to the end. */
function* partsOf(body: Uint8Array, boundary: string): Generator<Uint8Array> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = Buffer.from(`--${boundary}`, "latin1");
  let begin = -1;
  let at = bytes.indexOf(delimiter);
  for (let count = 0; at >= 0 && count <= PARTS_MAX; count++) {
    const lineStart = at === 0 || bytes[at - 1] === LINE_FEED;
    if (lineStart) {
      if (begin >= 0) yield bytes.subarray(begin, at);
      const after = at + delimiter.length;
      if (bytes[after] === 45 && bytes[after + 1] === 45) return;
      const lineEnd = bytes.indexOf(LINE_FEED, after);
      begin = lineEnd < 0 ? bytes.length : lineEnd + 1;
    }
    at = bytes.indexOf(delimiter, at + delimiter.length);
  }
  if (begin >= 0 && begin < bytes.length) yield bytes.subarray(begin);
}

function collect(body: Uint8Array, headers: Headers, depth: number, found: Part[]): void {
  const media = mediaType(headerOf(headers, "content-type"));
  if (media.type.startsWith("multipart/") && media.boundary !== undefined && depth < DEPTH_MAX) {
    for (const part of partsOf(body, media.boundary)) {
      if (found.some(isPlain)) return;
      // A part may begin with its empty line: it has no headers then.
      const start = part[0] === LINE_FEED ? 1 : bodyStart(part);
      collect(
        part.subarray(start),
        parseHeaders(latin1(part.subarray(0, start))),
        depth + 1,
        found,
      );
    }
    return;
  }
  if (media.type === "message/rfc822" && depth < DEPTH_MAX) {
    const start = bodyStart(body);
    const inner = parseHeaders(latin1(body.subarray(0, start)));
    collect(body.subarray(start), inner, depth + 1, found);
    return;
  }
  const attached = /^\s*attachment/i.test(headerOf(headers, "content-disposition") ?? "");
  if (attached) return;
  if (media.type === "text/html")
    found.push({ type: "text/html", text: decodePart(body, headers, media) });
  else if (media.type.startsWith("text/") || depth === 0)
    found.push({ type: "text/plain", text: decodePart(body, headers, media) });
}

/** Parses a whole message. `charsMax` bounds the text, not the mail. */
export function parseMail(
  bytes: Uint8Array,
  { charsMax }: { readonly charsMax: number },
): { readonly headers: Headers; readonly body: MailBody } {
  const start = bodyStart(bytes);
  const headers = parseHeaders(latin1(bytes.subarray(0, start)));
  const found: Part[] = [];
  collect(bytes.subarray(start), headers, 0, found);
  const plain = found.find(isPlain);
  const page = found.find(({ type }) => type === "text/html");
  if (plain !== undefined || page === undefined) {
    const text = cut(plain?.text.trim() ?? "", charsMax);
    const links = text.match(/https?:\/\/[^\s<>"')\]]{1,500}/gi)?.slice(0, LINKS_MAX) ?? [];
    return { headers, body: { text, html: undefined, links } };
  }
  const { text, links } = htmlText(page.text, { charsMax, linksMax: LINKS_MAX });
  return { headers, body: { text: cut(text, charsMax), html: page.text, links } };
}

/** The first `charsMax` UTF-16 units, never half a character. */
export const cut = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : text.slice(0, charsMax).replace(/[\ud800-\udbff]$/, "");
