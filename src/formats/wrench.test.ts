import { expect, test } from "vitest";
import {
  bytesOf,
  CLASSES,
  collect,
  formatSuite,
  keptByAll,
  plainRow,
  problemOf,
  RULES,
  read,
  written,
} from "./format.suite.ts";
import type { NamedFile } from "./format.ts";
import { wrench } from "./wrench.ts";

formatSuite(wrench, {
  kept: (row) => ({
    ...keptByAll(row),
    html: null,
    proposal: null,
    answer: null,
    split: null,
    gold: row.gold ?? row.answer?.label ?? null,
    votes: Object.fromEntries(RULES.map((rule) => [rule, row.votes[rule] ?? null])),
  }),
});

const file = (name: string, content: unknown): NamedFile => ({
  name,
  open: () => bytesOf(JSON.stringify(content)),
});
const rows = (...labels: number[]) =>
  Object.fromEntries(
    labels.map((label, i) => [
      String(i),
      {
        label,
        weak_labels: [-1, label],
        data: { text: `t${i}`, entity1: "aspirin", span1: [0, 7] },
      },
    ]),
  );

test("a folder: label.json names the classes, the three files give split and ids", async () => {
  const files = [
    file("sms/test.json", rows(0)),
    file("sms/label.json", { 0: "ham", 1: "spam" }),
    file("sms/train.json", rows(1, 0)),
  ];
  const { rows: read, rejects } = await collect(wrench.read(files));
  expect(rejects).toEqual([]);
  expect(read.map(({ id, split, gold }) => [id, split, gold])).toEqual([
    ["train/0", "train", "spam"],
    ["train/1", "train", "ham"],
    ["test/0", "test", "ham"],
  ]);
  expect(read[0]?.votes).toEqual({ "lf-0": null, "lf-1": "spam" });
  expect(read[0]?.fields).toEqual({ entity1: "aspirin", span1: "[0,7]" });
});

test("a number without a name is rejected with those there are, and the file", async () => {
  const files = [file("train.json", rows(0, 5)), file("label.json", { 0: "ham", 1: "spam" })];
  const { rows: good, rejects } = await collect(wrench.read(files));
  expect(good).toHaveLength(1);
  expect(rejects[0]?.file).toBe("train.json");
  expect(rejects[0]?.problem).toContain("-1 or one of 0 (ham), 1 (spam). Got 5");
});

test("without names for the classes, or without rows, there is nothing to read", async () => {
  expect((await problemOf(read(wrench, "{}"))).message).toBe("The classes have no names");
  const empty = await problemOf(collect(wrench.read([file("label.json", { 0: "ham" })])));
  expect(empty.message).toBe("The folder has no rows");
  const odd = await problemOf(
    collect(wrench.read([file("label.json", ["ham"]), file("train.json", rows(0))])),
  );
  expect(odd.detail.at?.file).toBe("label.json");
});

test("each split is written on its own, with label.json beside it, and the folder comes back", async () => {
  const all = [
    plainRow("train/0", { split: "train" }),
    plainRow("b"),
    plainRow("test/1", { split: "test", gold: "spam" }),
  ];
  const options = { classes: CLASSES, rules: RULES };
  const names = ["train", "valid", "test"] as const;
  const files = await Promise.all(
    names.map(async (split) => {
      const content = await written(wrench, all, { ...options, split });
      return { name: `${split}.json`, open: () => bytesOf(content) };
    }),
  );
  const labels = wrench.companions?.(options) ?? [];
  const beside = labels.map(({ name, text }) => ({ name, open: () => bytesOf(text) }));
  const back = await collect(wrench.read([...files, ...beside]));
  expect(back.rows.map(({ id, split, gold }) => [id, split, gold])).toEqual([
    ["train/0", "train", "ham"],
    ["train/b", "train", "ham"],
    ["test/1", "test", "spam"],
  ]);
});
