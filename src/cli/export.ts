import { createWriteStream, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { systemClock } from "#core/clock.ts";
import { Problem } from "#core/errors.ts";
import type { Project } from "#core/project.ts";
import { exportFormat, exportFormats } from "#formats/registry.ts";
import { comparisonLines } from "#server/runtime/comparison-export.ts";
import { hasComparisons } from "#server/runtime/comparison-projects.ts";
import { exportFile } from "#server/runtime/export.ts";
import { openStore } from "#store/open.ts";
import type { Store } from "#store/store.ts";
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
    .requiredOption(
      "--format <format>",
      `${exportFormats.map(({ id }) => id).join("|")}; comparisons are written as jsonl`,
    )
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
        const { text, companions, loss } = hasComparisons(project.config)
          ? comparisonFile(store, project, format)
          : exportFile(store, project, format);
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

/** @throws Problem `bad-input` for a format that holds no comparisons. */
function comparisonFile(store: Store, { id }: Project, format: string) {
  if (format === "jsonl") return { text: comparisonLines({ store }, id), companions: [], loss: [] };
  throw new Problem("bad-input", "Comparisons are not written in this format", {
    expected: "jsonl",
    got: format,
    hint: "For trainers: GET /api/v1/projects/:id/comparisons/finetune, or emend finetune export.",
  });
}
