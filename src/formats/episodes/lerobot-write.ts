/** Episodes as LeRobot reads them, version 2.1 or 3.0: numbers as float32, videos linked to. */
import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Episode } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";
import { type EpisodeWriteOptions, written } from "./episode-format.ts";
import { featureName, type LeRobotVersion, PATHS, pathOf, STATE } from "./lerobot-format.ts";
import { describeFrames, type FrameColumn, frameColumns } from "./lerobot-frames.ts";
import { mergeStatistics, type Statistics, statisticsOf } from "./lerobot-statistics.ts";
import { type ParquetColumn, writeParquet } from "./parquet-file.ts";

const CHUNK_FILES = 1_000;
/** Frames of one data file of version 3: some tens of megabytes. */
const FILE_FRAMES = 100_000;

export interface LeRobotReport {
  readonly episodes: number;
  readonly frames: number;
  /** What could not be written, each in a sentence. */
  readonly notes: readonly string[];
}

interface Line {
  readonly index: number;
  readonly episode: Omit<Episode, "rows">;
  readonly parts: readonly string[];
  readonly length: number;
  readonly from: number;
  readonly fileIndex: number;
  readonly rewarded: boolean;
  readonly statistics: Readonly<Record<string, Statistics>>;
  readonly videos: Readonly<Record<string, { file: number; fromS: number; toS: number }>>;
}

/**
 * Writes a data set into an empty folder. Episodes of another control rate or other sizes than the
 * first are left out and said so: a data set has one of each.
 */
export async function writeLeRobot(
  folder: string,
  episodes: AsyncIterable<Episode>,
  { version, ...options }: EpisodeWriteOptions & { readonly version: LeRobotVersion },
): Promise<LeRobotReport> {
  const writer = new DataSet(folder, version, options.humanOnly === true);
  for await (const episode of written(episodes, options)) await writer.add(episode);
  return writer.finish();
}

class DataSet {
  private readonly folder: string;
  private readonly version: LeRobotVersion;
  private readonly notes = new Set<string>();
  private readonly lines: Line[] = [];
  private readonly tasks = new Map<string, number>();
  /** Files of each camera, by where they are. */
  private readonly videoFiles = new Map<string, Map<string, number>>();
  private readonly keepsVideos: boolean;
  private first: Episode | undefined;
  private frames = 0;
  private fileIndex = 0;
  private waiting: FrameColumn[][] = [];
  private waitingFrames = 0;

  constructor(folder: string, version: LeRobotVersion, humanOnly: boolean) {
    this.folder = folder;
    this.version = version;
    // A video of version 2.1 is of a whole episode.
    this.keepsVideos = version === "3.0" || !humanOnly;
  }

  async add(episode: Episode): Promise<void> {
    this.first ??= episode;
    const misfit = misfitOf(episode, this.first);
    if (misfit !== undefined) {
      this.notes.add(`Episode "${episode.id}" is left out: ${misfit}.`);
      return;
    }
    const index = this.lines.length;
    const { rows, ...head } = episode;
    const task = episode.task ?? episode.world;
    if (!this.tasks.has(task)) this.tasks.set(task, this.tasks.size);
    const columns = frameColumns(episode, {
      index,
      firstFrame: this.frames,
      taskIndex: this.tasks.get(task) ?? 0,
    });
    this.lines.push({
      index,
      episode: head,
      parts: partsOf(episode).map(({ name }) => name),
      length: rows.length,
      from: this.frames,
      fileIndex: this.version === "3.0" ? this.fileIndex : index,
      rewarded: rows.some(({ reward }) => reward !== undefined),
      statistics: Object.fromEntries(columns.map((column) => [column.name, statisticsOf(column)])),
      videos: await this.linked(episode, index),
    });
    this.frames += rows.length;
    this.waiting.push(columns);
    this.waitingFrames += rows.length;
    if (this.version === "2.1" || this.waitingFrames >= FILE_FRAMES) await this.flush();
  }

  private async flush(): Promise<void> {
    const [columns] = this.waiting;
    if (columns === undefined) return;
    const merged = columns.map(
      (column, k): ParquetColumn => ({
        name: column.name,
        type: column.type,
        list: column.width > 1,
        data: this.waiting.flatMap((one) => one[k]?.cells ?? []),
      }),
    );
    const place = {
      episode_index: this.fileIndex,
      episode_chunk: Math.floor(this.fileIndex / CHUNK_FILES),
      chunk_index: Math.floor(this.fileIndex / CHUNK_FILES),
      file_index: this.fileIndex % CHUNK_FILES,
    };
    const path = join(this.folder, pathOf(PATHS[this.version].data, place));
    await mkdir(dirname(path), { recursive: true });
    await writeParquet(path, merged);
    this.waiting = [];
    this.waitingFrames = 0;
    this.fileIndex += 1;
  }

  /** Links to an episode's videos, each file once. */
  private async linked(episode: Episode, index: number): Promise<Line["videos"]> {
    const found: Record<string, { file: number; fromS: number; toS: number }> = {};
    if (!this.keepsVideos) return found;
    const seconds = episode.rows.length / episode.controlHz;
    for (const [camera, { path, fromS, toS }] of Object.entries(episode.videos ?? {})) {
      const files = this.videoFiles.get(camera) ?? new Map<string, number>();
      this.videoFiles.set(camera, files);
      const known = this.version === "3.0" ? files.get(path) : undefined;
      const file = known ?? (this.version === "3.0" ? files.size : index);
      if (known === undefined) {
        files.set(path, file);
        await this.link(path, camera, file);
      }
      found[camera] = { file, fromS, toS: toS ?? fromS + seconds };
    }
    return found;
  }

  private async link(from: string, camera: string, file: number): Promise<void> {
    const chunk = Math.floor(file / CHUNK_FILES);
    const place = {
      video_key: camera,
      episode_index: file,
      episode_chunk: chunk,
      chunk_index: chunk,
      file_index: file % CHUNK_FILES,
    };
    const to = join(this.folder, pathOf(PATHS[this.version].video, place));
    await mkdir(dirname(to), { recursive: true });
    try {
      await symlink(from, to);
    } catch {
      // A file system without links, or a folder written to before.
      await copyFile(from, to).catch(() => this.notes.add(`The video ${from} is not there.`));
    }
  }

  async finish(): Promise<LeRobotReport> {
    const { first } = this;
    if (first === undefined)
      throw new Problem("bad-input", "There is no episode to write", { expected: "at least one" });
    await this.flush();
    const meta = join(this.folder, "meta");
    await mkdir(meta, { recursive: true });
    await writeFile(join(meta, "info.json"), `${JSON.stringify(this.info(first), null, 4)}\n`);
    if (this.version === "2.1") await this.listV2(meta);
    else await this.listV3(meta);
    return { episodes: this.lines.length, frames: this.frames, notes: [...this.notes] };
  }

  private info(first: Episode): object {
    const { data, video } = PATHS[this.version];
    const cameras = this.keepsVideos ? Object.entries(first.videos ?? {}) : [];
    const features = {
      ...describeFrames(first),
      ...Object.fromEntries(
        cameras.map(([camera, { feature }]) => [camera, { dtype: "video", ...feature }]),
      ),
    };
    const chunks = Math.ceil(this.lines.length / CHUNK_FILES);
    return {
      codebase_version: `v${this.version}`,
      robot_type: first.world,
      total_episodes: this.lines.length,
      total_frames: this.frames,
      total_tasks: this.tasks.size,
      ...(this.version === "2.1"
        ? { total_videos: this.lines.length * cameras.length, total_chunks: chunks }
        : { data_files_size_in_mb: 100, video_files_size_in_mb: 500 }),
      chunks_size: CHUNK_FILES,
      fps: first.controlHz,
      splits: { train: `0:${this.lines.length}` },
      data_path: data,
      video_path: cameras.length === 0 ? null : video,
      features,
    };
  }

  private async listV2(meta: string): Promise<void> {
    const lines = (values: readonly object[]) =>
      values.map((value) => `${JSON.stringify(value)}\n`).join("");
    await writeFile(
      join(meta, "episodes.jsonl"),
      lines(
        this.lines.map((line) => ({
          episode_index: line.index,
          tasks: [taskOf(line)],
          length: line.length,
          emend: ownWords(line),
        })),
      ),
    );
    const tasks = [...this.tasks].map(([task, task_index]) => ({ task_index, task }));
    await writeFile(join(meta, "tasks.jsonl"), lines(tasks));
    await writeFile(
      join(meta, "episodes_stats.jsonl"),
      lines(
        this.lines.map(({ index, statistics }) => ({ episode_index: index, stats: statistics })),
      ),
    );
  }

  private async listV3(meta: string): Promise<void> {
    const folder = join(meta, "episodes", "chunk-000");
    await mkdir(folder, { recursive: true });
    const int = (name: string, of: (line: Line) => number): ParquetColumn => ({
      name,
      type: "int64",
      data: this.lines.map(of),
    });
    const chunkOf = (file: number) => Math.floor(file / CHUNK_FILES);
    const columns: ParquetColumn[] = [
      int("episode_index", ({ index }) => index),
      { name: "tasks", type: "string", list: true, data: this.lines.map((line) => [taskOf(line)]) },
      int("length", ({ length }) => length),
      int("data/chunk_index", ({ fileIndex }) => chunkOf(fileIndex)),
      int("data/file_index", ({ fileIndex }) => fileIndex % CHUNK_FILES),
      int("dataset_from_index", ({ from }) => from),
      int("dataset_to_index", ({ from, length }) => from + length),
      int("meta/episodes/chunk_index", () => 0),
      int("meta/episodes/file_index", () => 0),
      { name: "emend", type: "string", data: this.lines.map(ownWords) },
      ...this.videoColumns(int, chunkOf),
      ...this.statisticColumns(),
    ];
    await writeParquet(join(folder, "file-000.parquet"), columns);
    await writeParquet(
      join(meta, "tasks.parquet"),
      [
        { name: "task_index", type: "int64", data: [...this.tasks.values()] },
        { name: "task", type: "string", data: [...this.tasks.keys()] },
      ],
      [{ key: "pandas", value: JSON.stringify(INDEXED_BY_TASK) }],
    );
    const all = this.lines.map(({ statistics }) => statistics);
    await writeFile(join(meta, "stats.json"), `${JSON.stringify(mergeStatistics(all), null, 4)}\n`);
  }

  private videoColumns(
    int: (name: string, of: (line: Line) => number) => ParquetColumn,
    chunkOf: (file: number) => number,
  ): ParquetColumn[] {
    const cameras = [...this.videoFiles.keys()];
    return cameras.flatMap((camera) => {
      const of = (line: Line) => line.videos[camera] ?? { file: 0, fromS: 0, toS: 0 };
      const seconds = (name: string, value: (line: Line) => number): ParquetColumn => ({
        name: `videos/${camera}/${name}`,
        type: "double",
        data: this.lines.map(value),
      });
      return [
        int(`videos/${camera}/chunk_index`, (line) => chunkOf(of(line).file)),
        int(`videos/${camera}/file_index`, (line) => of(line).file % CHUNK_FILES),
        seconds("from_timestamp", (line) => of(line).fromS),
        seconds("to_timestamp", (line) => of(line).toS),
      ];
    });
  }

  private statisticColumns(): ParquetColumn[] {
    const names = Object.keys(this.lines[0]?.statistics ?? {});
    return names.flatMap((name) =>
      (["min", "max", "mean", "std", "count"] as const).map(
        (key): ParquetColumn => ({
          name: `stats/${name}/${key}`,
          type: key === "count" ? "int64" : "double",
          list: key !== "count",
          data: this.lines.map(({ statistics }) => {
            const value = statistics[name]?.[key] ?? [];
            return key === "count" ? value[0] : value;
          }),
        }),
      ),
    );
  }
}

/** What pandas must be told to find the tasks as the index of their table, as LeRobot does. */
const INDEXED_BY_TASK = {
  index_columns: ["task"],
  column_indexes: [
    { name: null, field_name: null, pandas_type: "unicode", numpy_type: "object", metadata: null },
  ],
  columns: [
    {
      name: "task_index",
      field_name: "task_index",
      pandas_type: "int64",
      numpy_type: "int64",
      metadata: null,
    },
    {
      name: "task",
      field_name: "task",
      pandas_type: "unicode",
      numpy_type: "object",
      metadata: null,
    },
  ],
  pandas_version: "2.2.0",
};

const taskOf = ({ episode }: Line): string => episode.task ?? episode.world;

/** What LeRobot has no field for, as JSON. */
function ownWords({ episode, parts, rewarded }: Line): string {
  const { id, world, seed, round, policyId, end, notReal, preWindows, observed, actionNames } =
    episode;
  const { task = null } = episode;
  const said = { id, world, seed, round, policyId, end, notReal, preWindows };
  return JSON.stringify({
    ...said,
    ...(observed && { observed }),
    ...(actionNames && { actionNames }),
    ...(task === null ? {} : { task }),
    ...{ parts, rewarded },
  });
}

const partsOf = ({ observed, rows }: Episode) =>
  observed ?? [{ name: STATE, size: rows[0]?.obs.length ?? 0 }];

/** Why an episode cannot stand beside the first. */
function misfitOf(episode: Episode, first: Episode): string | undefined {
  if (episode.controlHz !== first.controlHz)
    return `it runs at ${episode.controlHz} steps a second, the others at ${first.controlHz}`;
  const sizes = (of: Episode) =>
    JSON.stringify([
      partsOf(of).map(({ name, size }) => [featureName(name), size]),
      of.rows[0]?.action.length,
    ]);
  if (sizes(episode) !== sizes(first)) return "its observations or actions are of other sizes";
  const cameras = (of: Episode) => JSON.stringify(Object.keys(of.videos ?? {}).sort());
  if (cameras(episode) !== cameras(first)) return "it has other cameras";
  return undefined;
}
