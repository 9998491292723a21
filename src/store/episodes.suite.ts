/** What the store does with episodes, whatever it runs on. */
import { describe, expect, test } from "vitest";
import { Episode, type StepRow } from "#core/episode.ts";
import { editedEpisode } from "#core/episode-edits.ts";
import { ActorId, type ProjectId } from "#core/ids.ts";
import { realityCorrection, takeOverCorrections } from "#correct/take-overs.ts";
import type { RecordedEpisode } from "./episode-store.ts";
import { itemId } from "./samples.ts";
import { all, type Kit, problem } from "./suite-kit.ts";

const BY = { by: { id: ActorId.parse("ann"), kind: "person" as const }, atMs: 5 };
const row = (t: number, more: Partial<StepRow> = {}): StepRow => ({
  t,
  obs: [t / 3, 1e-17],
  action: [0.1, -1, 1],
  source: "policy",
  ...more,
});
const rows = (count: number, human: readonly number[] = []): StepRow[] =>
  Array.from({ length: count }, (_, t) =>
    human.includes(t) ? row(t, { source: "human", interventionId: 0 }) : row(t),
  );
const episode = (id: string, more: Partial<Episode> = {}): Episode =>
  Episode.parse({
    id,
    world: "tabletop",
    seed: "7",
    round: 1,
    policyId: null,
    controlHz: 20,
    end: "success",
    rows: rows(5, [2, 3]),
    ...more,
  });
const recorded = (episode: Episode): RecordedEpisode => ({
  episode,
  corrections: takeOverCorrections(episode, BY),
});
const HEAD = { world: "tabletop", seed: "7", round: 1, policyId: null, controlHz: 20 };

export function episodeSuite(kit: Kit): void {
  const record = (id: ProjectId, ...episodes: Episode[]) =>
    kit.store.recordEpisodes(id, episodes.map(recorded), "ann");

  describe("episodes", () => {
    test("are recorded once, read to the last bit, listed newest first and by what they are", async () => {
      const id = await kit.project();
      const demo = episode("demo", { round: 0, rows: [row(0, { source: "demo" })] });
      expect(await record(id, demo, episode("a"), episode("a", { round: 9 }))).toEqual({
        accepted: ["demo", "a"],
        duplicates: ["a"],
      });
      await record(id, episode("b", { end: "time-out", policyId: "p" }), demo);
      expect((await kit.store.episode(id, itemId("a")))?.episode).toEqual(episode("a"));
      expect(await kit.store.episode(id, itemId("none"))).toBeUndefined();
      const listed = async (how: Partial<Parameters<typeof kit.store.episodes>[1]> = {}) => {
        const page = await kit.store.episodes(id, { limit: 10, ...how });
        return [page.total, ...page.rows.map((found) => found.id)];
      };
      expect(await listed()).toEqual([3, "b", "a", "demo"]);
      expect(await listed({ round: 0 })).toEqual([1, "demo"]);
      expect(await listed({ end: "time-out", policyId: "p" })).toEqual([1, "b"]);
      expect(await listed({ discarded: true })).toEqual([0]);
      const [first] = (await kit.store.episodes(id, { limit: 1 })).rows;
      expect(await listed({ limit: 1, beforeSeq: first?.seq })).toEqual([3, "a"]);
      const streamed = await all(kit.store.allEpisodes(id));
      expect(streamed.map((found) => found.id)).toEqual(["demo", "a", "b"]);
    });

    test("a take-over is a correction among the others, with its effort", async () => {
      const id = await kit.project();
      await record(id, episode("a"), episode("b", { rows: rows(3) }));
      expect(await kit.store.corrections(id)).toMatchObject([
        { id: "a/take-over-0", decision: "taken-over", effort: { ms: 100, edit: 2 } },
      ]);
    });

    test("an edit is taken on the version it was made on; marked as none, a take-over no longer stands", async () => {
      const id = await kit.project();
      await record(id, episode("a"));
      const change = { kind: "real", interventionId: 0, real: false } as const;
      const chain = await kit.store.corrections(id);
      const takeOver = { interventionId: 0, from: 2, to: 4 };
      const correction = realityCorrection(episode("a"), { takeOver, chain }, BY);
      const asked = { episodeId: itemId("a"), change, correction, expectedVersion: 1, by: "ann" };
      expect(await kit.store.editEpisode(id, asked)).toMatchObject({
        kind: "edited",
        row: { version: 2, edits: { notReal: [0] } },
      });
      expect(await kit.store.editEpisode(id, asked)).toMatchObject({
        kind: "stale",
        row: { version: 2 },
      });
      expect(await kit.store.corrections(id, { forLearning: true })).toEqual([]);
      const none = { ...asked, episodeId: itemId("none") };
      expect(await kit.store.editEpisode(id, none)).toEqual({ kind: "no-such-episode" });
      const found = await kit.store.episode(id, itemId("a"));
      expect(found && editedEpisode(found.episode, found.row.edits).notReal).toEqual([0]);
    });

    test("an edit that does not fit leaves no trace", async () => {
      const id = await kit.project();
      await record(id, episode("a"));
      const log = await kit.store.events(id);
      const change = { kind: "cut", interventionId: 5, at: 2 } as const;
      const asked = { episodeId: itemId("a"), change, expectedVersion: 1, by: "ann" };
      expect((await problem(kit.store.editEpisode(id, asked))).kind).toBe("bad-input");
      expect(await kit.store.events(id)).toEqual(log);
    });

    test("rows of a running episode stay as they come: again is nothing, a gap is refused", async () => {
      const id = await kit.project();
      const add = (...rows: StepRow[]) =>
        kit.store.appendEpisodeRows(id, { episodeId: itemId("run"), head: HEAD, rows });
      expect(await add(row(0), row(1))).toBe(2);
      expect(await add(row(1, { reward: 9 }), row(2))).toBe(3);
      expect(await add(row(0))).toBe(3);
      expect((await problem(add(row(4)))).message).toContain("missing");
      expect(await kit.store.runningEpisode(id, itemId("run"))).toEqual({
        head: HEAD,
        rows: [row(0), row(1), row(2)],
      });
      expect(await kit.store.runningEpisodes(id)).toEqual(["run"]);
      await record(id, episode("run", { rows: rows(3) }));
      expect(await kit.store.runningEpisodes(id)).toEqual([]);
      expect(await kit.store.runningEpisode(id, itemId("run"))).toBeUndefined();
      expect((await problem(add(row(3)))).message).toContain("ended");
    });

    test("ids no database holds are refused", async () => {
      const id = await kit.project();
      expect((await problem(record(id, episode("a\0b")))).kind).toBe("bad-input");
    });

    test("after edits, the log folded anew gives the same episodes and corrections", async () => {
      const id = await kit.project();
      await record(id, episode("a"), episode("b"));
      for (const [k, change] of [
        { kind: "cut", interventionId: 0, at: 3 } as const,
        { kind: "pre-window", interventionId: 0, steps: 2 } as const,
        { kind: "discarded", discarded: true } as const,
      ].entries())
        await kit.store.editEpisode(id, {
          episodeId: itemId("b"),
          change,
          expectedVersion: k + 1,
          by: "ann",
        });
      const seen = async () => ({
        episodes: await all(kit.store.allEpisodes(id)),
        corrections: await kit.store.corrections(id),
      });
      const before = await seen();
      expect(before.episodes[1]?.version).toBe(4);
      await kit.store.rebuild(id);
      expect(await seen()).toEqual(before);
    });
  });
}
