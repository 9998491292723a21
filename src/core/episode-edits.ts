/** What a person says of an episode after it was recorded, and the episode as it stands with that. */
import { z } from "zod";
import { type Episode, EpisodeEnd, type StepRow } from "./episode.ts";
import { Problem } from "./errors.ts";

const TakeOverId = z.int().nonnegative();

/** One thing said of a recorded episode. */
export const EpisodeChange = z.discriminatedUnion("kind", [
  /** `at`: the take-over's first step of correction; those of it before are recovery. */
  z.strictObject({ kind: z.literal("cut"), interventionId: TakeOverId, at: z.int().nonnegative() }),
  /** `steps` before the take-over are held against the policy; null: the project's number again. */
  z.strictObject({
    kind: z.literal("pre-window"),
    interventionId: TakeOverId,
    steps: z.int().nonnegative().nullable(),
  }),
  /** `real: false`: the take-over was none, its steps count as the policy's own. */
  z.strictObject({ kind: z.literal("real"), interventionId: TakeOverId, real: z.boolean() }),
  /** A discarded episode is kept, and learned from only when asked for. */
  z.strictObject({ kind: z.literal("discarded"), discarded: z.boolean() }),
]);
export type EpisodeChange = z.infer<typeof EpisodeChange>;

/** All that was said of an episode so far; take-overs by their number. */
export const EpisodeEdits = z.strictObject({
  cuts: z.record(z.string(), z.int().nonnegative()),
  preWindows: z.record(z.string(), z.int().nonnegative()),
  notReal: z.array(TakeOverId),
  discarded: z.boolean(),
});
export type EpisodeEdits = z.infer<typeof EpisodeEdits>;

/** Where a take-over stands in its episode: steps `from` up to, not with, `to`. */
export const TakeOver = z.strictObject({
  interventionId: TakeOverId,
  from: z.int().nonnegative(),
  to: z.int().positive(),
});
export type TakeOver = z.infer<typeof TakeOver>;

/** What is known of an episode without its rows. */
export const EpisodeFacts = z.strictObject({
  world: z.string(),
  seed: z.string().nullable(),
  round: z.int().nonnegative(),
  policyId: z.string().nullable(),
  controlHz: z.number().positive(),
  end: EpisodeEnd,
  steps: z.int().positive(),
  /** Steps whose action a person chose, demonstrations included. */
  humanSteps: z.int().nonnegative(),
  /** Most sub-tasks that were seen finished. */
  subtasks: z.int().nonnegative(),
  observationSize: z.int().positive(),
  actionSize: z.int().positive(),
  takeOvers: z.array(TakeOver),
});
export type EpisodeFacts = z.infer<typeof EpisodeFacts>;

/** The episode without its rows, as a recording begins with it. */
export interface EpisodeHead
  extends Pick<Episode, "id" | "world" | "seed" | "round" | "policyId" | "controlHz"> {}

/** Take-overs in the order they began. */
export function takeOversOf(rows: readonly StepRow[]): TakeOver[] {
  const found = new Map<number, TakeOver>();
  for (const { interventionId, source, t } of rows) {
    if (source !== "human" || interventionId === undefined) continue;
    const { from = t } = found.get(interventionId) ?? {};
    found.set(interventionId, { interventionId, from, to: t + 1 });
  }
  return [...found.values()];
}

export function episodeFacts(episode: Episode): EpisodeFacts {
  const { world, seed, round, policyId, controlHz, end, rows } = episode;
  return {
    world,
    seed,
    round,
    policyId,
    controlHz,
    end,
    steps: rows.length,
    humanSteps: rows.filter(({ source }) => source !== "policy").length,
    subtasks: rows.reduce((most, { subtask = 0 }) => Math.max(most, subtask), 0),
    observationSize: rows[0]?.obs.length ?? 0,
    actionSize: rows[0]?.action.length ?? 0,
    takeOvers: takeOversOf(rows),
  };
}

/** What an episode said of itself when it came. */
export const firstEdits = ({ notReal, preWindows }: Episode): EpisodeEdits => ({
  cuts: {},
  preWindows,
  notReal: [...notReal],
  discarded: false,
});

/** @throws Problem `bad-input` where the change does not fit the episode. */
export function advanceEdits(
  edits: EpisodeEdits,
  change: EpisodeChange,
  { takeOvers, end }: Pick<EpisodeFacts, "takeOvers" | "end">,
): EpisodeEdits {
  if (change.kind === "discarded") {
    if (!change.discarded && end === "discarded")
      throw new Problem("conflict", "The episode was discarded as it was recorded", {
        hint: "How it would have ended is not known, so it stays discarded.",
      });
    return { ...edits, discarded: change.discarded };
  }
  const { interventionId } = change;
  const takeOver = takeOvers.find((known) => known.interventionId === interventionId);
  if (takeOver === undefined)
    throw new Problem("bad-input", "The episode has no such take-over", {
      expected:
        takeOvers.length === 0
          ? "an episode with take-overs"
          : `one of ${takeOvers.map((known) => known.interventionId).join(", ")}`,
      got: `${interventionId}`,
      at: { field: "interventionId" },
    });
  switch (change.kind) {
    case "cut":
      if (change.at < takeOver.from || change.at > takeOver.to)
        throw new Problem("bad-input", "The cut is outside the take-over", {
          expected: `a step from ${takeOver.from} to ${takeOver.to}`,
          got: `${change.at}`,
          at: { field: "at" },
        });
      return { ...edits, cuts: { ...edits.cuts, [interventionId]: change.at } };
    case "pre-window": {
      if ((change.steps ?? 0) > takeOver.from)
        throw new Problem("bad-input", "The window reaches beyond the start of the episode", {
          expected: `at most ${takeOver.from} steps`,
          got: `${change.steps}`,
          at: { field: "steps" },
        });
      const { [`${interventionId}`]: _, ...others } = edits.preWindows;
      return {
        ...edits,
        preWindows: change.steps === null ? others : { ...others, [interventionId]: change.steps },
      };
    }
    case "real": {
      const others = edits.notReal.filter((id) => id !== interventionId);
      return { ...edits, notReal: change.real ? others : [...others, interventionId] };
    }
  }
}

/** The episode as it stands: the rows as recorded, with what was said of them. */
export function editedEpisode(episode: Episode, edits: EpisodeEdits): Episode {
  const { cuts, preWindows, notReal, discarded } = edits;
  const rows = episode.rows.map((row) => {
    const cut = row.interventionId === undefined ? undefined : cuts[row.interventionId];
    if (cut === undefined || row.source !== "human") return row;
    return { ...row, segment: row.t < cut ? ("recovery" as const) : ("correction" as const) };
  });
  const end = discarded ? "discarded" : episode.end;
  return { ...episode, rows, end, preWindows, notReal: [...notReal] };
}

/** Time a person spent on some steps, milliseconds. */
export const stepsMs = (steps: number, controlHz: number): number => (steps / controlHz) * 1_000;
