/** Where the episodes of a data set come together: each checked on its own, bad ones kept apart. */
import { createHash } from "node:crypto";
import type { Episode } from "#core/episode.ts";
import { checkedEpisode } from "#core/episode-check.ts";
import { type Place, Problem, problemText } from "#core/errors.ts";
import { RAW_CHARS_MAX, type Reject } from "#formats/format.ts";
import type { EpisodeBatch } from "./episode-format.ts";

/** Steps of one batch: what is held in memory at a time. */
const BATCH_STEPS = 20_000;

export class EpisodeIntake {
  private readonly file: string | undefined;
  private readonly ids = new Set<string>();
  /** By what was seen and done, the id it came under first. */
  private readonly bodies = new Map<string, string>();
  private episodes: Episode[] = [];
  private rejects: Reject[] = [];
  private steps = 0;
  private count = 0;

  constructor(file: string | undefined) {
    this.file = file;
  }

  get full(): boolean {
    return this.steps >= BATCH_STEPS || this.rejects.length >= 1_000;
  }

  /** `name`: of the episode in its data set; `at`: where its problems are put. */
  offer(value: unknown, name: string, at: Place = {}): void {
    const checked = checkedEpisode(value);
    if (!checked.ok) {
      this.refuse(checked.error, name, at);
      return;
    }
    const episode = checked.value;
    const body = fingerprint(episode);
    const twin = this.bodies.get(body);
    if (this.ids.has(episode.id) || twin !== undefined) {
      const got = twin === undefined ? `a second "${episode.id}"` : `the same steps as "${twin}"`;
      const again = new Problem("bad-input", "The episode was there before", {
        expected: "each recording once",
        got,
        at: { field: "id" },
      });
      this.refuse(again, name, at);
      return;
    }
    this.ids.add(episode.id);
    this.bodies.set(body, episode.id);
    this.count += 1;
    this.steps += episode.rows.length;
    this.episodes.push(episode);
  }

  refuse(problem: Problem, name: string, at: Place = {}): void {
    this.count += 1;
    const { line, row } = at;
    const place = {
      ...(this.file !== undefined && { file: this.file }),
      ...at,
      ...problem.detail.at,
    };
    const named = name === "" ? problem.message : `${name}: ${problem.message}`;
    this.rejects.push({
      ...(this.file !== undefined && { file: this.file }),
      ...(line !== undefined && { line }),
      ...(row !== undefined && { row }),
      raw: name.slice(0, RAW_CHARS_MAX),
      problem: problemText(new Problem(problem.kind, named, { ...problem.detail, at: place })),
    });
  }

  take(): EpisodeBatch {
    const batch = { episodes: this.episodes, rejects: this.rejects };
    this.episodes = [];
    this.rejects = [];
    this.steps = 0;
    return batch;
  }

  /** The last batch. A data set without a single episode is a problem of its own. */
  *finish(): Generator<EpisodeBatch> {
    if (this.count === 0)
      throw new Problem("bad-input", "There is no episode in the data", {
        expected: "at least one",
        ...(this.file !== undefined && { at: { file: this.file } }),
      });
    if (this.episodes.length + this.rejects.length > 0) yield this.take();
  }
}

function fingerprint({ rows }: Episode): string {
  const hash = createHash("sha256");
  for (const { obs, action } of rows) hash.update(Float64Array.of(...obs, ...action));
  return hash.digest("base64");
}
