import { createWriteStream, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { EpisodeEnd } from "#core/episode.ts";
import { FitInput } from "#core/episode-views.ts";
import { badInput, Problem, quoted } from "#core/errors.ts";
import { ActorId } from "#core/ids.ts";
import { type Project, ProjectConfig } from "#core/project.ts";
import type { EpisodeBatch, EpisodeReadOptions } from "#formats/episodes/episode-format.ts";
import { readEpisodeLines, writeEpisodeLines } from "#formats/episodes/episode-lines.ts";
import { readEpisodeHdf5 } from "#formats/episodes/hdf5-read.ts";
import { writeEpisodeHdf5 } from "#formats/episodes/hdf5-write.ts";
import { readLeRobot } from "#formats/episodes/lerobot-read.ts";
import { writeLeRobot } from "#formats/episodes/lerobot-write.ts";
import type { Host } from "#server/runtime/host.ts";
import { exportedEpisodes, takeEpisodeBatches, writeOptions } from "#server/runtime/robot-files.ts";
import { fitPolicyJob } from "#server/runtime/robot-policies.ts";
import { episodeSchema } from "#server/runtime/robot-projects.ts";
import { openHost, startServer } from "#server/serve.ts";
import { inputOf, nameOf, statOf } from "./files.ts";
import { dataOption, storageOf, wholeNumber } from "./options.ts";
import { print, printJson, remark } from "./output.ts";
import { projectNamed } from "./project.ts";
import { stopped } from "./start.ts";

const FORMATS = ["jsonl", "hdf5", "lerobot"] as const;
type Format = (typeof FORMATS)[number];
const OUT_FORMATS = ["jsonl", "hdf5", "lerobot-2.1", "lerobot-3.0"] as const;
const PORT_DEFAULT = 4610;
const BY = ActorId.parse("import");

interface Common {
  readonly data: string;
  readonly project: string;
  readonly json?: boolean;
}

export function addRobot(program: Command): Command {
  const robot = program
    .command("robot")
    .description("robots: serve a policy to one, take episodes in and out, learn from them")
    .addHelpText(
      "after",
      `
Examples:
  emend robot import shift.hdf5 --project arm
  emend robot serve --project "Tabletop insertion"`,
    );
  addServe(robot);
  addImport(robot);
  addExport(robot);
  addFit(robot);
  return robot;
}

const common = (command: Command): Command =>
  dataOption(command)
    .requiredOption("--project <name>", "the project's name")
    .option("--json", "print as JSON");

/** Works on the data folder, and leaves it closed. */
async function withHost<T>(data: string, work: (host: Host) => Promise<T>): Promise<T> {
  const { host, close } = await openHost(storageOf(data));
  try {
    return await work(host);
  } finally {
    await close();
  }
}

const addServe = (robot: Command): Command =>
  common(robot.command("serve"))
    .description("act for a robot over WebSocket, by a policy of a project; Ctrl C stops")
    .option("--policy <id>", "the policy; the one in force otherwise")
    .option("--port <n>", "port on 127.0.0.1; 0 takes a free one", String(PORT_DEFAULT))
    .addHelpText(
      "after",
      `
The workbench serves the same under ws://…/api/v1/projects/<id>/robot. The messages are in
docs/robot-protocol.md, a client is in examples/robot-client.

Example:
  emend robot serve --project "Tabletop insertion" --port 4610`,
    )
    .action(async (options: Common & { policy?: string; port: string }) => {
      const port = wholeNumber("--port", options.port, { min: 0, max: 65_535 });
      const { id } = await withHost(options.data, ({ store }) =>
        projectNamed(store, options.project),
      );
      const server = await startServer({
        ...storageOf(options.data),
        port,
        demo: false,
        workers: false,
      });
      const query =
        options.policy === undefined ? "" : `?policyId=${encodeURIComponent(options.policy)}`;
      const url = `${server.url.replace(/^http/, "ws")}/api/v1/projects/${id}/robot${query}`;
      if (options.json) printJson({ url });
      else print(url);
      await stopped();
      await server.close();
    });

interface ImportOptions extends Common {
  readonly format?: string;
  readonly world: string;
  readonly round?: string;
  readonly hz?: string;
  readonly end?: string;
  readonly observations?: string;
  readonly protocol: string;
}

const addImport = (robot: Command): Command =>
  common(robot.command("import"))
    .argument("<data>", "a file (.jsonl, .hdf5) or the folder of a LeRobot data set")
    .description("take episodes into a project; bad ones come back, good ones go in")
    .option("--format <format>", `${FORMATS.join("|")}; by the name otherwise`)
    .option("--world <name>", "world or robot, where the data do not say", "external")
    .option("--round <n>", "round, where the data do not say")
    .option("--hz <n>", "control steps a second, where the data do not say")
    .option("--end <end>", `${EpisodeEnd.options.join("|")}: where the data do not say`)
    .option("--observations <a,b>", "parts of an observation to put together, in this order")
    .option("--protocol <p>", "sirius|rac: of a new project", "sirius")
    .addHelpText(
      "after",
      `
Examples:
  emend robot import shift3.hdf5 --project arm --round 3 --observations object,robot0_eef_pos
  emend robot import ./lerobot-data --project arm`,
    )
    .action(async (path: string, options: ImportOptions) => {
      const format = formatOf(path, options.format);
      await withHost(options.data, async (host) => {
        const notes: string[] = [];
        const read = readOptions(path, options, (note) => notes.push(note));
        const project =
          (await host.store.projectByName(options.project)) ?? (await newProject(host, options));
        episodeSchema(project.config);
        const batches = batchesOf(format, path, read);
        const report = await takeEpisodeBatches(host, project.id, { batches, by: BY });
        if (options.json) return printJson({ ...report, notes });
        print(
          `${report.accepted} episodes into "${options.project}", ` +
            `${report.duplicates} there already, ${report.rejected} rejected`,
        );
        for (const sentence of [...report.problems, ...notes]) remark(`  ${sentence}`);
      });
    });

function formatOf(path: string, asked: string | undefined): Format {
  const folder = statOf(path).isDirectory();
  const named = folder ? "lerobot" : /\.(hdf5|h5)$/i.test(path) ? "hdf5" : "jsonl";
  const format = FORMATS.find((known) => known === (asked ?? named));
  if (format !== undefined && folder === (format === "lerobot")) return format;
  throw new Problem("bad-input", "--format does not fit", {
    expected: folder ? "lerobot, for a folder" : FORMATS.join(" or "),
    got: quoted(asked ?? named),
  });
}

function readOptions(
  path: string,
  options: ImportOptions,
  note: (sentence: string) => void,
): EpisodeReadOptions {
  const { world, round, hz, end, observations } = options;
  const parsedEnd = EpisodeEnd.optional().safeParse(end);
  if (!parsedEnd.success) throw badInput(parsedEnd.error, end, { field: "--end" });
  return {
    file: nameOf(path),
    world,
    note,
    ...(round !== undefined && { round: wholeNumber("--round", round, { min: 0, max: 1e6 }) }),
    ...(hz !== undefined && { controlHz: wholeNumber("--hz", hz, { min: 1, max: 10_000 }) }),
    ...(parsedEnd.data !== undefined && { end: parsedEnd.data }),
    ...(observations !== undefined && { observations: observations.split(",") }),
  };
}

function batchesOf(
  format: Format,
  path: string,
  options: EpisodeReadOptions,
): AsyncIterable<EpisodeBatch> {
  if (format === "hdf5") return readEpisodeHdf5(path, options);
  if (format === "lerobot") return readLeRobot(path, options);
  const input = inputOf(path);
  if (Symbol.asyncIterator in input) return readEpisodeLines(input, options);
  throw new Problem("bad-input", "This format is one file", { got: quoted(path) });
}

async function newProject(host: Host, options: ImportOptions): Promise<Project> {
  const { project: name, world, protocol } = options;
  const input = {
    name,
    task: { kind: "episode", schema: { world, protocol } },
    assess: { system: protocol },
  };
  const config = ProjectConfig.safeParse(input);
  if (!config.success) throw badInput(config.error, input);
  remark(`new project "${name}": episodes of ${world}`);
  return host.store.createProject(config.data);
}

const addExport = (robot: Command): Command =>
  common(robot.command("export"))
    .argument("<out>", "the file, or an empty folder for LeRobot")
    .description("write a project's episodes, with all edits; the discarded are left out")
    .requiredOption("--format <format>", OUT_FORMATS.join("|"))
    .option("--human-only", "each stretch of a person's steps alone, without the policy's")
    .addHelpText(
      "after",
      `
Examples:
  emend robot export shift3.hdf5 --project arm --format hdf5
  emend robot export ./arm-rac --project arm --format lerobot-3.0 --human-only`,
    )
    .action(async (out: string, options: Common & { format: string; humanOnly?: boolean }) => {
      const format = OUT_FORMATS.find((known) => known === options.format);
      if (format === undefined)
        throw new Problem("bad-input", "--format is not one", {
          expected: OUT_FORMATS.join(" or "),
          got: quoted(options.format),
        });
      await withHost(options.data, async (host) => {
        const { id } = await projectNamed(host.store, options.project);
        const how = await writeOptions(host, id, options.humanOnly === true);
        const episodes = exportedEpisodes(host, id);
        if (format === "jsonl") {
          const lines = Readable.from(writeEpisodeLines(episodes, how));
          await pipeline(lines, createWriteStream(out));
        } else if (format === "hdf5") await writeEpisodeHdf5(out, episodes, how);
        else {
          requireEmpty(out);
          const version = format === "lerobot-2.1" ? "2.1" : "3.0";
          const { notes } = await writeLeRobot(out, episodes, { ...how, version });
          for (const note of notes) remark(`  ${note}`);
        }
        if (options.json) printJson({ out });
        else print(`episodes of "${options.project}" are in ${out}`);
      });
    });

function requireEmpty(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  if (statSync(folder).isDirectory() && readdirSync(folder).length === 0) return;
  throw new Problem("conflict", "The folder is not empty", {
    expected: "an empty folder for the data set",
    got: folder,
  });
}

interface FitOptions extends Common {
  readonly method: string;
  readonly kind: string;
  readonly steps: string;
  readonly seed: string;
  readonly memory?: string;
  readonly eviction: string;
}

const addFit = (robot: Command): Command =>
  common(robot.command("fit"))
    .description("learn a policy from a project's episodes; it is in force only if proven better")
    .option("--method <m>", "bc|human-only|iwr|sirius|rac", "sirius")
    .option("--kind <k>", "mlp|gmm|flow", "mlp")
    .option("--steps <n>", "steps of the optimiser", "2000")
    .option("--seed <s>", "the same seed gives the same policy", "0")
    .option("--memory <n>", "episodes to keep; all otherwise")
    .option("--eviction <e>", "lfi|mfi|fifo|filo|uniform: which go first", "lfi")
    .addHelpText(
      "after",
      '\nExample:\n  emend robot fit --project "Tabletop insertion" --method rac',
    )
    .action(async (options: FitOptions) => {
      const { method, kind, steps, seed, memory, eviction } = options;
      const input = {
        ...{ method, kind, seed },
        steps: wholeNumber("--steps", steps, { min: 1, max: 20_000 }),
        ...(memory !== undefined && {
          memory: {
            capacity: wholeNumber("--memory", memory, { min: 1, max: 1e9 }),
            strategy: eviction,
          },
        }),
      };
      const fit = FitInput.safeParse(input);
      if (!fit.success) throw badInput(fit.error, input);
      await withHost(options.data, async (host) => {
        const { id } = await projectNamed(host.store, options.project);
        const stop = new AbortController();
        process.once("SIGINT", () => stop.abort());
        const result = await fitPolicyJob(host, {
          id: "cli",
          data: { projectId: id, fit: fit.data },
          signal: stop.signal,
          checkpoint: undefined,
          progress: ({ label }) => {
            if (process.stderr.isTTY) process.stderr.write(`\r${label.padEnd(60)}`);
          },
          saveCheckpoint: async () => undefined,
        });
        if (process.stderr.isTTY) process.stderr.write("\r");
        if (options.json) printJson(result);
        else print(`${result.lessonId}: ${result.gate}`);
      });
    });
