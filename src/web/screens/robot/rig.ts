/** A world, a policy and a person at one table: the clock of an episode, and the way back through it. */
import { assert } from "#core/assert.ts";
import type { EpisodeHead } from "#core/episode-edits.ts";
import type { Rng } from "#core/rng.ts";
import { type Familiarity, type Sighting, sightingOf } from "#learn/episodes/familiarity.ts";
import type { Policy } from "#propose/policy/policy.ts";
import type {
  InsertionTruth,
  InsertionWorld,
  Scene,
  StepOutcome,
} from "#worlds/manipulation/world.ts";
import {
  advanceSession,
  openSession,
  type Protocol,
  type Session,
  type SessionEvent,
} from "./session.ts";

export interface RigOptions {
  readonly world: InsertionWorld;
  /** Null: the person demonstrates. */
  readonly policy: Policy | null;
  readonly policyId: string | null;
  readonly protocol: Protocol;
  readonly round: number;
  /** The episode is that of `rng.path`. */
  readonly rng: Rng;
  /** What is known ground; it may come while the episode runs. */
  familiarity(): Familiarity | null;
  newId(): string;
}

/** What the hand wants now: null asks for no step. The rig is told the time by nobody else. */
export type ReadHand = () => readonly [number, number, number] | null;

/** A step that the world has made and that still may be taken back: its time is not over. */
interface Provisional {
  readonly obs: readonly number[];
  readonly action: readonly number[];
  readonly outcome: StepOutcome;
  readonly scene: Scene;
}

/** The scene before a step, and all that is needed to be there again. */
interface Moment {
  readonly snapshot: Uint8Array;
  readonly scene: Scene;
  readonly truth: InsertionTruth;
}

/** What is to be drawn: `share` of the way from one scene to the next. */
export interface Pose {
  readonly from: Scene;
  readonly to: Scene;
  readonly share: number;
}

/** How much further along than at the take-over still counts as having gone back (as `proposeCuts`). */
const PROGRESS_SLACK = 0.05;
/** After a pause of the page, time does not run to catch up. */
const TICK_MS_MAX = 250;

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/**
 * Runs at the world's control rate. A step is made when its time begins and counts when it is over: in
 * between it is shown on its way, and a hand that wants something else takes it back and makes another
 * in its place, so that what a person does shows in the next frame. While a person holds the clutch and
 * asks for nothing, time stands still and nothing is recorded.
 */
export class Rig {
  readonly world: InsertionWorld;
  readonly head: Omit<EpisodeHead, "id">;
  private readonly options: RigOptions;
  private readonly acting: Rng;
  private readonly periodMs: number;
  private readonly listeners = new Set<() => void>();
  private moments: Moment[];
  /** What was rewound from, until another step is made: one can go forward in it again. */
  private origin: { readonly session: Session; readonly moments: readonly Moment[] } | null = null;
  private pending: Provisional | null = null;
  private elapsedMs = 0;
  private state: Session;
  private seen: Sighting | null = null;
  /** Progress where the take-over at hand began. */
  private progressFrom = 0;

  constructor(options: RigOptions) {
    const { world, rng, policy, protocol, round, policyId, newId } = options;
    this.options = options;
    this.world = world;
    this.acting = rng.split("policy");
    this.periodMs = 1_000 / world.controlHz;
    this.head = { world: world.id, seed: rng.path, round, policyId, controlHz: world.controlHz };
    world.reset(rng);
    policy?.reset();
    this.moments = [this.look()];
    this.state = openSession({
      episodeId: newId(),
      protocol,
      demonstrating: policy === null,
      stepsMax: world.stepsMax,
    });
    this.sight();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  session = (): Session => this.state;
  sighting = (): Sighting | null => this.seen;
  /** What is true before the step that is on its way. */
  truth = (): InsertionTruth => this.now().truth;

  pose(): Pose {
    const from = this.now().scene;
    const { pending, elapsedMs, periodMs } = this;
    return { from, to: pending?.scene ?? from, share: Math.min(1, elapsedMs / periodMs) };
  }

  /** Everything that was seen, with what was rewound from. */
  whole = (): Session => this.origin?.session ?? this.state;

  /** The scene before step `t`; undefined beyond what was seen. */
  sceneAt = (t: number): Scene | undefined => (this.origin?.moments ?? this.moments)[t]?.scene;

  /** Lets so much time pass. True when something moved. */
  tick(passedMs: number, hand: ReadHand): boolean {
    const { phase } = this.state;
    if (phase !== "policy" && phase !== "human") return false;
    const wish = phase === "human" ? hand() : null;
    if (phase === "human" && wish === null && this.pending === null) return false;
    if (wish !== null && this.pending !== null && !sameNumbers(wish, this.pending.action))
      this.takeBack();
    this.pending ??= this.make(wish);
    this.elapsedMs += Math.min(passedMs, TICK_MS_MAX);
    if (this.elapsedMs >= this.periodMs) {
      this.elapsedMs %= this.periodMs;
      this.settle();
    }
    return true;
  }

  /** The hand takes the clutch: what the policy was about to do is taken back. */
  take(): void {
    if (this.state.phase === "ended" || this.state.phase === "human") return;
    this.takeBack();
    this.elapsedMs = 0;
    if (this.state.takeOver === null) this.progressFrom = this.seen?.progress ?? 0;
    this.happen({ kind: "took" });
  }

  letGo(): void {
    if (this.state.phase !== "human") return;
    this.settle(); // a short tap counts
    this.elapsedMs = 0;
    this.options.policy?.reset(); // what it had planned is of another situation
    this.happen({ kind: "let-go" });
  }

  /** Pauses the policy, or lets it go on. */
  pause(): void {
    this.takeBack();
    this.happen({ kind: "paused" });
  }
  resume(): void {
    this.elapsedMs = 0;
    this.options.policy?.reset();
    this.happen({ kind: "resumed" });
  }
  recovered(): void {
    this.happen({ kind: "recovered" });
  }
  finish(): void {
    this.settle();
    this.happen({ kind: "finished" });
  }
  discard(): void {
    this.takeBack();
    this.happen({ kind: "discarded" });
  }

  /**
   * To before step `to`, also from the end. Until another step is made one can go forward again as far as it went; what is
   * made then is of another episode with the same beginning.
   */
  rewind(to: number): void {
    if (this.state.phase === "human") return;
    this.takeBack();
    this.elapsedMs = 0;
    this.origin ??= { session: this.state, moments: this.moments };
    const { session, moments } = this.origin;
    const at = Math.min(session.rows.length, Math.max(0, Math.round(to)));
    this.moments = moments.slice(0, at + 1);
    this.world.restore(this.now().snapshot);
    this.options.policy?.reset();
    this.sight();
    const { newId } = this.options;
    this.put(advanceSession(session, { kind: "rewound", to: at, episodeId: newId() }));
  }

  private now(): Moment {
    return this.moments[this.moments.length - 1] as Moment; // there is always the first
  }

  private look(scene: Scene = this.world.draw()): Moment {
    return { snapshot: this.world.snapshot(), scene, truth: this.world.truth() };
  }

  private make(wish: readonly number[] | null): Provisional {
    const { world, acting } = this;
    const { policy } = this.options;
    const obs = world.observe();
    this.origin = null;
    assert(wish !== null || policy !== null, "without a policy only a hand makes steps");
    const action = wish ?? Array.from(policy?.act(obs, acting) ?? []);
    const outcome = world.step(action);
    return { obs: Array.from(obs), action, outcome, scene: world.draw() };
  }

  private takeBack(): void {
    if (this.pending === null) return;
    this.pending = null;
    this.world.restore(this.now().snapshot);
  }

  private settle(): void {
    const { pending } = this;
    if (pending === null) return;
    this.pending = null;
    this.moments.push(this.look(pending.scene));
    this.sight();
    const { obs, action, outcome } = pending;
    this.happen({ kind: "stepped", obs, action, outcome });
    const { takeOver } = this.state;
    const onTheWay = takeOver?.segment === "recovery" && this.state.phase === "human";
    if (
      onTheWay &&
      this.seen?.familiar === true &&
      this.seen.progress <= this.progressFrom + PROGRESS_SLACK
    )
      this.recovered();
  }

  private sight(): void {
    const familiarity = this.options.familiarity();
    this.seen = familiarity === null ? null : sightingOf(familiarity, this.world.observe());
  }

  private happen(event: SessionEvent): void {
    this.put(advanceSession(this.state, event));
  }

  private put(next: Session): void {
    if (next === this.state) return;
    this.state = next;
    for (const listener of this.listeners) listener();
  }
}
