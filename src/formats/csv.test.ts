import { expect, test } from "vitest";
import { csv } from "./csv.ts";
import { CsvReader } from "./csv-records.ts";
import {
  CLASSES,
  collect,
  formatSuite,
  keptByAll,
  plainRow,
  problemOf,
  read,
  written,
} from "./format.suite.ts";

formatSuite(csv, {
  kept: (row) => {
    const { proposal } = row;
    const raw = proposal?.raw === "" ? null : (proposal?.raw ?? null);
    const known =
      proposal !== null &&
      [proposal.label, proposal.confidence, proposal.model, raw].some((v) => v !== null);
    const answer =
      row.answer === null ? null : { ...row.answer, reason: row.answer.reason || null };
    return {
      ...keptByAll(row),
      answer,
      proposal: known && proposal !== null ? { ...proposal, raw } : null,
    };
  },
});

test("quotes, commas and line breaks inside cells; lines are those of the file", async () => {
  const file = 'id,text,label\na,"say ""hi"", twice\non two lines",ham\nb,plain,eggs\n';
  const { rows, rejects } = await read(csv, file, { classes: CLASSES });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    text: 'say "hi", twice\non two lines',
    proposal: { label: "ham" },
  });
  expect(rejects[0]).toMatchObject({ line: 4, row: 2, raw: "b,plain,eggs" });
  expect(rejects[0]?.problem).toMatch(
    /line 4, row 2, field "proposal\.label": The label is outside the set/,
  );
});

test("a missing column is named, with the columns there are", async () => {
  const problem = await problemOf(read(csv, "id,body\n1,hello\n", { file: "m.csv" }));
  expect(problem.message).toBe('The column "text" is missing');
  expect(problem.detail).toMatchObject({ got: '"id", "body"', at: { file: "m.csv", line: 1 } });
});

test("columns of other names are mapped; unknown ones become fields, vote: ones votes", async () => {
  const file = "nr;body;mood;vote:reply;subject\n1;hello;ham;spam;Hi\n2;bye;;;\n";
  const { rows } = await read(csv, file, { columns: { id: "nr", text: "body", gold: "mood" } });
  expect(rows[0]).toMatchObject({
    id: "1",
    text: "hello",
    gold: "ham",
    votes: { reply: "spam" },
    fields: { subject: "Hi" },
  });
  expect(rows[1]).toMatchObject({ id: "2", gold: null, votes: {}, fields: {}, proposal: null });
});

test("a row with another number of columns, a bad number and a broken quote are rejected one by one", async () => {
  const file =
    'id,text,label,confidence\na,t,ham,0.5\nb,t\nc,t,ham,high\nd,t,ham,NaN\ne,"x"y,ham,1\nf,5" disk,ham,1\n';
  const { rows, rejects } = await read(csv, file);
  expect(rows.map(({ id, text }) => [id, text])).toEqual([
    ["a", "t"],
    ["f", '5" disk'],
  ]);
  expect(rejects.map(({ line }) => line)).toEqual([3, 4, 5, 6]);
  expect(rejects[0]?.problem).toContain("Expected 4. Got 2");
  expect(rejects[1]?.problem).toContain('"high"');
  expect(rejects[2]?.problem).toContain('"NaN"');
  expect(rejects[3]).toMatchObject({ raw: 'e,"x"y,ham,1' });
  expect(rejects[3]?.problem).toContain("text after a closing quote");
});

test("a quote that is never closed costs its own line, not the rest of the file", async () => {
  const after = Array.from({ length: 500 }, (_, i) => `r${i},t\n`);
  const { rows, rejects } = await read(csv, `id,text\na,t\nb,"open\n${after.join("")}`);
  expect(rows).toHaveLength(501);
  expect(rejects).toHaveLength(1);
  expect(rejects[0]).toMatchObject({ line: 3, row: 2, raw: 'b,"open' });
  expect(rejects[0]?.problem).toContain("never closed");
});

test("a quote that does not close within the longest record is given up there, without holding more", () => {
  const reader = new CsvReader(",", 100);
  const found = [reader.push('a,"open\n', false), reader.push("b,c\n".repeat(30), false)].flat();
  expect(found[0]).toEqual({
    broken: "it has not ended after 100 bytes",
    line: 1,
    raw: 'a,"open',
  });
  expect(found.slice(1)).toHaveLength(30);
  expect(found.at(-1)).toEqual({ cells: ["b", "c"], line: 31, raw: "b,c" });
});

test("a line too long to hold is one broken record, and the end of it is no row", () => {
  const reader = new CsvReader(",", 100);
  const pieces = ["a,b\n", "x".repeat(150), "x".repeat(150), "y,z\nc,d\n"];
  const found = pieces.flatMap((piece) => reader.push(piece, false));
  expect(found.map((record) => [record.line, "cells" in record ? record.cells : "broken"])).toEqual(
    [
      [1, ["a", "b"]],
      [2, "broken"],
      [3, ["c", "d"]],
    ],
  );
});

test("Windows line ends, a missing last one, quotes at the very end, empty cells", () => {
  const reader = new CsvReader(";", 1_000);
  const found = [...reader.push('a;"b"\r\n;\r\n"c\r\nd";""""', false), ...reader.push("", true)];
  expect(found.map((record) => [record.line, "cells" in record ? record.cells : record])).toEqual([
    [1, ["a", "b"]],
    [2, ["", ""]],
    [3, ["c\r\nd", '"']],
  ]);
});

test("a header that does not parse is a problem with its line", async () => {
  const problem = await problemOf(read(csv, '"id"x,text\na,t\n'));
  expect(problem.message).toBe("The header does not parse: there is text after a closing quote");
});

test("tabs in the header make it a table with tabs; blank lines do not count", async () => {
  const { rows } = await read(csv, 'id\ttext\n\n1\t"a\tb"\n');
  expect(rows[0]).toMatchObject({ id: "1", text: "a\tb" });
});

test("fields that first appear after the header was written are kept all the same", async () => {
  const rows = [0, 1, 2, 3, 4].map((i) =>
    plainRow(`r${i}`, { fields: i < 3 ? { a: "x" } : { b: "y" } }),
  );
  const back = await read(csv, await written(csv, rows));
  expect(back.rows.map(({ fields }) => fields)).toEqual(rows.map(({ fields }) => fields));
});

test("a header alone is an empty file", async () => {
  const problem = await problemOf(
    collect(
      csv.read(
        (async function* () {
          yield Buffer.from("id,text\n");
        })(),
      ),
    ),
  );
  expect(problem.message).toBe("The file is empty");
});
