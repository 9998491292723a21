import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statfsSync } from "node:fs";
import type { Command } from "commander";
import { systemClock } from "#core/clock.ts";
import { isProblem, problemText } from "#core/errors.ts";
import { openStore } from "#store/open.ts";
import { dataOption, storageOf } from "./options.ts";
import { print, printJson, table } from "./output.ts";
import { webFolder } from "./web-build.ts";

interface Finding {
  readonly what: string;
  /** `note`: works, but something optional is missing. */
  readonly state: "ok" | "note" | "bad";
  readonly found: string;
}

const FREE_BYTES_MIN = 1e9;
const NODE_MIN = [20, 19] as const;

export const addDoctor = (program: Command): Command =>
  dataOption(program.command("doctor"))
    .description("look at this machine and this data folder, and say what to do")
    .option("--json", "print the findings as JSON")
    .addHelpText("after", "\nExample:\n  emend doctor --data ./mine")
    .action(async (options: { data: string; json?: boolean }) => {
      const findings = [node(), disk(options.data), workbench(), browser(), python(), endpoint()];
      findings.push(await database(options.data));
      if (options.json) printJson(findings);
      else
        print(
          table(
            ["", "what", "found"],
            findings.map((f) => [f.state, f.what, f.found]),
          ),
        );
      if (findings.some(({ state }) => state === "bad")) process.exitCode = 1;
    });

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const enough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  return {
    what: "Node",
    state: enough ? "ok" : "bad",
    found: `${process.version}${enough ? "" : `; needs ${NODE_MIN.join(".")} or newer`}`,
  };
}

function disk(dataDir: string): Finding {
  mkdirSync(dataDir, { recursive: true });
  const { bavail, bsize } = statfsSync(dataDir);
  const free = bavail * bsize;
  return {
    what: "disk",
    state: free >= FREE_BYTES_MIN ? "ok" : "bad",
    found: `${(free / 1e9).toFixed(1)} GB free at ${dataDir}`,
  };
}

const workbench = (): Finding => {
  const built = existsSync(webFolder);
  return {
    what: "workbench",
    state: built ? "ok" : "note",
    found: built ? `built in ${webFolder}` : "not built yet; emend start builds it",
  };
};

/** The first command that answers, with what it says of itself. */
function version(commands: readonly string[]): string | undefined {
  for (const command of commands)
    try {
      return execFileSync(command, ["--version"], { encoding: "utf8", stdio: "pipe" }).trim();
    } catch {
      // not here; the next one may be
    }
  return undefined;
}

function browser(): Finding {
  const found = version([process.env.CHROMIUM ?? "chromium", "chromium-browser", "google-chrome"]);
  return {
    what: "Chromium",
    state: found === undefined ? "note" : "ok",
    found: found ?? "none; only the browser tests need it (apt-get install chromium)",
  };
}

function python(): Finding {
  const found = version(["python3"]);
  return {
    what: "Python",
    state: found === undefined ? "note" : "ok",
    found: found ?? "none; only the peers of the benchmarks need it",
  };
}

function endpoint(): Finding {
  const url = process.env.EMEND_LLM_BASE_URL;
  return {
    what: "model endpoint",
    state: url === undefined ? "note" : "ok",
    found: url ?? "none; set EMEND_LLM_BASE_URL and EMEND_LLM_MODEL to use one",
  };
}

async function database(dataDir: string): Promise<Finding> {
  try {
    const store = await openStore(storageOf(dataDir), { clock: systemClock });
    const projects = await store.projects();
    await store.close();
    return { what: "database", state: "ok", found: `${store.driver}, ${projects.length} projects` };
  } catch (error) {
    const found = isProblem(error) ? problemText(error) : String(error);
    return { what: "database", state: "bad", found };
  }
}
