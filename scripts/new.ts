/** `npm run new -- system <slug>`: the folder of a new system and its line in the registry. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "#cli/package-root.ts";
import { cards, working } from "#systems/registry.ts";

const [what, slug] = process.argv.slice(2);

function stop(message: string): never {
  process.stderr.write(`${message}\nUsage: npm run new -- system <slug>\n`);
  process.exit(2);
}

if (what !== "system") stop(`Expected "system", got ${what ?? "nothing"}.`);
if (slug === undefined) stop("Expected the slug of a planned system.");
const card = cards.find(({ id }) => id === slug);
if (card === undefined) stop(`There is no card "${slug}" in src/systems/cards.json: add it first.`);
if (working.includes(slug)) stop(`"${slug}" is there already.`);

const folder = join(packageRoot, "src", "systems", slug);
if (existsSync(folder)) stop(`${folder} is there already.`);

const files: Record<string, string> = {
  "system.ts": `import type { System } from "#core/system.ts";
import { study } from "./study.ts";

export const system: System = { id: "${slug}", parts: [], operations: [], study };
`,
  "study.ts": `import { Problem } from "#core/errors.ts";
import type { Study } from "#core/study.ts";

export const study: Study = {
  id: "${slug}",
  title: "${card.title}",
  seedsDefault: 5,
  arms: [],
  claims: [],
  paper: [],
  options: {},
  runSeed() {
    throw new Problem("unavailable", "The study of ${slug} is not written yet");
  },
};
`,
  "system.test.ts": `import { expect, test } from "vitest";
import { system } from "./system.ts";

test("wires a part for each of the five verbs", () => {
  const verbs = new Set(system.parts.map((part) => part.verb));
  expect([...verbs].sort()).toEqual(["assess", "correct", "learn", "measure", "propose"]);
});
`,
  "README.md": `# ${card.title}

${card.summary}

## Idea

## In the loop

## Equations

## Deviations from the paper

## Options

<!-- generated:options -->
<!-- /generated -->

## When not to use it

## Results

<!-- generated:results -->
<!-- /generated -->
`,
};

mkdirSync(folder);
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);

const registry = join(packageRoot, "src", "systems", "registry.ts");
const before = readFileSync(registry, "utf8");
const line = `  "${slug}": () => import("./${slug}/system.ts"),\n`;
writeFileSync(
  registry,
  before.replace(/\n};\n\nexport \{ cards \}/, `\n${line}};\n\nexport { cards }`),
);
process.stdout.write(
  `made ${folder} and its line in src/systems/registry.ts\n` +
    "next: write the study, mark the card as working in src/systems/cards.json, npm run docs, npm test\n",
);
