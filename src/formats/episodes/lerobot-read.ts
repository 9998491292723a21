/**
 * LeRobot data sets, versions 2.0 to 3.0: Parquet for what is numbers, videos left where they are.
 * A column of Emend's own, or one of the booleans that other tools mark interventions by, says who
 * acted; without any, all of it is demonstrations.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { StepRow } from "#core/episode.ts";
import { badInput, isProblem, Problem, quoted } from "#core/errors.ts";
import type { EpisodeBatch, EpisodeReadOptions } from "./episode-format.ts";
import { EpisodeIntake } from "./episode-intake.ts";
import {
  type Feature,
  featureName,
  INTERVENTION_COLUMNS,
  Info,
  isNumeric,
  MODES,
  pathOf,
  SEGMENTS,
  SOURCES,
  STATE,
  widthOf,
} from "./lerobot-format.ts";
import { type Cell, type Row, readParquet } from "./parquet-file.ts";

/** What the data set says of one episode: a line of `episodes.jsonl`, or a row of `meta/episodes`. */
type Described = Readonly<Record<string, unknown>>;

export async function* readLeRobot(
  folder: string,
  options: EpisodeReadOptions,
): AsyncGenerator<EpisodeBatch> {
  const { file = folder } = options;
  const info = await infoOf(folder);
  const isV3 = /^v?3/.test(info.codebase_version);
  const intake = new EpisodeIntake(file);
  const reading = { folder, info, options, file };
  tellOfTheRest(info, options);
  const parts = isV3 ? filesOfV3(reading) : filesOfV2(reading);
  for await (const { path, episodes } of parts) {
    options.signal?.throwIfAborted();
    let byIndex: Map<number, Row[]>;
    try {
      byIndex = grouped(await readParquet(join(folder, path), path));
    } catch (error) {
      if (!isProblem(error)) throw error;
      for (const one of episodes) intake.refuse(error, nameOf(one));
      continue;
    }
    for (const described of episodes) {
      try {
        const rows = byIndex.get(indexOf(described)) ?? byIndex.get(UNNUMBERED) ?? [];
        intake.offer(episodeOf(rows, described, reading), nameOf(described), { file: path });
      } catch (error) {
        if (!isProblem(error)) throw error;
        intake.refuse(error, nameOf(described), { file: path });
      }
      if (intake.full) yield intake.take();
    }
  }
  yield* intake.finish();
}

interface Reading {
  readonly folder: string;
  readonly info: Info;
  readonly options: EpisodeReadOptions;
  readonly file: string;
}

async function infoOf(folder: string): Promise<Info> {
  const file = "meta/info.json";
  const path = join(folder, file);
  if (!existsSync(path))
    throw new Problem("bad-input", "The folder is not a LeRobot data set", {
      expected: file,
      got: "none",
      at: { file: folder },
    });
  const value = json(await readFile(path, "utf8"), file);
  const info = Info.safeParse(value);
  if (!info.success) throw badInput(info.error, value, { file });
  if (!/^v?[23]/.test(info.data.codebase_version))
    throw new Problem("bad-input", "The data set is of a version not known here", {
      expected: "v2.0, v2.1 or v3.0",
      got: quoted(info.data.codebase_version),
      at: { file, field: "codebase_version" },
      hint: "LeRobot has scripts that convert its earlier versions.",
    });
  return info.data;
}

function json(text: string, file: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem("bad-input", "It is not JSON", {
      got: error instanceof Error ? error.message : String(error),
      at: { file, ...(line !== undefined && { line }) },
    });
  }
}

function tellOfTheRest({ features }: Info, { note }: EpisodeReadOptions): void {
  for (const [name, feature] of Object.entries(features)) {
    if (feature.dtype === "image")
      note?.(`Pictures of "${name}" are in the Parquet files, and are not kept.`);
    if (feature.dtype === "video") note?.(`Videos of "${name}" stay where they are, by reference.`);
  }
}

const indexOf = (described: Described): number => Number(described.episode_index ?? Number.NaN);
const nameOf = (described: Described): string => `episode_${indexOf(described)}`;

interface Part {
  readonly path: string;
  readonly episodes: readonly Described[];
}

async function* filesOfV2({ folder, info }: Reading): AsyncGenerator<Part> {
  const file = "meta/episodes.jsonl";
  const path = join(folder, file);
  if (!existsSync(path))
    throw new Problem("bad-input", "The list of episodes is missing", { at: { file } });
  const lines = (await readFile(path, "utf8")).split("\n");
  for (const [k, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const described = json(line, file, k + 1) as Described; // read field by field, each checked
    const index = indexOf(described);
    const values = {
      episode_index: index,
      episode_chunk: Math.floor(index / info.chunks_size),
    };
    yield { path: pathOf(info.data_path, values), episodes: [described] };
  }
}

async function* filesOfV3({ folder, info }: Reading): AsyncGenerator<Part> {
  const root = join("meta", "episodes");
  const found = existsSync(join(folder, root))
    ? await readdir(join(folder, root), { recursive: true })
    : [];
  const files = found.filter((name) => name.endsWith(".parquet")).sort();
  if (files.length === 0)
    throw new Problem("bad-input", "The list of episodes is missing", {
      expected: "meta/episodes/chunk-000/file-000.parquet",
      at: { file: root },
    });
  const byFile = new Map<string, Row[]>();
  for (const name of files)
    for (const row of await readParquet(join(folder, root, name), join(root, name))) {
      const values = {
        chunk_index: Number(row["data/chunk_index"]),
        file_index: Number(row["data/file_index"]),
      };
      const path = pathOf(info.data_path, values);
      byFile.set(path, [...(byFile.get(path) ?? []), row]);
    }
  for (const [path, episodes] of byFile) yield { path, episodes };
}

/** Frames of a file that does not say which episode they are of: all of the one it is. */
const UNNUMBERED = -1;

function grouped(rows: readonly Row[]): Map<number, Row[]> {
  const byIndex = new Map<number, Row[]>();
  for (const row of rows) {
    const index = row.episode_index === undefined ? UNNUMBERED : Number(row.episode_index);
    const list = byIndex.get(index);
    if (list === undefined) byIndex.set(index, [row]);
    else list.push(row);
  }
  return byIndex;
}

const bad = (field: string, expected: string, got: unknown): Problem =>
  new Problem("bad-input", `"${field}" is not as expected`, {
    expected,
    got: quoted(typeof got === "bigint" ? Number(got) : got),
    at: { field },
  });

/** A cell's numbers, whatever they are held in. */
function numbers(cell: Cell, field: string): number[] {
  const list = Array.isArray(cell)
    ? cell
    : ArrayBuffer.isView(cell)
      ? [...(cell as Float64Array)]
      : [cell]; // a typed array
  return list.map((value) => {
    const number = typeof value === "boolean" || typeof value === "bigint" ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
    throw bad(field, "finite numbers", value);
  });
}

function episodeOf(rows: readonly Row[], described: Described, reading: Reading): unknown {
  const { info, options, folder, file } = reading;
  const length = Number(described.length ?? rows.length);
  if (rows.length !== length || rows.length === 0)
    throw new Problem("bad-input", "The episode is cut short", {
      expected: `${length} frames`,
      got: `${rows.length}`,
      at: { field: "length" },
    });
  const own = ownWords(described);
  const parts = partsOf(info, own.observed, options.observations);
  if (info.features.action === undefined)
    throw bad("features.action", "a feature of numbers", "none");
  const task = taskOf(described);
  const steps = rows.map((row, t) => stepOf(row, t, { parts, own, info }));
  const videos = videosOf(info, described, folder);
  return {
    id: `${file}/${nameOf(described)}`,
    world: info.robot_type ?? options.world,
    seed: null,
    round: options.round ?? 0,
    policyId: null,
    controlHz: info.fps,
    end: endOf(rows, options),
    observed: parts.map(({ name, feature }) => ({ name, size: widthOf(feature) })),
    ...actionNames(info.features.action),
    ...(task !== undefined && { task }),
    ...(videos && { videos }),
    ...own.episode,
    rows: steps,
  };
}

interface Own {
  /** Fields of the episode as it was exported. */
  readonly episode: Readonly<Record<string, unknown>>;
  readonly observed: readonly string[] | undefined;
  readonly rewarded: boolean;
}

/** What an export of Emend's says of an episode; nothing where it is somebody else's. */
function ownWords(described: Described): Own {
  const text = described.emend;
  if (typeof text !== "string") return { episode: {}, observed: undefined, rewarded: true };
  const said = json(text, "meta/episodes");
  if (typeof said !== "object" || said === null) throw bad("emend", "a JSON object", said);
  const { rewarded = true, parts, ...episode } = said as Record<string, unknown>; // an object, as was checked
  return {
    episode,
    observed: Array.isArray(parts) ? parts.map(String) : undefined,
    rewarded: rewarded === true,
  };
}

interface PartOf {
  readonly name: string;
  readonly feature: Feature;
}

function partsOf(
  { features }: Info,
  own: readonly string[] | undefined,
  asked: readonly string[] | undefined,
): PartOf[] {
  const numeric = Object.keys(features).filter(
    (name) => name.startsWith("observation.") && isNumeric(features[name] as Feature), // its own key
  );
  const standard = numeric.toSorted((a, b) => Number(b === STATE) - Number(a === STATE));
  const names = asked ?? own?.map(featureName) ?? standard;
  if (names.length === 0) throw bad("features", "an observation of numbers", Object.keys(features));
  return names.map((name) => {
    const feature = features[featureName(name)];
    if (feature === undefined || !isNumeric(feature)) throw bad(name, numeric.join(", "), "none");
    return { name: featureName(name), feature };
  });
}

function stepOf(
  row: Row,
  t: number,
  {
    parts,
    own,
    info,
  }: { readonly parts: readonly PartOf[]; readonly own: Own; readonly info: Info },
): StepRow {
  const count = (name: string): number | undefined => {
    const cell = row[name];
    return cell === undefined || cell === null ? undefined : numbers(cell, name)[0];
  };
  const has = (name: string) => Object.hasOwn(info.features, name);
  const frame = count("frame_index") ?? t;
  if (frame !== t) throw bad("frame_index", `${t}: frames in order, none missing`, frame);
  const segment = has("segment") ? SEGMENTS[count("segment") ?? 0] : undefined;
  const mode = has("mode") ? MODES[count("mode") ?? 0] : undefined;
  const interventionId = has("intervention_id") ? (count("intervention_id") ?? -1) : -1;
  const subtask = has("subtask") ? (count("subtask") ?? -1) : -1;
  const reward = own.rewarded ? count("next.reward") : undefined;
  return {
    t,
    obs: parts.flatMap(({ name }) => numbers(row[name], name)),
    action: numbers(row.action, "action"),
    source: sourceOf(row, info),
    ...(segment && { segment }),
    ...(mode && { mode }),
    ...(interventionId >= 0 && { interventionId }),
    ...(subtask >= 0 && { subtask }),
    ...(reward !== undefined && { reward }),
  };
}

function sourceOf(row: Row, { features }: Info): StepRow["source"] {
  if (Object.hasOwn(features, "source") && isNumeric(features.source as Feature)) {
    const [code = -1] = numbers(row.source, "source");
    const source = SOURCES[code];
    if (source === undefined) throw bad("source", "0 (demo), 1 (policy) or 2 (human)", code);
    return source;
  }
  const column = INTERVENTION_COLUMNS.find((name) => Object.hasOwn(features, name));
  if (column === undefined) return "demo";
  const [taken] = numbers(row[column], column);
  if (taken !== 0 && taken !== 1) throw bad(column, "true or false", taken);
  return taken === 1 ? "human" : "policy";
}

function endOf(rows: readonly Row[], { end }: EpisodeReadOptions): string {
  if (end !== undefined) return end;
  const last = rows.at(-1)?.["next.success"];
  if (last === undefined || last === null) return "success";
  return numbers(last, "next.success")[0] === 1 ? "success" : "failure";
}

function taskOf({ tasks }: Described): string | undefined {
  const first: unknown = Array.isArray(tasks) ? tasks[0] : tasks;
  return typeof first === "string" && first !== "" ? first : undefined;
}

function actionNames(feature: Feature): { actionNames?: string[] } {
  const named: unknown =
    typeof feature.names === "object" && feature.names !== null && !Array.isArray(feature.names)
      ? Object.values(feature.names)[0]
      : feature.names;
  const fits = Array.isArray(named) && named.length === widthOf(feature);
  return fits ? { actionNames: named.map(String) } : {};
}

function videosOf(info: Info, described: Described, folder: string) {
  const { video_path } = info;
  const cameras = Object.entries(info.features).filter(([, { dtype }]) => dtype === "video");
  if (video_path === null || video_path === undefined || cameras.length === 0) return undefined;
  const index = indexOf(described);
  return Object.fromEntries(
    cameras.map(([camera, feature]) => {
      const of = (what: string): number | undefined => {
        const cell = described[`videos/${camera}/${what}`];
        return cell === undefined || cell === null ? undefined : Number(cell);
      };
      const values = {
        video_key: camera,
        episode_index: index,
        episode_chunk: Math.floor(index / info.chunks_size),
        chunk_index: of("chunk_index") ?? 0,
        file_index: of("file_index") ?? 0,
      };
      const toS = of("to_timestamp");
      return [
        camera,
        {
          path: resolve(folder, pathOf(video_path, values)),
          fromS: of("from_timestamp") ?? 0,
          ...(toS !== undefined && { toS }),
          feature,
        },
      ];
    }),
  );
}
