import { createWriteStream, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { systemClock } from "#core/clock.ts";
import { exportFormat, exportFormats } from "#formats/registry.ts";
import { exportFile } from "#server/runtime/export.ts";
import { openStore } from "#store/open.ts";
import { dataOption, storageOf } from "./options.ts";
import { print, printJson, remark } from "./output.ts";
import { projectNamed } from "./project.ts";

interface Options {
  readonly data: string;
  readonly project: string;
  readonly format: string;
  readonly json?: boolean;
}

export const addExport = (program: Command): Command =>
  dataOption(program.command("export"))
    .argument("<file>", "where to write")
    .description("write a project's items with proposals, votes, risk and answers")
    .requiredOption("--project <name>", "the project's name")
    .requiredOption("--format <format>", exportFormats.map(({ id }) => id).join("|"))
    .option("--json", "print {file, companions, loss} as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  emend export --project mine --format openai-jsonl tune.jsonl",
    )
    .action(async (file: string, options: Options) => {
      const format = exportFormat(options.format).id;
      const store = await openStore(storageOf(options.data), { clock: systemClock });
      try {
        const project = await projectNamed(store, options.project);
        const { text, companions, loss } = exportFile(store, project, format);
        await pipeline(Readable.from(text), createWriteStream(file));
        const beside = companions.map((companion) => {
          const path = join(dirname(file), companion.name);
          writeFileSync(path, companion.text);
          return path;
        });
        if (options.json) return printJson({ file, companions: beside, loss });
        print([file, ...beside].map((path) => `wrote ${path}`).join("\n"));
        for (const sentence of loss) remark(`  not in this format: ${sentence}`);
      } finally {
        await store.close();
      }
    });
