/** Emend's own format: one JSON object a line, `RowJson`. */
import { Problem, quoted } from "#core/errors.ts";
import { err, ok, type Result } from "#core/result.ts";
import {
  chunksOf,
  type ExportFormat,
  type ImportFormat,
  type ImportOptions,
  singleStream,
} from "./format.ts";
import { Intake } from "./intake.ts";
import { LineReader } from "./lines.ts";
import { rowJsonOf } from "./row.ts";

/** `NaN` and `Infinity`, which Python writes and JSON does not know, as texts: the field's check then names the field. */
const withoutNaN = (line: string): string =>
  line.replace(/"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );

/** What a line of JSON says. */
export function parseJson(line: string): Result<unknown, Problem> {
  try {
    return ok(JSON.parse(line));
  } catch (error) {
    const mended = /NaN|Infinity/.test(line) ? withoutNaN(line) : line;
    if (mended !== line) {
      const parsed = parseJson(mended);
      if (parsed.ok) return parsed;
    }
    return err(
      new Problem("bad-input", "The line is not JSON", {
        expected: "one JSON object on the line",
        got: `${quoted(line.trim())}: ${error instanceof Error ? error.message : String(error)}`,
      }),
    );
  }
}

/** Refuses a file that is one array, at its first line. */
export function notAnArray(text: string, line: number): void {
  if (line === 1 && text.trimStart().startsWith("["))
    throw new Problem("bad-input", "The file is a JSON array", {
      expected: "one JSON object a line (JSONL)",
      hint: "Write each element on a line of its own: `jq -c '.[]' file.json`.",
    });
}

export interface JsonlOptions extends ImportOptions {
  readonly lineBytesMax?: number;
}

export const jsonl: ImportFormat & ExportFormat = {
  id: "jsonl",
  mediaType: "application/jsonl",
  fileName: "answers.jsonl",
  loss: ["Read back, the risk and the route are not kept: they are assessed anew."],
  async *read(input, options: JsonlOptions = {}) {
    const intake = new Intake(options);
    const take = (text: string, line: number) => {
      if (text.trim() === "") return;
      notAnArray(text, line);
      const parsed = parseJson(text);
      if (parsed.ok) intake.offer(parsed.value, { line }, () => text);
      else intake.refuse(parsed.error, { line }, () => text);
    };
    const refuse = intake.refuse.bind(intake);
    const reader = new LineReader({ line: take, refuse }, options.lineBytesMax);
    for await (const chunk of chunksOf(singleStream(input), options.signal)) {
      reader.push(chunk);
      if (intake.full) yield intake.take();
    }
    reader.end();
    yield* intake.finish();
  },
  async *write(rows) {
    for await (const batch of rows)
      yield batch.map((row) => `${JSON.stringify(rowJsonOf(row))}\n`).join("");
  },
};
