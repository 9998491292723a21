import { expect, test } from "vitest";
import { FORMAT_IDS } from "./format.ts";
import { exportFormat, exportFormats, importFormat } from "./registry.ts";

test("every id can be written, all but the fine-tuning rows can be read", () => {
  expect(exportFormats.map(({ id }) => id).sort()).toEqual([...FORMAT_IDS].sort());
  for (const id of FORMAT_IDS) expect(exportFormat(id).id).toBe(id);
  expect(importFormat("csv").id).toBe("csv");
  expect(() => importFormat("openai-jsonl")).toThrow('"openai-jsonl" cannot be read');
  expect(() => exportFormat("parquet")).toThrow("No such format");
});
