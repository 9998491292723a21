import type { Command } from "commander";
import { startWorker } from "#server/serve.ts";
import { dataOption, storageOf } from "./options.ts";
import { remark } from "./output.ts";
import { stopped } from "./start.ts";

export const addWorker = (program: Command): Command =>
  dataOption(program.command("worker"))
    .description("take jobs from the database: how Emend scales out over machines")
    .addHelpText(
      "after",
      `
With DATABASE_URL set, any number of workers share the jobs of one database. The embedded database
belongs to one process, and \`emend start\` has a worker of its own.

Example:
  DATABASE_URL=postgres://… emend worker`,
    )
    .action(async (options: { data: string }) => {
      const worker = await startWorker(storageOf(options.data));
      remark("taking jobs (Ctrl C stops after the one in hand is put back)");
      await stopped();
      await worker.close();
    });
