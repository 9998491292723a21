/** Episodes on their way in, and what is said of them afterwards. */
import type { Actor } from "#core/correction.ts";
import type { Episode, EpisodeEnd } from "#core/episode.ts";
import { checkedEpisode } from "#core/episode-check.ts";
import {
  type EpisodeChange,
  type EpisodeHead,
  editedEpisode,
  stepsMs,
} from "#core/episode-edits.ts";
import type { EpisodeDetail, EpisodePage, EpisodeSummary, RowsInput } from "#core/episode-views.ts";
import { Problem, problemText } from "#core/errors.ts";
import { ActorId, type ItemId, type ProjectId } from "#core/ids.ts";
import { unwrap } from "#core/result.ts";
import { realityCorrection, takeOverCorrections } from "#correct/take-overs.ts";
import type { EpisodeFilter, EpisodeRow } from "#store/episode-store.ts";
import { type Host, perStore } from "./host.ts";
import { robotProject } from "./robot-projects.ts";

/** Silence after which a running episode is over: whoever recorded it has gone. */
const SILENCE_MS_MAX = 60_000;
const SYSTEM = ActorId.parse("emend");

export function episodeSummary({ id, facts, edits, version, atMs }: EpisodeRow): EpisodeSummary {
  const { steps, humanSteps, controlHz, end } = facts;
  return {
    ...facts,
    id,
    version,
    discarded: edits.discarded || end === "discarded",
    seconds: stepsMs(steps, controlHz) / 1_000,
    humanSeconds: stepsMs(humanSteps, controlHz) / 1_000,
    atMs,
  };
}

export async function listEpisodes(
  host: Host,
  id: ProjectId,
  how: EpisodeFilter & { readonly limit: number; readonly cursor?: string | undefined },
): Promise<EpisodePage> {
  await robotProject(host, id);
  const { cursor, ...filter } = how;
  const beforeSeq = cursor === undefined ? undefined : placeOf(cursor);
  const { rows, total } = await host.store.episodes(id, { ...filter, beforeSeq });
  const last = rows.at(-1);
  return {
    episodes: rows.map(episodeSummary),
    next: last === undefined || rows.length < how.limit ? null : String(last.seq),
    total,
  };
}

function placeOf(cursor: string): number {
  const place = Number(cursor);
  if (Number.isSafeInteger(place) && place > 0) return place;
  throw new Problem("bad-input", "The cursor is not one", {
    expected: "`next` of an earlier page",
    got: cursor,
    at: { field: "cursor" },
  });
}

export async function episodeDetail(
  host: Host,
  id: ProjectId,
  episodeId: ItemId,
): Promise<EpisodeDetail> {
  await robotProject(host, id);
  const { row, episode } = await knownEpisode(host, id, episodeId);
  return { summary: episodeSummary(row), episode: editedEpisode(episode, row.edits) };
}

async function knownEpisode(host: Host, id: ProjectId, episodeId: ItemId) {
  const found = await host.store.episode(id, episodeId);
  if (found !== undefined) return found;
  throw new Problem("not-found", `There is no episode "${episodeId}" in this project`);
}

/** Whole episodes: durable, with their take-overs as corrections, before it resolves. */
export async function recordEpisodes(
  host: Host,
  id: ProjectId,
  how: {
    readonly episodes: readonly Episode[];
    readonly by: ActorId;
    /** Default: a person. */
    readonly kind?: Actor["kind"];
  },
): Promise<{ accepted: ItemId[]; duplicates: ItemId[] }> {
  const { episodes, by, kind = "person" } = how;
  const made = { by: { id: by, kind }, atMs: host.clock.nowMs() };
  const recorded = episodes.map((episode) => ({
    episode,
    corrections: takeOverCorrections(episode, made),
  }));
  const taken = await host.store.recordEpisodes(id, recorded, by);
  if (taken.accepted.length > 0) {
    const [only] = taken.accepted;
    const episodeId = taken.accepted.length === 1 && only !== undefined ? only : null;
    host.live.publish({ kind: "episodes-changed", projectId: id, episodeId });
  }
  return taken;
}

interface Running {
  readonly sizes: { readonly obs: number; readonly action: number };
  readonly silence: NodeJS.Timeout;
}
const runningIn = perStore(() => new Map<string, Running>());

/** Rows of an episode that runs in a page or on a robot: durable before it resolves to how many there are. */
export async function appendRows(
  host: Host,
  id: ProjectId,
  { episodeId, input, by }: { episodeId: ItemId; input: RowsInput; by: ActorId },
): Promise<number> {
  const key = `${id}\n${episodeId}`;
  const running = runningIn(host);
  const known = running.get(key);
  const [first] = input.rows;
  const sizes = known?.sizes ?? {
    obs: first?.obs.length ?? 0,
    action: first?.action.length ?? 0,
  };
  const odd = input.rows.findIndex(
    ({ obs, action }) => obs.length !== sizes.obs || action.length !== sizes.action,
  );
  if (odd >= 0)
    throw new Problem("bad-input", "A step is of another size than those before", {
      expected: `${sizes.obs} numbers observed, ${sizes.action} in an action`,
      got: `${input.rows[odd]?.obs.length} and ${input.rows[odd]?.action.length}`,
      at: { field: `rows.${odd}` },
    });
  const count = await host.store.appendEpisodeRows(id, { episodeId, ...input });
  clearTimeout(known?.silence);
  const silence = setTimeout(() => {
    endEpisode(host, id, { episodeId, end: "stopped", by }).catch((err: unknown) =>
      host.log.warn({ err, projectId: id, episodeId }, "a silent episode could not be ended"),
    );
  }, SILENCE_MS_MAX);
  silence.unref();
  running.set(key, { sizes, silence });
  return count;
}

/** Ends a running episode: recorded as it came. Ended already, it answers as it stands. */
export async function endEpisode(
  host: Host,
  id: ProjectId,
  { episodeId, end, by }: { episodeId: ItemId; end: EpisodeEnd; by: ActorId },
): Promise<EpisodeSummary> {
  const key = `${id}\n${episodeId}`;
  const running = await host.store.runningEpisode(id, episodeId);
  if (running !== undefined) {
    const head: EpisodeHead = { id: episodeId, ...running.head };
    const episode = unwrap(checkedEpisode({ ...head, end, rows: running.rows }));
    await recordEpisodes(host, id, { episodes: [episode], by });
    clearTimeout(runningIn(host).get(key)?.silence);
    runningIn(host).delete(key);
  }
  return episodeSummary((await knownEpisode(host, id, episodeId)).row);
}

/** Episodes that a stop of the server cut off are recorded with what there is of them. */
export async function closeInterrupted(host: Host, id: ProjectId): Promise<void> {
  for (const episodeId of await host.store.runningEpisodes(id))
    await endEpisode(host, id, { episodeId, end: "stopped", by: SYSTEM }).catch((err: unknown) =>
      host.log.warn({ err, episodeId }, `an interrupted episode: ${textOf(err)}`),
    );
}

const textOf = (err: unknown): string =>
  err instanceof Problem ? problemText(err) : "it could not be ended";

/** One edit, on the version it was made on. A take-over said to be none is a correction taken back. */
export async function changeEpisode(
  host: Host,
  id: ProjectId,
  asked: { episodeId: ItemId; version: number; change: EpisodeChange; by: ActorId },
): Promise<EpisodeDetail> {
  await robotProject(host, id);
  const { episodeId, version, change, by } = asked;
  const { row, episode } = await knownEpisode(host, id, episodeId);
  const correction = await correctionFor(host, id, { row, episode, change, by });
  const edited = await host.store.editEpisode(id, {
    episodeId,
    change,
    correction,
    expectedVersion: version,
    by,
  });
  if (edited.kind !== "edited")
    throw new Problem("conflict", "The episode was edited meanwhile", {
      expected: `version ${edited.kind === "stale" ? edited.row.version : row.version}`,
      got: `version ${version}`,
      at: { field: "version" },
    });
  host.live.publish({ kind: "episodes-changed", projectId: id, episodeId });
  return {
    summary: episodeSummary(edited.row),
    episode: editedEpisode(episode, edited.row.edits),
  };
}

async function correctionFor(
  host: Host,
  id: ProjectId,
  made: { row: EpisodeRow; episode: Episode; change: EpisodeChange; by: ActorId },
) {
  const { row, episode, change, by } = made;
  if (change.kind !== "real") return undefined;
  const takeOver = row.facts.takeOvers.find(
    ({ interventionId }) => interventionId === change.interventionId,
  );
  const isReal = !row.edits.notReal.includes(change.interventionId);
  if (takeOver === undefined || isReal === change.real) return undefined;
  const chain = await host.store.corrections(id, { itemId: row.id });
  const at = { by: { id: by, kind: "person" as const }, atMs: host.clock.nowMs() };
  return realityCorrection(episode, { takeOver, chain }, at);
}

/** Bodies are immutable, so what was read once is kept, up to so many steps. */
const KEPT_STEPS_MAX = 1_000_000;
const keptIn = perStore(() => ({ bodies: new Map<string, Episode>(), steps: 0 }));

/** All episodes as they stand, in the order recorded, with their rows. */
export async function* editedEpisodes(
  host: Host,
  id: ProjectId,
): AsyncGenerator<{ readonly row: EpisodeRow; readonly episode: Episode }> {
  const kept = keptIn(host);
  for await (const rows of host.store.allEpisodes(id))
    for (const row of rows) {
      let body = kept.bodies.get(row.blob);
      if (body === undefined) {
        ({ episode: body } = await knownEpisode(host, id, row.id));
        if (kept.steps + body.rows.length <= KEPT_STEPS_MAX) {
          kept.bodies.set(row.blob, body);
          kept.steps += body.rows.length;
        }
      }
      yield { row, episode: editedEpisode(body, row.edits) };
    }
}
