import fc from "fast-check";
import { expect, test } from "vitest";
import { cut, decodeWords, headerOf, parseHeaders, parseMail } from "./mime.ts";

const bytes = (...lines: string[]) => Buffer.from(lines.join("\n"), "latin1");
const bodyOf = (...lines: string[]) => parseMail(bytes(...lines), { charsMax: 1_000 }).body;

test("headers: folded lines are one, names are lower case, the mbox line is none, the first value counts", () => {
  const headers = parseHeaders(
    "From x@y  Thu Aug 22\nSubject: one\n two\n\tthree\nX-A: 1\nx-a: 2\nno colon\nDate:now",
  );
  expect(headerOf(headers, "subject")).toBe("one two three");
  expect(headers.get("x-a")).toEqual(["1", "2"]);
  expect([...headers.keys()]).toEqual(["subject", "x-a", "date"]);
});

test.each([
  ["=?iso-8859-1?Q?caf=E9_ole?=", "café ole"],
  ["=?UTF-8?B?4pyTIGRvbmU=?=", "✓ done"],
  ["=?utf-8?q?a?= =?utf-8?q?b?= c", "ab c"],
  ["=?ks_c_5601-1987?B?sKHB9g==?=", "가지"],
  ["=?no-such-set?Q?=80?=", "€"],
  ["=?utf-8*en?Q?hi?=", "hi"],
  ["plain =?broken", "plain =?broken"],
])("encoded words: %s is %s", (raw, text) => {
  expect(decodeWords(raw)).toBe(text);
});

test("bytes beyond ASCII in a header: UTF-8 where they are, else windows-1252", () => {
  expect(headerOf(parseHeaders("Subject: caf\u00c3\u00a9"), "subject")).toBe("café");
  expect(headerOf(parseHeaders("Subject: caf\u00e9 \u0080"), "subject")).toBe("café €");
});

test("quoted-printable and base64, in the charset they say", () => {
  const quoted = bodyOf(
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "caf=C3=A9 soft=",
    "break = x=3D1",
  );
  expect(quoted.text).toBe("café softbreak = x=1");
  const based = bodyOf(
    'Content-Type: text/plain; charset="gb2312"',
    "Content-Transfer-Encoding: BASE64",
    "",
    "xOO6",
    "ww==",
  );
  expect(based.text).toBe("你好");
});

test("of a multipart the plain part is read, wherever it stands; else the HTML with its tags stripped", () => {
  const head = ['Content-Type: multipart/alternative; boundary="b=1"', "", "preamble", "--b=1"];
  const html = ["Content-Type: text/html", "", "<p>rich</p><a href=http://x/>"];
  const plain = ["Content-Type: text/plain", "", "plain http://y/1"];
  expect(bodyOf(...head, ...html, "--b=1", ...plain, "--b=1--", "epilogue")).toEqual({
    text: "plain http://y/1",
    html: undefined,
    links: ["http://y/1"],
  });
  expect(bodyOf(...head, ...html, "--b=1--", "epilogue")).toEqual({
    text: "rich",
    html: "<p>rich</p><a href=http://x/>\n",
    links: ["http://x/"],
  });
});

test("an empty plain part does not hide the HTML; attachments and pictures are no text", () => {
  const mail = [
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "",
    "",
    "--b",
    "Content-Type: text/plain",
    "Content-Disposition: attachment",
    "",
    "secret",
    "--b",
    "Content-Type: image/gif",
    "",
    "GIF89",
    "--b",
    "Content-Type: text/html",
    "",
    "shown",
    "--b--",
  ];
  expect(bodyOf(...mail).text).toBe("shown");
});

test("nested multiparts and forwarded messages are read through; nesting has an end", () => {
  const inner = [
    "Content-Type: multipart/alternative; boundary=in",
    "",
    "--in",
    "Content-Type: text/plain",
    "",
    "deep",
    "--in--",
  ];
  expect(
    bodyOf("Content-Type: multipart/mixed; boundary=out", "", "--out", ...inner, "--out--").text,
  ).toBe("deep");
  expect(bodyOf("Content-Type: message/rfc822", "", "Subject: x", "", "forwarded").text).toBe(
    "forwarded",
  );
  const bomb = Array.from({ length: 100 }, (_, i) => [
    `Content-Type: multipart/mixed; boundary=b${i}`,
    "",
    `--b${i}`,
  ]).flat();
  expect(bodyOf(...bomb).text).toBe("");
});

test("a boundary that never comes, or never closes, loses nothing that can be read", () => {
  expect(bodyOf("Content-Type: multipart/mixed; boundary=b", "", "no part").text).toBe("");
  expect(bodyOf("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "open end").text).toBe(
    "open end",
  );
  expect(bodyOf("Content-Type: multipart/mixed", "", "no boundary named").text).toBe(
    "no boundary named",
  );
});

test("control characters are spaces, Windows line ends are line ends, and mails without a body have none", () => {
  expect(bodyOf("A: b", "", "x\u0000y\u0007z\r", "w").text).toBe("x y z\nw");
  expect(parseMail(Buffer.from("A: b\r\nC: d\r\n\r\nbody"), { charsMax: 9 }).body.text).toBe(
    "body",
  );
  expect(bodyOf("A: b").text).toBe("");
  expect(bodyOf().text).toBe("");
});

test("a cut never leaves half a character", () => {
  expect(cut("ab😀", 3)).toBe("ab");
  expect(cut("ab😀", 4)).toBe("ab😀");
});

test("any bytes at all are read without an error, and the same way twice", () =>
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(
        "",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
        "Content-Transfer-Encoding: base64\n\n",
      ),
      (random, head) => {
        const raw = Buffer.concat([Buffer.from(head), random]);
        const once = parseMail(raw, { charsMax: 100 });
        expect(once.body.text.length).toBeLessThanOrEqual(100);
        expect(parseMail(raw, { charsMax: 100 }).body).toEqual(once.body);
      },
    ),
    { seed: 7, numRuns: 300 },
  ));
