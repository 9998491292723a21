import type { Command } from "commander";
import { systemClock } from "#core/clock.ts";
import { type BackupReport, backup, restore } from "#store/backup.ts";
import { openStore } from "#store/open.ts";
import { dataOption, storageOf } from "./options.ts";
import { print, printJson } from "./output.ts";

interface Options {
  readonly data: string;
  readonly json?: boolean;
}

const said = (verb: string, file: string, report: BackupReport, json: boolean | undefined) =>
  json
    ? printJson({ file, ...report })
    : print(`${verb} ${report.rows} rows and ${report.blobs} blobs (${file})`);

export const addBackup = (program: Command): Command =>
  dataOption(program.command("backup"))
    .argument("<file>", "where to write, e.g. emend-backup.jsonl.gz")
    .description("write everything to one file, whole or not at all")
    .option("--json", "print {file, rows, blobs}")
    .addHelpText("after", "\nExample:\n  emend backup monday.jsonl.gz")
    .action(async (file: string, options: Options) => {
      const store = await openStore(storageOf(options.data), { clock: systemClock });
      try {
        said("wrote", file, await backup(store, file), options.json);
      } finally {
        await store.close();
      }
    });

export const addRestore = (program: Command): Command =>
  dataOption(program.command("restore"))
    .argument("<file>", "a file that emend backup wrote")
    .description("read a backup into a new data folder or an empty database")
    .option("--json", "print {file, rows, blobs}")
    .addHelpText(
      "after",
      `
A backup of the embedded database restores into PostgreSQL and the other way round.

Examples:
  emend restore monday.jsonl.gz --data ./again
  DATABASE_URL=postgres://… emend restore monday.jsonl.gz`,
    )
    .action(async (file: string, options: Options) => {
      const report = await restore(file, storageOf(options.data), { clock: systemClock });
      said("restored", file, report, options.json);
    });
