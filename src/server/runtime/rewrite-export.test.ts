import { expect, test } from "vitest";
import type { RewriteRule } from "#core/rewrite.ts";
import { rewriteFormat } from "#formats/rewrites.ts";
import { written } from "./rewrite-export.ts";

const rate = {
  successes: 1,
  visits: 2,
  value: 0.5,
  interval: { low: 0.1, high: 0.9, level: 0.8, method: "wilson" },
};
const rule = (id: string): RewriteRule => ({
  id,
  locale: "en",
  fromKey: `${id} from`,
  fromText: `${id} from`,
  toKey: `${id} to`,
  toText: `${id} to`,
  score: 0.5,
  share: 0.5,
  from: rate,
  to: rate,
  users: 5,
  examples: [],
});

async function linesOf(format: "jsonl" | "csv" | "solr", batches: string[][]): Promise<string[]> {
  async function* rules() {
    for (const ids of batches) yield ids.map(rule);
  }
  let text = "";
  for await (const part of written(rewriteFormat(format), rules())) text += part;
  return text.split(/\r?\n/).filter((line) => line !== "");
}

test("batches make one file, with one head, and nothing lost between them", async () => {
  const csv = await linesOf("csv", [["a", "b"], [], ["c"]]);
  expect(csv.map((line) => line.split(",")[0])).toEqual(["id", "a", "b", "c"]);
  const jsonl = await linesOf("jsonl", [["a"], ["b", "c"]]);
  expect(jsonl.map((line) => JSON.parse(line).id)).toEqual(["a", "b", "c"]);
  expect(await linesOf("solr", [["a"], ["b"]])).toEqual(["a from => a to", "b from => b to"]);
});

test("without rewrites there is the head alone", async () => {
  expect(await linesOf("csv", [])).toHaveLength(1);
  expect(await linesOf("jsonl", [])).toEqual([]);
});
