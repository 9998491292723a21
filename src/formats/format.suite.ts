import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import type {
  AnswerRow,
  ExportFormat,
  ExportOptions,
  ImportBatch,
  ImportFormat,
  ImportInput,
  ImportOptions,
  ParsedRow,
  Reject,
} from "./format.ts";

export const CLASSES = ["spam", "ham", "unsure"];
export const RULES = ["click-here", "reply", "money"];

/** Texts as they come: quotes, delimiters, line breaks, letters of every script; all of them storable. */
export const text = (constraints: fc.StringConstraints = {}): fc.Arbitrary<string> =>
  fc
    .string({
      ...constraints,
      unit: fc.oneof(
        fc.constantFrom(..."\"',;\t\n\r{}[]\\ :é漢😀"),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
      ),
    })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no database text can hold it.
    .map((value) => value.replace(/\u0000/g, " "));

const label = fc.constantFrom(...CLASSES);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { nil: null });
const name = fc.stringMatching(/^[a-z][a-z-]{0,8}$/);
const nonEmpty = text({ minLength: 1, maxLength: 12 });

export const answerRow = (): fc.Arbitrary<AnswerRow> =>
  fc.record({
    id: nonEmpty,
    text: text({ maxLength: 60 }),
    fields: fc.dictionary(
      name.filter((key) => !["id", "text", "html"].includes(key)),
      fc.oneof(
        text({ maxLength: 10 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
      ),
      { maxKeys: 3, noNullPrototype: true },
    ),
    html: maybe(nonEmpty),
    proposal: maybe(
      fc.record({
        label: maybe(label),
        confidence: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
        model: maybe(nonEmpty),
        raw: maybe(text({ maxLength: 10 })),
      }),
    ),
    votes: fc.dictionary(fc.constantFrom(...RULES), maybe(label), { noNullPrototype: true }),
    gold: maybe(label),
    split: maybe(fc.constantFrom("train" as const, "valid" as const, "test" as const)),
    answer: maybe(
      fc.record({
        label,
        decision: maybe(
          fc.constantFrom("confirmed" as const, "edited" as const, "rejected" as const),
        ),
        by: maybe(nonEmpty),
        ms: maybe(fc.nat(100_000)),
        atMs: maybe(fc.nat(2_000_000_000_000)),
        reason: maybe(text({ maxLength: 10 })),
      }),
    ),
    risk: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    route: maybe(fc.constantFrom("accept" as const, "ask" as const)),
  });

/** A batch of rows with different ids. */
const answerRows = fc.uniqueArray(answerRow(), {
  maxLength: 8,
  minLength: 1,
  selector: ({ id }) => id,
});

export const bytesOf = async function* (
  ...chunks: (string | Uint8Array)[]
): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
};

export async function collect(
  batches: AsyncIterable<ImportBatch>,
): Promise<{ rows: ParsedRow[]; rejects: Reject[] }> {
  const rows: ParsedRow[] = [];
  const rejects: Reject[] = [];
  for await (const batch of batches) {
    rows.push(...batch.rows);
    rejects.push(...batch.rejects);
  }
  return { rows, rejects };
}

export const read = (format: ImportFormat, input: ImportInput | string, options?: ImportOptions) =>
  collect(format.read(typeof input === "string" ? bytesOf(input) : input, options));

export async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const caught = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(caught).toBeInstanceOf(Problem);
  return caught as Problem;
}

export async function written(
  format: ExportFormat,
  rows: readonly AnswerRow[],
  options: ExportOptions = { classes: CLASSES, rules: RULES },
): Promise<string> {
  async function* batches() {
    for (let i = 0; i < rows.length; i += 3) yield rows.slice(i, i + 3);
  }
  let out = "";
  for await (const chunk of format.write(batches(), options)) out += chunk;
  return out;
}

/** The text of a file as bytes, cut into chunks at arbitrary places: also in the middle of a character. */
async function* cutUp(file: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(file);
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

export const plainRow = (id: string, over: Partial<AnswerRow> = {}): AnswerRow => ({
  id,
  text: `text of ${id}`,
  fields: {},
  html: null,
  proposal: null,
  votes: {},
  gold: "ham",
  split: null,
  answer: null,
  risk: null,
  route: null,
  ...over,
});

export interface RoundTrip {
  /** What of a row comes back, by the format's own loss report. */
  readonly kept: (row: AnswerRow) => ParsedRow;
}

const withoutRisk = ({ risk: _, route: __, ...row }: AnswerRow): ParsedRow => row;
export const keptByAll = withoutRisk;

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

/** What holds of every format that is both read and written. */
export function formatSuite(format: ImportFormat & ExportFormat, { kept }: RoundTrip): void {
  const options: ImportOptions = { classes: CLASSES, rules: RULES };

  describe(`format ${format.id}`, () => {
    test("what is written comes back, but for what the loss report says, however the bytes are cut", () =>
      fc.assert(
        fc.asyncProperty(
          answerRows,
          fc.array(fc.nat(40), { maxLength: 20 }),
          async (rows, sizes) => {
            const file = await written(format, freeze(rows));
            const { rows: back, rejects } = await collect(format.read(cutUp(file, sizes), options));
            expect(rejects).toEqual([]);
            expect(back).toEqual(rows.map(kept));
          },
        ),
        { seed: 7, numRuns: 60 },
      ));

    test("the same rows are written as the same bytes", async () => {
      const rows = [plainRow("a"), plainRow("b", { votes: { reply: "ham" } })];
      expect(await written(format, rows)).toBe(await written(format, rows));
    });

    test("an empty file is a problem that says so", async () => {
      const problem = await problemOf(read(format, "", { ...options, file: "mails" }));
      expect(problem.message).toBe("The file is empty");
      expect(problem.detail.at).toMatchObject({ file: "mails" });
    });

    test("a label outside the set is rejected, its neighbours go through", async () => {
      const rows = [plainRow("a"), plainRow("b", { gold: "unsure" }), plainRow("c")];
      const file = await written(format, rows);
      const { rows: good, rejects } = await read(format, file, {
        classes: ["spam", "ham"],
        rules: RULES,
      });
      expect(good.map(({ id }) => id)).toEqual(["a", "c"]);
      expect(rejects).toHaveLength(1);
      expect(rejects[0]?.problem).toContain("outside the set");
    });

    test("an id that was there before is rejected and the first one stays", async () => {
      const file = await written(format, [plainRow("a"), plainRow("b"), plainRow("a")]);
      const { rows, rejects } = await read(format, file, options);
      expect(rows.map(({ id }) => id)).toEqual(["a", "b"]);
      expect(rejects.map(({ problem }) => problem)).toEqual([
        expect.stringContaining("The id was there before"),
      ]);
    });

    test("a field beyond the limit is rejected with its size, and the reject is short", async () => {
      const long = plainRow("long", { text: "x".repeat(10_000_000) });
      const file = await written(format, [plainRow("a"), long, plainRow("b")]);
      const { rows, rejects } = await read(format, file, options);
      expect(rows.map(({ id }) => id)).toEqual(["a", "b"]);
      expect(rejects[0]?.problem).toContain("at most 1,000,000 characters. Got 10,000,000");
      expect(rejects[0]?.raw.length).toBeLessThanOrEqual(2_000);
    });

    test("bytes that are not UTF-8 are rejected by place, their neighbours go through", async () => {
      const file = await written(format, [
        plainRow("a"),
        plainRow("b", { text: "caf#" }),
        plainRow("c"),
      ]);
      const bytes = Buffer.from(file);
      bytes[bytes.indexOf("#")] = 0xe9; // é in Latin-1
      const { rows, rejects } = await collect(format.read(bytesOf(bytes), options));
      expect(rows.map(({ id }) => id)).toEqual(["a", "c"]);
      expect(rejects[0]?.problem).toContain("not UTF-8");
      expect(rejects[0]?.problem).toContain("0xe9");
    });

    test("a byte order mark is passed over; UTF-16 is refused by name", async () => {
      const file = await written(format, [plainRow("a")]);
      const { rows } = await read(format, bytesOf("\ufeff", file), options).catch(() => ({
        rows: [],
      }));
      const { rows: joined } = await read(format, `\ufeff${file}`, options);
      expect(joined).toHaveLength(1);
      expect(rows).toHaveLength(1);
      const problem = await problemOf(
        collect(format.read(bytesOf(Buffer.from(`\ufeff${file}`, "utf16le")), options)),
      );
      expect(problem.message).toBe("The file is UTF-16");
    });

    test("batches hold about as many rows as asked for", async () => {
      const rows = Array.from({ length: 50 }, (_, i) => plainRow(`r${i}`));
      const file = await written(format, rows);
      const sizes: number[] = [];
      const cut = cutUp(
        file,
        Array.from({ length: 100 }, () => Math.ceil(file.length / 100)),
      );
      for await (const batch of format.read(cut, { ...options, batchRows: 10 }))
        sizes.push(batch.rows.length);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(50);
      expect(Math.max(...sizes)).toBeLessThan(15);
    });

    test("it stops when told to", async () => {
      const stop = new AbortController();
      stop.abort();
      const file = await written(format, [plainRow("a")]);
      const problem = await problemOf(read(format, file, { ...options, signal: stop.signal }));
      expect(problem.kind).toBe("cancelled");
    });

    test("a stream that breaks off is an error, not a short file", async () => {
      async function* broken() {
        yield Buffer.from(" ");
        throw new Error("connection lost");
      }
      await expect(collect(format.read(broken(), options))).rejects.toThrow();
    });

    test("the loss report is in sentences", () => {
      expect(format.loss.length).toBeGreaterThan(0);
      for (const sentence of format.loss) expect(sentence).toMatch(/^[A-Z].*\.$/);
    });
  });
}
