import { Command, CommanderError } from "commander";
import { addBackup, addRestore } from "./backup.ts";
import { addBench } from "./bench.ts";
import { addDoctor } from "./doctor.ts";
import { addExport } from "./export.ts";
import { addFinetune } from "./finetune.ts";
import { addImport } from "./import.ts";
import { addMine } from "./mine.ts";
import { fail } from "./output.ts";
import { addPapers } from "./papers.ts";
import { addProject } from "./project.ts";
import { addRevise } from "./revise.ts";
import { addRobot } from "./robot.ts";
import { addRun } from "./run.ts";
import { addStart } from "./start.ts";
import { addStudy } from "./study.ts";
import { addSystems } from "./systems.ts";
import { addWorker } from "./worker.ts";

/** The command line. Results go to stdout, remarks to stderr, the outcome to the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("emend")
    .description("Turns people's corrections into measured improvement.")
    .exitOverride()
    .showHelpAfterError("(emend <command> --help shows examples)")
    .addHelpText(
      "after",
      `
Exit codes: 0 done · 1 failed · 2 no such command, option or thing · 3 bad input · 4 conflict ·
5 a part that is needed does not answer · 130 cancelled`,
    );
  for (const add of [
    addStart,
    addWorker,
    addSystems,
    addStudy,
    addRun,
    addRevise,
    addMine,
    addRobot,
    addImport,
    addExport,
    addFinetune,
    addPapers,
    addProject,
    addBench,
    addBackup,
    addRestore,
    addDoctor,
  ])
    add(program);
  try {
    await program.parseAsync(argv);
    process.exitCode ??= 0;
  } catch (error) {
    const usage = error instanceof CommanderError;
    if (usage) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = fail(error, argv.includes("--json"));
  }
  // Databases and worker threads leave handles behind; everything is flushed by now.
  process.exit();
}
