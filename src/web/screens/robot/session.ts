import type { EpisodeEnd, EpisodeSchema, StepRow, StepSegment } from "#core/episode.ts";
import type { StepOutcome } from "#worlds/manipulation/world.ts";

export type Protocol = EpisodeSchema["protocol"];

/** Who drives, or why nothing moves. */
export type Phase = "policy" | "human" | "paused" | "rewound" | "ended";

/** A take-over that is not over: the person drives, or has let go and may go on. */
export interface OpenTakeOver {
  readonly id: number;
  /** Its first step. */
  readonly from: number;
  readonly segment: StepSegment;
}

/** One episode as a person watches it, and what was recorded of it so far. */
export interface Session {
  readonly episodeId: string;
  readonly protocol: Protocol;
  /** Nobody but the person drives: every step is a demonstration. */
  readonly demonstrating: boolean;
  readonly stepsMax: number;
  readonly phase: Phase;
  readonly rows: readonly StepRow[];
  readonly takeOver: OpenTakeOver | null;
  /** Sub-tasks finished. */
  readonly subtask: number;
  readonly end: EpisodeEnd | null;
}

export type SessionEvent =
  /** The clutch is held: by hand, by the trigger, by the pressed pointer. */
  | { readonly kind: "took" }
  | { readonly kind: "let-go" }
  | {
      readonly kind: "stepped";
      readonly obs: readonly number[];
      readonly action: readonly number[];
      readonly outcome: StepOutcome;
    }
  /** Back on familiar ground: what follows is correction (RaC). */
  | { readonly kind: "recovered" }
  /** The correction is made; the episode ends with it (RaC, rule 2). */
  | { readonly kind: "finished" }
  | { readonly kind: "paused" }
  | { readonly kind: "resumed" }
  /** Back to before step `to`; what came after it becomes of another episode. */
  | { readonly kind: "rewound"; readonly to: number; readonly episodeId: string }
  | { readonly kind: "discarded" };

export const openSession = (
  about: Pick<Session, "episodeId" | "protocol" | "demonstrating" | "stepsMax">,
): Session => ({
  ...about,
  phase: about.demonstrating ? "paused" : "policy",
  rows: [],
  takeOver: null,
  subtask: 0,
  end: null,
});

/** Whether the policy may go on by itself: after a take-over of RaC it may not (no hand-back). */
export const mayResume = ({ phase, takeOver, demonstrating }: Session): boolean =>
  (phase === "paused" || phase === "rewound") && takeOver === null && !demonstrating;

/** A correction needs at least one step before it can be called made. */
export const mayFinish = ({ protocol, takeOver, rows, phase }: Session): boolean =>
  protocol === "rac" &&
  phase !== "ended" &&
  takeOver?.segment === "correction" &&
  rows.at(-1)?.segment === "correction";

export const mayRecover = ({ protocol, takeOver, phase }: Session): boolean =>
  protocol === "rac" && phase !== "ended" && takeOver?.segment === "recovery";

/** Where Backspace leads: the first step of the take-over at hand, or of the last one; null without any. */
export function lastTakeOver({ rows, takeOver }: Session): number | null {
  if (takeOver !== null) return takeOver.from;
  const last = rows.findLast(({ interventionId }) => interventionId !== undefined);
  if (last === undefined) return null;
  return rows.findIndex(({ interventionId }) => interventionId === last.interventionId);
}

/** The fold. An event that does not fit the phase changes nothing. */
export function advanceSession(session: Session, event: SessionEvent): Session {
  const { phase } = session;
  if (event.kind === "rewound") return rewound(session, event);
  if (phase === "ended") return session;
  switch (event.kind) {
    case "took":
      return phase === "human" ? session : taken(session);
    case "let-go":
      return phase === "human" ? letGo(session) : session;
    case "stepped":
      return phase === "human" || phase === "policy" ? stepped(session, event) : session;
    case "recovered":
      if (!mayRecover(session) || session.takeOver === null) return session;
      return { ...session, takeOver: { ...session.takeOver, segment: "correction" } };
    case "finished":
      if (!mayFinish(session)) return session;
      return { ...session, phase: "ended", end: "terminated-after-intervention" };
    case "paused":
      return phase === "policy" ? { ...session, phase: "paused" } : session;
    case "resumed":
      return mayResume(session) ? { ...session, phase: "policy" } : session;
    case "discarded":
      return { ...session, phase: "ended", end: "discarded", takeOver: null };
  }
}

const takeOversIn = (rows: readonly StepRow[]): number =>
  rows.reduce((most, { interventionId = -1 }) => Math.max(most, interventionId + 1), 0);

function taken(session: Session): Session {
  const { rows, demonstrating } = session;
  const fresh: OpenTakeOver = { id: takeOversIn(rows), from: rows.length, segment: "recovery" };
  return {
    ...session,
    phase: "human",
    takeOver: demonstrating ? null : (session.takeOver ?? fresh),
  };
}

/** Sirius hands back; a demonstration and RaC wait for the hand to return. */
function letGo(session: Session): Session {
  const { takeOver, rows, protocol, demonstrating } = session;
  const empty = takeOver !== null && takeOver.from === rows.length;
  const open = empty || protocol === "sirius" ? null : takeOver;
  const handsBack = !demonstrating && open === null;
  return { ...session, takeOver: open, phase: handsBack ? "policy" : "paused" };
}

function stepped(session: Session, event: SessionEvent & { kind: "stepped" }): Session {
  const { rows, stepsMax, subtask } = session;
  const { obs, action, outcome } = event;
  const row: StepRow = {
    t: rows.length,
    obs: [...obs],
    action: [...action],
    ...sourceOf(session),
    subtask,
    reward: outcome.reward,
  };
  const next = { ...session, rows: [...rows, row], subtask: outcome.subtask };
  const end = outcome.success
    ? "success"
    : outcome.done
      ? "failure"
      : next.rows.length >= stepsMax
        ? "time-out"
        : null;
  return end === null ? next : { ...next, phase: "ended", end, takeOver: null };
}

function sourceOf({
  phase,
  demonstrating,
  protocol,
  takeOver,
}: Session): Pick<StepRow, "source" | "segment" | "mode" | "interventionId"> {
  if (demonstrating) return { source: "demo" };
  if (phase !== "human" || takeOver === null) return { source: "policy" };
  const segment = protocol === "rac" ? { segment: takeOver.segment } : {};
  return { source: "human", mode: "teleop", interventionId: takeOver.id, ...segment };
}

/** What was recorded up to `to` is kept and goes on under another id; the rest stays with the old one. */
function rewound(session: Session, { to, episodeId }: SessionEvent & { kind: "rewound" }): Session {
  if (session.phase === "human") return session;
  const kept = session.rows.slice(0, Math.max(0, to));
  if (kept.length === session.rows.length)
    return session.end === null ? { ...session, phase: "rewound" } : session;
  const last = kept.at(-1);
  const inside =
    session.protocol === "rac" && last?.interventionId !== undefined
      ? {
          id: last.interventionId,
          from: kept.findIndex(({ interventionId }) => interventionId === last.interventionId),
          segment: last.segment ?? ("recovery" as const),
        }
      : null;
  return {
    ...session,
    episodeId,
    phase: "rewound",
    rows: kept,
    takeOver: inside,
    subtask: session.rows[kept.length]?.subtask ?? session.subtask,
    end: null,
  };
}
