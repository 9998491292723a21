import { z } from "zod";
import { ItemId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import { unwrap } from "#core/result.ts";
import { rngOf } from "#core/rng.ts";
import { proposalId } from "#propose/proposal-id.ts";
import { type ScriptedProposer, scriptedProposer } from "#propose/scripted.ts";
import type { JobRun } from "#store/jobs.ts";
import type { ItemRow } from "#store/store.ts";
import { mailRules } from "#worlds/corpora/mail-rules.ts";
import { loadMails, type Mail } from "#worlds/corpora/spam-assassin.ts";
import { demoLanguage } from "./demo-language.ts";
import { demoRewrites } from "./demo-rewrites.ts";
import { demoRobot } from "./demo-robot.ts";
import { demoWriting } from "./demo-writing.ts";
import type { Host } from "./runtime/host.ts";
import { askForAssessment } from "./runtime/requests.ts";

export const DEMO_NAME = "Mail triage";
const CLASSES = ["spam", "ham"];
/** Labelled mails the scripted proposer is trained on; none of them is in the project. */
const TRAINING_MAILS = 40;
/** Share of the others that is only ever measured on. */
const HELD_OUT_SHARE = 0.3;
const BATCH_ROWS = 500;
const SEED = "mail-triage";

const DemoJob = z.strictObject({ demo: z.literal(true) });

/** Queues the demo project, unless there is a project already. */
export async function askForDemo(host: Host): Promise<void> {
  if ((await host.store.projects()).length > 0) return;
  await host.jobs.enqueue("import", { demo: true }, { key: "demo" });
}

/**
 * The demo project on 6,046 real mails. 40 train the scripted proposer, 30 % of the rest are held out with what is
 * right, and the pool has proposals and rules but no right answers: those are for people to find.
 * Run again after a crash, it goes on where it stopped.
 */
export async function demoJob(host: Host, run: JobRun): Promise<{ items: number }> {
  DemoJob.parse(run.data);
  run.progress({ done: 0, total: 1, label: "reading 6,046 mails" });
  const rows = await demoRows();
  const config = await demoConfig();
  const project =
    (await host.store.projectByName(DEMO_NAME)) ?? (await host.store.createProject(config));
  await host.store.importItems(project.id, inBatches(rows), {
    format: "jsonl",
    signal: run.signal,
    progress: ({ done }) => run.progress({ done, total: rows.length, label: "importing mails" }),
  });
  host.live.publish({ kind: "project-changed", projectId: project.id });
  await demoWriting(host);
  await demoLanguage(host);
  await askForAssessment(host, project.id, "new");
  await demoRewrites(host, run);
  await demoRobot(host, run);
  return { items: rows.length };
}

const demoConfig = async (): Promise<ProjectConfig> =>
  ProjectConfig.parse({
    name: DEMO_NAME,
    task: { kind: "label", schema: { classes: CLASSES, positive: "spam" } },
    rules: await mailRules(),
  });

/** Mails in the order of a fixed shuffle, under ids that do not tell the folder, and so the class, they came from. */
async function shuffledMails(): Promise<{ training: Mail[]; others: Mail[] }> {
  const mails = rngOf(SEED)
    .split("order")
    .shuffle(await loadMails());
  return { training: mails.slice(0, TRAINING_MAILS), others: mails.slice(TRAINING_MAILS) };
}

/** The items of the demo project, the same on every machine. */
export async function demoRows(): Promise<ItemRow[]> {
  const { others } = await shuffledMails();
  const proposer = await demoProposer();
  const heldOut = Math.round(HELD_OUT_SHARE * others.length);
  return others.map(({ input, gold }, index) => {
    const id = ItemId.parse(`mail-${String(index + 1).padStart(4, "0")}`);
    const held = index < heldOut;
    return {
      id,
      input,
      proposal: {
        id: proposalId(id, proposer.source.id),
        itemId: id,
        source: proposer.source,
        output: proposer.first(input),
      },
      votes: [],
      gold: held ? gold : null,
      split: held ? "heldout" : "pool",
    };
  });
}

let trained: Promise<ScriptedProposer> | undefined;

/** Stands in for a language model, by its name; trained anew in each process, to the same model. */
export function demoProposer(): Promise<ScriptedProposer> {
  trained ??= shuffledMails().then(({ training }) =>
    unwrap(
      scriptedProposer(
        training.map(({ input, gold }) => ({ input, label: gold })),
        { classes: CLASSES },
      ),
    ),
  );
  return trained;
}

async function* inBatches(rows: readonly ItemRow[]): AsyncGenerator<ItemRow[]> {
  for (let from = 0; from < rows.length; from += BATCH_ROWS)
    yield rows.slice(from, from + BATCH_ROWS);
}
