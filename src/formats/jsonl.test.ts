import fc from "fast-check";
import { expect, test } from "vitest";
import {
  bytesOf,
  CLASSES,
  collect,
  formatSuite,
  keptByAll,
  problemOf,
  read,
} from "./format.suite.ts";
import { rejectLine } from "./format.ts";
import { jsonl } from "./jsonl.ts";
import { fitsRowJson, RowJson } from "./row.ts";

formatSuite(jsonl, { kept: keptByAll });

const good = (id: string) => JSON.stringify({ id, text: "t", proposal: { label: "ham" } });

test("malformed JSON in line 17 is rejected by its line; the others go through", async () => {
  const lines = Array.from({ length: 30 }, (_, i) => good(`r${i + 1}`));
  lines[16] = '{"id": "r17", "text": "oops"';
  const { rows, rejects } = await read(jsonl, `${lines.join("\n")}\n`, { file: "mails.jsonl" });
  expect(rows).toHaveLength(29);
  expect(rejects).toHaveLength(1);
  expect(rejects[0]).toMatchObject({ file: "mails.jsonl", line: 17, raw: lines[16] });
  expect(rejects[0]?.problem).toMatch(
    /^mails\.jsonl, line 17: The line is not JSON\. Expected one JSON object/,
  );
});

test.each([
  ['{"text":"t"}', 'field "id"', "text of 1 to 200 characters"],
  ['{"id":"a"}', 'field "text"', "string"],
  [
    '{"id":"a","text":"t","proposal":{"label":"ham","confidence":1.5}}',
    'field "proposal.confidence"',
    "1.5",
  ],
  [
    '{"id":"a","text":"t","proposal":{"label":"ham","confidence":NaN}}',
    'field "proposal.confidence"',
    '"NaN"',
  ],
  [
    '{"id":"a","text":"t","proposal":{"label":"eggs"}}',
    'field "proposal.label"',
    "one of spam, ham, unsure",
  ],
  ['{"id":"a","text":"t","votes":{"money":"eggs"}}', 'field "votes.money"', '"eggs"'],
  ['{"id":"a","text":"t","gold":"eggs"}', 'field "gold"', "outside the set"],
  ['{"id":"a","text":"t","lable":"ham"}', "lable", "nrecognized"],
  ['{"id":"a","text":"nul \\u0000"}', 'field "text"', "U+0000"],
  ['{"id":"a","text":"half \\ud83d"}', 'field "text"', "surrogate"],
  ['["a","t"]', "", "object"],
  ["17", "", "object"],
])("%s is rejected with field and expectation", async (line, field, says) => {
  const { rows, rejects } = await read(jsonl, `${good("first")}\n${line}\n`, { classes: CLASSES });
  expect(rows).toHaveLength(1);
  expect(rejects[0]?.line).toBe(2);
  expect(rejects[0]?.problem).toContain(field);
  expect(rejects[0]?.problem).toContain(says);
});

test("blank lines, Windows line ends and a missing last line feed are all right; lines keep their numbers", async () => {
  const { rows, rejects } = await read(jsonl, `\r\n${good("a")}\r\n\n  \n${good("b")}\nx`);
  expect(rows.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(rejects[0]?.line).toBe(6);
});

test("numeric ids are taken as text and nulls as absent", async () => {
  const { rows } = await read(
    jsonl,
    '{"id":7,"text":"t","fields":{"a":null,"b":1},"gold":null,"proposal":{"label":null}}',
  );
  expect(rows[0]).toMatchObject({ id: "7", fields: { b: 1 }, gold: null });
  expect(rows[0]?.proposal).toEqual({ label: null, confidence: null, model: null, raw: null });
});

test("the byte that is not UTF-8 is told by its offset in the file", async () => {
  const first = `${good("a")}\n`;
  const bad = Buffer.concat([
    Buffer.from('{"id":"b","text":"'),
    Buffer.from([0xff]),
    Buffer.from('"}\n'),
  ]);
  const { rejects } = await collect(jsonl.read(bytesOf(first, bad, good("c"))));
  expect(rejects[0]?.problem).toContain(`the byte 0xff at byte ${first.length + 18} of the file`);
  const joined = Buffer.concat([Buffer.from(first), bad, Buffer.from(good("c"))]);
  const whole = await collect(jsonl.read(bytesOf(joined)));
  expect(whole.rejects).toEqual(rejects);
  expect(whole.rows).toHaveLength(2);
});

test("a line without end is passed over without being held in memory", async () => {
  async function* stream() {
    yield Buffer.from(`${good("a")}\n{"id":"b","text":"`);
    for (let i = 0; i < 100; i++) yield Buffer.alloc(1_000, 120);
    yield Buffer.from(`"}\n${good("c")}\n`);
  }
  const { rows, rejects } = await collect(jsonl.read(stream(), { lineBytesMax: 10_000 } as never));
  expect(rows.map(({ id }) => id)).toEqual(["a", "c"]);
  expect(rejects[0]?.line).toBe(2);
  expect(rejects[0]?.problem).toContain("Expected at most 10,000 bytes. Got 100,020 bytes");
});

test("a JSON array is refused with the way out", async () => {
  const problem = await problemOf(read(jsonl, `[${good("a")},${good("b")}]`));
  expect(problem.detail.hint).toContain("line of its own");
});

test("a web stream is read as well", async () => {
  const { rows } = await collect(jsonl.read(new Blob([`${good("a")}\n`]).stream()));
  expect(rows).toHaveLength(1);
});

test("a reject is one line of JSON", () => {
  const line = rejectLine({ line: 17, raw: "a\nb", problem: "Bad." });
  expect(line.trimEnd()).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({ line: 17, raw: "a\nb", problem: "Bad." });
});

test("the fast check gives the schema's verdict on rows bent in every way", () => {
  const odd = fc.oneof(
    fc.constantFrom(
      null,
      undefined,
      "",
      "ham",
      "train",
      "edited",
      "accept",
      0,
      0.5,
      1,
      -1,
      1.5,
      Number.NaN,
      Infinity,
      2 ** 53,
      true,
      [],
      {},
    ),
    fc.string(),
    fc.double(),
    fc.dictionary(
      fc.constantFrom("", "label", "confidence", "model", "by", "__proto__", "x"),
      fc.constantFrom(null, "", "ham", 0.5, 2, {}, Number.NaN),
    ),
  );
  const keys = [
    "id",
    "text",
    "fields",
    "html",
    "proposal",
    "votes",
    "gold",
    "split",
    "answer",
    "risk",
    "route",
    "__proto__",
    "other",
  ];
  const bent = fc
    .tuple(
      fc.constantFrom(
        { id: "a", text: "t" },
        { id: 3, text: "", votes: { r: "ham" } },
        { id: "a", text: "t", proposal: { label: "ham" }, answer: { label: "ham" } },
        {},
      ),
      fc.dictionary(fc.constantFrom(...keys), odd, { maxKeys: 3 }),
    )
    .map(([base, over]) => ({ ...base, ...over }));
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(bent, odd), (value) => {
      const schema = RowJson.safeParse(value).success;
      expect(fitsRowJson(value)).toBe(schema);
      if (schema) accepted++;
    }),
    { seed: 7, numRuns: 3_000 },
  );
  expect(accepted).toBeGreaterThan(300);
});
