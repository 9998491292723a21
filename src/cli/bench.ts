import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Command } from "commander";
import { packageRoot } from "./package-root.ts";

export const addBench = (program: Command): Command =>
  program
    .command("bench")
    .argument("[names...]", "which benchmarks; all by default")
    .description("measure speed and memory beside peers in one run")
    .option("--json", "print the results as JSON")
    .addHelpText("after", "\nExample:\n  emend bench dawid-skene label-model")
    .action(async (names: string[], options: { json?: boolean }) => {
      const script = join(packageRoot, "bench", "run.ts");
      const args = ["--import", import.meta.resolve("tsx"), script, ...names];
      if (options.json) args.push("--json");
      const child = spawn(process.execPath, args, { stdio: "inherit", cwd: packageRoot });
      process.exitCode = await new Promise<number>((resolve) =>
        child.on("exit", (code) => resolve(code ?? 1)),
      );
    });
