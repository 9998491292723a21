/** Emend's own format: one `Episode` as JSON a line. Nothing is lost either way. */
import type { Episode } from "#core/episode.ts";
import { type ByteStream, chunksOf } from "#formats/format.ts";
import { notAnArray, parseJson } from "#formats/jsonl.ts";
import { LineReader } from "#formats/lines.ts";
import {
  type EpisodeBatch,
  type EpisodeReadOptions,
  type EpisodeWriteOptions,
  written,
} from "./episode-format.ts";
import { EpisodeIntake } from "./episode-intake.ts";

/** Half an hour at 50 steps a second of a hundred numbers each. */
const LINE_BYTES_MAX = 256 * 2 ** 20;

export async function* readEpisodeLines(
  input: ByteStream,
  { file, signal }: Pick<EpisodeReadOptions, "file" | "signal"> = {},
): AsyncGenerator<EpisodeBatch> {
  const intake = new EpisodeIntake(file);
  const lines = new LineReader(
    {
      line(text, line) {
        if (text.trim() === "") return;
        notAnArray(text, line);
        const parsed = parseJson(text);
        if (parsed.ok) intake.offer(parsed.value, idOf(parsed.value), { line });
        else intake.refuse(parsed.error, "", { line });
      },
      refuse: (problem, at) => intake.refuse(problem, "", at),
    },
    LINE_BYTES_MAX,
  );
  for await (const chunk of chunksOf(input, signal)) {
    lines.push(chunk);
    if (intake.full) yield intake.take();
  }
  lines.end();
  yield* intake.finish();
}

const idOf = (value: unknown): string =>
  typeof value === "object" && value !== null && "id" in value && typeof value.id === "string"
    ? value.id
    : "";

export async function* writeEpisodeLines(
  episodes: AsyncIterable<Episode>,
  options: EpisodeWriteOptions = {},
): AsyncGenerator<string> {
  for await (const episode of written(episodes, options)) yield `${JSON.stringify(episode)}\n`;
}
