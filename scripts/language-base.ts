/**
 * Rebuilds the base policy of the language world: `npx tsx scripts/language-base.ts [--check]`.
 * With --check nothing is written, and a rebuild with other bytes fails.
 */
import { writeFileSync } from "node:fs";
import { type BaseManifest, baseFile, sha256, trainBase } from "#worlds/language/base.ts";

const FIRST_LOSSES = 12;
const SAY_EVERY = 50;

const { parameters, losses } = await trainBase(({ step, loss }) => {
  if (step % SAY_EVERY === 0) process.stderr.write(`step ${step}: ${loss.toFixed(4)} nats\n`);
});
const bytes = new Uint8Array(parameters.buffer);
const manifest: BaseManifest = {
  family: "brief",
  parameters: parameters.length,
  sha256: sha256(bytes),
  steps: losses.length,
  firstLosses: Array.from(losses.subarray(0, FIRST_LOSSES)),
  lastLoss: losses.at(-1) ?? Number.NaN,
};
if (!process.argv.includes("--check")) {
  writeFileSync(baseFile, bytes);
  const beside = new URL("./brief-base.json", baseFile);
  writeFileSync(beside, `${JSON.stringify(manifest, null, 2)}\n`);
} else {
  const { default: recorded } = await import("#worlds/language/assets/brief-base.json", {
    with: { type: "json" },
  });
  if (recorded.sha256 !== manifest.sha256) {
    process.stderr.write(`rebuilt ${manifest.sha256}, recorded ${recorded.sha256}\n`);
    process.exit(1);
  }
}
process.stdout.write(`${manifest.sha256}\n`);
