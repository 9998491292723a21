/**
 * Rebuilds base policies of the language world: `npx tsx scripts/language-base.ts [family] [--check]`;
 * all of them when none is named. With --check nothing is written, and a rebuild with other bytes
 * fails.
 */
import { writeFileSync } from "node:fs";
import {
  type BaseManifest,
  baseFile,
  baseGold,
  baseManifest,
  baseOf,
  FAMILIES,
  type Family,
  sha256,
  trainBase,
} from "#worlds/language/base.ts";

const FIRST_LOSSES = 12;
const SAY_EVERY = 50;
const GOLD_PROMPTS = 1024;

const words = process.argv.slice(2);
const check = words.includes("--check");
const named = FAMILIES.filter((family) => words.includes(family));
for (const family of named.length > 0 ? named : FAMILIES) await rebuild(family);

async function rebuild(family: Family): Promise<void> {
  const { parameters, losses } = await trainBase(family, {
    onStep: ({ step, loss }) => {
      if (step % SAY_EVERY === 0)
        process.stderr.write(`${family}, step ${step}: ${loss.toFixed(4)} nats\n`);
    },
  });
  const bytes = new Uint8Array(parameters.buffer);
  const manifest: BaseManifest = {
    family,
    parameters: parameters.length,
    sha256: sha256(bytes),
    steps: losses.length,
    firstLosses: Array.from(losses.subarray(0, FIRST_LOSSES)),
    lastLoss: losses.at(-1) ?? Number.NaN,
    gold: baseGold(family, baseOf(family, parameters), GOLD_PROMPTS),
  };
  if (!check) {
    writeFileSync(baseFile(family), bytes);
    const beside = new URL(`./${family}-base.json`, baseFile(family));
    writeFileSync(beside, `${JSON.stringify(manifest, null, 2)}\n`);
  } else if (baseManifest(family).sha256 !== manifest.sha256) {
    process.stderr.write(`rebuilt ${manifest.sha256}, recorded ${baseManifest(family).sha256}\n`);
    process.exitCode = 1;
  }
  process.stdout.write(`${family} ${manifest.sha256} ${JSON.stringify(manifest.gold)}\n`);
}
