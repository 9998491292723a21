import { spawn } from "node:child_process";
import type { Command } from "commander";
import { startServer } from "#server/serve.ts";
import { dataOption, storageOf, wholeNumber } from "./options.ts";
import { print, printJson, remark } from "./output.ts";
import { buildWeb, webFolder } from "./web-build.ts";

const PORT_DEFAULT = 4600;

interface Options {
  readonly port: string;
  readonly data: string;
  readonly open: boolean;
  readonly json?: boolean;
}

export const addStart = (program: Command): Command =>
  dataOption(program.command("start"))
    .description("open the workbench: server, worker and page in one process")
    .option("--port <n>", "port on 127.0.0.1; 0 takes a free one", String(PORT_DEFAULT))
    .option("--no-open", "do not open the browser")
    .option("--json", "print {url, dataDir} when ready")
    .addHelpText(
      "after",
      `
Examples:
  emend start                                  the demo project, in your browser
  emend start --port 0 --data ./mine --no-open
  DATABASE_URL=postgres://… emend start        on PostgreSQL in place of the embedded database`,
    )
    .action(async (options: Options) => {
      const port = wholeNumber("--port", options.port, { min: 0, max: 65_535 });
      if (!options.json) remark("preparing the workbench …");
      await buildWeb();
      const server = await startServer({ ...storageOf(options.data), port, webFolder });
      if (options.json) printJson({ url: server.url, dataDir: options.data });
      else print(`Emend is at ${server.url}   (Ctrl C stops it; data in ${options.data})`);
      if (options.open) openBrowser(server.url);
      await stopped();
      await server.close();
    });

/** Best effort: a machine without a browser is no reason to fail. */
function openBrowser(url: string): void {
  const command = { darwin: "open", win32: "explorer" }[process.platform as string] ?? "xdg-open";
  spawn(command, [url], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}

export const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
