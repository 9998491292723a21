/** What a LeRobot data set looks like on disk, versions 2.0, 2.1 and 3.0. */
import { z } from "zod";

export const LEROBOT_VERSIONS = ["2.1", "3.0"] as const;
export type LeRobotVersion = (typeof LEROBOT_VERSIONS)[number];

export const Feature = z.looseObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  names: z.unknown().optional(),
});
export type Feature = z.infer<typeof Feature>;

/** `meta/info.json`. */
export const Info = z.looseObject({
  codebase_version: z.string(),
  robot_type: z.string().nullish(),
  fps: z.number().positive(),
  chunks_size: z.int().positive().default(1_000),
  data_path: z.string(),
  video_path: z.string().nullish(),
  features: z.record(z.string(), Feature),
});
export type Info = z.infer<typeof Info>;

export const PATHS = {
  "2.1": {
    data: "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet",
    video: "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4",
  },
  "3.0": {
    data: "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
    video: "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4",
  },
} as const;

/** A path from its pattern: `{episode_index:06d}` of 7 is `000007`. */
export const pathOf = (
  pattern: string,
  values: Readonly<Record<string, string | number>>,
): string =>
  pattern.replace(/\{(\w+)(?::0?(\d+)d)?\}/g, (whole, name: string, width?: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value).padStart(Number(width ?? 0), "0");
  });

/** Numbers as whole columns: pictures and texts are other dtypes. */
export const isNumeric = ({ dtype, shape }: Feature): boolean =>
  /^(float|int|uint|bool)/.test(dtype) && shape.length <= 1;

export const widthOf = ({ shape }: Feature): number => shape[0] ?? 1;

/** Columns in which other tools say that a person took over. */
export const INTERVENTION_COLUMNS = [
  "intervention",
  "is_intervention",
  "complementary_info.is_intervention",
] as const;

/** How Emend's own columns count what they say; 0 where a step has none. */
export const SOURCES = ["demo", "policy", "human"] as const;
export const SEGMENTS = [undefined, "recovery", "correction"] as const;
export const MODES = [undefined, "teleop", "residual"] as const;

/** The feature that a part of an observation is. */
export const featureName = (part: string): string =>
  part.startsWith("observation.") ? part : `observation.${part}`;

/** What an observation is called where nobody named its parts. */
export const STATE = "observation.state";
