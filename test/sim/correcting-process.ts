/**
 * A process that answers cases as fast as it can and says what it was told: `stored <ids>` of
 * what it found,
 * then `taken <id>` for each correction the store acknowledged. It is there to be killed.
 *
 * Arguments: data folder, project id, prefix of its correction ids.
 */
import { writeSync } from "node:fs";
import { systemClock } from "#core/clock.ts";
import { ProjectId } from "#core/ids.ts";
import { openStore } from "#store/open.ts";
import { correction } from "#store/samples.ts";

const REVIEWERS = 4;
const LEASE_MS = 60_000;
const STDOUT = 1;

const [dataDir = "", project = "", prefix = ""] = process.argv.slice(2);
const id = ProjectId.parse(project);
// Straight to the pipe: nothing that was said may still be in a buffer of the process that dies.
const say = (line: string) => writeSync(STDOUT, `${line}\n`);

const store = await openStore({ dataDir }, { clock: systemClock });
say(`stored ${(await store.corrections(id)).map((c) => c.id).join(" ")}`);

async function review(reviewer: string): Promise<void> {
  for (let k = 0; ; k++) {
    const [open] = await store.lease(id, {
      reviewer,
      order: "random",
      count: 1,
      leaseMs: LEASE_MS,
    });
    if (open === undefined) return;
    const made = correction(`${prefix}-${reviewer}-${k}`, open.itemId);
    const { kind } = await store.correct(id, made, open.version);
    if (kind === "taken") say(`taken ${made.id}`);
  }
}
await Promise.all(Array.from({ length: REVIEWERS }, (_, k) => review(`r${k}`)));
say("out of cases");
