import { assert } from "#core/assert.ts";
import { manualClock } from "#core/clock.ts";
import type { Ctx } from "#core/contracts.ts";
import { ProjectConfig } from "#core/project.ts";
import { rngOf } from "#core/rng.ts";
import type { PoolRow } from "#core/system.ts";
import { CLASSES, type MailWorld } from "#systems/pareto-calibration/study-world.ts";

/** A seed of the benchmark's own, and nothing that stops or listens. */
export const ctxOf = (bench: string): Ctx => ({
  rng: rngOf(`bench/${bench}`),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => {},
});

/** A project on the mails without rules of its own: their votes come with the proposals. */
export const mailConfig = ProjectConfig.parse({
  name: "mail triage",
  task: { kind: "label", schema: { classes: [...CLASSES], positive: "spam" } },
});

/** The mails at `rows` with the proposal made for each. */
export function mailPool({ mails, proposals }: MailWorld, rows: Uint32Array): PoolRow<string>[] {
  return Array.from(rows, (i) => {
    const [mail, proposal] = [mails[i], proposals[i]];
    assert(mail !== undefined && proposal !== undefined, `there is a mail ${i} with a proposal`);
    return { item: { id: mail.id, input: mail.input }, proposal };
  });
}
