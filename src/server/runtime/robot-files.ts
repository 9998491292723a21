/** Episodes in from lists and files, and out as files. */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Episode } from "#core/episode.ts";
import type { EpisodesReport } from "#core/episode-views.ts";
import { Problem, quoted } from "#core/errors.ts";
import type { ActorId, ProjectId } from "#core/ids.ts";
import {
  type EpisodeBatch,
  type EpisodeWriteOptions,
  humanParts,
} from "#formats/episodes/episode-format.ts";
import { EpisodeIntake } from "#formats/episodes/episode-intake.ts";
import { readEpisodeLines, writeEpisodeLines } from "#formats/episodes/episode-lines.ts";
import { readEpisodeHdf5 } from "#formats/episodes/hdf5-read.ts";
import { writeEpisodeHdf5 } from "#formats/episodes/hdf5-write.ts";
import { type ByteStream, chunksOf } from "#formats/format.ts";
import { frameClasses } from "#learn/episodes/frame-classes.ts";
import type { Host } from "./host.ts";
import { editedEpisodes, recordEpisodes } from "./robot-episodes.ts";
import { episodeSchema, robotProject } from "./robot-projects.ts";

/** Formats that are one file; folders go in and out by the command line. */
export const EPISODE_FILE_IDS = ["jsonl", "hdf5"] as const;
type EpisodeFileId = (typeof EPISODE_FILE_IDS)[number];

const LIST_MAX = 10_000;
const PROBLEMS_SHOWN = 10;
/** A file that must be whole before it can be read is kept on disk meanwhile. */
const SPOOLED_BYTES_MAX = 8 * 2 ** 30;

/** Takes episodes in batch by batch: what was recorded before it broke off stays. */
export async function takeEpisodeBatches(
  host: Host,
  id: ProjectId,
  how: {
    readonly batches: Iterable<EpisodeBatch> | AsyncIterable<EpisodeBatch>;
    readonly by: ActorId;
    readonly notes?: readonly string[];
    reject?(problem: string): void;
  },
): Promise<EpisodesReport> {
  const report = { accepted: 0, duplicates: 0, rejected: 0, problems: [] as string[] };
  for await (const { episodes, rejects } of how.batches) {
    const taken = await recordEpisodes(host, id, { episodes, by: how.by });
    report.accepted += taken.accepted.length;
    report.duplicates += taken.duplicates.length;
    report.rejected += rejects.length;
    for (const { problem } of rejects) {
      how.reject?.(problem);
      if (report.problems.length < PROBLEMS_SHOWN) report.problems.push(problem);
    }
  }
  return { ...report, notes: [...(how.notes ?? [])] };
}

/** Episodes of a request: the good ones go in, the bad ones come back. */
export async function takeEpisodeList(
  host: Host,
  id: ProjectId,
  { given, by }: { readonly given: unknown; readonly by: ActorId },
): Promise<EpisodesReport> {
  await robotProject(host, id);
  const list =
    typeof given === "object" && given !== null && "episodes" in given ? given.episodes : undefined;
  if (!Array.isArray(list) || list.length > LIST_MAX)
    throw new Problem("bad-input", "There is no list of episodes in the request", {
      expected: `{"episodes": […]} with at most ${LIST_MAX.toLocaleString("en")} of them`,
      got: Array.isArray(list) ? `${list.length.toLocaleString("en")} episodes` : quoted(given),
      hint: "Send more as a file: POST …/episodes?format=jsonl streams it.",
    });
  const intake = new EpisodeIntake(undefined);
  list.forEach((value: unknown, at) => {
    intake.offer(value, "", { row: at + 1 });
  });
  return takeEpisodeBatches(host, id, { batches: [intake.take()], by });
}

/** Episodes of a file. */
export async function importEpisodeFile(
  host: Host,
  id: ProjectId,
  file: {
    readonly format: EpisodeFileId;
    readonly input: ByteStream;
    readonly by: ActorId;
    readonly signal?: AbortSignal;
  },
): Promise<EpisodesReport> {
  const { config } = await robotProject(host, id);
  const { format, input, by, signal } = file;
  const options = { ...(signal && { signal }) };
  if (format === "jsonl")
    return takeEpisodeBatches(host, id, { batches: readEpisodeLines(input, options), by });
  const notes: string[] = [];
  return inTemporaryFile(async (path) => {
    await spool(input, path, signal);
    const batches = readEpisodeHdf5(path, {
      ...options,
      file: "upload.hdf5",
      world: episodeSchema(config).world,
      note: (sentence) => notes.push(sentence),
    });
    const report = await takeEpisodeBatches(host, id, { batches, by });
    return { ...report, notes };
  });
}

async function spool(input: ByteStream, path: string, signal?: AbortSignal): Promise<void> {
  let bytes = 0;
  async function* bounded(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunksOf(input, signal)) {
      bytes += chunk.length;
      if (bytes > SPOOLED_BYTES_MAX)
        throw new Problem("too-large", "The file is too large", {
          expected: `at most ${SPOOLED_BYTES_MAX / 2 ** 30} GB`,
          hint: "Import it on the machine itself: emend robot import.",
        });
      yield chunk;
    }
  }
  await pipeline(Readable.from(bounded()), createWriteStream(path));
}

async function inTemporaryFile<T>(work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "emend-episodes-"));
  try {
    return await work(join(folder, "episodes"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All episodes with their edits, the discarded left out. */
export async function* exportedEpisodes(host: Host, id: ProjectId): AsyncGenerator<Episode> {
  for await (const { episode } of editedEpisodes(host, id))
    if (episode.end !== "discarded") yield episode;
}

/** What a writer is told of a project. */
export async function writeOptions(
  host: Host,
  id: ProjectId,
  humanOnly: boolean,
): Promise<EpisodeWriteOptions> {
  const { config } = await robotProject(host, id);
  const preWindow = { steps: episodeSchema(config).preWindow };
  return { humanOnly, classesOf: (episode) => frameClasses(episode, { preWindow }) };
}

interface EpisodeFile {
  readonly body: ReadableStream<Uint8Array>;
  readonly fileName: string;
  readonly mediaType: string;
}

/** @throws Problem `conflict` where there is nothing to write. */
export async function exportEpisodes(
  host: Host,
  id: ProjectId,
  { format, humanOnly }: { readonly format: EpisodeFileId; readonly humanOnly: boolean },
): Promise<EpisodeFile> {
  const options = await writeOptions(host, id, humanOnly);
  await somethingToWrite(host, id, humanOnly);
  const episodes = exportedEpisodes(host, id);
  if (format === "jsonl")
    return {
      body: webStream(Readable.from(bytesOf(writeEpisodeLines(episodes, options)))),
      fileName: "episodes.jsonl",
      mediaType: "application/jsonl",
    };
  const folder = await mkdtemp(join(tmpdir(), "emend-episodes-"));
  const remove = () => void rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "episodes.hdf5");
    await writeEpisodeHdf5(path, episodes, options);
    const file = createReadStream(path);
    file.once("close", remove);
    return { body: webStream(file), fileName: "episodes.hdf5", mediaType: "application/x-hdf5" };
  } catch (error) {
    remove();
    throw error;
  }
}

async function* bytesOf(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.from(line);
}

const webStream = (stream: Readable): ReadableStream<Uint8Array> =>
  Readable.toWeb(stream) as ReadableStream<Uint8Array>; // Node's own type of the same stream

async function somethingToWrite(host: Host, id: ProjectId, humanOnly: boolean): Promise<void> {
  for await (const episode of exportedEpisodes(host, id))
    if (!humanOnly || humanParts(episode).length > 0) return;
  throw new Problem("conflict", "There is no episode to write", {
    expected: humanOnly ? "at least one with steps of a person" : "at least one",
  });
}
