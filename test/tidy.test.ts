/** Rules of the repository that no linter checks. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "#cli/package-root.ts";
import { cards, loadSystem, working } from "#systems/registry.ts";

const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  cwd: packageRoot,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(packageRoot, file)));

const read = (file: string) => readFileSync(join(packageRoot, file), "utf8");
const sources = files.filter((file) => /^(src|scripts|bench|test)\/.*\.(ts|tsx)$/.test(file));

const LINES_MAX = 400;
const FILE_BYTES_MAX = 2_000_000;

test("no source file is longer than can be held in the head", () => {
  const long = sources.filter((file) => read(file).split("\n").length > LINES_MAX);
  expect(long).toEqual([]);
});

test("no type is switched off and no test is skipped or left alone", () => {
  const banned =
    /@ts-(ignore|nocheck|expect-error)|\b(test|it|describe)\.(only|skip)\(|\bFIXME\b|\bTODO\b/;
  const found = sources.filter((file) => file !== "test/tidy.test.ts" && banned.test(read(file)));
  expect(found).toEqual([]);
});

test("no large or odd file is checked in", () => {
  const large = files.filter((file) => statSync(join(packageRoot, file)).size > FILE_BYTES_MAX);
  expect(large.filter((file) => file !== "package-lock.json")).toEqual([]);
});

test("a system has one name everywhere: card, folder, registry and study", async () => {
  const folders = readdirSync(join(packageRoot, "src/systems"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const works = cards.filter((card) => card.status === "works").map((card) => card.id);
  expect(folders).toEqual([...working].sort());
  expect([...works].sort()).toEqual([...working].sort());
  for (const id of working) {
    const system = await loadSystem(id);
    expect([system.id, system.study.id]).toEqual([id, id]);
    for (const operation of system.operations) expect(operation.id.startsWith(`${id}.`)).toBe(true);
    for (const part of system.parts) expect(files).toContain(part.source);
  }
});

test("there are 43 cards, each with a name of its own", () => {
  expect(new Set(cards.map((card) => card.id)).size).toBe(43);
});

test("links between documents lead somewhere", () => {
  const broken: string[] = [];
  for (const file of files.filter((name) => name.endsWith(".md")))
    for (const [, target = ""] of read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g))
      if (!existsSync(join(packageRoot, normalize(join(dirname(file), target)))))
        broken.push(`${file} → ${target}`);
  expect(broken).toEqual([]);
});
