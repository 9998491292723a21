import { expect, test } from "vitest";
import { corpusSuite } from "./corpus.suite.ts";
import { loadMails, MAIL_TEXT_CHARS_MAX, type Mail, mailDocument } from "./spam-assassin.ts";

corpusSuite({
  name: "spam-assassin",
  load: loadMails,
  classes: ["spam", "ham"],
  textCharsMax: MAIL_TEXT_CHARS_MAX,
  leaks: [
    /DeathToSpam/,
    /"x-spam[\w-]*":/i,
    /Spamassassin-Sightings mailing list/,
    /"(?:delivered-to|delivery-date|old-subject)":/,
  ],
});

const mailOf = async (id: string): Promise<Mail> => {
  const found = (await loadMails()).find((mail) => mail.id === id);
  if (found === undefined) throw new Error(`no mail ${id}`);
  return found;
};

test("6,046 mails: as many of each group as the corpus says, ham before spam", async () => {
  const mails = await loadMails();
  const counts: Record<string, number> = {};
  for (const { group, gold } of mails)
    counts[`${group} ${gold}`] = (counts[`${group} ${gold}`] ?? 0) + 1;
  expect(counts).toEqual({
    "easy-ham-1 ham": 2500,
    "easy-ham-2 ham": 1400,
    "hard-ham-1 ham": 250,
    "spam-1 spam": 500,
    "spam-2 spam": 1396,
  });
  expect(mails[0]?.id).toBe("easy-ham-1/0001");
  expect(mails.at(-1)?.id).toBe("spam-2/1400");
});

test("the first mail, field by field", async () => {
  const { input } = await mailOf("easy-ham-1/0001");
  expect(input.fields).toMatchObject({
    subject: "Re: New Sequences Window",
    from: "Robert Elz <kre@munnari.OZ.AU>",
    "content-type": "text/plain; charset=us-ascii",
    "in-reply-to": "<1029945287.4797.TMDA@deepeddy.vircio.com>",
    precedence: "bulk",
  });
  expect(input.text).toMatch(/^Date: {8}Wed, 21 Aug 2002/);
  expect(input.html).toBeUndefined();
});

test("a mail of HTML: text without tags, links apart, the markup kept", async () => {
  const { input } = await mailOf("spam-1/0001");
  expect(input.text).toContain("Save up to 70% on Life Insurance.");
  expect(input.text).not.toMatch(/<[a-z]/i);
  expect(input.html).toContain("<CENTER>Save up to 70% on Life Insurance.</CENTER>");
  expect(input.fields.links).toMatch(/^http/);
});

test("almost every mail has text and a sender; bytes beyond ASCII are read, not lost", async () => {
  const mails = await loadMails();
  expect(mails.filter(({ input }) => input.text.length < 20).length).toBeLessThan(40);
  expect(mails.filter(({ input }) => input.fields.from === undefined).length).toBeLessThan(5);
  expect(mails.filter(({ input }) => input.text.includes("\ufffd")).length).toBeLessThan(10);
  expect(mails.filter(({ input }) => /[à-ÿ]/.test(input.text)).length).toBeGreaterThan(100);
});

test("the marks of the list that spam was reported to are cut off, the mail before them stays", () => {
  const raw = [
    "From: a@b.c",
    "List-Id: <spamassassin-sightings.example.net>",
    "Precedence: bulk",
    "",
    "Buy now",
    "",
    "--DeathToSpamDeathToSpamDeathToSpam--",
    "",
    "-------------------------------------------------------",
    "This sf.net email is sponsored by: ThinkGeek",
    "_______________________________________________",
    "Spamassassin-Sightings mailing list",
    "",
  ].join("\n");
  expect(mailDocument(Buffer.from(raw))).toEqual({ text: "Buy now", fields: { from: "a@b.c" } });
  const withoutFirst = raw.replace("--DeathToSpamDeathToSpamDeathToSpam--\n", "");
  expect(mailDocument(Buffer.from(withoutFirst)).text).toBe("Buy now");
});

test("headers of whoever gathered the mails are not fields", () => {
  const raw =
    "Subject: a\nX-Spam-Status: Yes\nX-Spam-Level: ****\nDelivered-To: zzzz@x\nUser-Agent: Mutt/1.4\n\nt";
  expect(mailDocument(Buffer.from(raw)).fields).toEqual({ subject: "a", "x-mailer": "Mutt/1.4" });
});

test("no mail carries the host that stands in for the collectors' own", async () => {
  const texts = (await loadMails()).map(({ input }) => JSON.stringify([input.text, input.fields]));
  expect(texts.filter((text) => /taint\.org/i.test(text))).toEqual([]);
});
