import { readFileSync } from "node:fs";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { expect, test } from "vitest";
import { migrations } from "./migrate.ts";
import * as schema from "./schema.ts";

test("the migrations make what the schema says, to the last column", async () => {
  const [last = ""] = migrations()
    .map(({ name }) => name.slice(0, 4))
    .reverse();
  const file = new URL(`./migrations/meta/${last}_snapshot.json`, import.meta.url);
  const made: Parameters<typeof generateMigration>[0] = JSON.parse(readFileSync(file, "utf8"));
  expect(await generateMigration(made, generateDrizzleJson(schema, made.id))).toEqual([]);
});
